"""Covered data shown for a reason, one's own data taken away, a person erased by two."""

from datetime import timedelta

from playwright.sync_api import expect

from engine.actors import Actor
from engine.jobs import Worker
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.errands import get_task
from web.demo import PASSWORD
from workflows.personal_data.erasing import erase_member
from workflows.shared.keeping import SERVICE, Periods
from workflows.shared.register import find_member_by_number

CAI = "330000100001"


def test_a_reviewer_says_why_and_sees_the_data(
    server: Server, enter: Enter, errand: Errands
) -> None:
    errand(CAI).start().apply()
    task = get_task(server.app, CAI, "review_application")
    reviewer = enter("zj_review").go(f"/inbox/{task.id}")
    reviewer.sees("154****").look("review-covered")
    reviewer.follow("Show personal data")
    window = reviewer.page.get_by_role("dialog")
    expect(window).to_contain_text(reviewer.say("Why you need them"))
    window.get_by_label(reviewer.say("Why you need them")).fill("电话核实住址")
    reviewer.look("review-asking")
    window.get_by_role("button", name=reviewer.say("Show"), exact=True).click()
    reviewer.sees("Cover again").look("review-shown")
    expect(reviewer.main).not_to_contain_text("154****")
    reviewer.press("Cover again").go(f"/inbox/{task.id}").sees("154****")
    plain = enter("zj_review2", "phone", javascript=False).go(f"/inbox/{task.id}")
    plain.follow("Show personal data").is_at("Show personal data")
    plain.type(plain.say("Why you need them"), "核实").press("Show")
    plain.sees("Cover again")


def test_a_member_takes_his_data_away(server: Server, enter: Enter) -> None:
    member = enter(CAI, "phone").go("/account").follow("My data")
    if "confirm" in member.page.url:
        member.page.locator("input[type=password]").fill(PASSWORD)
        member.page.locator("main form button").first.click()
    member.is_at("My data").look("own-data")
    member.press("Gather my data").sees("正在生成您的信息副本").look("own-data-waiting")
    Worker(server.app.extensions["engine"]).run_due()
    # The page looks again by itself.
    member.sees("Take it away").look("own-data-ready")
    with member.page.expect_download() as taken:
        member.page.locator("main a.btn-primary").click()
    assert taken.value.suggested_filename == "personal-data.zip"


def test_two_people_erase_a_third(server: Server, enter: Enter) -> None:
    engine = server.app.extensions["engine"]
    engine.services[SERVICE] = Periods(records=timedelta(0))
    with engine.database.transaction() as session:
        member = find_member_by_number(session, CAI)
        assert member is not None
        member.state = "left"
    admin = enter("admin").go("/manage/erasures").look("erasures-none")
    admin.type(admin.say("Member number"), CAI).type(admin.say("Reason"), "本人于三月一日书面申请")
    admin.press("Ask for it").sees("What stays, and why").look("erasure-own")
    manager = enter("zj_manage").go(admin.page.url.removeprefix(server.url)).look("erasure")
    manager.press("Agree: erase for good").sees("The data are being erased.")
    Worker(engine).run_due()
    manager.go("/manage/erasures").sees("已删除").look("erasures")


def test_an_erased_persons_pages_say_so(server: Server, enter: Enter, errand: Errands) -> None:
    errand(CAI).start().apply()
    engine = server.app.extensions["engine"]
    task = get_task(server.app, CAI, "review_application")
    with engine.database.transaction() as session:
        member = find_member_by_number(session, CAI)
        assert member is not None
        member.state = "left"
        by = Actor("staff", 1)
        erase_member(session, engine, member_id=member.id, by=by, now=engine.now())
    enter("zj_manage").go(f"/cases/{task.case_id}").sees("已删除").look("case-erased")
    enter("zj_review").go(f"/inbox/{task.id}").sees("已删除").look("review-erased")
