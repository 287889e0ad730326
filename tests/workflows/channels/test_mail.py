"""Mail: the same cases against the client with a local server, and the stand-in."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import pytest

from engine.database import Database
from tests.workflows.channels.mail_server import (
    PASSWORD,
    USER,
    MailServer,
    make_contexts,
    serve_mail,
)
from tests.workflows.conftest import NOW
from workflows.channels.mail import make_sender
from workflows.channels.mail.letters import read_address
from workflows.channels.mail.smtp import SmtpSender
from workflows.channels.mail.stand_in import StandInMail
from workflows.channels.phones import list_messages_to, set_mood
from workflows.shared.channels import EMAIL, ChannelAway, ChannelRefused, MailSender
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

TO = "zhou@example.com"
FROM = "noreply@huiji.example"


class World(Protocol):
    """A sender and the other end of its line."""

    sender: MailSender

    def be(self, mood: str) -> None:
        """Let the server be `well`, `away` or `refusing`."""

    def arrived(self, to: str) -> list[tuple[str, str]]:
        """Subject and text of each letter that arrived at an address."""


@dataclass
class StandInWorld:
    """The stand-in with its phones."""

    database: Database
    sender: StandInMail

    def be(self, mood: str) -> None:
        with self.database.transaction() as session:
            set_mood(session, channel=EMAIL, mood=mood)  # type: ignore[arg-type]

    def arrived(self, to: str) -> list[tuple[str, str]]:
        with self.database.read() as session:
            found = list_messages_to(session, to.replace("\x00", ""))
            return [(each.title, each.text) for each in found]


@dataclass
class SmtpWorld:
    """The client with a local mail server."""

    server: MailServer
    sender: SmtpSender

    def be(self, mood: str) -> None:
        self.server.at_recipient = {
            "well": "",
            "away": "450 4.2.1 the mailbox is busy",
            "refusing": "550 5.1.1 no such mailbox",
        }[mood]

    def arrived(self, to: str) -> list[tuple[str, str]]:
        return [
            (str(letter["Subject"]), letter.get_content().replace("\r\n", "\n").rstrip("\n"))
            for recipients, letter in self.server.letters
            if recipients == [to]
        ]


def client(server: MailServer) -> SmtpSender:
    """A client of a server that does not encrypt."""
    return SmtpSender(
        host="127.0.0.1",
        port=server.port,
        security="none",
        sender=read_address(FROM, "会籍"),
        timeout=1,
        clock=lambda: NOW,
    )


@pytest.fixture
def server() -> Iterator[MailServer]:
    """The local server."""
    with serve_mail() as server:
        yield server


@pytest.fixture(params=["smtp", "stand-in-sqlite", "stand-in-postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each sender in turn, the stand-in on each kind of database."""
    if request.param == "smtp":
        server = request.getfixturevalue("server")
        yield SmtpWorld(server, client(server))
        return
    kind = request.param.rpartition("-")[2]
    database = Database(request.getfixturevalue(f"{kind}_url"))
    yield StandInWorld(database, StandInMail(database, lambda: NOW))
    database.close()


def send(sender: MailSender, *, to: str = TO, subject: str = "会费已收到", key: str = "k") -> str:
    """Send a letter of two paragraphs."""
    return sender.send(to=to, subject=subject, text="周志远：\n\n您的会费已收到 😀。", key=key)


def test_a_letter_arrives_as_it_was_written(world: World) -> None:
    send(world.sender)
    assert world.arrived(TO) == [("会费已收到", "周志远：\n\n您的会费已收到 😀。")]


def test_a_key_makes_the_message_id(world: World) -> None:
    first, again, other = (send(world.sender, key=key) for key in ("a", "a", "b"))
    assert first == again != other
    assert first.startswith("<")
    assert first.endswith("@huiji.example>")
    assert "a@" not in first


def test_a_server_that_is_away_is_tried_again(world: World) -> None:
    world.be("away")
    with pytest.raises(ChannelAway):
        send(world.sender)
    assert world.arrived(TO) == []
    world.be("well")
    send(world.sender)
    assert len(world.arrived(TO)) == 1


def test_a_refusal_says_its_reason(world: World) -> None:
    world.be("refusing")
    with pytest.raises(ChannelRefused) as refused:
        send(world.sender)
    assert refused.value.code
    assert world.arrived(TO) == []


@pytest.mark.parametrize(
    "to",
    [
        "",
        "zhou",
        "@example.com",
        "zhou@localhost",
        "zhou@example.com\r\nBcc: all@example.com",
        "zhou@example.com, all@example.com",
        "Zhou <zhou@example.com>",
        "zhou@example.com\n",
        "zhou@exa\x00mple.com",
        "zhou@[127.0.0.1",
    ],
)
def test_what_is_no_address_is_refused_before_anybody_is_asked(world: World, to: str) -> None:
    with pytest.raises(ChannelRefused, match="not_an_address"):
        send(world.sender, to=to)
    assert world.arrived(to) == []


