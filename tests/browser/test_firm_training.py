"""A firm signs its people up for a class: over several pages, with and without a connection."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from engine.jobs import Worker
from tests.browser.conftest import Enter, Server
from tests.browser.walking import Person
from workflows.demo.cast import FIRM_NUMBER
from workflows.shared.dates import local_date
from workflows.shared.employees import Employee
from workflows.shared.enrolments import Enrolment
from workflows.shared.register import Firm, Member, identity_hash
from workflows.shared.training_classes import TrainingClass

FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
CLASS = "会计师事务所数字化审计与质量管理专题培训班（第三期·杭州）"


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
