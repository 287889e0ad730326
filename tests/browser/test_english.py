"""The main pages in English, forms and diagrams included."""

import re

from playwright.sync_api import expect

from tests.browser.attachments import payload, picture
from tests.browser.conftest import Enter, Errands
from tests.browser.walking import Person

MEMBER = "440100100001"
CHINESE = re.compile(r"[\u3400-\u9fff]")


def read_words(person: Person) -> str:
    """The words of the page without what people are called and wrote themselves."""
    found = person.main.evaluate(
        """main => {
            const copy = main.cloneNode(true);
            const own = "input, textarea, option, .words, .form-control-plaintext, .who, .quote";
            for (const each of copy.querySelectorAll(`${own}, h1, td, dd`)) each.remove();
            return copy.textContent;
        }"""
    )
    return str(found)


def test_an_application_is_sent_reviewed_and_looked_at_in_english(
    enter: Enter, errand: Errands
) -> None:
    member = enter(MEMBER, language="en").go("/").look("home").press("Start the inspection")
    member.is_at("Complete the information").look("information")
    member.type("Position", "Head of accounting").press("Apply for inspection")
    member.is_at("Inspection information").look("inspection").press("Continue")
    member.is_at("Commitment").look("commitment")
    member.page.get_by_role("checkbox", name="I have read the commitment").check()
    member.press("Confirm").is_at("Fee and materials")
    slot = member.page.locator(".slot", has_text="Proof of employment")
    slot.locator("input[type=file]").set_input_files(payload("p.png", picture(), "image/png"))
    expect(slot.get_by_role("link", name="p.png")).to_be_visible()
    assert not CHINESE.search(read_words(member)), read_words(member)
    member.look("materials").press("Continue")
    member.is_at("Confirm the application").sees("Head of accounting").look("check-your-answers")
    member.press("Apply")
    member.page.get_by_role("dialog").get_by_role("button", name="OK").click()
    member.sees("Your application was sent. Please take part again next year.").look("success")
    reviewer = enter("gz_review", language="en").go("/inbox").look("inbox")
    reviewer.page.get_by_role("link", name="梁家豪").click()
    reviewer.sees("Proof of employment").look("review").press("Return")
    expect(reviewer.page.get_by_role("alert")).to_be_focused()
    reviewer.press("Approve").is_at("Inbox")
    member.go("/").sees("Inspection passed")
    admin = enter("admin", language="en").go("/cases")
    admin.page.get_by_role("link", name="梁家豪").click()
    expect(
        admin.page.frame_locator("iframe.diagram-frame").locator(".is-passed")
    ).not_to_have_count(0)
    admin.look("case")
