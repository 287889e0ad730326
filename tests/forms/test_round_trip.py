"""What was drawn and is posted unchanged reads as the same values."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms.answers import clean_text
from tests.forms.documents import bind, component, draw, post_unchanged

CHOICE = {"values": [{"value": value, "label": f"选{value}"} for value in "abc"]}
ROW = [
    component("textfield", "school"),
    component("radio", "kind", **CHOICE),
    component("checkbox", "abroad"),
    component("textfield", "country", conditional={"hide": "=not(abroad)"}),
]
BOUND = bind(
    component("textfield", "name"),
    component("textarea", "story"),
    component("number", "count"),
    component("number", "fee", properties={"format": "money"}),
    component("checkbox", "agreed"),
    component("select", "nation", properties={"list": "nations"}),
    component("radio", "one", **CHOICE),
    component("checklist", "many", **CHOICE),
    component("datetime", "day"),
    component("textfield", "depends", conditional={"hide": '=one != "a"'}),
    component("dynamiclist", "rows", components=ROW),
)

line = st.text(max_size=40).map(lambda text: clean_text(text, lines=False) or None)
lines = st.text(max_size=80).map(lambda text: clean_text(text, lines=True) or None)
option = st.sampled_from(["a", "b", "c", None])
cents = st.integers(-(10**9), 10**9).map(lambda number: number / 100)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    if not row["abroad"]:
        del row["country"]
    return row


row = st.fixed_dictionaries(
    {
        "school": line.filter(bool),
        "kind": option,
        "abroad": st.booleans(),
        "country": line,
    }
).map(_row)


def _whole(values: dict[str, Any]) -> dict[str, Any]:
    if values["one"] != "a":
        del values["depends"]
    return values


answers = st.fixed_dictionaries(
    {
        "name": line,
        "story": lines,
        "count": st.none() | st.integers(-(10**11), 10**11),
        "fee": st.none() | cents,
        "agreed": st.booleans(),
        "nation": st.sampled_from([None, "01", "56"]),
        "one": option,
        "many": st.sets(st.sampled_from("abc")).map(sorted),
        "day": st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(str),
        "depends": line,
        "rows": st.lists(row, max_size=3),
    }
).map(_whole)


@given(answers)
@settings(max_examples=100, deadline=None)
def test_what_was_drawn_and_posted_unchanged_is_the_same(values: dict[str, Any]) -> None:
    submitted = post_unchanged(draw(BOUND, values))
    reading = BOUND.read(submitted, outcome="send")
    assert reading.errors == []
    assert reading.values == values


@given(st.dictionaries(st.sampled_from([each.key for each in BOUND.form.fields]), st.text()))
@settings(max_examples=100, deadline=None)
def test_whatever_is_posted_becomes_values_or_sentences(posted: dict[str, str]) -> None:
    reading = BOUND.read(MultiDict(posted), outcome="send")
    assert all(error.sentence for error in reading.errors)
    draw(BOUND, reading.values, errors=reading.errors)
    draw(BOUND, reading.values, mode="read")
