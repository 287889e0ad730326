"""The association's people at work: finding tasks, being on them, deciding, being second."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.attachments import picture
from tests.browser.conftest import Enter, Errands
from tests.browser.errands import get_case, get_task

CAI, LIN, LIANG = "330000100001", "330000100002", "440100100001"


def names(page: Page) -> list[str]:
    """Whom the tasks of the list are about."""
    return page.locator("#tasks td.title a").all_inner_texts()


@pytest.fixture
def two_sent(errand: Errands) -> None:
    """Two applications of Zhejiang wait, the second one for the second time."""
    errand(CAI).start().apply()
    lin = errand(LIN).start().apply()
    errand("zj_review").decide(LIN, "return", "请补充")
    lin.apply()


def test_the_inbox_is_filtered_and_searched_by_the_beginning(enter: Enter, two_sent: None) -> None:
    reviewer = enter("zj_review").go("/inbox").is_at("Inbox").look("inbox")
    tasks = reviewer.page.locator("#tasks")
    expect(tasks.locator("tbody tr")).to_have_count(2)
    search = reviewer.page.get_by_role("searchbox")
    for typed, expected in (("林若", ["林若兰"]), ("若兰", []), ("330000100001", ["蔡思源"])):
        search.fill(typed)
        expect(tasks.locator("tbody tr")).to_have_count(len(expected))
        assert names(reviewer.page) == expected
    search.fill("")
    expect(tasks.locator("tbody tr")).to_have_count(2)
    reviewer.page.get_by_role("checkbox", name=reviewer.say("Applied again")).check()
    expect(tasks.locator("tbody tr")).to_have_count(1)
    assert names(reviewer.page) == ["林若兰"]
    reviewer.page.get_by_role("checkbox", name=reviewer.say("Overdue")).check()
    expect(tasks).to_contain_text(reviewer.say("Nothing fits these filters"))
    # The address keeps the filters: it can be loaded again and sent to a colleague.
    reviewer.page.reload()
    expect(reviewer.page.get_by_role("checkbox", name=reviewer.say("Overdue"))).to_be_checked()


def test_a_reviewer_sees_his_association_and_those_below_it(
    enter: Enter, errand: Errands, two_sent: None
) -> None:
    liang = errand(LIANG).start().to("provide_materials")
    liang.attach("work_proof", "proof.png", picture()).apply()
    for login, expected in (
        ("zj_review", 2),
        ("gz_review", 1),
        ("gd_review", 1),
        ("sz_review", 0),
        ("zj_fees", 0),
    ):
        reviewer = enter(login).go("/inbox")
        expect(reviewer.page.locator("#tasks tbody tr")).to_have_count(expected)
        reviewer.page.context.close()


def test_opening_a_task_says_that_one_is_on_it(enter: Enter, two_sent: None) -> None:
    first, second = enter("zj_review"), enter("zj_review2")
    first.go("/inbox").page.get_by_role("link", name="蔡思源").click()
    expect(first.page.locator("#claim")).to_contain_text(first.say("Put back"))
    second.go("/inbox")
    row = second.page.locator("#tasks tr", has_text="蔡思源")
    expect(row).to_contain_text("浙江审核员")
    row.get_by_role("link").click()
    expect(second.page.locator("#claim")).to_contain_text("浙江审核员")
    second.press("Take over")
    expect(second.page.locator("#claim")).to_contain_text(second.say("Put back"))
    second.go("/inbox").page.get_by_role("checkbox", name=second.say("Mine")).check()
    expect(second.page.locator("#tasks tbody tr")).to_have_count(1)


def test_the_next_task_opens_by_itself(enter: Enter, two_sent: None) -> None:
    reviewer = enter("zj_review").go("/inbox")
    reviewer.page.locator("#tasks td.title a").first.click()
    first = reviewer.page.get_by_role("heading", level=1).inner_text()
    reviewer.press("通过")
    expect(reviewer.page.get_by_role("heading", level=1)).not_to_have_text(first)
    expect(reviewer.page.get_by_role("status").first).to_contain_text("通过")
    reviewer.press("通过").is_at("Inbox").sees("Everything is done")


def test_of_two_reviewers_one_wins_and_the_other_loses_nothing(
    enter: Enter, errand: Errands
) -> None:
    errand(CAI).start().apply()
    task = get_task(errand(CAI).app, CAI, "review_application")
    first, second = (enter(login).go(f"/inbox/{task.id}") for login in ("zj_review", "zj_review2"))
    second.type("原因", "我写了很久的理由")
    marker = second.page.locator("details.marker", has_text="通讯地址").first
    marker.locator("summary").click()
    marker.get_by_role("checkbox").check()
    marker.get_by_role("textbox").fill("请写到门牌号")
    first.press("通过").is_at("Inbox")
    second.press("退回").is_at("Somebody was faster").look("somebody-was-faster")
    second.sees("浙江审核员").sees("通过").sees("请写到门牌号")
    expect(second.field(second.say("Reason"))).to_have_value("我写了很久的理由")
    assert get_case(errand(CAI).app, CAI).status == "passed"


def test_a_double_click_decides_once_and_opens_no_second_task(
    enter: Enter, two_sent: None, errand: Errands
) -> None:
    task = get_task(errand(CAI).app, CAI, "review_application")
    reviewer = enter("zj_review").go(f"/inbox/{task.id}")
    reviewer.button("通过").dblclick()
    expect(reviewer.page.get_by_role("heading", level=1)).to_contain_text("林若兰")
    assert get_case(errand(CAI).app, CAI).status == "passed"
    assert get_case(errand(CAI).app, LIN).status == "in_review"


def test_a_page_of_an_earlier_round_decides_nothing(enter: Enter, errand: Errands) -> None:
    member = errand(CAI).start().apply()
    task = get_task(member.app, CAI, "review_application")
    stale = enter("zj_review").go(f"/inbox/{task.id}")
    errand("zj_review2").decide(CAI, "return", "请补充")
    member.apply()
    stale.press("通过").is_at("Somebody was faster").sees("请补充")
    assert (get_case(member.app, CAI).status, get_case(member.app, CAI).round) == ("in_review", 2)
    stale.follow("Open it as it stands now").press("通过").is_at("Inbox")


def test_marks_and_an_approval_do_not_go_together(enter: Enter, errand: Errands) -> None:
    errand(CAI).start().apply()
    task = get_task(errand(CAI).app, CAI, "review_application")
    reviewer = enter("zj_review").go(f"/inbox/{task.id}")
    marker = reviewer.page.locator("details.marker", has_text="通讯地址").first
    marker.locator("summary").click()
    marker.get_by_role("checkbox").check()
    reviewer.press("通过")
    expect(reviewer.page.get_by_role("alert")).to_be_focused()
    assert get_case(errand(CAI).app, CAI).status == "in_review"


def test_an_identity_number_is_never_shown_whole(enter: Enter, errand: Errands) -> None:
    errand(CAI).start().apply()
    task = get_task(errand(CAI).app, CAI, "review_application")
    reviewer = enter("zj_review").go(f"/inbox/{task.id}")
    number = reviewer.page.locator("dl.summary > div", has_text="有效证件号码").locator("dd .words")
    expect(number).to_have_text(re.compile(r"^\d{7}\*{5}$"))


def test_the_review_page_reads_well_on_a_phone(enter: Enter, errand: Errands) -> None:
    errand(CAI).start().apply()
    reviewer = enter("zj_review", "phone").go("/inbox").look("inbox")
    reviewer.page.get_by_role("link", name="蔡思源").click()
    reviewer.look("review").follow("Decision").press("通过").is_at("Inbox")
