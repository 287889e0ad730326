"""The studio's editors by keys alone: nobody loses his place, and nothing is picked for him."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands
from tests.browser.test_studio_diagram import Drawing, draw

FORM = "forms/inspection/fill_information.form"
TABLES = "bpmn/inspection/hours.dmn"


@pytest.fixture
def ruling(enter: Enter, errand: Errands) -> Drawing:
    """The administrator at the diagram of a small process."""
    return draw(enter("admin"), errand("admin").app, "ruling")


@pytest.fixture
def inspection(enter: Enter, errand: Errands) -> Drawing:
    """The administrator at the diagram of a process with forms and tables."""
    return draw(enter("admin"), errand("admin").app, "inspection")


def edit(drawing: Drawing, path: str) -> None:
    """Open another document of the draft."""
    page = drawing.person.page
    page.goto(f"/studio/drafts/{drawing.draft.id}/edit/{path}")
    page.locator("main [data-ready]").wait_for()


def test_what_is_picked_in_a_row_stays_while_it_is_checked(ruling: Drawing) -> None:
    ruling.add("user_task", after="propose_ruling")
    kind = ruling.at("user_task_1 kind")
    kind.select_option("call_activity")
    expect(ruling.at("user_task_1").locator(".step-problem")).to_be_visible()
    expect(kind).to_have_value("call_activity")
    ruling.fill("name", "办理")
    expect(ruling.at("user_task_1")).to_contain_text("办理")
    expect(kind).to_have_value("call_activity")


def test_a_problem_leads_to_its_step_and_the_panel_back_to_it(ruling: Drawing) -> None:
    page, keys = ruling.person.page, ruling.person.page.keyboard
    ruling.add("user_task", after="propose_ruling").choose("started")
    page.locator("[data-problems] .problem-error button").first.press("Enter")
    expect(ruling.at("user_task_1")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(ruling.entry("name")).to_be_focused()
    keys.press("Escape")
    expect(ruling.at("user_task_1")).to_be_focused()


def test_a_way_is_edited_and_left_to_its_step(ruling: Drawing) -> None:
    (way, *_others) = ruling.process.flows_from("ruling_agreed")
    ruling.choose("ruling_agreed").at(f"{way.id} edit").press("Enter")
    expect(ruling.entry("name")).to_be_focused()
    ruling.person.page.keyboard.press("Escape")
    expect(ruling.at("ruling_agreed")).to_be_focused()
    expect(ruling.at(f"{way.id} edit")).to_be_visible()


def test_what_is_taken_back_is_as_it_was_opened(inspection: Drawing) -> None:
    before = inspection.documents[inspection.path]
    start = inspection.process.start.id
    inspection.choose(start).fill("name", "由此开始").is_saved()
    assert inspection.documents[inspection.path] != before
    inspection.person.page.locator("[data-act=undo]").press("Enter")
    expect(inspection.at(start)).not_to_contain_text("由此开始")
    inspection.is_saved()
    assert inspection.documents[inspection.path] == before


def test_who_removes_a_component_goes_on_with_the_next(inspection: Drawing) -> None:
    edit(inspection, FORM)
    page, keys = inspection.person.page, inspection.person.page.keyboard
    mobile, email = (page.locator(f".sf-canvas [data-id='{each}']") for each in ("mobile", "email"))
    mobile.focus()
    keys.press("Enter")
    expect(page.locator(".sf-panel-place")).to_contain_text("手机号码")
    mobile.focus()
    keys.press("Delete")
    expect(mobile).to_have_count(0)
    chosen = page.locator(".sf-canvas .fjs-editor-selected")
    expect(chosen).to_be_focused()
    keys.press("Control+z")
    expect(mobile).to_be_visible()
    page.get_by_role("button", name=inspection.person.say("Remove"), exact=True).press("Enter")
    expect(chosen).to_be_focused()
    assert email.count() + mobile.count() == 1


def test_cells_complete_what_expressions_read(inspection: Drawing) -> None:
    edit(inspection, TABLES)
    page, keys = inspection.person.page, inspection.person.page.keyboard
    offered = page.locator(".cm-tooltip-autocomplete")
    page.locator(".tjs-container tbody td.output-cell").first.click()
    keys.press("Control+a")
    keys.type("year")
    expect(offered).to_contain_text("year_facts")
    expect(offered).to_contain_text("年度事实")
    keys.press("Control+a")
    keys.type("add")
    expect(offered).to_contain_text("add working days")
    titles = page.locator(".tjs-container [title]").evaluate_all("all => all.map(e => e.title)")
    assert not [each for each in titles if each.isascii()]


def test_an_expression_is_typed_in_a_large_window_and_left_by_a_key(ruling: Drawing) -> None:
    page, keys = ruling.person.page, ruling.person.page.keyboard
    ruling.choose("propose_ruling")
    due = ruling.group("studio-work").locator("[data-entry-id=due]")
    field = due.locator(".cm-content")
    field.focus()
    keys.press("Tab")
    expect(due.locator(".bio-properties-panel-open-feel-popup")).to_be_focused()
    keys.press("Enter")
    window = page.locator(".bio-properties-panel-feel-popup")
    expect(window).to_contain_text("提出处理意见")
    expect(window).not_to_contain_text("UserTask")
    expect(window.locator(".cm-content")).to_be_focused()
    keys.type("add w")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("add working days")
    keys.press("Escape")
    expect(page.locator(".cm-tooltip-autocomplete")).to_have_count(0)
    expect(window).to_be_visible()
    keys.press("Escape")
    expect(window).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_text("add w")


def test_what_was_looked_at_is_let_go(ruling: Drawing) -> None:
    page = ruling.person.page
    browser = page.context.new_cdp_session(page)

    def count_listeners() -> int:
        browser.send("HeapProfiler.collectGarbage")
        count: int = browser.send("Memory.getDOMCounters")["jsEventListeners"]
        return count

    def look_around() -> None:
        for step in ("propose_ruling", "agree_ruling", "record_ruling", "started"):
            ruling.choose(step)
            expect(ruling.group("studio-general")).to_be_visible()

    look_around()
    before = count_listeners()
    for _round in range(5):
        look_around()
    assert count_listeners() < before + 100
