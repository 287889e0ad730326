"""The page of numbers in a browser: charts beside their tables."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands


def test_numbers_are_charts_with_their_tables(enter: Enter, errand: Errands) -> None:
    errand("330000100001").start().apply()
    manager = enter("zj_manage").go("/manage/numbers")
    expect(manager.page.locator(".chart svg").first).to_be_visible()
    expect(manager.page.locator("#course")).to_be_hidden()
    manager.look("numbers")
    manager.page.locator("summary", has=manager.page.locator("xpath=../table")).first.click()
    expect(manager.page.locator("#course")).to_be_visible()
    manager.go("/manage/staff").look("staff")
