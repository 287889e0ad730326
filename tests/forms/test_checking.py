"""A form document is refused for everything that is wrong with it, each at its component."""

import json
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

import forms
from engine.errors import InvalidRelease
from forms.properties import PROPERTIES
from tests.forms.documents import button, component, document

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "forms").glob("*/*.form"))


def sentences(given: dict[str, Any] | bytes) -> list[str]:
    return [str(problem) for problem in forms.check_form(given, "process/example")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_forms_have_no_problems(path: Path) -> None:
    name = f"{path.parent.name}/{path.stem}"
    assert [str(each) for each in forms.check_form(path.read_bytes(), name)] == []


def test_a_good_document_has_no_problems() -> None:
    assert sentences(document(component("textfield", "name"))) == []


BROKEN = [
    (component("html", "a"), "A component of the type “html” is not supported."),
    (component("taglist", "a"), "A component of the type “taglist” is not supported."),
    (component("textfield", "Name"), "The key “Name” must be of small letters, digits and “_”."),
    (component("textfield", ""), "The key “” must be of small letters, digits and “_”."),
    (
        component("textfield", "a", validate={"pattern": "("}),
        "The pattern is no regular expression: missing ) at position 1",
    ),
    (
        component("textfield", "a", validate={"minLength": 5, "maxLength": 2}),
        "The least is more than the most.",
    ),
    (component("textfield", "a", validate={"shape": 1}), "There is no rule “shape”."),
    (
        component("textfield", "a", validate={"maxLength": "5"}),
        "The rule “maxLength” cannot be “5”.",
    ),
    (
        component("textfield", "a", properties={"secret": "true", "locked": "true"}),
        "What is secret is typed: it cannot be locked or have a value.",
    ),
    (
        component("textfield", "a", properties={"format": "code", "value": '="1"'}),
        "What is secret is typed: it cannot be locked or have a value.",
    ),
    (
        component("textfield", "a", properties={"colour": "red"}),
        "There is no property “colour”.",
    ),
    (
        component("checkbox", "a", properties={"slots": "=x"}),
        "The property “slots” does not belong to a component of this type.",
    ),
    (
        component("textfield", "a", properties={"format": "iban"}),
        "The property “format” cannot be “iban”.",
    ),
    (
        component("select", "a", properties={"list": "planets"}),
        "The property “list” cannot be “planets”.",
    ),
    (
        component("textfield", "a", properties={"identityType": "b"}),
        "“identityType” names “b”, which is no field.",
    ),
    (
        component("textfield", "a", properties={"requiredFor": "fly"}),
        "“requiredFor” names “fly”, which is no outcome.",
    ),
    (component("select", "a"), "Options come from either values, an expression or a list."),
    (
        component("select", "a", values=[{"value": "x"}, {"value": "x"}]),
        "Two options have the same value.",
    ),
    (component("select", "a", values=[{"value": 1}]), "Each option has a value that is a text."),
    (component("datetime", "a", subtype="time"), "Only dates are supported, no times."),
    (component("filepicker", "a", accept=".exe"), "Files of the kind “.exe” are not supported."),
    (component("textfield", "a", conditional={"hide": "a"}), "A condition begins with “=”."),
    (component("dynamiclist", "a"), "A list has at least one field."),
    (
        component("dynamiclist", "a", components=[component("filepicker", "b")]),
        "A component of the type “filepicker” cannot stand in a list.",
    ),
    (
        component("dynamiclist", "a", components=[component("textfield", "b", readonly=True)]),
        "A field in a list cannot be locked.",
    ),
    (
        {"type": "group", "id": "g", "path": "x", "components": []},
        "A group has no path here: its fields stand beside the others.",
    ),
    (
        {"type": "text", "id": "t", "text": "", "properties": {"panel": "nowhere"}},
        "There is no panel “nowhere”.",
    ),
    (
        component("number", "n", properties={"shownBy": "nowhere"}),
        "Only a locked field can be shown by a panel.",
    ),
    (
        component("number", "n", properties={"locked": "true", "shownBy": "nowhere"}),
        "“shownBy” names “nowhere”, which is no panel of the form.",
    ),
    (
        {"type": "text", "id": "t", "text": "", "properties": {"panel": "../../etc"}},
        "The property “panel” cannot be “../../etc”.",
    ),
    (
        {"type": "button", "id": "b", "label": "b"},
        "A button has either an outcome or an action.",
    ),
    (button("send") | {"id": "again"}, "The outcome “send” is used twice."),
    (
        button("go") | {"action": "reset"},
        "A button's action is to submit.",
    ),
]


@pytest.mark.parametrize(("broken", "sentence"), BROKEN, ids=[each[1] for each in BROKEN])
def test_a_broken_component_is_refused_with_a_sentence(
    broken: dict[str, Any], sentence: str
) -> None:
    assert sentence in sentences(document(broken))


@pytest.mark.parametrize(
    "broken",
    [
        component("textfield", "a", conditional={"hide": "=1 +"}),
        component("textfield", "a", properties={"check": "=if"}),
        component("textfield", "a", label="{{ 1 + }}"),
        component("select", "a", valuesExpression="=["),
    ],
)
def test_bad_feel_is_refused_wherever_it_stands(broken: dict[str, Any]) -> None:
    assert any("is not valid FEEL" in each for each in sentences(document(broken)))


def test_the_same_key_may_stand_in_a_list_and_beside_it_but_not_twice_at_one_place() -> None:
    inside = component("textfield", "name", id="inside")
    rows = component("dynamiclist", "rows", components=[inside])
    assert sentences(document(component("textfield", "name"), rows)) == []
    twice = [component("textfield", "name"), component("textfield", "name", id="b")]
    assert sentences(document(*twice)) == ["The key “name” is used twice."]


def test_ids_are_unique() -> None:
    same = [component("textfield", "a", id="x"), component("textfield", "b", id="x")]
    assert sentences(document(*same)) == ["The id “x” is used twice."]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (b"{", "This is not a form document: it cannot be read as JSON."),
        (b"[]", "This is not a form document: it cannot be read as JSON."),
        (b" " * 300_000, "A form document has at most 200 KB."),
        (document(type="bpmn"), "This is not a form document of form-js."),
        (document(schemaVersion=4), "The form's schema version is older than 16."),
        (
            document(id="other"),
            "The form's id is “other” and its file “example”: both must be the same.",
        ),
        (document() | {"components": []}, "The form has no components."),
        (
            document() | {"components": [component("textfield", "a")]},
            "The form needs a button with an outcome.",
        ),
        (
            document(*[component("textfield", f"k{n}") for n in range(220)]),
            "A form has at most 200 components.",
        ),
    ],
)
def test_a_document_that_is_none_is_refused(given: Any, sentence: str) -> None:
    assert sentence in sentences(given)


