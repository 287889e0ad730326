"""An administrator compares a draft with what is at work: drawings move together, by keys too."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Enter, Errands
from tests.browser.drawing import Desk
from tests.browser.walking import Person
from workflows.studio.drafts import open_draft, put_documents, read_documents

PROCESS = "output_hours"
DIAGRAM = "bpmn/output_hours/output_hours.bpmn"
TABLE = "bpmn/output_hours/limits.dmn"
FORM = "forms/output_hours/state_output.form"


@pytest.fixture
def draft(errand: Errands) -> UUID:
    """A draft with something else in every kind of document."""
    engine: Any = errand("admin").app.extensions["engine"]
    with engine.database.transaction() as session:
        draft = open_draft(session, process_id=PROCESS, by=1, now=engine.now())
        documents = read_documents(session, draft.id)
        form = json.loads(documents[FORM])
        form["components"][3]["label"] = "成果名称（全称，与封面或刊物上的一致）" * 3
        changed = {
            DIAGRAM: documents[DIAGRAM]
            .replace('name="核定学时"'.encode(), 'name="复核申请的学时"'.encode())
            .replace(b'type="output_hours.credit"', b'type="cases.begin_round"'),
            TABLE: documents[TABLE].replace(b"<text>20</text>", b"<text>25</text>", 1),
            FORM: json.dumps(form).encode(),
        }
        put_documents(session, draft=draft, documents=changed, by=1, now=engine.now())
    return draft.id


def side(person: Person, name: str) -> Locator:
    """The drawing of one side."""
    return person.page.locator(f".compare-canvas[data-side='{name}']")


def shows(person: Person) -> list[list[float]]:
    """Which part of the drawing either side shows."""
    seen = [
        side(person, name).locator("g.viewport").get_attribute("transform") or ""
        for name in ("old", "new")
    ]
    return [[round(float(each), 1) for each in re.findall(r"-?[\d.]+", one)] for one in seen]


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_drawings_are_marked_and_move_together(enter: Enter, draft: UUID, width: str) -> None:
    admin = enter("admin", width).go(f"/studio/drafts/{draft}/compare")
    expect(admin.page.locator("body")).to_have_attribute("data-ready", "true")
    admin.look("studio-compare-diagram")
    for name in ("old", "new"):
        marked = side(admin, name).locator(".djs-element.compare-changed")
        expect(marked).to_have_count(2)
        signs = side(admin, name).locator(".compare-key.compare-changed")
        expect(signs).to_have_text(["≠", "≠"])
    whole = shows(admin)
    assert whole[0] == whole[1]
    admin.button("Next change").press("Enter")
    admin.button("Next change").press("Enter")
    for name in ("old", "new"):
        selected = side(admin, name).locator(".djs-element.selected")
        expect(selected).to_have_attribute("data-element-id", "credit")
    near = shows(admin)
    assert near[0] == near[1] != whole[0]
    first = admin.page.locator(".compare-entry").first
    first.focus()
    admin.page.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-current", "true")
    selected = side(admin, "old").locator(".djs-element.selected")
    expect(selected).to_have_attribute("data-element-id", "review_output_hours")
    admin.button("Whole diagram").press("Enter")
    side(admin, "new").locator("[data-element-id='credit'] .djs-hit").first.click()
    expect(first).not_to_have_attribute("aria-current", "true")
    selected = side(admin, "old").locator(".djs-element.selected")
    expect(selected).to_have_attribute("data-element-id", "credit")
    admin.button("Whole diagram").press("Enter")
    assert shows(admin) == whole


def test_what_one_step_more_pushes_aside_does_not_hide_it(enter: Enter, errand: Errands) -> None:
    engine: Any = errand("admin").app.extensions["engine"]
    with engine.database.transaction() as session:
        draft = open_draft(session, process_id="inspection", by=1, now=engine.now())
    admin = enter("admin")
    admin.go(f"/studio/drafts/{draft.id}/edit/bpmn/inspection/inspection.bpmn")
    desk = Desk(admin).is_ready()
    desk.add("user_task", after="fill_information").is_saved()
    admin.go(f"/studio/drafts/{draft.id}/compare")
    desk.is_ready()
    # All that stands elsewhere is one line of the list.
    expect(admin.page.locator(".compare-changes .change-moved")).to_have_count(1)
    now = side(admin, "new")
    expect(now.locator(".compare-key")).to_have_text(["≠", "+", "+"])
    moved = now.locator(".djs-shape.compare-moved[data-element-id='choose_deferral'] rect").first
    expect(moved).to_have_css("stroke-dasharray", "none")
    admin.page.get_by_label(admin.say("moved or drawn otherwise")).check()
    expect(moved).to_have_css("stroke-dasharray", "2px, 3px")
    admin.look("studio-compare-moved")


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_tables_and_forms_stand_beside_each_other(enter: Enter, draft: UUID, width: str) -> None:
    admin = enter("admin", width).go(f"/studio/drafts/{draft}/compare?document={TABLE}")
    expect(admin.page.locator("td.compare-changed")).to_have_text(["≠ 20", "≠ 25"])
    admin.look("studio-compare-table")
    admin.page.locator(f".compare-documents a[href*='{FORM.rpartition('/')[2]}']").click()
    for name in ("old", "new"):
        marked = admin.page.frame_locator(f"iframe[name='compare-{name}']").locator(".compare-mark")
        expect(marked).to_have_count(1)
    admin.page.locator(".compare-entry").first.press("Enter")
    for name in ("old", "new"):
        frame = admin.page.locator(f"iframe[name='compare-{name}']")
        assert (frame.get_attribute("src") or "").endswith("#field-title")
    admin.look("studio-compare-form")
    admin.go(f"/studio/drafts/{draft}/release").look("studio-release-words")
