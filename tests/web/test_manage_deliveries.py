"""What an administrator sees of what was sent, and sends again."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Page, Visitor, run_jobs
from tests.web.offices import staff
from tests.workflows.conftest import NOW
from workflows.channels import phones
from workflows.channels.phones import Mood, PhoneMessage
from workflows.shared.accounts import Account
from workflows.shared.codes import OneTimeCode, derive_code, issue_code
from workflows.shared.deliveries import Delivery
from workflows.shared.messages import Message, send_to_member, tell
from workflows.shared.private import write_private
from workflows.shared.public_address import message_address
from workflows.shared.register import find_member_by_number
from workflows.shared.security_events import SecurityEvent

MEMBER = "330000100001"
LIST = "/manage/deliveries"


def feel(app: Flask, channel: str, mood: Mood) -> None:
    """Have a channel behave in some way."""
    with app.extensions["engine"].database.transaction() as session:
        phones.set_mood(session, channel=channel, mood=mood)


def write(app: Flask, number: str = MEMBER) -> int:
    """Write a member a message, and deliver it; its key."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        private = {"mobile": "13800138000", "email": "cai@example.com"}
        write_private(session, engine.vault, member, private)
        key = send_to_member(
            session,
            member_id=member.id,
            template="application_returned.inspection",
            values={"year": 2021, "reason": "请补充在职证明。"},
            case_id=None,
            now=NOW,
        ).id
    run_jobs(app)
    return key