def test_deep_nesting_is_refused() -> None:
    nested: dict[str, Any] = component("textfield", "a")
    for depth in range(60):
        nested = {"type": "group", "id": f"g{depth}", "label": "g", "components": [nested]}
    assert "Components are nested at most 4 deep." in sentences(document(nested))


def test_odd_documents_never_raise() -> None:
    for odd in [None, 3, "x", [], {"type": 3}, {"type": "text", "properties": []}]:
        assert sentences(document() | {"components": [odd]})
    odds: list[dict[str, Any]] = [
        {"validate": 3},
        {"values": 3},
        {"conditional": {"hide": 3}},
        {"conditional": 3},
        {"label": 3, "properties": 3},
        {"properties": {"requiredFor": 3}},
    ]
    for odd in odds:
        assert sentences(document(component("select", "a", **odd)))


def test_reading_a_broken_form_says_all_its_problems() -> None:
    broken = document(component("html", "a"), component("image", "b"))
    with pytest.raises(InvalidRelease) as caught:
        forms.read_form(broken, name="process/example")
    assert [problem.element for problem in caught.value.problems] == ["id_a", "id_b"]


def test_a_missing_english_label_is_a_warning() -> None:
    given = document(component("textfield", "a"))
    english = {"example.button_send.label": "Send", "example.button_leave.label": "Leave"}
    problems = forms.check_form(given, "process/example", english=english)
    assert [(each.element, each.is_warning) for each in problems] == [("id_a", True)]
    assert (
        forms.check_form(given, "process/example", english={**english, "example.a.label": "A"})
        == []
    )


def test_a_document_is_the_same_as_mapping_and_as_bytes() -> None:
    given = document(component("textfield", "a"))
    as_bytes = forms.read_form(orjson.dumps(given), name="process/example")
    as_mapping = forms.read_form(json.loads(json.dumps(given)), name="process/example")
    assert [each.path for each in as_bytes.fields] == [each.path for each in as_mapping.fields]


def test_the_documentation_names_exactly_the_properties_that_there_are() -> None:
    described = (ROOT / "docs" / "forms.md").read_text()
    table = described.split("## Custom properties")[1].split("### Values")[0]
    first_cells = re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(PROPERTIES)
