"""People who forgot a password: where they begin, and what arrives on their phones."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from engine.jobs import Worker
from tests.browser.conftest import Server
from tests.browser.walking import Person
from workflows.channels import phones
from workflows.channels.phones import PhoneMessage

NEW = "a lantern over the river"
FIRM_TYPE = "Accounting firm"


def on_a_phone(person: Person) -> Person:
    """Let the browser say that it is one of a phone, whatever its width."""
    person.page.context.set_extra_http_headers({"Sec-CH-UA-Mobile": "?1"})
    return person


def open_in_wechat(person: Person, phone_id: int, address: str) -> Person:
    """Open what arrived on a simulated phone there: WeChat says who reads."""
    return person.go(f"/phone/{phone_id}{urlsplit(address).path}")


def begin(person: Person, account: str, user_type: str = FIRM_TYPE) -> Person:
    """Begin a reset at the first page."""
    person.go("/reset/").is_at("Forgotten password")
    person.page.get_by_label(person.say("User type")).select_option(label=person.say(user_type))
    person.page.get_by_label(person.say("Account"), exact=False).first.fill(account)
    return person.press("Next")


def arrived(server: Server, to: str) -> Sequence[PhoneMessage]:
    """What arrived at a mobile, an openid or a mailbox, once every job was done."""
    engine = server.app.extensions["engine"]
    Worker(engine).run_due()
    with engine.database.read() as session:
        return phones.list_messages_to(session, to)


def get_code(person: Person) -> Person:
    """Have a code sent, and wait until the page says so."""
    return person.press("Get a code").sees("Get another code")


def code_at(server: Server, to: str) -> str:
    """The digits of the last code that arrived."""
    texts = [each.text for each in arrived(server, to)]
    return [code for text in texts for code in re.findall(r"(?<!\d)\d{6}(?!\d)", text)][-1]


def link_at(server: Server, to: str) -> str:
    """The path of the last one-time link that arrived."""
    last = [each for each in arrived(server, to) if "/l/" in f"{each.text} {each.address}"][-1]
    return re.findall(r"/l/[\w-]+", f"{last.text} {last.address}")[-1]


def set_password(person: Person, password: str = NEW) -> Person:
    """Type a new password twice at a step."""
    return person.type("新密码", password).type("确认密码", password)


def sign_in(
    person: Person, login: str, user_type: str, password: str = NEW, *, title: str = ""
) -> Person:
    """Sign in with the new password."""
    person.go("/sign-in")
    person.page.get_by_role("radio", name=person.say(user_type)).check()
    person.page.get_by_label(person.say("Account"), exact=True).fill(login)
    person.page.get_by_label(person.say("Password"), exact=True).fill(password)
    person.press("Sign in")
    person.page.wait_for_url(re.compile(r"/(?!sign-in)[^/]*$"))
    return person
