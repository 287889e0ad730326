"""The forms of an application as they were sent."""

from collections.abc import Mapping
from typing import Any

import workflows
from engine.engine import Engine
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.shared.register import get_member
from workflows.shared.sent_forms import Applications, SentForm, cover_identity

READY = "330000100001"
NUMBER = "330102199001011234"
WORKFLOWS = workflows.collect()


def read(walk: Walk, **options: Any) -> dict[str, SentForm]:
    """The forms that a walk's member sent, with their panels gathered."""
    applications = Applications(walk.engine, WORKFLOWS.form_data)
    given = {"kind": "inspection", "language": "zh", **options}
    with walk.engine.database.read() as session:
        forms = applications.read_forms(session, case=walk.case, now=NOW, **given)
        assert all(isinstance(each.panels, Mapping) for each in forms)
        return {each.element_id: each for each in forms}


def send(walk: Walk, **values: Any) -> Walk:
    """Send the application with some information."""
    walk.do("fill_information", "apply", {**INFORMATION, **values})
    if "view_inspection" in walk.steps:
        walk.do("view_inspection", "continue")
    if "accept_commitment" in walk.steps:
        walk.do("accept_commitment", "confirm", {"version": 1, "agreed": True})
    return walk.apply()


def test_forms_are_read_in_page_order_with_their_names_in_the_readers_language(
    demo_engine: Engine,
) -> None:
    walk = send(Walk(demo_engine, READY).start())
    assert [(each.element_id, each.title) for each in read(walk).values()] == [
        ("fill_information", "完善信息"),
        ("accept_commitment", "承诺书"),
        ("provide_materials", "缴费与材料"),
    ]
    assert list(read(walk, element_ids={"provide_materials"})) == ["provide_materials"]
    english = read(walk, language="en")["provide_materials"]
    assert english.title.isascii()
    assert english.form.language == "en"


def test_what_was_sent_does_not_change_with_the_register_or_the_fee(demo_engine: Engine) -> None:
    walk = send(Walk(demo_engine, READY).start(), name="从前的名字")
    with demo_engine.database.transaction() as session:
        get_member(session, walk.member.id).name = "后来的名字"
    assert read(walk)["fill_information"].values["name"] == "从前的名字"
    assert "fee" not in read(walk)["provide_materials"].panels


def test_a_round_is_read_as_it_stood(demo_engine: Engine) -> None:
    walk = send(Walk(demo_engine, READY).start(), employer="第一家")
    walk.do("review_application", "return", {"reason": "请更正。"}, by=REVIEWER)
    send(walk, employer="第二家")
    employers = [read(walk, round=each)["fill_information"].values["employer"] for each in (1, 2)]
    assert employers == ["第一家", "第二家"]
    assert read(walk)["fill_information"].values["employer"] == "第二家"


def test_an_identity_number_is_shown_whole_to_nobody(demo_engine: Engine) -> None:
    form = read(send(Walk(demo_engine, READY).start(), identity_number=NUMBER))["fill_information"]
    assert form.sent.values["identity_number"] == NUMBER
    shown = form.covered()["identity_number"]
    assert shown == "3301021*****"
    # Covering what is covered changes nothing.
    assert cover_identity(form.form, form.covered())["identity_number"] == shown
    locked = cover_identity(form.form, form.values, only_locked=True)
    assert locked["identity_number"] == shown
