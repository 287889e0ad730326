"""A firm signs its people up for a class: over several pages, with and without a connection."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from engine.jobs import Worker
from tests.browser.conftest import Enter, Server
from tests.browser.errands import open_session
from tests.browser.walking import Person
from web.sessions import COOKIE
from workflows.demo.cast import FIRM_NUMBER
from workflows.shared.dates import local_date
from workflows.shared.employees import Employee
from workflows.shared.enrolments import Enrolment
from workflows.shared.person_drafts import PersonDraft
from workflows.shared.register import Firm, Member, identity_hash
from workflows.shared.training_classes import TrainingClass

FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
CLASS = "会计师事务所数字化审计与质量管理专题培训班（第三期·杭州）"

OFFLINE = (
    "Not saved yet: no connection. What you ticked and typed is kept in this browser and sent "
    "when the connection is back."
)
SECOND_FIRM = "33000002"


@pytest.fixture
def class_id(server: Server) -> int:
    """A class that is open for CPAs and employees, and a firm of 48 CPAs and two employees."""
    engine = server.app.extensions["engine"]
    today = local_date(engine.now())
    with engine.database.transaction() as session:
        firm = session.scalars(select(Firm).where(Firm.number == FIRM_NUMBER)).one()
        session.add_all(
            Member(
                number=f"3300008{each:05}",
                kind="cpa",
                name=f"{FAMILY_NAMES[each % 24]}{'一二三四五'[each // 24]}明",
                sex="12"[each % 2],
                association_id=firm.association_id,
                firm_id=firm.id,
                identity_sealed=engine.vault.seal_text(f"3300008{each:05}"),
                identity_hash=identity_hash(engine.vault, f"3300008{each:05}"),
            )
            for each in range(45)
        )
        session.add_all(
            Employee(firm_id=firm.id, number=f"E{each}", name=f"从业{'甲乙'[each]}", sex="1")
            for each in range(2)
        )
        training_class = TrainingClass(
            association_id=firm.association_id,
            year=today.year,
            name=CLASS,
            organiser="北京国家会计学院",
            organiser_phone="010-60000000",
            audience=["cpa", "employee"],
            opens_date=today - timedelta(days=3),
            closes_date=today + timedelta(days=5),
            start_date=today + timedelta(days=20),
            end_date=today + timedelta(days=22),
            start_time=engine.now().time().replace(microsecond=0, tzinfo=None),
            planned=40,
            capacity=40,
            place="杭州市西湖区演示会议中心",
            hours=1600,
            required_fields=["position", "mobile", "lodging", "invoice_title"],
            created_at=engine.now(),
        )
        session.add(training_class)
        session.flush()
        return training_class.id


def rows(page: Page, count: int) -> list[str]:
    """The keys of the first people of the page who can be ticked."""
    boxes = page.locator(".person [data-tick]")
    return [str(boxes.nth(each).get_attribute("data-tick")) for each in range(count)]


def tick(page: Page, key: str, **typed: str) -> None:
    """Tick somebody and fill in what is asked of him."""
    page.locator(f".person [data-tick='{key}']").check()
    for name, text in typed.items():
        page.locator(f"[data-person='{key}'][data-field='{name}']").fill(text)


def work(server: Server) -> None:
    """Do what is due."""
    Worker(server.app.extensions["engine"]).run_due()


def count(server: Server, model: type, *conditions: object) -> int:
    """How many rows there are."""
    with server.app.extensions["engine"].database.read() as session:
        query = select(func.count()).select_from(model).where(*conditions)
        return session.scalar(query) or 0


def is_saved(person: Person) -> None:
    """The page says that the server has everything."""
    expect(person.page.locator("[data-sign]")).to_have_text(person.say("Everything is saved."))


def test_a_firm_signs_thirty_people_up_over_three_pages(
    enter: Enter, server: Server, class_id: int
) -> None:
    firm = enter(FIRM_NUMBER).go(f"/training/classes/{class_id}/people").is_at(CLASS)
    page = firm.page
    page.locator("[data-person='all-0'][data-field='lodging']").select_option("shared")
    for number in range(3):
        for each in rows(page, 8 if number == 2 else 11):
            tick(page, each, position="项目经理", mobile="13900000001")
        is_saved(firm)
        if number == 0:
            firm.look("firm-people")
        if number < 2:
            firm.press("Next page")
            expect(page.locator(".page-nav")).to_contain_text(f"{number + 2}")
            expect(page.locator("[name=page]").first).to_have_value(str(number + 2))
    expect(page.locator("[data-count]")).to_have_text("30")
    # A search, a page back: everything is still there.
    page.get_by_label(firm.say("Name or number begins with")).fill("33000080000")
    firm.press("Search")
    expect(page.locator(".person")).to_have_count(10)
    page.get_by_label(firm.say("Name or number begins with")).fill("")
    firm.press("Search")
    expect(page.locator(".person [data-tick]:checked")).to_have_count(11)
    with page.expect_navigation():
        firm.button("Sign up those ticked").dblclick()
    expect(page.locator("#sign-ups progress")).to_have_attribute("value", "0")
    firm.look("firm-sign-up-running")
    work(server)
    expect(page.locator("#sign-ups progress")).to_have_attribute("value", "30")
    firm.look("firm-sign-up-done")
    assert count(server, Enrolment, Enrolment.class_id == class_id) == 30
    firm.go(f"/training/firm/classes/{class_id}").look("firm-class")
    firm.go("/training/firm/classes").look("firm-classes")
    firm.go("/training/firm/sign-ups").look("firm-sign-ups")
    firm.go("/training/firm/all").look("firm-all")
    firm.go("/training/firm/hours").look("firm-hours")


def test_a_lost_connection_loses_nothing(enter: Enter, server: Server, class_id: int) -> None:
    firm = enter(FIRM_NUMBER, "phone").go(f"/training/classes/{class_id}/people").is_at(CLASS)
    page = firm.page
    first, second = rows(page, 2)
    tick(page, first, position="合伙人")
    is_saved(firm)
    page.context.set_offline(True)
    tick(page, second, mobile="13900000007")
    expect(page.locator("[data-sign]")).to_have_text(firm.say(OFFLINE))
    firm.look("firm-people-offline")
    # Neither a page further nor the signing up goes into the void.
    firm.press("Next page")
    firm.press("Sign up those ticked")
    expect(page.locator(f"[data-tick='{second}']")).to_be_checked()
    expect(page.locator("[name=page]").first).to_have_value("1")
    assert count(server, PersonDraft) == 1
    page.context.set_offline(False)
    is_saved(firm)
    assert count(server, PersonDraft) == 2
    assert count(server, Enrolment, Enrolment.class_id == class_id) == 0
    # At another machine everything is there.
    other = enter(FIRM_NUMBER).go(f"/training/classes/{class_id}/people").page
    expect(other.locator("[data-count]")).to_have_text("2")
    expect(other.locator(f"[data-person='{first}'][data-field='position']")).to_have_value("合伙人")
    expect(other.locator(f"[data-person='{second}'][data-field='mobile']")).to_have_value(
        "13900000007"
    )


def test_what_was_not_sent_waits_in_the_browser_for_the_same_account_only(
    enter: Enter, server: Server, class_id: int
) -> None:
    firm = enter(FIRM_NUMBER).go(f"/training/classes/{class_id}/people").is_at(CLASS)
    page, context = firm.page, firm.page.context
    (first,) = rows(page, 1)
    context.set_offline(True)
    tick(page, first, position="合伙人")
    expect(page.locator("[data-sign]")).to_have_text(firm.say(OFFLINE))
    page.close(run_before_unload=False)
    context.set_offline(False)
    cookies = context.cookies()
    context.clear_cookies()
    token = open_session(server.app, SECOND_FIRM)
    context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])
    other = Person(context.new_page(), firm.axe).go(f"/training/classes/{class_id}/people")
    expect(other.page.locator("[data-count]")).to_have_text("0")
    other.page.close()
    assert count(server, PersonDraft) == 0
    context.clear_cookies()
    # Playwright gives cookies as one type and takes the same as another one.
    context.add_cookies(cookies)  # type: ignore[arg-type]
    again = Person(context.new_page(), firm.axe).go(f"/training/classes/{class_id}/people")
    is_saved(again)
    expect(again.page.locator(f"[data-tick='{first}']")).to_be_checked()
    expect(again.page.locator("[data-count]")).to_have_text("1")
    assert count(server, PersonDraft) == 1


def test_everything_works_without_scripts_on_a_phone(
    enter: Enter, server: Server, class_id: int
) -> None:
    firm = enter(FIRM_NUMBER, "phone", javascript=False)
    page = firm.go(f"/training/classes/{class_id}/people").is_at(CLASS).page
    first, second = rows(page, 2)
    tick(page, first, position="经理", mobile="13900000001")
    page.locator("[data-person='all-0'][data-field='lodging']").select_option("none")
    firm.press("Next page")
    (third,) = rows(page, 1)
    assert third not in (first, second)
    tick(page, third, position="助理")
    page.get_by_label(firm.say("Name or number begins with")).fill("赵")
    firm.press("Search")
    expect(page.locator("[data-count]")).to_have_text("2")
    firm.press("Only those ticked")
    expect(page.locator(".person")).to_have_count(2)
    firm.press("Sign up those ticked")
    work(server)
    firm.follow("Look again")
    firm.sees("Something is missing")
    looking = enter(FIRM_NUMBER, "phone").go(page.url).look("firm-sign-up-missing")
    # The one whose mobile number is missing is still ticked, with what was typed.
    firm.follow("Back to those still ticked")
    expect(page.locator(".person")).to_have_count(1)
    expect(page.locator(f"[data-tick='{third}']")).to_be_checked()
    expect(page.locator(f"[data-person='{third}'][data-field='position']")).to_have_value("助理")
    expect(page.locator(f"[id='{third}:mobile-wrong']")).to_be_visible()
    looking.go(page.url).look("firm-people-missing")
    page.locator(f"[data-person='{third}'][data-field='mobile']").fill("13900000003")
    firm.press("Sign up those ticked")
    work(server)
    assert count(server, Enrolment, Enrolment.class_id == class_id) == 2


def test_one_person_is_signed_up_by_keyboard_replaced_and_cancelled(
    enter: Enter, server: Server, class_id: int
) -> None:
    firm = enter(FIRM_NUMBER).go(f"/training/classes/{class_id}/people").is_at(CLASS)
    page, keys = firm.page, firm.page.keyboard
    page.locator("[data-person='all-0'][data-field='lodging']").focus()
    keys.press("ArrowDown")
    (first,) = rows(page, 1)
    page.locator(f"[data-tick='{first}']").focus()
    keys.press("Space")
    keys.press("Tab")
    keys.type("合伙人")
    keys.press("Tab")
    keys.type("13900000001")
    is_saved(firm)
    firm.button("Sign up those ticked").focus()
    keys.press("Enter")
    expect(page.locator("#sign-ups")).to_be_visible()
    work(server)
    firm.go(f"/training/firm/classes/{class_id}")
    firm.follow("Replace the person").look("firm-replace")
    page.get_by_label(firm.say("Name or number begins with")).fill("钱一")
    keys.press("Enter")
    firm.follow("钱一明")
    firm.type("职务", "经理").look("firm-replacing")
    page.get_by_role("button", name=firm.say("Give the place to %(name)s", name="钱一明")).click()
    expect(page.locator("#mobile")).to_have_attribute("aria-invalid", "true")
    firm.type("手机", "13900000002")
    page.get_by_role("button", name=firm.say("Give the place to %(name)s", name="钱一明")).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    firm.look("firm-replaced")
    work(server)
    firm.go(f"/training/firm/classes/{class_id}?state=reserved").follow("Cancel the sign-up")
    page.locator("main button.btn-primary").click()
    expect(page.locator("#reason-wrong")).to_be_visible()
    firm.look("firm-cancel")
    page.locator("#reason").fill("项目外勤，无法到场")
    page.locator("main button.btn-primary").click()
    expect(page.locator("h1")).to_have_text(CLASS)
    live = Enrolment.state.in_(("reserved", "waiting", "confirmed"))
    assert count(server, Enrolment, Enrolment.class_id == class_id, live) == 0


def test_a_firm_keeps_its_list_of_other_practitioners(enter: Enter, class_id: int) -> None:
    firm = enter(FIRM_NUMBER).go("/training/firm/employees")
    page = firm.page
    firm.look("firm-employees")
    firm.follow("Add somebody")
    page.locator("#number").fill("E0")
    page.get_by_role("button", name=firm.say("Save")).click()
    expect(page.locator("#name-wrong")).to_be_visible()
    firm.look("firm-employee-wrong")
    page.locator("#name").fill("欧阳从业")
    page.get_by_role("button", name=firm.say("Save")).click()
    expect(page.locator("#number-wrong")).to_contain_text("从业甲")
    page.locator("#number").fill("E100")
    page.locator("#mobile").fill("138 0000 0000")
    page.get_by_role("button", name=firm.say("Save")).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    firm.sees("欧阳从业").sees_not("13800000000")
    firm.follow("欧阳从业")
    page.get_by_role("button", name=firm.say("Take off the list")).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    firm.go("/training/firm/employees?state=left").follow("欧阳从业")
    page.get_by_role("button", name=firm.say("Put back on the list")).click()
    expect(page.locator("tbody tr")).to_have_count(3)