def send_code(app: Flask) -> str:
    """Have a code sent by mail; its digits."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        account = session.scalars(select(Account).where(Account.login == MEMBER)).one()
    issue_code(
        engine,
        purpose="reset",
        owner="reset:1",
        account_id=account.id,
        channel="email",
        to="cai@example.com",
        limit_on=MEMBER,
        now=NOW,
    )
    run_jobs(app)
    with engine.database.read() as session:
        return derive_code(engine.vault, session.scalars(select(OneTimeCode.id)).one())


def open_one(visitor: Visitor, **query: str) -> Page:
    """Open the first delivery of a list."""
    page = visitor.open(LIST, query_string=query)
    return visitor.open(page.html.xpath("//td//a")[0].get("href"))


def rows(page: Page) -> list[str]:
    """What the list says, a line for each delivery."""
    return [" ".join(each.text_content().split()) for each in page.html.xpath("//tbody/tr")]


def test_an_administrator_finds_a_delivery_and_reads_its_attempts(app: Flask) -> None:
    write(app)
    admin = staff(app, "admin")
    assert "Your inspection application for 2021 was returned" in admin.open(LIST).text
    for query, count in (
        ({"channel": "sms"}, 1),
        ({"channel": "sms", "state": "sent"}, 1),
        ({"state": "failed"}, 0),
        ({"day": "2022-09-06", "q": MEMBER}, 2),
        ({"day": "2022-09-05"}, 0),
        ({"q": "蔡思源"}, 2),
        ({"q": "nobody"}, 0),
        ({"day": "0001-01-01", "state": "'", "before": "x", "channel": "%"}, 2),
    ):
        assert len(rows(admin.open(LIST, query_string=query))) == count, query
    one = open_one(admin, channel="sms")
    assert "138****8000" in one.text
    assert "Taken by the provider" in one.text
    assert "请补充在职证明" not in one.text


def test_a_list_goes_on_from_page_to_page(app: Flask) -> None:
    for _ in range(14):
        write(app)
    admin = staff(app, "admin")
    first = admin.open(LIST)
    second = admin.open(first.links()["Next page"])
    assert (len(rows(first)), len(rows(second))) == (25, 3)
    assert "First page" in second.links()


def test_what_failed_is_counted_and_sent_again_once(app: Flask) -> None:
    feel(app, "sms", "refusing")
    write(app)
    admin = staff(app, "admin")
    page = open_one(admin, state="failed")
    assert "Deliveries1 failed" in page.text
    feel(app, "sms", "well")
    values = page.values()
    again = admin.send(page.form().get("action"), values)
    assert "It is being sent again." in again.text
    assert "It was sent again already." in admin.send(page.form().get("action"), values).text
    run_jobs(app)
    assert "It was sent again already." in admin.send(page.form().get("action"), values).text
    run_jobs(app)
    assert "failed" not in admin.open(LIST).text
    with app.extensions["engine"].database.read() as session:
        arrived = session.scalars(select(PhoneMessage).where(PhoneMessage.channel == "sms")).all()
        noted = session.scalars(
            select(SecurityEvent).where(SecurityEvent.what == "delivery_resent")
        )
        assert len(arrived) == 1
        assert len(noted.all()) == 1


def test_what_was_sent_can_be_sent_once_more(app: Flask) -> None:
    write(app)
    admin = staff(app, "admin")
    page = open_one(admin, channel="email")
    admin.send(page.form().get("action"), page.values())
    run_jobs(app)
    with app.extensions["engine"].database.read() as session:
        keys = session.scalars(select(PhoneMessage.key).where(PhoneMessage.channel == "email"))
        assert len(set(keys)) == 2


def test_a_code_is_neither_shown_nor_sent_again(app: Flask) -> None:
    code = send_code(app)
    admin = staff(app, "admin")
    page = open_one(admin)
    assert "One-time code" in page.text
    assert code not in page.text
    assert not page.html.xpath("//main//form")
    with app.extensions["engine"].database.read() as session:
        key = session.scalars(select(Delivery.id)).one()
    values = admin.open("/manage/texts/hours_credited?office=1").values()
    values["round"] = "1"
    assert admin.send(f"{LIST}/{key}/resend", values).status == 422


@pytest.mark.parametrize(
    ("login", "status"), [("audit", 200), ("zj_manage", 404), ("zj_review", 404)]
)
def test_only_administrators_and_auditors_see_deliveries(
    app: Flask, login: str, status: int
) -> None:
    write(app)
    with app.extensions["engine"].database.read() as session:
        key = session.scalars(select(Delivery.id)).first()
    person = staff(app, login)
    assert person.open(LIST).status == status
    assert person.open(f"{LIST}/{key}").status == status
    assert ("Deliveries" in person.open("/manage").text) is (status == 200)


def test_an_auditor_sends_nothing_again(app: Flask) -> None:
    write(app)
    auditor = staff(app, "audit")
    page = open_one(auditor, channel="sms")
    assert not page.html.xpath("//main//form")
    values = staff(app, "admin").open(page.path).values()
    values["csrf_token"] = (b"s" * 32).hex()
    assert auditor.send(f"{page.path}/resend", values).status == 403


def test_nobody_sees_what_is_not_there(app: Flask) -> None:
    admin = staff(app, "admin")
    assert "Nothing was sent yet" in admin.open(LIST).text
    assert admin.open(f"{LIST}/0190a000-0000-7000-8000-000000000000").status == 404


def test_the_address_in_a_message_is_where_it_is_read(app: Flask) -> None:
    key = write(app)
    with app.test_request_context():
        address = app.url_for("messages.show", message_id=key, _external=True)
    assert message_address(app.extensions["engine"], key) == address


def test_whoever_is_signed_in_is_written_to_in_the_language_he_chose(
    app: Flask, member: Visitor
) -> None:
    member.open("/language/en")
    write(app)
    with app.extensions["engine"].database.read() as session:
        mail = session.scalars(select(PhoneMessage).where(PhoneMessage.channel == "email")).one()
    assert mail.title == "Your inspection application for 2021 was returned"


def test_a_firm_has_a_bell(app: Flask) -> None:
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        firm = session.scalars(
            select(Account).where(Account.user_type == "firm").order_by(Account.id).limit(1)
        ).one()
        message = tell(
            session,
            engine,
            account=firm,
            template="case_closed",
            values={"year": 2021, "reason": "…"},
            now=NOW,
        )
        assert message is not None
        firm_login, key = firm.login, message.id
    visitor = Visitor(app)
    visitor.enter(firm_login, kind="firm")
    page = visitor.open("/messages")
    assert "Your application was closed" in page.text
    assert visitor.open(f"/messages/{key}").status == 200
    with engine.database.read() as session:
        assert session.get_one(Message, key).read_at is not None
    assert staff(app, "admin").open(f"/messages/{key}").status == 404
