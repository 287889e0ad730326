"""The texts of a process with their English, and changes of two people laid over each other."""

import pytest

from tests.content import shipped
from workflows.studio.english import (
    left_over,
    list_texts,
    merge_english,
    places_of,
    read_english,
    write_english,
)

ENGLISH = "bpmn/review/review.en.json"
FORM = "forms/review/ask.form"


def documents_of(process: str) -> dict[str, bytes]:
    found = [
        path
        for folder in ("bpmn", "forms")
        for path in (shipped.FOLDER / folder / process).iterdir()
        if path.suffix != ".html"
    ]
    return {path.relative_to(shipped.FOLDER).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_every_text_of_a_shipped_process_is_listed_with_its_english(process: str) -> None:
    documents = documents_of(process)
    texts = list_texts(process, documents)
    assert {each.key: each.chinese for each in texts} == {
        key: text.strip() for key, text in shipped.chinese(process).items()
    }
    assert [each.key for each in texts if each.is_missing or each.has_other_places] == []
    assert left_over(process, documents) == {}


def test_a_text_without_english_is_missing_and_one_without_chinese_left_over() -> None:
    documents = documents_of("review")
    texts = read_english(documents, "review")
    key = next(iter(texts))
    documents[ENGLISH] = write_english({**texts, key: "  ", "gone.label": "Gone"})
    assert [each.key for each in list_texts("review", documents) if each.is_missing] == [key]
    assert left_over("review", documents) == {"gone.label": "Gone"}


def test_a_document_that_cannot_be_read_has_no_texts_and_others_keep_theirs() -> None:
    documents = {
        "bpmn/review/review.bpmn": b"<broken",
        "bpmn/review/rules.dmn": b"<!DOCTYPE x [<!ENTITY e 'x'>]><x>&e;</x>",
        FORM: '{"components": [{"type": "text", "id": "a", "text": "说明"}, 7, null]}'.encode(),
        "forms/review/broken.form": b"[",
        ENGLISH: b'{"ask.a.text": ["no text"]}',
    }
    (text,) = list_texts("review", documents)
    assert (text.key, text.chinese, text.english) == ("ask.a.text", "说明", "")


def test_components_that_hold_each_other_without_end_are_not_followed() -> None:
    inner = '{"type": "text", "id": "deep", "text": "很深"}'
    for number in range(30):
        inner = f'{{"type": "group", "id": "g{number}", "label": "组", "components": [{inner}]}}'
    document = f'{{"components": [{inner}]}}'.encode()
    keys = {each.key for each in list_texts("review", {FORM: document})}
    assert "ask.g29.label" in keys
    assert "ask.deep.text" not in keys


def test_values_that_are_put_in_are_compared_and_the_words_around_them_not() -> None:
    assert places_of("申请{{season.year}}年度") == places_of("Apply for {{ season.year }}")
    assert places_of('{{if a then "甲" else "乙"}}') == places_of('{{if a then "x" else "y"}}')
    assert places_of("{{year}}") != places_of("{{years}}")


def test_what_two_people_changed_at_different_texts_is_kept_of_both() -> None:
    merged = merge_english(
        {"a": "theirs", "b": "old"},
        typed={"a": "old", "b": "mine"},
        shown={"a": "old", "b": "old"},
    )
    assert merged.texts == {"a": "theirs", "b": "mine"}
    assert merged.clashes == {}


def test_one_text_that_two_people_changed_is_told_with_the_words_of_both() -> None:
    merged = merge_english({"a": "theirs"}, typed={"a": "mine"}, shown={"a": "old"})
    assert merged.texts == {"a": "mine"}
    assert merged.clashes == {"a": "theirs"}


def test_two_people_who_wrote_the_same_do_not_clash() -> None:
    merged = merge_english({"a": "same"}, typed={"a": "same "}, shown={"a": ""})
    assert merged.clashes == {}
    assert merged.texts == {"a": "same"}


def test_what_is_emptied_or_dropped_is_not_in_the_document() -> None:
    merged = merge_english(
        {"a": "one", "b": "two", "c": "three"},
        typed={"a": ""},
        shown={"a": "one"},
        dropped=["b", "never there"],
    )
    assert write_english(merged.texts) == b'{\n  "c": "three"\n}\n'
