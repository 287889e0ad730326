"""Two review levels, a refusal that a second person agrees to, and a decision taken back."""

from playwright.sync_api import expect

from tests.browser.attachments import picture
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.errands import find_task, get_case
from tests.browser.walking import Person

CITY, CITY_NAME = "440100100001", "梁家豪"
MEMBER, NAME = "330000100001", "蔡思源"


def apply_in_the_city(errand: Errands) -> None:
    """Let the member of Guangzhou apply with his proof."""
    sent = errand(CITY).start().to("provide_materials")
    sent.attach("work_proof", "proof.png", picture()).apply()


def open_task(person: Person, kind: str, name: str) -> Person:
    """Open the task of a kind that is about somebody."""
    person.go(f"/inbox?kind={kind}").page.get_by_role("link", name=name).click()
    return person


def answer(person: Person) -> None:
    """Answer the question before a decision with yes."""
    person.page.get_by_role("dialog").get_by_role("button", name=person.say("OK")).click()


def test_the_city_approves_then_the_province_and_the_member_passes(
    enter: Enter, errand: Errands
) -> None:
    apply_in_the_city(errand)
    city = open_task(enter("gz_review"), "inspection", CITY_NAME)
    city.press("通过").is_at("Inbox")
    member = enter(CITY, "phone").go("/").sees("In second review").look("home-second-review")
    expect(member.main.get_by_role("link", name=member.say("Withdraw"))).to_have_count(0)

    province = open_task(enter("gd_review"), "second_review", CITY_NAME)
    province.sees("广州审核员").look("second-review").press("通过").is_at("Inbox")

    member.go("/").sees("Inspection passed")
    member.go("/results").main.get_by_role("link", name=member.say("Approval status")).first.click()
    member.sees("Passed on to the second review").look("trail-two-levels")
    nodes = member.page.locator(".trail > li")
    passed = nodes.filter(has_text=member.say("Approved by the association"))
    expect(passed).to_have_count(1)
    expect(passed).to_contain_text("省注协非执业会员审核通过")
    expect(passed).to_contain_text("广东省注册会计师协会")


def test_the_province_sends_back_to_the_city_and_returns_to_the_member(
    server: Server, enter: Enter, errand: Errands
) -> None:
    apply_in_the_city(errand)
    city = errand("gz_review").decide(CITY, "approve")
    province = open_task(enter("gd_review"), "second_review", CITY_NAME)
    province.press("退回一级审核")
    expect(province.page.get_by_role("alert")).to_be_focused()
    province.type("原因", "请核对工作单位全称。").press("退回一级审核").is_at("Inbox")
    again = open_task(enter("gz_review", "phone"), "inspection", CITY_NAME)
    again.sees("请核对工作单位全称。").sees("广东审核员").look("sent-back")
    # What is between colleagues is not the member's.
    member = enter(CITY).go("/").sees("In review")
    member.go(f"/applications/{get_case(server.app, CITY).id}/trail")
    member.sees_not("请核对工作单位全称。")

    city.decide(CITY, "approve")
    comments = {"fill_information__address": "缺少门牌号"}
    above = errand("gd_review")
    above.decide(CITY, "return", "请补充通讯地址。", step="second_review", **comments)
    member.go("/").sees("请补充通讯地址。").follow("Apply again").is_at("完善信息")
    member.sees("缺少门牌号")
    member.go("/messages").page.get_by_role("link", name="已退回").click()
    member.sees("省注协非执业会员审核退回").sees("广东省注册会计师协会")


def test_a_refusal_is_proposed_by_one_and_agreed_by_another(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    first = open_task(enter("zj_manage"), "inspection", NAME)
    first.type("原因", "判决已生效。").press("提出不予通过")
    answer(first)
    expect(first.page.get_by_role("alert")).to_be_focused()
    first.field("不予通过的事由").select_option(label="受刑事处罚")
    first.look("refusal-proposed").press("提出不予通过")
    answer(first)
    first.is_at("Inbox")
    member = enter(MEMBER, "phone").go("/").sees("In review")

    # Who proposed it may look at it, and is told why he decides nothing.
    open_task(first, "second_agreement", NAME)
    first.sees("You took part in this yourself: another person must decide here.")
    expect(first.main.get_by_role("button", name="同意不予通过")).to_have_count(0)
    first.look("refusal-own")

    second = open_task(enter("zj_manage2"), "second_agreement", NAME)
    second.sees("浙江管理员").sees("受刑事处罚").sees("判决已生效。").look("refusal-agree")
    second.press("同意不予通过")
    answer(second)
    second.is_at("Inbox")

    member.go("/").sees("Inspection not passed").look("home-refused")
    member.go("/messages").page.get_by_role("link", name="不予通过").click()
    member.sees("受刑事处罚").sees("判决已生效。").look("message-refused")


def test_a_manager_revokes_a_decision(server: Server, enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    errand("zj_review").decide(MEMBER, "approve")
    address = f"/cases/{get_case(server.app, MEMBER).id}"
    reviewer = enter("zj_review").go(address)
    expect(reviewer.link("Revoke the decision")).to_have_count(0)

    manager = enter("zj_manage").go(address).look("case-decided")
    manager.follow("Revoke the decision").is_at("Revoke the decision").look("revoke")
    manager.type(manager.say("Reason"), "学时复核有误。").press("Revoke the decision")
    manager.sees("The decision is revoked: the case is in review again.").sees("学时复核有误。")
    manager.look("case-revoked").go(f"{address}/revoke", status=409)

    member = enter(MEMBER, "phone").go("/").sees("In review")
    member.go("/messages").page.get_by_role("link", name="已撤销").click()
    member.sees("学时复核有误。").look("message-revoked")
    assert find_task(server.app, MEMBER, "review_application") is not None


def test_a_manager_reopens_a_case_that_was_abandoned(
    server: Server, enter: Enter, errand: Errands
) -> None:
    errand(MEMBER).start().step("abandon", confirmed="abandon")
    address = f"/cases/{get_case(server.app, MEMBER).id}"
    manager = enter("zj_manage", "phone").go(address)
    manager.follow("Reopen the case").is_at("Reopen the case").look("reopen")
    manager.page.get_by_label(manager.say("Last day to send it")).fill("2020-01-01")
    manager.main.locator("form[method=post]").evaluate("form => form.noValidate = true")
    manager.type(manager.say("Reason"), "误点放弃。").press("Reopen the case")
    expect(manager.page.get_by_role("alert")).to_be_focused()
    manager.look("reopen-refused")
    manager.page.get_by_label(manager.say("Last day to send it")).fill("2099-12-31")
    manager.press("Reopen the case").sees("The case is open again; the member is told.")
    enter(MEMBER).go("/").sees("Draft").follow("Go on").is_at("完善信息")
