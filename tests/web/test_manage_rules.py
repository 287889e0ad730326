"""Assignment rules on the managers' page: tried on the last tasks, then kept."""

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor
from tests.web.offices import OTHERS, READY, TOKEN, address_of, applied, staff
from tests.web.test_inbox_people import key_of
from workflows.inbox.rules import AssignmentRule
from workflows.shared.edits import Edit

MANAGER = "zj_manage"


def send_rule(visitor: Visitor, page: Page, parts: dict[str, str], action: str) -> Page:
    """Fill in the rule on the page and press a button."""
    values: MultiDict[str, str] = page.values("/manage/rules")
    for part, value in parts.items():
        values[f"part.{part}"] = value
    values["action"] = action
    return visitor.send("/manage/rules", values)


def test_a_rule_is_tried_then_kept_and_noted(app: Flask) -> None:
    applied(app)
    manager, first = staff(app, MANAGER), key_of(app, "zj_review")
    page = manager.open("/manage/rules?way=digit")

    tried = send_rule(manager, page, {"1": first}, "preview")

    assert "浙江审核员" in tried.html.get_element_by_id("trial").text_content()
    assert "Nothing was saved" in tried.text
    with app.extensions["engine"].database.read() as session:
        assert session.scalars(select(AssignmentRule)).all() == []
    kept = send_rule(manager, tried, {}, "keep")
    assert "The rule counts for what arrives from now on" in kept.text
    other = applied(app, OTHERS[0])
    assert "Assigned to nobody" in manager.open(address_of(other)).text
    with app.extensions["engine"].database.read() as session:
        (edit,) = session.scalars(select(Edit))
        assert edit.after == {"way": "digit", "parts": {"1": int(first)}}


def test_every_way_can_be_written_down(app: Flask) -> None:
    manager, first = staff(app, MANAGER), key_of(app, "zj_review")
    for way, part, value in (
        ("region", "3301", first),
        ("load", first, "2"),
        ("digit", "0", first),
    ):
        page = manager.open(f"/manage/rules?way={way}&kind=inspection")
        assert "The rule counts" in send_rule(manager, page, {part: value}, "keep").text
        shown = manager.open("/manage/rules?kind=inspection")
        assert dict(shown.form("/manage/rules").form_values())[f"part.{part}"] == value


def test_only_the_associations_managers_write_rules(app: Flask) -> None:
    here = staff(app, MANAGER).open("/manage/rules").values("/manage/rules")
    values = MultiDict({**here, **TOKEN, "action": "keep"})

    assert staff(app, "audit").open("/manage/rules").status == 200
    assert staff(app, "audit").send("/manage/rules", values).status == 403
    assert staff(app).open("/manage/rules").status == 404
    assert staff(app).send("/manage/rules", values).status == 404
    assert staff(app, MANAGER).open("/manage/rules?office=2").status == 403
    assert (
        staff(app, MANAGER).send("/manage/rules", MultiDict({**values, "office": "2"})).status
        == 403
    )


def test_a_rule_that_makes_no_sense_is_refused(app: Flask) -> None:
    manager = staff(app, MANAGER)
    values = manager.open("/manage/rules").values("/manage/rules")
    for name, value in (("way", "mood"), ("part.x", "7"), (f"part.{READY}", "7000")):
        wrong = MultiDict(values)
        wrong[name] = value
        assert manager.send("/manage/rules", wrong).status == 422
