"""产出法形式学时: a member applies on a phone, the association returns and grants at a desk."""

from datetime import datetime

from playwright.sync_api import Locator, expect

from tests.browser.attachments import payload, picture
from tests.browser.conftest import Enter
from tests.browser.walking import Person
from workflows.shared.dates import ZONE

MEMBER, NAME = "330000100001", "蔡思源"
INDEX = "/training/output-hours"
TITLE = "数字经济下的函证程序研究——基于某省三十家会计师事务所审计底稿的实证分析与改进建议"
REASON = "请补充刊物目录页；第二作者按一半认定。"


def fill(member: Person, hours: str) -> None:
    """State the work, with its proof."""
    member.page.get_by_label("成果形式").select_option("paper")
    member.type("完成日期", f"{datetime.now(ZONE).year}-01-05")
    member.type("成果名称", TITLE)
    member.type("发表刊物、出版社或主办单位", "中国注册会计师")
    member.type("本人承担的工作", "第二作者，撰写第三、四章。")
    member.type("申请学时", hours)


def attach(member: Person) -> None:
    """Attach the proof; it is there at once."""
    file = payload("contents.png", picture(), "image/png")
    member.page.locator("input[type=file]").set_input_files(file)
    expect(member.page.get_by_role("link", name="contents.png")).to_be_visible()


def open_review(office: Person) -> None:
    """Open the application from the inbox."""
    office.go("/inbox?kind=output_hours").page.get_by_role("link", name=NAME).click()
    office.sees(TITLE)


def tab_to(person: Person, wanted: Locator) -> None:
    """Go to an element with the tabulator alone."""
    for _time in range(80):
        person.page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"the tabulator does not come to {wanted}")


def test_work_is_applied_for_returned_and_granted(enter: Enter) -> None:
    member = enter(MEMBER, "phone")
    member.go(INDEX).is_at("Hours for output").look("output-empty").press("Apply for hours")
    member.is_at("填写成果").look("output-form").press("提交申请")
    expect(member.page.get_by_role("alert")).to_be_focused()
    member.look("output-form-wrong")
    fill(member, "25")
    attach(member)
    member.press("提交申请")
    expect(member.field("申请学时")).to_have_attribute("aria-invalid", "true")
    member.look("output-form-too-many").type("申请学时", "12").press("提交申请")
    member.is_at(TITLE).sees("In review").look("output-sent")

    office = enter("zj_training")
    open_review(office)
    office.look("output-review").type("原因", REASON).press("退回")
    office.is_at("Inbox")
    member.go(INDEX).look("output-returned").follow("Apply again").sees(REASON)
    member.look("output-form-returned").press("提交申请").is_at(TITLE)
    open_review(office)
    office.look("output-review-again").type("核定学时", "6").press("认定")
    expect(office.field("原因")).to_have_attribute("aria-invalid", "true")
    office.type("原因", REASON).press("认定")
    office.is_at("Inbox")

    member.go(INDEX).sees("6.00").look("output-granted").follow("View").is_at(TITLE)
    member.look("output-case").follow("Show my hours").sees("产出法形式学时：论文").look("hours")
    member.go("/messages").page.get_by_role("link", name="产出法形式学时已认定").click()
    member.sees(REASON).look("output-message")


def test_it_needs_no_mouse_and_is_taken_back(enter: Enter) -> None:
    member = enter(MEMBER, "desktop").go(INDEX)
    tab_to(member, member.button("Apply for hours"))
    member.page.keyboard.press("Enter")
    member.is_at("填写成果")
    attach(member)
    fill(member, "8")
    tab_to(member, member.button("提交申请"))
    member.page.keyboard.press("Enter")
    member.is_at(TITLE).follow("Withdraw")
    member.is_at("Withdraw the application “%(work)s”?", work=TITLE).look("output-withdraw")
    member.press("Withdraw").is_at("Hours for output").sees("Withdrawn")
