"""A member applies: every step of the inspection with all that it asks and says."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, Route, expect

from engine.jobs import Worker
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.errands import get_case
from tests.browser.walking import Person
from workflows.shared.hours import credit_hours

MEMBER = "330000100001"
SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])

FIELDS = {
    "通讯地址": "浙江省杭州市演示路88号",
    "邮政编码": "310001",
    "固定电话": "0571-85178283",
    "紧急联系人": "王五 15400000009",
    "工作单位": "演示咨询有限公司",
    "部门": "审计部",
    "职务": "项目经理",
    "参加工作时间": "2001-08-01",
    "单位电话": "0571-85178284",
    "档案存放单位": "杭州市人才中心",
    "毕业院校": "浙江大学",
    "专业": "审计学",
    "毕业时间": "2001-07-01",
    "取得时间": "2010-12-01",
}
CHOICES = {
    "政治面貌": "群众",
    "所在地区": "杭州市",
    "户口所在地": "宁波市",
    "单位性质": "国有企业",
    "职称": "正高级",
    "最高学历": "硕士研究生",
    "学位": "硕士",
}


def begin(enter: Enter, size: str = "desktop") -> Person:
    """A member who has just started the year's inspection."""
    member = enter(MEMBER, size).go("/").press("Start the inspection")
    return member.is_at("完善信息")


