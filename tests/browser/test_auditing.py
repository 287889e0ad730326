"""The auditor at a browser: reads everything within his scope, finds nothing to press."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands
from tests.browser.walking import Person

MEMBER, NAME = "330000100001", "蔡思源"


def finds_nothing_to_press(auditor: Person) -> Person:
    """Be on a page without a button that would change anything."""
    pressable = auditor.main.locator("form[method=post] button:enabled")
    expect(pressable).to_have_count(0)
    expect(auditor.main.locator("[hx-post], [hx-put], [hx-delete]")).to_have_count(0)
    return auditor


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_auditor_reads_a_case_its_trail_and_what_was_sent(
    enter: Enter, errand: Errands, size: str
) -> None:
    errand(MEMBER).start().apply()
    auditor = enter("audit", size).go("/").is_at("Cases").sees(NAME).look(f"audit-{size}")
    finds_nothing_to_press(auditor).main.get_by_role("link", name=NAME).click()
    auditor.sees("Trail").sees("The case began").look(f"audit-case-{size}")
    finds_nothing_to_press(auditor).main.get_by_role("link", name="审核").first.click()
    auditor.sees(MEMBER).sees("工作单位").look(f"audit-task-{size}")
    finds_nothing_to_press(auditor)


def test_the_auditor_looks_at_what_managers_settle(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    auditor = enter("audit")
    for address, title in (
        ("/manage/seasons", "Seasons"),
        ("/manage/absentees", "Not applied yet"),
        ("/manage/staff", "Staff and duties"),
        ("/manage/texts", "Message texts"),
        ("/manage/numbers", "Numbers"),
    ):
        auditor.go(address).is_at(title)
        finds_nothing_to_press(auditor).look(f"audit-{title.split()[0].lower()}")
    expect(auditor.page.locator(".chart svg").first).to_be_visible()


def test_what_is_for_those_who_decide_is_closed_to_the_auditor(enter: Enter) -> None:
    auditor = enter("audit").go("/cases")
    expect(auditor.link("Settle by hand")).to_have_count(0)
    for address in ("/inbox", "/cases/rulings"):
        auditor.go(address, status=404)
