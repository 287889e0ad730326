"""A form that is being edited is drawn as people will see it, with invented answers."""

from typing import Any
from uuid import UUID, uuid4

import lxml.html
import orjson
import pytest

from forms.checking import TYPES as SUPPORTED
from forms.formats import FORMATS, NUMBER_FORMATS
from forms.lists import LIST_NAMES
from forms.masking import MASKS
from forms.properties import PROPERTIES
from tests.content import shipped
from tests.web.conftest import READY
from tests.web.studio.conftest import Studio
from web.studio.form_settings import SETTINGS
from web.studio.form_settings.words import FORMAT_NAMES, LIST_TITLES, MASK_NAMES, TYPES

FORM = "forms/inspection/fill_information.form"
HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(1)>'


def ask(
    studio: Studio, draft: UUID, content: bytes | str, reader: str = "member", **more: Any
) -> tuple[int, lxml.html.HtmlElement]:
    sent = {"path": FORM, "content": content if isinstance(content, str) else content.decode()}
    answer = studio.ask(
        "POST", f"/studio/drafts/{draft}/preview", json={**sent, "as": reader, **more}
    )
    return answer.status_code, lxml.html.document_fromstring(answer.text)


def read_form(process: str, name: str) -> dict[str, Any]:
    return shipped.form(process, name)


