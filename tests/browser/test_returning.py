"""A returned application comes back: round by round, changed, switched, withdrawn, decided."""

from playwright.sync_api import expect

from tests.browser.attachments import payload, picture
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.errands import get_task
from tests.browser.walking import Person
from workflows.shared.results import find_result, verification_token

MEMBER, NAME = "440100100001", "梁家豪"
PLAIN_MEMBER = "330000100001"
REASON = "在职证明不清晰，请重新上传；职务请写全称。"


def send(member: Person) -> None:
    """Go on from the first step to the end of an application sent before."""
    member.press("年检申请").is_at("缴费与材料").press("下一步").is_at("确认申请")
    member.press("确认申请")
    member.page.get_by_role("dialog").get_by_role("button", name=member.say("OK")).click()
    member.sees("申请成功")


def open_task(reviewer: Person, name: str) -> Person:
    """Open a member's application from the inbox."""
    reviewer.go("/inbox").page.get_by_role("link", name=name).click()
    return reviewer


def mark(reviewer: Person, label: str, comment: str) -> None:
    """Mark a field or file with a comment."""
    marker = reviewer.page.locator("details.marker", has_text=label).first
    marker.locator("summary").click()
    marker.get_by_role("checkbox").check()
    marker.get_by_role("textbox").fill(comment)


def test_a_returned_application_goes_three_rounds_until_it_is_approved(
    server: Server, enter: Enter, errand: Errands
) -> None:
    sent = errand(MEMBER).start().to("provide_materials")
    sent.attach("work_proof", "proof.png", picture()).apply()

    # The reviewer sees the whole application with its attachment in place, and returns it.
    reviewer = open_task(enter("gz_review"), NAME).look("review")
    expect(reviewer.page.get_by_role("img", name="proof.png")).to_be_visible()
    mark(reviewer, "职务", "请写全称")
    mark(reviewer, "在职证明", "看不清公章")
    reviewer.press("退回")
    expect(reviewer.page.get_by_role("alert")).to_be_focused()
    expect(reviewer.page.get_by_role("textbox", name="职务")).to_have_value("请写全称")
    reviewer.type("原因", REASON).look("review-marked").press("退回")
    reviewer.is_at("Inbox").sees(NAME)

    # The member is told where, by whom, why and when, and finds everything filled in.
    member = enter(MEMBER, "phone").go("/")
    member.sees("Returned by the association").sees(REASON).look("home-returned")
    bell = member.page.get_by_role("banner").get_by_role("link", name=member.say("Messages"))
    expect(bell).to_contain_text("1")
    bell.click()
    member.look("messages").page.get_by_role("link", name="已退回").click()
    member.sees("地方注协非执业会员审核退回").sees("广州").sees("年检信息").sees(REASON)
    expect(member.main).to_contain_text("-")
    member.look("message")
    member.go("/").follow("Apply again").is_at("完善信息").look("apply-again")
    member.sees(REASON).sees("%(label)s: %(sentence)s", label="职务", sentence="请写全称")
    position = member.field("职务")
    expect(position).not_to_have_value("")
    expect(position).to_have_accessible_description(
        "To be changed 请写全称".replace("To be changed", member.say("To be changed"))
    )
    position.fill("集团财务部高级经理")
    member.press("年检申请").is_at("缴费与材料").sees("看不清公章")
    slot = member.page.locator(".slot", has_text="在职证明")
    expect(slot.get_by_role("link", name="proof.png")).to_be_visible()
    slot.get_by_role("button", name=member.say("Delete")).click()
    expect(slot.get_by_role("link")).to_have_count(0)
    slot.locator("input[type=file]").set_input_files(
        payload("clear.png", picture(colour="#803020"), "image/png")
    )
    expect(slot.get_by_role("link", name="clear.png")).to_be_visible()
    member.press("下一步").is_at("确认申请").press("确认申请")
    member.page.get_by_role("dialog").get_by_role("button", name=member.say("OK")).click()
    member.sees("申请成功")

    # The reviewer sees what changed, returns it once more, and then approves it.
    reviewer = open_task(reviewer, NAME)
    changes = reviewer.page.locator("#changes")
    for words in ("集团财务部高级经理", "clear.png", "proof.png", REASON):
        expect(changes).to_contain_text(words)
    reviewer.look("review-second-round")
    reviewer.type("原因", "请再核对通讯地址。").press("退回").is_at("Inbox")
    member.go("/").follow("Apply again").is_at("完善信息").sees("请再核对通讯地址。")
    member.sees_not("请写全称").type("通讯地址", "广州市天河区演示路1号")
    send(member)
    reviewer = open_task(reviewer, NAME)
    expect(reviewer.page.locator("#changes")).to_contain_text("广州市天河区****")
    expect(reviewer.page.locator("#changes")).not_to_contain_text("clear.png")
    reviewer.press("通过").is_at("Inbox").look("inbox-done")
    errand("gd_review").decide(MEMBER, "approve", step="second_review")

    # The year's record, the trail and the public page show it.
    member.go("/").sees("Inspection passed").look("home-passed")
    member.go("/results").look("results").main.get_by_role(
        "link", name=member.say("View")
    ).first.click()
    member.sees("Inspection passed").sees("40.00").look("result")
    member.go("/results").main.get_by_role("link", name=member.say("Approval status")).first.click()
    nodes = member.page.locator(".trail > li")
    expect(nodes.filter(has_text=member.say("Returned by the association"))).to_have_count(2)
    member.look("trail").go("/my-code").look("code")
    expect(member.page.get_by_role("img", name="2025")).to_be_visible()
    engine = server.app.extensions["engine"]
    task = get_task(server.app, MEMBER, "review_application", state="completed")
    with engine.database.read() as session:
        result = find_result(session, member_id=task.subject_id, year=task.year)
        token = verification_token(engine.vault, result)
    anybody = enter(size="phone").go(f"/v/{token}").is_at("This code is genuine")
    anybody.sees("广州").sees("梁").sees("Inspection passed").sees_not(NAME).sees_not(MEMBER)
    anybody.look("verify").go(f"/v/{token[:-2]}xx", status=404).is_at("This code is not genuine")