def choose_and_hold(page: Page) -> list[Route]:
    """Choose what the form is drawn anew for; what it asks for is held until it is let go on."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/tasks/*", hold, times=1)
    with page.expect_request("**/tasks/*"):
        page.get_by_role("checkbox", name="建造师").click()
    return held


def choose(person: Person, label: str, words: str) -> None:
    """Choose the first option that begins like this."""
    field = person.field(label)
    option = field.locator("option").filter(has_text=words).first
    field.select_option(value=option.get_attribute("value"))


@SIZES
def test_a_member_walks_every_step_and_applies(enter: Enter, size: str) -> None:
    member = begin(enter, size).look("information")
    for label, text in FIELDS.items():
        member.type(label, text)
    for label, words in CHOICES.items():
        choose(member, label, words)
    for words in ("税务师", "精算师", "国际注册会计师(ACCA)", "特许金融分析师(CFA)"):
        member.page.get_by_role("checkbox", name=words).check()
    member.press("年检申请")

    member.is_at("年检信息").sees("40.00").look("inspection")
    expect(member.main).to_contain_text(member.say("Confirmed"))
    member.press("下一步")

    member.is_at("承诺书").look("commitment")
    member.page.get_by_role("checkbox", name="我已阅读并同意").check()
    member.press("确认")

    member.is_at("缴费与材料").sees("The fee has been received. There is nothing to pay.")
    member.look("materials").press("下一步")

    member.is_at("确认申请").look("check-your-answers")
    for text in ("浙江省杭州市演示路88号", "演示咨询有限公司", "特许金融分析师(CFA)"):
        member.sees(text)
    member.press("确认申请")
    question = member.page.get_by_role("dialog")
    expect(question).to_contain_text("年度年检吗")
    member.look("question")
    question.get_by_role("button", name=member.say("OK")).click()

    member.sees("申请成功，请明年按时参加年检。").sees("年检结果将在五个工作日内公布")
    member.look("success").follow("Show the application as sent")
    member.sees("演示咨询有限公司").look("receipt")
    expect(member.button("Print a receipt")).to_be_visible()
    member.go("/").sees("In review").look("home-in-review")
    expect(member.link("Withdraw")).to_be_visible()


def test_the_question_answered_with_cancel_changes_nothing(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().to("confirm_application")
    member = enter(MEMBER).go("/").follow("Go on").is_at("确认申请").press("确认申请")
    question = member.page.get_by_role("dialog")
    question.get_by_role("button", name=member.say("Cancel")).click()
    expect(question).to_be_hidden()
    member.is_at("确认申请").go("/").sees("Draft")
    member.follow("Go on").is_at("确认申请")


def test_each_section_can_be_changed_before_it_is_sent(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().to("confirm_application")
    member = enter(MEMBER).go("/").follow("Go on").is_at("确认申请")
    member.press("Change").is_at("完善信息").type("职务", "首席会计师").press("年检申请")
    # What was read and accepted before is not asked again.
    member.is_at("缴费与材料").press("下一步").is_at("确认申请").sees("首席会计师")


def test_each_wrong_field_says_what_is_wrong_with_it(enter: Enter) -> None:
    member = begin(enter).type("通讯地址", "").type("邮政编码", "31").type("职务", "会" * 120)
    member.press("年检申请").is_at("完善信息").look("problems")
    summary = member.page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    for label in ("通讯地址", "邮政编码", "职务"):
        expect(member.field(label)).to_have_attribute("aria-invalid", "true")
        expect(member.field(label)).to_have_accessible_description(re.compile(member.say("Error:")))
    summary.get_by_role("link").first.click()
    expect(member.field("通讯地址")).to_be_focused()
    expect(member.field("邮政编码")).to_have_value("31")


def test_a_commitment_that_is_not_ticked_stops_the_application(
    enter: Enter, errand: Errands
) -> None:
    errand(MEMBER).start().to("accept_commitment")
    member = enter(MEMBER).go("/").follow("Go on").is_at("承诺书").press("确认").is_at("承诺书")
    expect(member.page.get_by_role("alert")).to_be_focused()
    member.page.get_by_role("checkbox", name="我已阅读并同意").check()
    member.press("确认").is_at("缴费与材料")


def test_rows_are_added_and_removed(enter: Enter) -> None:
    member = begin(enter).press("Add: %(label)s", label="教育经历")
    schools = member.main.get_by_label("毕业院校")
    expect(schools).to_have_count(2)
    schools.nth(1).fill("演示商学院")
    member.main.get_by_label("最高学历").nth(1).select_option(index=3)
    member.press("Remove")
    expect(schools).to_have_count(1)
    expect(schools).to_have_value("演示商学院")


def test_a_field_appears_when_it_is_asked_for(enter: Enter) -> None:
    member = begin(enter)
    member.page.get_by_role("radio", name="退休").check()
    expect(member.page.get_by_label("工作单位")).to_have_count(0)
    member.main.get_by_role("group", name="国内资格").get_by_label("其他").check()
    expect(member.field("其他国内资格")).to_be_visible()
    member.type("其他国内资格", "演示资格").press("年检申请").is_at("年检信息")


def test_what_was_typed_waits_on_another_device(enter: Enter) -> None:
    at_the_desk = begin(enter)
    at_the_desk.type("职务", "审计总监").type("紧急联系人", "赵六 15400000010")
    at_the_desk.page.get_by_role("checkbox", name="税务师").check()
    expect(at_the_desk.page.locator("#saved")).not_to_be_empty()
    on_the_way = enter(MEMBER, "phone").go("/").follow("Go on").is_at("完善信息")
    expect(on_the_way.field("职务")).to_have_value("审计总监")
    expect(on_the_way.field("紧急联系人")).to_have_value("赵六 15400000010")
    expect(on_the_way.page.get_by_role("checkbox", name="税务师")).to_be_checked()


def test_what_was_typed_a_moment_before_leaving_is_kept(enter: Enter) -> None:
    member = begin(enter, "phone")
    member.type("职务", "走得匆忙").go("/")
    member.page.wait_for_load_state("networkidle")
    member.follow("Go on").is_at("完善信息")
    expect(member.field("职务")).to_have_value("走得匆忙")


def test_what_is_typed_while_the_server_answers_stays(enter: Enter) -> None:
    member = begin(enter)
    held = choose_and_hold(member.page)
    member.type("部门", "打字不等人")
    member.page.get_by_role("checkbox", name="精算师").evaluate("each => each.checked = true")
    with member.page.expect_response("**/tasks/*"):
        held[0].continue_()
    expect(member.page.locator("form[aria-busy]")).to_have_count(0)
    expect(member.field("部门")).to_have_value("打字不等人")
    expect(member.field("部门")).to_be_focused()
    for words in ("建造师", "精算师"):
        expect(member.page.get_by_role("checkbox", name=words)).to_be_checked()


def test_an_older_answer_never_has_the_last_word(enter: Enter) -> None:
    member = begin(enter)
    page = member.page
    held = choose_and_hold(page)
    member.main.get_by_role("group", name="国内资格").get_by_label("其他").check()
    # What it changes is asked for only now.
    with page.expect_request("**/tasks/*"):
        held[0].continue_()
    expect(member.field("其他国内资格")).to_be_visible()
    expect(page.get_by_role("checkbox", name="建造师")).to_be_checked()


def test_a_button_that_is_held_down_while_the_form_is_drawn_anew_is_pressed(enter: Enter) -> None:
    member = begin(enter)
    page = member.page
    held = choose_and_hold(page)
    member.button("年检申请").hover()
    page.mouse.down()
    with page.expect_response("**/tasks/*"):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    with page.expect_navigation():
        page.mouse.up()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("完善信息")


def test_a_step_back_keeps_what_was_typed(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().to("view_inspection")
    member = enter(MEMBER).go("/").follow("Go on").is_at("年检信息").press("上一步")
    member.is_at("完善信息").type("部门", "内审部").press("年检申请")
    member.is_at("承诺书").press("上一步").is_at("年检信息").press("上一步")
    expect(member.field("部门")).to_have_value("内审部")


def test_hours_that_are_missing_hold_the_application_up(enter: Enter, errand: Errands) -> None:
    number = "330000100006"
    errand(number).start()
    member = enter(number, "phone").go("/").follow("Go on").press("年检申请")
    member.is_at("完成学时").sees("20.00").look("missing-hours")
    expect(member.link("继续教育在线平台")).to_have_attribute("target", "_blank")
    member.press("重新查询").is_at("完成学时")
    member.go("/").sees("Waiting for hours")


def test_hours_that_arrive_later_wake_the_application_and_tell_the_member(
    server: Server, enter: Enter, errand: Errands
) -> None:
    number = "330000100006"
    errand(number).start().step("apply")
    engine, case = server.app.extensions["engine"], get_case(server.app, number)
    with engine.database.transaction() as session:
        credit_hours(
            session,
            member_id=case.subject_id,
            year=case.year,
            earned_date=date(case.year, 11, 2),
            hours=2000,
            title="税收政策更新",
            source="继续教育在线平台",
            external_key="late",
            now=engine.now(),
        )
    Worker(engine).run_due()
    member = enter(number, "phone").go("/").sees("学时已到账").follow("Go on")
    member.is_at("年检信息").sees("40.00")


def test_two_clicks_on_send_send_once(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().to("confirm_application")
    member = enter(MEMBER).go("/").follow("Go on").press("确认申请")
    member.page.get_by_role("dialog").get_by_role("button", name=member.say("OK")).dblclick()
    member.sees("申请成功")
    case = get_case(errand(MEMBER).app, MEMBER)
    assert (case.status, case.round) == ("in_review", 1)
