"""An administrator finds what did not arrive and sends it again; firms and staff have a bell."""

from typing import Any

from playwright.sync_api import expect
from sqlalchemy import select

from engine.jobs import Worker
from tests.browser.conftest import Enter, Server
from web.demo import PASSWORD
from web.sessions import COOKIE
from workflows.channels import phones
from workflows.shared.accounts import Account
from workflows.shared.messages import send_to_member, tell
from workflows.shared.register import find_member_by_number
from workflows.shared.sign_in import sign_in

MEMBER, NAME = "330000100003", "周志远"
LONG_NAME = "杭州市滨江区高新技术产业开发区中外合资联合会计师事务所有限责任公司（特殊普通合伙）"


def write(app: Any, template: str = "application_refused") -> None:
    """Write a member a message and do what is due."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        send_to_member(
            session,
            member_id=member.id,
            template=template,
            values={"year": 2025, "ground": "未履行会员义务", "reason": "请补充。"},
            case_id=None,
            now=engine.now(),
        )
    Worker(engine).run_due()


def feel(app: Any, mood: phones.Mood) -> None:
    """Have the mail server behave in some way."""
    with app.extensions["engine"].database.transaction() as session:
        phones.set_mood(session, channel="email", mood=mood)


def test_what_failed_is_found_and_sent_again(server: Server, enter: Enter) -> None:
    feel(server.app, "refusing")
    write(server.app)
    admin = enter("admin").go("/manage")
    entry = admin.main.get_by_role("navigation").get_by_role("link", name=admin.say("Deliveries"))
    expect(entry).to_contain_text("1")
    entry.click()
    admin.is_at("Deliveries")
    admin.main.get_by_label(admin.say("Delivery state")).select_option("failed")
    expect(admin.main.locator("tbody tr")).to_have_count(1)
    admin.sees(NAME).look("deliveries")
    admin.main.locator("a.whole").click()
    admin.sees("Refused by the provider").look("delivery-failed")

    feel(server.app, "well")
    admin.press("Send again").sees("It is being sent again.").look("delivery-again")
    Worker(server.app.extensions["engine"]).run_due()
    admin.page.reload()
    admin.sees("Taken by the provider")
    expect(entry.first).not_to_contain_text("1")


def test_deliveries_are_read_on_a_phone_without_scripts(server: Server, enter: Enter) -> None:
    write(server.app, "application_returned.inspection")
    auditor = enter("audit", "phone", javascript=False).go("/manage/deliveries")
    auditor.type(auditor.say("Name or account"), "nobody").press("Filter")
    auditor.sees("No delivery fits these filters").follow("Show all")
    auditor.main.locator("a.whole").first.click()
    expect(auditor.main.get_by_role("button")).to_have_count(0)
    reader = enter("audit", "phone").go("/manage/deliveries").look("deliveries-phone")
    reader.main.locator("a.whole").first.click()
    reader.look("delivery-phone")


def test_a_firm_reads_its_messages(server: Server, enter: Enter) -> None:
    engine = server.app.extensions["engine"]
    with engine.database.transaction() as session:
        firm = session.scalars(select(Account).where(Account.login == "33000001")).one()
        firm.name = LONG_NAME
        tell(
            session,
            engine,
            account=firm,
            template="case_closed",
            values={"year": 2025, "reason": "事务所名称变更。"},
            now=engine.now(),
        )
    person = enter("", "phone")
    opened = sign_in(
        engine,
        user_type="firm",
        login="33000001",
        password=PASSWORD,
        address="127.0.0.1",
        user_agent="test",
        length=server.app.config["SETTINGS"].session_length,
        now=engine.now(),
    )
    cookie = {"name": COOKIE, "value": opened.token, "url": server.url}
    person.page.context.add_cookies([cookie])
    person.go("/messages").look("bell-of-firm").main.locator("a.whole").first.click()
    person.sees("事务所名称变更。").look("message-of-firm")
    expect(person.main.get_by_role("link", name=person.say("Go to the application"))).to_have_count(
        0
    )


def test_a_bell_with_nothing_says_what_will_be_there(enter: Enter) -> None:
    enter("zj_review").go("/messages").sees("No messages yet").look("bell-empty")
