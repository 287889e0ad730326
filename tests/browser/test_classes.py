"""Training staff at a browser: a class is made, confirmed, changed, cancelled."""

from datetime import UTC, datetime, time, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from engine.actors import Actor
from engine.jobs import Worker
from tests.browser.conftest import Enter, Server
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.enrolments import Enrolment
from workflows.shared.messages import Message
from workflows.shared.register import find_member_by_number
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.signing_up import sign_up

NAME = "数据资产会计处理专题培训班"
TODAY = local_date(datetime.now(UTC))
MEMBERS = ("330000100001", "330000100002", "330000100003")


def run_jobs(server: Server) -> None:
    """Do what is due."""
    Worker(server.app.extensions["engine"]).run_due()


def day(number: int) -> str:
    """A day so many after today."""
    return (TODAY + timedelta(days=number)).isoformat()


def sign_members_up(server: Server) -> None:
    """Sign members up for the class, as they do it themselves."""
    engine = server.app.extensions["engine"]
    for number in MEMBERS:
        with engine.database.transaction() as session:
            member = find_member_by_number(session, number)
            assert member is not None
            training_class = session.scalars(
                select(TrainingClass).where(TrainingClass.name == NAME)
            ).one()
            sign_up(
                session,
                engine,
                training_class=training_class,
                person=member,
                answers={},
                by=member_actor(member.id),
                firm_id=None,
                now=engine.now(),
            )


def offer(server: Server) -> None:
    """Offer the class without a browser, of two places, and fill them."""
    engine = server.app.extensions["engine"]
    with engine.database.transaction() as session:
        office = session.scalars(select(Association).where(Association.code == "330000")).one()
        session.add(
            TrainingClass(
                association_id=office.id,
                year=TODAY.year,
                name=NAME,
                audience=["non_practising", "cpa", "employee"],
                opens_date=TODAY,
                closes_date=TODAY + timedelta(days=3),
                start_date=TODAY + timedelta(days=9),
                end_date=TODAY + timedelta(days=9),
                start_time=time(9),
                planned=2,
                capacity=2,
                place="杭州市西湖区转塘街道象山艺术公社国际会议中心三楼多功能报告厅",
                hours=400,
                created_at=engine.now(),
            )
        )
    sign_members_up(server)


def member_actor(member_id: int) -> Actor:
    """A member as who acts."""
    return Actor("member", member_id)


def messages_of_class(server: Server) -> list[str]:
    """What people of the class were sent, by template."""
    with server.app.extensions["engine"].database.read() as session:
        return list(
            session.scalars(
                select(Message.template)
                .join(Enrolment, Enrolment.case_id == Message.case_id)
                .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
                .where(TrainingClass.name == NAME)
            )
        )


def test_a_class_from_its_offer_to_its_cancellation(enter: Enter, server: Server) -> None:
    clerk = enter("zj_training").go("/classes").is_at("Classes").look("classes")
    clerk.follow("New class").is_at("New class")
    clerk.press("Make the class")
    clerk.sees("Enter: %(label)s.", label=clerk.say("Name of the class")).look("class-wrong")
    for label, value in (
        ("Name of the class", NAME),
        ("Organiser", "浙江省注册会计师协会培训部"),
        ("Telephone of the organiser", "0571-00000000"),
        ("First day of the class", day(20)),
        ("Last day of the class", day(19)),
        ("Hours of the class", "16"),
        ("Place", "杭州市西湖区"),
        ("Sign-up from", day(0)),
        ("Sign-up until", day(10)),
        ("Planned number of people", "2"),
        ("At most so many people", "2"),
        ("Text of the announcement", "## 报到\n\n请**准时**。<script>alert(1)</script>"),
    ):
        clerk.type(clerk.say(label), value)
    clerk.main.get_by_label(clerk.say("Non-practising members")).check()
    clerk.press("Make the class").sees("The class must not end before it begins.")
    expect(clerk.field(clerk.say("Place"))).to_have_value("杭州市西湖区")
    clerk.type(clerk.say("Last day of the class"), day(21)).press("Make the class")
    clerk.sees("The class was made. Everybody whom it is for sees it in the list.")
    clerk.sees("Nobody is signed up yet").sees("<script>").look("class-new")

    sign_members_up(server)
    clerk.page.reload()
    clerk.main.get_by_role("checkbox").nth(1).check()
    expect(clerk.page.locator("[data-ticked]")).to_have_text("1")
    clerk.press("Confirm all that wait")
    clerk.sees(MEMBERS[0]).sees(MEMBERS[1]).sees_not(MEMBERS[2]).look("class-confirm")
    clerk.main.locator("form button").click()
    run_jobs(server)
    clerk.sees("Done")
    assert messages_of_class(server).count("enrolment_confirmed") == 2

    clerk.go("/classes")
    clerk.main.get_by_role("link", name=NAME).click()
    clerk.follow("Change").type(clerk.say("Place"), "宁波市海曙区").press("Go on: what it touches")
    clerk.is_at("What the change touches").sees("3").sees("宁波市海曙区").look("class-impact")
    clerk.press("Save the change")
    clerk.sees("Telling of the new time or place").look("class-telling")
    run_jobs(server)
    clerk.sees("Everybody who is signed up was told of the new time or place.")
    assert messages_of_class(server).count("enrolment_changed") == 3

    clerk.follow("Cancel the class").press("Next").sees(
        "Say why, in at most %(most)s characters.", most=500
    )
    clerk.type(clerk.say("Why is it cancelled?"), "讲师因公出国。").look("class-cancel").press(
        "Next"
    )
    clerk.is_at("Really cancel this class?").look("class-cancel-question")
    clerk.press("Yes, cancel the class").sees("Telling that the class is cancelled")
    run_jobs(server)
    clerk.sees("Everybody who was signed up was told that the class is cancelled.")
    clerk.sees("讲师因公出国。").look("class-cancelled")
    clerk.follow("Copy the class").is_at("New class").look("class-copy")


def test_the_pages_on_a_phone(enter: Enter, server: Server) -> None:
    offer(server)
    clerk = enter("zj_training", "phone").go("/classes?state=full").look("classes-phone")
    clerk.main.get_by_role("link", name=NAME).click()
    clerk.look("class-phone")
    clerk.go("/classes?q=zzz").sees("No class fits these filters").look("classes-empty")


def test_sign_ups_are_confirmed_without_scripts(enter: Enter, server: Server) -> None:
    offer(server)
    clerk = enter("zj_training", javascript=False).go("/classes?state=full")
    clerk.main.get_by_role("link", name=NAME).click()
    clerk.main.get_by_role("checkbox").first.check()
    clerk.press("Confirm the ticked").sees(MEMBERS[0]).sees_not(MEMBERS[1])
    clerk.main.locator("form button").click()
    run_jobs(server)
    clerk.go("/classes").main.get_by_role("link", name=NAME).click()
    expect(clerk.main.locator("tbody tr").first).to_contain_text(clerk.say("Sign-up confirmed"))


def test_an_auditor_reads_and_has_no_button(enter: Enter, server: Server) -> None:
    offer(server)
    auditor = enter("audit").go("/classes")
    auditor.main.get_by_role("link", name=NAME).click()
    auditor.look("class-auditor")
    for words in ("Change", "Copy the class", "Cancel the class"):
        expect(auditor.link(words)).to_have_count(0)
    expect(auditor.button("Confirm the ticked")).to_have_count(0)
