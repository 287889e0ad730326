"""What changed between two rounds is told field by field, row by row, file by file."""

from typing import Any

import forms
from forms.changes import Change
from tests.forms.documents import bind, component

CHOICE = {"values": [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]}
BOUND = bind(
    component("textfield", "name"),
    component("textfield", "mobile", properties={"mask": "mobile"}),
    component("checkbox", "agreed"),
    component("radio", "one", **CHOICE),
    component("checklist", "many", **CHOICE),
    component("textfield", "note", properties={"summary": "false"}),
    component(
        "dynamiclist",
        "schools",
        components=[component("textfield", "school"), component("radio", "kind", **CHOICE)],
        properties={"rowLabel": "学历"},
    ),
    component("filepicker", "proof"),
)


def file(name: str, digest: str) -> dict[str, Any]:
    return {"slot": "proof", "id": name, "name": name, "kind": "pdf", "size": 1, "sha256": digest}


def changes(before: dict[str, Any], after: dict[str, Any], **given: Any) -> list[Change]:
    return forms.compare(BOUND, before, after, **given)


def test_nothing_changed() -> None:
    same = {"name": "x", "schools": [{"school": "a"}], "proof": [file("a.pdf", "1")]}
    assert changes(same, same) == []
    assert changes({}, {"name": None, "agreed": False, "many": [], "schools": []}) == []


def test_fields_are_told_in_the_words_of_their_options() -> None:
    before = {"name": "李", "one": "a", "many": ["a"], "agreed": False}
    after = {"one": "b", "many": ["a", "b"], "agreed": True, "mobile": "13800138000"}
    assert changes(before, after) == [
        Change("name", "标签name", "removed", "李", ""),
        Change("mobile", "标签mobile", "added", "", "138****8000"),
        Change("agreed", "标签agreed", "changed", "No", "Yes"),
        Change("one", "标签one", "changed", "甲", "乙"),
        Change("many", "标签many", "changed", "甲", "甲, 乙"),
    ]


def test_covered_values_are_told_to_who_may_see_them() -> None:
    (change,) = changes({"mobile": "13800138000"}, {"mobile": "13900139000"}, reveal=True)
    assert (change.before, change.after) == ("13800138000", "13900139000")


def test_a_change_of_what_looks_the_same_covered_is_still_told() -> None:
    (change,) = changes({"mobile": "13800008000"}, {"mobile": "13811118000"})
    assert change.kind == "changed"


def test_a_row_that_was_changed() -> None:
    before = {"schools": [{"school": "中大"}, {"school": "北大", "kind": "a"}]}
    after = {"schools": [{"school": "中大"}, {"school": "清华", "kind": "a"}]}
    assert changes(before, after) == [
        Change("schools.1.school", "学历 2 – 标签school", "changed", "北大", "清华")
    ]


def test_a_row_put_before_others_is_the_only_change() -> None:
    before = {"schools": [{"school": "中大"}]}
    after = {"schools": [{"school": "北大", "kind": "b"}, {"school": "中大", "kind": None}]}
    assert changes(before, after) == [Change("schools.0", "学历 1", "added", "", "北大, 乙")]
    assert changes(after, before) == [Change("schools", "学历 1", "removed", "北大, 乙", "")]


def test_files_are_told_apart_by_their_content() -> None:
    before = {"proof": [file("a.pdf", "1"), file("b.pdf", "2")]}
    after = {"proof": [file("renamed.pdf", "1"), file("b.pdf", "2"), file("c.pdf", "3")]}
    assert changes(before, after) == [
        Change("proof.proof", "标签proof", "added", "", "c.pdf", "", "c.pdf"),
    ]
    assert changes(after, before) == [
        Change("proof.proof", "标签proof", "removed", "c.pdf", "", "c.pdf", ""),
    ]


def test_a_replaced_file_is_one_change() -> None:
    before = {"proof": [file("a.pdf", "1"), file("b.pdf", "2")]}
    after = {"proof": [file("a.pdf", "1"), file("c.pdf", "3")]}
    assert changes(before, after) == [
        Change("proof.proof", "标签proof", "changed", "b.pdf", "c.pdf", "b.pdf", "c.pdf"),
    ]


def test_what_is_left_out_of_summaries_is_left_out() -> None:
    assert changes({"note": "a"}, {"note": "b"}) == []