def test_a_returned_application_is_switched_to_a_deferral_and_back(
    enter: Enter, errand: Errands
) -> None:
    errand(PLAIN_MEMBER).start().apply()
    review = errand("zj_review").decide(PLAIN_MEMBER, "return", "请补充说明")
    member = enter(PLAIN_MEMBER).go("/").follow("Apply again").press("暂缓年检申请")
    member.page.get_by_role("checkbox", name="我已阅读并同意").check()
    member.press("确认").is_at("暂缓原因及证明材料").look("deferral")
    member.field("暂缓原因").select_option("illness")
    member.type("原因说明", "住院治疗")
    member.page.locator("input[type=file]").set_input_files(
        payload("record.png", picture(), "image/png")
    )
    expect(member.page.get_by_role("link", name="record.png")).to_be_visible()
    member.press("确认申请").sees("申请成功")
    reviewer = open_task(enter("zj_review"), "蔡思源").sees("住院治疗")
    reviewer.sees(
        "It is another application now: %(kind)s instead of %(before)s.",
        kind=reviewer.say("Deferral"),
        before=reviewer.say("Annual inspection"),
    )
    review.decide(PLAIN_MEMBER, "return", "请改为年检申请")
    member.go("/").follow("Apply again").sees("请改为年检申请")
    send(member)
    errand("zj_review").decide(PLAIN_MEMBER, "approve")
    member.go("/").sees("Inspection passed")


def test_a_member_takes_his_application_back_changes_it_and_applies_again(
    enter: Enter, errand: Errands
) -> None:
    errand(PLAIN_MEMBER).start().apply()
    reviewer = open_task(enter("zj_review"), "蔡思源")
    member = enter(PLAIN_MEMBER, "phone").go("/").follow("Withdraw").look("withdraw")
    member.press("Withdraw").sees("Withdrawn")
    member.sees("The application is withdrawn. You can change it and apply again.")
    # Who was reading it is told that there is nothing to decide, and loses nothing typed.
    reviewer.type("原因", "一段写好的理由").press("退回")
    reviewer.is_at("Somebody was faster").sees("There is nothing to decide any more")
    expect(reviewer.field(reviewer.say("Reason"))).to_have_value("一段写好的理由")
    member.follow("Go on").is_at("完善信息").type("职务", "内审负责人")
    send(member)
    open_task(reviewer, "蔡思源").sees("内审负责人").press("通过").is_at("Inbox")


def test_an_application_is_abandoned_after_a_question(enter: Enter, errand: Errands) -> None:
    errand(PLAIN_MEMBER).start()
    member = enter(PLAIN_MEMBER).go("/").follow("Go on").press("放弃申请")
    question = member.page.get_by_role("dialog")
    expect(question).to_contain_text("确认放弃本次申请吗")
    question.get_by_role("button", name=member.say("OK")).click()
    member.go("/applications").sees("Abandoned")
    expect(member.button("New application")).to_be_visible()


def test_a_page_that_is_stale_says_so_and_keeps_what_was_typed(
    enter: Enter, errand: Errands
) -> None:
    errand(PLAIN_MEMBER).start()
    stale = enter(PLAIN_MEMBER).go("/").follow("Go on").is_at("完善信息")
    elsewhere = errand(PLAIN_MEMBER).apply()
    stale.press("年检申请").is_at("This step is done already").look("stale")
    assert get_task(elsewhere.app, PLAIN_MEMBER, "review_application").round == 1
    stale.follow("Go to where the application stands").sees("In review")
