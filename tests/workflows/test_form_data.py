"""The forms' documents and what the domain gives them fit together."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import workflows
from engine.engine import Engine
from tests.workflows.conftest import NOW, ROOT
from tests.workflows.walking import INFORMATION, Walk
from workflows.shared.form_data import FormData
from workflows.shared.register import FREE_FIELDS, KEY_FIELDS, LOCKED_FIELDS

DOCUMENTS = {
    (path.parent.name, path.stem): json.loads(path.read_text())
    for path in Path(ROOT / "forms").glob("*/*.form")
}
WORKFLOWS = workflows.collect()


def components(parts: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every component of a form; what is in a list belongs to the list."""
    for part in parts:
        yield part
        if part["type"] == "group":
            yield from components(part["components"])


def keys(process: str, form: str) -> dict[str, bool]:
    """The fields of a form, and whether each is locked."""
    return {
        part.get("key") or part["path"]: part.get("properties", {}).get("locked") == "true"
        for part in components(DOCUMENTS[process, form]["components"])
        if "key" in part or "path" in part
    }


def given(walk: Walk, process: str, form: str, language: str = "zh") -> FormData:
    """What the domain gives a form of a case."""
    provider = WORKFLOWS.form_data[process, form]
    with walk.engine.database.read() as session:
        found = provider(
            session,
            engine=walk.engine,
            case=walk.case,
            language="en" if language == "en" else "zh",
            now=NOW,
        )
        # Panels are gathered when they are first asked for: while there is a session.
        assert isinstance(found.panels, Mapping)
        return found


def test_every_shipped_form_has_its_data() -> None:
    assert set(WORKFLOWS.form_data) <= set(DOCUMENTS)
    for each in set(DOCUMENTS) - set(WORKFLOWS.form_data):
        asked = [part for part in components(DOCUMENTS[each]["components"]) if "key" in part]
        assert all(_is_never_filled_in(part) for part in asked), each


def _is_never_filled_in(part: Mapping[str, Any]) -> bool:
    return bool(part["properties"].get("secret")) or part["type"] in {"filepicker", "checkbox"}


def test_every_field_of_the_information_is_in_the_register(demo_engine: Engine) -> None:
    fields = keys("inspection", "fill_information")
    assert set(fields) == set(LOCKED_FIELDS) | set(FREE_FIELDS)
    data = given(Walk(demo_engine, "330000100001").start(), "inspection", "fill_information")
    assert set(data.locked) == {name for name, is_locked in fields.items() if is_locked}
    assert set(data.locked) == set(LOCKED_FIELDS) | KEY_FIELDS
    assert set(data.prefill) == {name for name, is_locked in fields.items() if not is_locked}
    assert data.given["name"] == "蔡思源"
    assert data.locked["identity_number"].endswith("*****")


@pytest.mark.parametrize(("language", "label"), [("zh", "在职证明"), ("en", "Proof of employment")])
def test_materials_are_what_the_season_asks_for_in_the_pages_language(
    demo_engine: Engine, language: str, label: str
) -> None:
    guangzhou = Walk(demo_engine, "440100100001").start()
    slots = given(guangzhou, "settlement", "provide_materials", language).context["material_slots"]
    assert (slots[0]["label"], slots[0]["required"]) == (label, True)
    shenzhen = Walk(demo_engine, "440300100001").start()
    assert given(shenzhen, "settlement", "provide_materials").context["material_slots"] == []


def test_missing_hours_are_said_on_an_inspection_and_not_on_a_deferral(
    demo_engine: Engine,
) -> None:
    walk = Walk(demo_engine, "330000100006").start()
    row = given(walk, "inspection", "await_hours").panels["inspection_row"]
    assert (row["hours_required"], row["hours_done"], row["last_year"]) == (4000, 2000, 2020)
    assert row["missing"]["hours"] == 2000
    deferral = given(walk, "deferral", "state_deferral")
    assert deferral.panels["inspection/inspection_row"]["missing"] is None
    assert [each["value"] for each in deferral.context["deferral_grounds"]] == [
        "abroad",
        "maternity",
        "illness",
        "other",
    ]


def test_the_fee_panel_names_the_years_that_are_owed(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, "330000100004").start().to_materials()
    panel = given(walk, "settlement", "provide_materials").panels["fee"]
    assert (panel["status"], panel["amount"], panel["years"]) == ("to_pay", 20000, [2020, 2021])
    walk = Walk(demo_engine, "330000100001").start().to_materials()
    panel = given(walk, "settlement", "provide_materials").panels["fee"]
    assert (panel["status"], panel["amount"], panel["years"]) == ("confirmed", 0, [])


def test_a_claim_is_shown_to_who_confirms_it(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, "330000100005").start().to_materials()
    panel = given(walk, "payment", "confirm_fee").panels["fee_claim"]
    assert (panel["member_no"], panel["kind"], panel["amount"], panel["proof"]) == (
        "330000100005",
        "payment",
        10000,
        [],
    )


@pytest.mark.parametrize(
    ("key", "outcome", "values", "is_right"),
    [
        (("payment", "confirm_fee"), "not_received", {"reason": None}, False),
        (("payment", "confirm_fee"), "received", {"reason": None}, True),
    ],
)
def test_a_no_needs_its_reason(
    demo_engine: Engine, key: tuple[str, str], outcome: str, values: Any, is_right: bool
) -> None:
    walk = Walk(demo_engine, "330000100001").start().do("fill_information", "apply", INFORMATION)
    with demo_engine.database.read() as session:
        wrong = WORKFLOWS.answer_checks[key](
            session,
            engine=demo_engine,
            case=walk.case,
            outcome=outcome,
            values=values,
            seen="",
            now=NOW,
        )
    assert (wrong == {}) is is_right
    assert set(wrong) <= {"reason"}
