"""Two managers settle a member's year by hand."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands
from tests.browser.walking import Person

MEMBER, NAME = "330000100001", "蔡思源"
REASON = "会员全年在境外救灾，经会长办公会研究，同意本年度免检。"


def find_year(manager: Person, year: int) -> None:
    """Find the member and begin to settle a year of his."""
    manager.go("/cases").follow("Settle by hand").is_at("Settle a year by hand")
    manager.type(manager.say("Member number"), "330000999999").press("Find").look("ruling-nobody")
    manager.sees("No member of your association has this number.")
    manager.type(manager.say("Member number"), MEMBER).press("Find").sees(NAME).look("ruling-years")
    row = manager.page.get_by_role("row", name=str(year)).first
    row.get_by_role("button", name=manager.say("Settle")).click()


def test_one_manager_proposes_another_agrees_and_the_member_is_told(
    enter: Enter, errand: Errands
) -> None:
    errand(MEMBER).start().apply()
    first = enter("zj_manage")
    find_year(first, 2025)
    first.is_at(f"{NAME} {MEMBER}").sees("Open, will be closed").look("ruling-propose")
    first.field("处理结果").select_option(label="年检不予通过")
    expect(first.field("不予通过的事由")).to_be_visible()
    first.field("处理结果").select_option(label="免检")
    expect(first.field("不予通过的事由")).to_be_hidden()
    first.type("处理理由", REASON).press("提出")

    # Who proposed it may look at it, and decides nothing.
    first.go("/inbox?kind=ruling").page.get_by_role("link", name=NAME).click()
    expect(first.main.get_by_role("button", name="同意", exact=True)).to_have_count(0)
    first.look("ruling-own")

    second = enter("zj_manage2")
    second.go("/inbox?kind=ruling").page.get_by_role("link", name=NAME).click()
    second.sees(REASON).sees("免检").look("ruling-agree").press("同意")
    second.page.get_by_role("dialog").get_by_role("button", name=second.say("OK")).click()
    second.is_at("Inbox")

    member = enter(MEMBER, "phone").go("/").sees("Exempt from inspection").look("home-ruled")
    member.go("/messages").page.get_by_role("link", name="免检").click()
    member.sees(REASON).look("ruling-message").follow("Go to the application")
    member.sees("Exempt from inspection").look("result-ruled")


def test_what_another_manager_does_not_agree_to_changes_nothing(
    enter: Enter, errand: Errands
) -> None:
    errand(MEMBER).start().apply()
    first = enter("zj_manage")
    find_year(first, 2025)
    with first.page.expect_response(lambda each: each.request.method == "POST"):
        first.field("处理结果").select_option(label="未参检")
    # The form is drawn anew for what was chosen.
    expect(first.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    with first.page.expect_navigation():
        first.type("处理理由", REASON).press("提出")
    second = enter("zj_manage2", "phone")
    second.go("/inbox?kind=ruling").page.get_by_role("link", name=NAME).click()
    second.look("ruling-agree-phone").press("不同意")
    expect(second.page.get_by_role("alert")).to_be_focused()
    second.type("不同意的理由", "申请仍在审核中。").press("不同意").is_at("Inbox")
    enter(MEMBER).go("/").sees("In review").sees_not(REASON)