@pytest.mark.parametrize(
    "subject",
    [
        "您好\r\nBcc: all@example.com\r\n\r\nanother text",
        "您好\nBcc: all@example.com",
        "您好\x0bBcc: all@example.com",
        "您好\u2028Bcc: all@example.com",
        "您好\x00Bcc: all@example.com",
    ],
)
def test_a_subject_stays_one_line(world: World, subject: str) -> None:
    send(world.sender, subject=subject)
    ((arrived, _text),) = world.arrived(TO)
    assert arrived.startswith("您好 Bcc: all@example.com")
    assert "\n" not in arrived


def test_a_text_cannot_end_the_letter(world: World) -> None:
    text = "one\n.\nMAIL FROM:<x@example.com>\r\n.\r\nQUIT\nlast " + "long " * 500
    world.sender.send(to=TO, subject="s", text=text, key="k")
    ((_subject, arrived),) = world.arrived(TO)
    assert arrived.replace("\r\n", "\n").strip() == text.replace("\r\n", "\n").strip()


def test_headers_say_who_writes_and_that_no_machine_should_answer(server: MailServer) -> None:
    sent = send(client(server))
    ((_recipients, letter),) = server.letters
    assert letter["From"] == f"会籍 <{FROM}>"
    assert letter["To"] == TO
    assert letter["Message-ID"] == sent
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == NOW.replace(microsecond=0)
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content_charset() == "utf-8"


def test_letters_go_encrypted_from_the_first_byte() -> None:
    offered, trusting = make_contexts()
    with serve_mail(tls=offered) as server:
        sender = replace(client(server), security="tls", context=trusting)
        send(sender)
        assert len(server.letters) == 1


def test_letters_and_passwords_go_encrypted_after_starttls() -> None:
    offered, trusting = make_contexts()
    with serve_mail(starttls=offered) as server:
        sender = replace(
            client(server), security="starttls", context=trusting, user=USER, password=PASSWORD
        )
        send(sender)
        assert server.was_encrypted == [True]
        assert server.signed_in == [USER]


def test_a_wrong_password_is_said_and_can_be_put_right() -> None:
    offered, trusting = make_contexts()
    with serve_mail(starttls=offered) as server:
        sender = replace(
            client(server), security="starttls", context=trusting, user=USER, password="wrong"
        )
        with pytest.raises(ChannelAway) as away:
            send(sender)
        assert (away.value.code, server.letters) == ("535", [])


def test_a_server_that_cannot_encrypt_gets_neither_password_nor_letter(
    server: MailServer,
) -> None:
    sender = replace(client(server), security="starttls", user=USER, password=PASSWORD)
    with pytest.raises(ChannelAway) as away:
        send(sender)
    assert away.value.code == "not_offered"
    assert (server.letters, server.signed_in) == ([], [])


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(security: str) -> None:
    offered, _trusting = make_contexts()
    with serve_mail(**{security: offered}) as server:
        sender = replace(
            client(server),
            security=security,  # type: ignore[arg-type]
            context=ssl.create_default_context(),
            user=USER,
            password=PASSWORD,
        )
        with pytest.raises(ChannelAway):
            send(sender)
        assert (server.letters, server.signed_in) == ([], [])


@pytest.mark.parametrize(("reply", "code"), [("552 5.2.2 full", "552"), ("554 5.7.1 spam", "554")])
def test_a_letter_that_is_refused_has_the_servers_code(
    server: MailServer, reply: str, code: str
) -> None:
    server.at_data = reply
    with pytest.raises(ChannelRefused) as refused:
        send(client(server))
    assert refused.value.code == code


def test_a_letter_that_is_put_off_is_tried_again(server: MailServer) -> None:
    server.at_data = "451 4.3.0 try again later"
    with pytest.raises(ChannelAway) as away:
        send(client(server))
    assert away.value.code == "451"


def test_a_server_that_hangs_up_or_sleeps_is_away(server: MailServer) -> None:
    server.hangs_up = True
    with pytest.raises(ChannelAway):
        send(client(server))
    server.hangs_up, server.seconds = False, 2
    with pytest.raises(ChannelAway):
        send(replace(client(server), timeout=0.2))


def test_a_server_that_nobody_can_reach_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # It listens and never says a word.
        silent = MailServer(port=listening.getsockname()[1])
        with pytest.raises(ChannelAway):
            send(replace(client(silent), timeout=0.2))
    with pytest.raises(ChannelAway):
        send(client(silent))


def test_a_sender_is_chosen_by_settings() -> None:
    given = {
        "HUIJI_MAIL_SERVER": "mail.huiji.example",
        "HUIJI_MAIL_FROM": FROM,
        "HUIJI_MAIL_USER": "huiji",
        "HUIJI_MAIL_PASSWORD": "marked-password",
    }
    sender = make_sender(ServiceSettings(given))
    assert isinstance(sender, SmtpSender)
    assert (sender.port, sender.security) == (465, "tls")
    assert "marked-password" not in repr(sender)
    assert make_sender(ServiceSettings({})) is None
    for changes in (
        {"HUIJI_MAIL_FROM": ""},
        {"HUIJI_MAIL_FROM": "not an address"},
        {"HUIJI_MAIL_PASSWORD": ""},
        {"HUIJI_MAIL_SECURITY": "some"},
        {"HUIJI_MAIL_SECURITY": "none"},
        {"HUIJI_MAIL_PORT": "smtps"},
    ):
        with pytest.raises(IncompleteSettings, match=next(iter(changes))):
            make_sender(ServiceSettings({**given, **changes}))
