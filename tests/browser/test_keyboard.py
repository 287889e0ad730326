"""Everything works from the keyboard: pages are walked with Tab, Space, Enter and arrows alone."""

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Enter, Errands
from tests.browser.walking import Person
from web.demo import PASSWORD

MEMBER, NAME = "330000100001", "蔡思源"

IS_FOCUS_SEEN = """() => {
    const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
    return outlineStyle !== "none" || boxShadow !== "none";
}"""


def reach(person: Person, target: Locator) -> None:
    """Press Tab until the target has the focus, and see that it has."""
    for _ in range(150):
        person.page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            assert person.page.evaluate(IS_FOCUS_SEEN)
            return
    raise AssertionError(f"{target} cannot be reached with Tab")


def press(person: Person, target: Locator, key: str = "Enter") -> None:
    """Reach something and press a key on it."""
    reach(person, target)
    person.page.keyboard.press(key)


def write(person: Person, target: Locator, text: str) -> None:
    """Reach a field and type in place of what it says."""
    reach(person, target)
    person.page.keyboard.press("Control+A")
    person.page.keyboard.type(text)


def test_the_first_tab_leads_past_the_navigation(enter: Enter) -> None:
    member = enter(MEMBER).go("/")
    press(member, member.page.get_by_role("link", name=member.say("Skip to the content")))
    expect(member.page.locator("#main")).to_be_focused()


def test_a_member_applies_by_keyboard(enter: Enter) -> None:
    member = enter().go("/")
    desktop = member.page
    write(member, desktop.get_by_label(member.say("Account")), MEMBER)
    write(member, desktop.get_by_label(member.say("Password"), exact=True), PASSWORD)
    desktop.keyboard.press("Enter")
    member.is_at("Welcome, %(name)s", name=NAME)
    press(member, member.button("Start the inspection"))
    member.is_at("完善信息")
    write(member, member.field("职务"), "会计主管")
    press(member, desktop.get_by_role("checkbox", name="精算师"), "Space")
    press(member, member.button("年检申请"))
    member.is_at("年检信息")
    press(member, member.button("下一步"))
    member.is_at("承诺书")
    press(member, desktop.get_by_role("checkbox", name="我已阅读并同意"), "Space")
    press(member, member.button("确认"))
    member.is_at("缴费与材料")
    press(member, member.button("下一步"))
    member.is_at("确认申请").sees("会计主管").sees("精算师")
    press(member, member.button("确认申请"))
    question = desktop.get_by_role("dialog")
    expect(question).to_be_visible()
    # Escape is 取消; the focus comes back to where it was.
    desktop.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(member.button("确认申请")).to_be_focused()
    desktop.keyboard.press("Enter")
    press(member, question.get_by_role("button", name=member.say("OK")))
    member.sees("申请成功")


def test_enter_in_a_field_goes_on_as_the_main_button_does(enter: Enter) -> None:
    member = enter(MEMBER).go("/").press("Start the inspection").is_at("完善信息")
    write(member, member.field("毕业院校"), "浙江大学")
    member.page.keyboard.press("Enter")
    member.is_at("年检信息")


def test_a_reviewer_marks_and_returns_by_keyboard(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    reviewer = enter("zj_review").go("/inbox")
    press(reviewer, reviewer.page.get_by_role("link", name=NAME))
    marker = reviewer.page.locator("details.marker", has_text="通讯地址").first
    press(reviewer, marker.locator("summary"))
    press(reviewer, marker.get_by_role("checkbox"), "Space")
    write(reviewer, marker.get_by_role("textbox"), "请写到门牌号")
    # Enter in a comment decides nothing.
    reviewer.page.keyboard.press("Enter")
    write(reviewer, reviewer.field("原因"), "地址不完整")
    press(reviewer, reviewer.button("退回"))
    reviewer.is_at("Inbox")
    enter(MEMBER).go("/").sees("地址不完整").follow("Apply again").sees("请写到门牌号")


def test_menus_and_windows_close_with_escape(enter: Enter) -> None:
    member = enter(MEMBER).go("/results")
    press(member, member.main.get_by_role("link", name=member.say("QR code")).first)
    window = member.page.get_by_role("dialog")
    expect(window).to_be_visible()
    member.page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    menu = member.page.get_by_role("banner").locator("summary")
    menu.press("Enter")
    expect(member.page.get_by_role("button", name=member.say("Sign out"))).to_be_visible()
    member.page.keyboard.press("Escape")
    expect(member.page.get_by_role("button", name=member.say("Sign out"))).to_be_hidden()
    expect(menu).to_be_focused()
