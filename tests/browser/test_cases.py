"""An administrator sees any case: its place and way, its trail and data, what keeps it."""

from dataclasses import replace

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands, Server
from tests.browser.errands import get_case, get_task

MEMBER, NAME = "330000100001", "蔡思源"


def test_a_case_shows_its_place_its_way_its_trail_and_its_data(
    enter: Enter, errand: Errands
) -> None:
    errand(MEMBER).start().apply()
    errand("zj_review").decide(MEMBER, "return", "请补充")
    errand(MEMBER).apply()
    admin = enter("admin").go("/cases").is_at("Cases").look("cases")
    admin.page.get_by_role("link", name=NAME).click()
    admin.sees("In review").sees("fee_key").sees("请补充")
    diagram = admin.page.frame_locator("iframe.diagram-frame")
    expect(diagram.locator(".djs-element.is-here")).not_to_have_count(0)
    expect(diagram.locator(".djs-element.is-passed")).not_to_have_count(0)
    admin.look("case")
    trail = admin.page.locator("#trail-title + .trail > li, section .trail > li")
    expect(trail.first).to_be_visible()
    admin.follow("On a page of its own")
    expect(admin.page.locator(".djs-element.is-here")).not_to_have_count(0)
    admin.look("diagram").page.get_by_role("link", name="审核").first.click()
    here = admin.page.locator('.djs-element.is-here[data-element-id="review_application"]')
    expect(here).to_be_visible()


def test_cases_are_searched(enter: Enter, errand: Errands) -> None:
    for number in (MEMBER, "330000100002"):
        errand(number).start()
    admin = enter("admin").go("/cases")
    rows = admin.page.locator("#cases tbody tr")
    expect(rows).to_have_count(2)
    admin.page.get_by_role("searchbox").fill("蔡")
    expect(rows).to_have_count(1)


def test_a_case_that_stands_still_is_tried_again_and_goes_on(
    server: Server, enter: Enter, errand: Errands
) -> None:
    operations = server.app.extensions["engine"].operations.by_name
    sound = operations["inspection.record_result"]

    def fail(**_given: object) -> None:
        raise ConnectionError("the register is away")

    errand(MEMBER).start().apply()
    operations[sound.name] = replace(sound, function=fail)
    errand("zj_review").decide(MEMBER, "approve")
    member = enter(MEMBER).go("/")
    this_year = member.page.locator(".year-card")
    expect(this_year).not_to_contain_text(member.say("Inspection passed"))
    admin = enter("admin").go("/cases")
    admin.page.get_by_role("checkbox", name=admin.say("Standing still")).check()
    expect(admin.page.locator("#cases tbody tr")).to_have_count(1)
    admin.page.get_by_role("link", name=NAME).click()
    admin.sees("inspection.record_result").sees("the register is away").look("incident")
    admin.press("Try again").sees("Tried again; the case still stands still.")
    operations[sound.name] = sound
    admin.press("Try again").sees("Tried again: the case goes on.")
    expect(admin.button("Try again")).to_have_count(0)
    admin.sees("It waits for nothing: it is over.").look("case-over")
    assert get_case(server.app, MEMBER).status == "passed"
    member.go("/")
    expect(this_year).to_contain_text(member.say("Inspection passed"))


def test_a_reviewer_sees_where_a_case_is_but_not_its_data(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    task = get_task(errand(MEMBER).app, MEMBER, "review_application")
    reviewer = enter("zj_review").go(f"/inbox/{task.id}").follow("Case")
    reviewer.sees("Where it stands").sees_not("fee_key")
