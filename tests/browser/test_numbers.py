"""The page of numbers in a browser: charts beside their tables."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands

MEMBER = "330000100001"


def test_numbers_are_charts_with_their_tables(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    errand("zj_review").decide(MEMBER, "return", "请重新上传在职证明。")
    manager = enter("zj_manage").go("/manage/numbers")
    expect(manager.page.locator(".chart svg")).to_have_count(2)
    expect(manager.page.locator("#course")).to_be_hidden()
    manager.look("numbers")
    family = manager.page.locator("body").evaluate("each => getComputedStyle(each).fontFamily")
    drawn = manager.page.locator(".chart svg text").first
    assert drawn.evaluate("each => getComputedStyle(each).fontFamily") == family
    manager.page.locator("summary", has=manager.page.locator("xpath=../table")).first.click()
    # The chart has every day of the period, the table those on which something happened.
    expect(manager.page.locator("#course tbody tr")).to_have_count(91)
    expect(manager.page.locator("#course tbody tr:visible")).to_have_count(1)
    bars = manager.page.locator(".chart").nth(1).bounding_box()
    assert bars is not None
    assert bars["height"] < 100


def test_weeks_and_months_and_a_period_without_anything(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    manager = enter("zj_manage", "phone").go("/manage/numbers")
    first, last = (
        date.fromisoformat(manager.main.locator(each).input_value()) for each in ("#first", "#last")
    )
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    weeks, months = {each.isocalendar()[:2] for each in days}, {each.month for each in days}
    for step, rows in (("week", len(weeks)), ("month", len(months))):
        manager.main.locator("#step").select_option(step)
        manager.press("Show")
        expect(manager.page.locator("#course tbody tr")).to_have_count(rows)
    manager.look("numbers-phone")
    manager.main.locator("#first").fill("2020-01-01")
    manager.main.locator("#last").fill("2020-01-31")
    manager.press("Show").sees("Nothing happened in this period").look("numbers-empty")


def test_tables_are_on_paper_and_without_scripts(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    manager = enter("zj_manage").go("/manage/numbers")
    manager.page.emulate_media(media="print")
    expect(manager.page.locator(".chart").first).to_be_hidden()
    expect(manager.page.locator("#course")).to_be_visible()
    plain = enter("zj_manage", javascript=False).go("/manage/numbers")
    expect(plain.page.locator("#course")).to_be_visible()
    expect(plain.page.locator(".chart").first).to_be_hidden()