def test_the_member_sees_fields_to_fill_in_with_answers_in_them(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    content, _version = studio.read(draft, FORM)
    status, page = ask(studio, draft, content)
    assert status == 200
    (code,) = page.xpath("//input[@name='postal_code']")
    assert code.get("value") == "100000"
    assert "Complete the information" in page.text_content()
    assert page.xpath("//button[@name='outcome']")
    assert not page.xpath("//script")


def test_the_reviewer_sees_answers_to_read_and_mark_with_identities_covered(
    studio: Studio,
) -> None:
    draft = studio.open_draft("inspection")
    content, _version = studio.read(draft, FORM)
    _status, page = ask(studio, draft, content, "reviewer")
    text = page.text_content()
    assert "1101011*****" in text
    assert "138****0000" in text
    assert page.xpath("//dl")
    assert page.xpath("//input[@type='checkbox']"), "boxes to mark what is wrong"
    assert not page.xpath("//input[@name='postal_code']")


@pytest.mark.parametrize("reader", ["member", "reviewer"])
def test_every_shipped_form_is_drawn_for_both(studio: Studio, reader: str) -> None:
    drafts = {process: studio.open_draft(process) for process in ("inspection", "review")}
    for process, name in shipped.FORMS:
        if process not in drafts:
            continue
        path = f"forms/{process}/{name}.form"
        content, _version = studio.read(drafts[process], path)
        _status, page = ask(studio, drafts[process], content, reader, path=path)
        assert not page.xpath("//*[@class='notice notice-warning'][@role='status']"), path


def test_what_keeps_a_form_from_being_drawn_is_said_at_its_component(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    form = read_form("inspection", "fill_information")
    form["components"][1]["components"][0]["properties"]["format"] = "no_such_format"
    status, page = ask(studio, draft, orjson.dumps(form))
    assert status == 200
    assert "The form cannot be drawn yet." in page.text_content()
    assert "姓名" in page.text_content()
    assert "no_such_format" in page.text_content()


@pytest.mark.parametrize(
    "content", ["", "[", "[]", "7", '{"components": 7}', "{}", '{"id": "\\u0000"}']
)
def test_what_is_no_form_is_told_and_breaks_nothing(studio: Studio, content: str) -> None:
    draft = studio.open_draft("inspection")
    status, page = ask(studio, draft, content)
    assert status == 200
    assert "The form cannot be drawn yet." in page.text_content()


def test_texts_of_a_form_are_never_html(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    studio.client.set_cookie("huiji_language", "zh")
    form = read_form("inspection", "fill_information")
    for component in form["components"]:
        component["label" if component["type"] != "text" else "text"] = HOSTILE
    form["components"][1]["components"][0]["description"] = HOSTILE
    for reader in ("member", "reviewer"):
        _status, page = ask(studio, draft, orjson.dumps(form), reader)
        assert HOSTILE in page.text_content()
        assert not page.xpath("//script | //img | //*[@onerror]")


@pytest.mark.parametrize("value", ["=7", '="text"', "=[1, 2]", "={a: 1}", "=null", "=1/0", "=true"])
def test_expressions_that_give_something_else_than_is_wanted_break_nothing(
    studio: Studio, value: str
) -> None:
    draft = studio.open_draft("inspection")
    form = {
        "schemaVersion": 18,
        "type": "default",
        "id": "fill_information",
        "components": [
            {"type": "datetime", "subtype": "date", "id": "day", "key": "day", "dateLabel": "日",
             "properties": {"min": value, "max": value, "value": value}},
            {"type": "select", "id": "one", "key": "one", "label": "一", "valuesExpression": value,
             "properties": {"value": value}},
            {"type": "checklist", "id": "some", "key": "some", "label": "些",
             "valuesExpression": value},
            {"type": "filepicker", "id": "files", "key": "files", "label": "件",
             "properties": {"slots": value, "maxFiles": value, "maxSize": value}},
            {"type": "filepicker", "id": "more", "key": "more", "label": "件",
             "properties": {"maxFiles": value, "maxSize": value}},
            {"type": "number", "id": "n", "key": "n", "label": "数",
             "properties": {"value": value}},
            {"type": "dynamiclist", "id": "rows", "path": "rows", "label": "行",
             "components": [{"type": "textfield", "id": "t", "key": "t", "label": value}],
             "properties": {"value": value}},
            {"type": "button", "id": "go", "label": "去", "properties": {"outcome": "go"}},
        ],
    }  # fmt: skip
    for reader in ("member", "reviewer"):
        status, page = ask(studio, draft, orjson.dumps(form), reader)
        assert status == 200
        assert not page.xpath("//*[@class='notice notice-warning'][@role='status']")


def test_enormous_lengths_and_counts_are_not_taken_at_their_word(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    form = read_form("inspection", "fill_information")
    for component in form["components"][1]["components"]:
        component.setdefault("validate", {})["minLength"] = 10**15
        component.setdefault("validate", {})["maxLength"] = 10**16
    status, _page = ask(studio, draft, orjson.dumps(form))
    assert status == 200


def test_a_block_of_the_case_is_a_place_with_its_name(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    path = "forms/inspection/view_inspection.form"
    content, _version = studio.read(draft, path)
    _status, page = ask(studio, draft, content, path=path)
    assert "inspection_row" in page.text_content()


def test_a_condition_follows_what_is_typed_in_the_preview(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    content, _version = studio.read(draft, FORM)
    typed = [["domestic_qualifications", "tax_agent"]]
    _status, page = ask(studio, draft, content, typed=typed)
    assert not page.xpath("//*[@name='domestic_qualifications_other']")
    typed = [["domestic_qualifications", "tax_agent"], ["domestic_qualifications", "other"]]
    _status, page = ask(studio, draft, content, typed=typed)
    shown = page.xpath("//input[contains(@name, 'domestic') and @type='text']")
    assert shown


def test_the_english_of_the_draft_is_shown_to_readers_of_english(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    path = "bpmn/inspection/inspection.en.json"
    texts, version = studio.read(draft, path)
    changed = {**orjson.loads(texts), "fill_information.mobile.label": "Pocket telephone"}
    assert studio.save(draft, path, orjson.dumps(changed), version).status_code == 200
    content, _version = studio.read(draft, FORM)
    _status, page = ask(studio, draft, content)
    assert "Pocket telephone" in page.text_content()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        {"path": FORM},
        {"path": FORM, "content": 7, "as": "member"},
        {"path": FORM, "content": "{}", "as": "admin"},
        {"path": "bpmn/inspection/inspection.bpmn", "content": "{}", "as": "member"},
        {"path": FORM, "content": "x" * 300_000, "as": "member"},
    ],
)
def test_what_is_asked_wrongly_is_refused_with_a_sentence(studio: Studio, sent: object) -> None:
    draft = studio.open_draft("inspection")
    answer = studio.ask("POST", f"/studio/drafts/{draft}/preview", json=sent)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["message"]


@pytest.mark.parametrize(
    "path", ["forms/review/agree_approval.form", "forms/inspection/../../etc/passwd.form"]
)
def test_a_form_of_another_process_is_refused(studio: Studio, path: str) -> None:
    draft = studio.open_draft("inspection")
    status, _page = ask(studio, draft, "{}", path=path)
    assert status == 422


def test_only_who_sees_processes_has_previews(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    assert ask(studio, uuid4(), "{}")[0] == 404
    for login, kind in (("zj_review", "staff"), (READY, "member")):
        studio.visitor.enter(login, kind=kind)
        page = studio.visitor.open("/account")
        (token,) = page.html.xpath("//input[@name='csrf_token']/@value")[:1]
        studio.token = token
        assert ask(studio, draft, "{}")[0] == 404, login


def test_the_editor_offers_exactly_what_forms_may_have() -> None:
    assert set(TYPES) == set(SUPPORTED)
    offered = {each.name for each in SETTINGS if each.place == "property"}
    assert offered == set(PROPERTIES)
    for name, places in PROPERTIES.items():
        types = frozenset(kind for place in places for kind in place.types)
        own = [each for each in SETTINGS if each.place == "property" and each.name == name]
        assert frozenset(kind for each in own for kind in each.types) == types, name


def test_every_value_that_is_picked_from_a_list_has_its_words() -> None:
    assert set(FORMAT_NAMES) == set(FORMATS) | set(NUMBER_FORMATS)
    assert set(LIST_TITLES) == set(LIST_NAMES)
    assert set(MASK_NAMES) == set(MASKS)


def test_what_a_setting_writes_is_right_where_it_is_offered() -> None:
    wrong = [
        (each.name, value)
        for each in SETTINGS
        if each.place == "property"
        for value in (*each.options, *([each.on] if each.control == "flag" else []))
        for place in PROPERTIES[each.name]
        if each.types <= place.types and not place.is_right(str(value))
    ]
    assert wrong == []


def test_the_editor_of_a_form_knows_the_blocks_that_it_may_show(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    page = studio.visitor.open(f"/studio/drafts/{draft}/edit/{FORM}")
    assert page.status == 200
    (island,) = page.html.xpath("//script[@id='form-fields']")
    known = orjson.loads(island.text)
    assert "inspection_row" in known["panels"]
    assert "settlement/fee" in known["panels"]
    assert {"types", "palette", "sections", "settings", "lists", "words"} <= set(known)
