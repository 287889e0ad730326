"""A member waits: who has the application, until when, what comes next; asking for speed."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands

CAI = "330000100001"


def test_a_member_sees_who_has_it_and_asks_for_speed(enter: Enter, errand: Errands) -> None:
    errand(CAI).start().apply()
    member = enter(CAI, "phone").go("/")
    expect(member.page.locator(".waiting")).to_contain_text("浙江省注册会计师协会")
    member.sees("What comes next").look("home-waiting")
    member.press("Ask for speed").sees("Your association was asked for speed.")
    expect(member.page.get_by_role("button", name=member.say("Ask for speed"))).to_have_count(0)
    member.look("home-nudged")
    member.follow("Approval status").is_at("Approval status %(year)s", year=2025)
    member.sees("Where your application is").look("trail-waiting")
    reviewer = enter("zj_review").go("/inbox?nudged=1")
    expect(reviewer.page.locator("#tasks tbody tr")).to_have_count(1)
    reviewer.look("inbox-nudged")
