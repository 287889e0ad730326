"""Names are Chinese, ids English, and every text has its English one."""

import pytest

from tests.content import shipped
from tests.content.shipped import BPMN, CHINESE, DMN, SNAKE_CASE


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_ids_of_diagrams_and_tables_are_english_snake_case(process: str) -> None:
    for root in (shipped.diagram(process), *shipped.decisions(process)):
        ids = [each.get("id", "") for each in root.iter("{*}*") if each.get("id")]
        assert [each for each in ids if not SNAKE_CASE.fullmatch(each)] == []
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("process", "name"), shipped.FORMS)
def test_ids_and_keys_of_forms_are_english_snake_case(process: str, name: str) -> None:
    documents = [each.document for each in shipped.components(process, name)]
    for attribute in ("id", "key", "path"):
        given = [each[attribute] for each in documents if attribute in each]
        assert [each for each in given if not SNAKE_CASE.fullmatch(each)] == []
    ids = [each["id"] for each in documents]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_what_stands_on_a_diagram_is_chinese(process: str) -> None:
    named = [
        *shipped.diagram(process).iterfind(f"{BPMN}process//{BPMN}*[@name]"),
        *(each for root in shipped.decisions(process) for each in root.iter(f"{DMN}input")),
    ]
    texts = [each.get("label") or each.get("name") or "" for each in named]
    assert texts
    assert [each for each in texts if not CHINESE.search(each)] == []


@pytest.mark.parametrize(("process", "name"), shipped.FORMS)
def test_what_stands_on_a_form_is_chinese(process: str, name: str) -> None:
    texts = [text for each in shipped.components(process, name) for _key, text in each.texts()]
    assert texts
    assert [each for each in texts if not CHINESE.search(each)] == []


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_every_text_has_its_english_and_no_english_is_left_over(process: str) -> None:
    chinese, english = shipped.chinese(process), shipped.english(process)
    assert set(chinese) == set(english)
    assert [key for key, text in english.items() if CHINESE.search(text) or not text] == []


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_values_put_into_a_text_are_the_same_in_both_languages(process: str) -> None:
    english = shipped.english(process)
    for key, text in shipped.chinese(process).items():
        assert text.count("{{") == english[key].count("{{"), key


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_a_process_explains_itself_to_an_administrator(process: str) -> None:
    assert f"{process}.documentation" in shipped.chinese(process)
