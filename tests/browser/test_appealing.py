"""A member appeals against a year that was not passed; the association above decides."""

from playwright.sync_api import expect

from tests.browser.attachments import payload, picture
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.people import refuse
from tests.browser.walking import Person

MEMBER, NAME = "330000100001", "蔡思源"
STATEMENT = "判决书尚未生效，二审正在审理，请查看附上的受理通知书。"


def send_appeal(member: Person) -> None:
    """State the appeal with evidence, check it, send it."""
    member.go("/").look("home-not-passed").press("Appeal").is_at("申诉理由")
    member.sees("受刑事处罚").sees("判决已生效。").sees("中国注册会计师协会").look(
        "appeal-statement"
    )
    member.press("下一步")
    expect(member.page.get_by_role("alert")).to_be_focused()
    member.type("申诉理由", STATEMENT)
    member.page.locator("input[type=file]").set_input_files(
        payload("notice.png", picture(), "image/png")
    )
    expect(member.page.get_by_role("link", name="notice.png")).to_be_visible()
    member.press("下一步").is_at("确认申诉").sees(STATEMENT).look("appeal-check")
    member.press("修改").is_at("申诉理由")
    expect(member.field("申诉理由")).to_have_value(STATEMENT)
    member.press("下一步").is_at("确认申诉").press("确认申诉")
    member.page.get_by_role("dialog").get_by_role("button", name=member.say("OK")).click()
    member.is_at("Appeal %(year)s", year=2025).sees("Appeal under way").look("appeal-sent")


def decide(judge: Person, outcome: str, reason: str) -> None:
    """Decide the appeal from the inbox, with the case that it is about beside it."""
    judge.go("/inbox?kind=appeal").page.get_by_role("link", name=NAME).click()
    judge.sees(STATEMENT).sees("受刑事处罚").sees("判决已生效。").look("appeal-review")
    expect(judge.page.locator("details.marker")).to_have_count(0)
    judge.type("裁定理由", reason).press(outcome)


def test_an_appeal_is_upheld_and_the_member_told_why(
    server: Server, enter: Enter, errand: Errands
) -> None:
    refuse(server, errand, MEMBER)
    member = enter(MEMBER, "phone")
    send_appeal(member)
    judge = enter("cicpa_manage")
    decide(judge, "维持原决定", "判决已于五月生效，有生效证明。")
    judge.is_at("Inbox")
    member.go("/messages").page.get_by_role("link", name="维持原决定").click()
    member.sees("判决已于五月生效，有生效证明。").sees("中国注册会计师协会").look("appeal-message")
    member.follow("Go to the application").sees("Appeal: decision upheld").look("appeal-upheld")
    member.go("/results/2025").sees("Appeal").look("result-appealed")
    expect(member.main.get_by_role("button", name=member.say("Appeal"))).to_have_count(0)


def test_an_appeal_that_succeeds_brings_the_case_back_to_review(
    server: Server, enter: Enter, errand: Errands
) -> None:
    refuse(server, errand, MEMBER)
    member = enter(MEMBER)
    send_appeal(member)
    judge = enter("cicpa_manage")
    decide(judge, "撤销原决定", "判决尚未生效。")
    judge.page.get_by_role("dialog").get_by_role("button", name=judge.say("OK")).click()
    judge.is_at("Inbox")
    member.go("/").sees("In review")
    reviewer = enter("zj_review").go("/inbox")
    reviewer.page.get_by_role("link", name=NAME).click()
    reviewer.is_at(f"{NAME} {MEMBER}")
