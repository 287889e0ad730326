"""An association words a message; its members read it so, until it is inherited again."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands
from tests.browser.walking import Person

MEMBER, NAME = "330000100001", "蔡思源"
TEMPLATE = "application_returned.inspection"
REASON = "在职证明不清晰。"
PAGE = f"/manage/texts/{TEMPLATE}"


def word(manager: Person, text: str) -> Person:
    """Open the return message and type its text."""
    manager.go("/manage/texts").is_at("Message texts")
    manager.main.locator(f"a[href*='{TEMPLATE}']").first.click()
    manager.main.locator("#text").fill(text)
    return manager


def read_return(person: Person) -> Person:
    """Open the last message."""
    person.go("/messages").main.locator("a.whole").first.click()
    return person


def test_an_association_words_its_return_and_a_member_reads_it(
    enter: Enter, errand: Errands
) -> None:
    manager = enter("zj_manage").go("/manage/texts").look("texts")
    word(manager, "$name老师：请补正。$salary").press("Keep these words")
    problem = manager.page.get_by_role("alert")
    expect(problem).to_contain_text("$salary")
    manager.look("text-refused")

    manager.main.locator("#text").fill("$name老师：请补正后再次提交。退回原因：$reason")
    manager.press("Preview")
    expect(manager.main.locator("#preview")).to_contain_text("张三老师：请补正后再次提交。")
    manager.look("text-preview").press("Keep these words")
    manager.sees("Messages are sent in these words from now on.").sees("Own words").look("text")

    errand(MEMBER).start().apply()
    errand("zj_review").decide(MEMBER, "return", REASON)
    member = read_return(enter(MEMBER, "phone"))
    member.sees(f"{NAME}老师：请补正后再次提交。").sees(REASON).look("message-own-words")

    manager.go(PAGE).press("Back to the inherited words").sees("As shipped")
    expect(manager.button("Back to the inherited words")).to_have_count(0)
    read_return(member).sees("老师：请补正后再次提交。")  # what was sent stays as it was sent


def test_values_are_put_in_by_click_and_by_keyboard(enter: Enter) -> None:
    manager = word(enter("zj_manage"), "您好：")
    text = manager.main.locator("#text")
    text.press("End")
    manager.main.get_by_role("button", name="$name", exact=True).click()
    expect(text).to_have_value("您好：$name")
    expect(text).to_be_focused()
    manager.main.get_by_role("button", name="$year", exact=True).press("Enter")
    expect(text).to_have_value("您好：$name$year")
    title = manager.main.locator("#title")
    title.fill("")
    manager.main.get_by_role("button", name="$association", exact=True).press("Space")
    expect(title).to_have_value("$association")


def test_words_are_kept_without_scripts_and_only_read_by_the_auditor(enter: Enter) -> None:
    manager = word(enter("zj_manage", "phone", javascript=False), "$name：请补正。")
    expect(manager.main.get_by_role("button", name="$name")).to_have_count(0)
    manager.press("Keep these words").sees("Own words")
    auditor = enter("audit", "phone").go(PAGE).look("text-auditor-phone")
    expect(auditor.main.locator("#text")).to_be_disabled()
    expect(auditor.main.get_by_role("button")).to_have_count(0)
