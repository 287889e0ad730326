"""What a person posts becomes values: only what is asked for, here and now."""

from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest

import forms
from tests.forms.documents import bind, button, component, posted

JOB = component(
    "radio",
    "job",
    values=[{"value": "employed", "label": "在职"}, {"value": "retired", "label": "退休"}],
)
EMPLOYER = component(
    "textfield",
    "employer",
    validate={"required": True},
    conditional={"hide": '=job != "employed"'},
)
SCHOOLS = component(
    "dynamiclist",
    "schools",
    components=[
        component("textfield", "name", validate={"required": True}),
        component("checkbox", "abroad"),
        component("textfield", "country", conditional={"hide": "=not(abroad)"}),
    ],
    properties={"minRows": "1", "maxRows": "3", "rowLabel": "学历"},
)
FILE = {
    "slot": "proof",
    "id": "1",
    "name": "a.pdf",
    "kind": "pdf",
    "size": 1000,
    "sha256": "0" * 64,
}


def where(reading: forms.Reading) -> list[str]:
    return [error.path for error in reading.errors]


def test_a_locked_value_comes_from_the_context_and_never_from_the_request() -> None:
    bound = bind(
        component("textfield", "name", properties={"locked": "true"}),
        component("datetime", "born", properties={"locked": "true", "value": "=member.born"}),
        component("textfield", "city", readonly=True),
        context={"name": "李雷", "member": {"born": date(1980, 2, 3)}, "city": "广州"},
    )
    reading = bound.read(posted(name="韩梅梅", born="1990-01-01", city="x"), outcome="send")
    assert reading.values == {"name": "李雷", "born": "1980-02-03", "city": "广州"}


def test_a_name_that_the_form_does_not_have_is_nothing() -> None:
    assert bind(JOB).read(posted(job="retired", admin="1"), outcome="send").values == {
        "job": "retired"
    }


def test_a_hidden_answer_is_dropped_and_not_asked_for() -> None:
    reading = bind(JOB, EMPLOYER).read(posted(job="retired", employer="x"), outcome="send")
    assert (reading.values, reading.errors) == ({"job": "retired"}, [])


def test_a_condition_that_shows_a_field_asks_for_it() -> None:
    assert where(bind(JOB, EMPLOYER).read(posted(job="employed"), outcome="send")) == ["employer"]


def test_an_optional_field_that_was_not_on_the_page_is_shown_before_it_may_stay_empty() -> None:
    optional = {**EMPLOYER, "validate": {}}
    bound = bind(JOB, optional)
    first = bound.read(posted(job="employed"), outcome="send")
    assert [error.sentence for error in first.errors] == [
        "Another answer asks for this: fill it in or leave it empty."
    ]
    assert bound.read(posted(job="employed", employer=""), outcome="send").errors == []


def test_what_depends_on_a_hidden_answer_sees_none() -> None:
    last = component("textfield", "last", conditional={"hide": "=employer = null"})
    reading = bind(JOB, EMPLOYER, last).read(
        posted(job="retired", employer="x", last="y"), outcome="send"
    )
    assert reading.values == {"job": "retired"}


def test_a_hidden_group_hides_what_is_in_it() -> None:
    group = {
        "type": "group",
        "id": "group",
        "label": "组",
        "components": [component("textfield", "inside", validate={"required": True})],
        "conditional": {"hide": "=true"},
    }
    reading = bind(group).read(posted(inside="x"), outcome="send")
    assert (reading.values, reading.errors) == ({}, [])


def test_rows_are_read_in_the_order_of_the_page_and_empty_ones_are_dropped() -> None:
    reading = bind(SCHOOLS).read(
        posted(
            schools__row=["0", "4", "2"],
            schools__0__name="",
            schools__4__name="中山大学",
            schools__2__name="北京大学",
            schools__2__abroad="true",
            schools__2__country="",
        ),
        outcome="send",
    )
    assert reading.errors == []
    assert [row["name"] for row in reading.values["schools"]] == ["中山大学", "北京大学"]
    assert "country" not in reading.values["schools"][0]
    assert reading.values["schools"][1]["country"] is None


def test_an_error_in_a_row_is_named_by_the_rows_place() -> None:
    reading = bind(SCHOOLS).read(
        posted(
            schools__row=["0", "1"],
            schools__0__name="",
            schools__1__name="x" * 201,
        ),
        outcome="send",
    )
    assert where(reading) == ["schools.0.name"]
    assert reading.values["schools"] == [{"name": "x" * 201, "abroad": False}]


def test_too_few_and_too_many_rows_are_said_at_the_list() -> None:
    none = bind(SCHOOLS).read(posted(), outcome="send")
    assert [(error.path, error.sentence) for error in none.errors] == [
        ("schools", "Fill in at least 1 entry.")
    ]
    names = {f"schools__{number}__name": "x" for number in range(4)}
    many = bind(SCHOOLS).read(posted(schools__row=list("0123"), **names), outcome="send")
    assert [(error.path, error.sentence) for error in many.errors] == [
        ("schools", "Fill in at most 3 entries.")
    ]


def test_rows_are_added_and_removed() -> None:
    bound = bind(SCHOOLS)
    draft = bound.read(posted(schools__row=["0"], schools__0__name="甲"), outcome=None)
    added = bound.change_rows(draft.values, forms.Action("add_row", "schools"))
    assert added["schools"] == [{"name": "甲", "abroad": False, "country": None}, {}]
    removed = bound.change_rows(added, forms.Action("remove_row", "schools.0"))
    assert removed["schools"] == [{}]
    full = {"schools": [{}, {}, {}]}
    assert bound.change_rows(full, forms.Action("add_row", "schools")) == full
    assert bound.change_rows(full, forms.Action("remove_row", "schools.9")) == full
    assert bound.change_rows(full, forms.Action("add_row", "nothing")) == full


def test_a_draft_keeps_everything_as_it_was_typed_without_a_word() -> None:
    bound = bind(
        component("number", "age", validate={"required": True}),
        component("textfield", "code", properties={"format": "code"}),
        SCHOOLS,
    )
    for outcome in (None, "leave"):
        reading = bound.read(
            posted(age="old", code="123456", schools__row=["0"], schools__0__name=""),
            outcome=outcome,
        )
        assert reading.errors == []
        assert reading.values["age"] == "old"
        assert reading.values["schools"] == [{"name": None, "abroad": False, "country": None}]
        assert "code" not in reading.values
        assert reading.secrets == {"code": "123456"}


def test_a_draft_remembers_what_is_hidden_for_now() -> None:
    reading = bind(JOB, EMPLOYER).read(
        posted(job="retired"), outcome=None, values_before={"employer": "税务局"}
    )
    assert reading.values == {"job": "retired", "employer": "税务局"}


def test_a_draft_can_be_drawn_again_as_it_was() -> None:
    bound = bind(component("number", "age"), component("textfield", "city", defaultValue="广州"))
    assert bound.complete() == {"age": None, "city": "广州"}
    draft = bound.read(posted(age="old", city=""), outcome=None).values
    assert bound.complete(draft) == {"age": "old", "city": None}


def test_first_values_come_from_the_context() -> None:
    bound = bind(
        component("textfield", "mobile", properties={"value": "=member.mobile"}),
        component("number", "hours", properties={"value": "=40 / 2", "format": "hours"}),
        component("dynamiclist", "rows", components=[component("textfield", "a")]),
        component("checkbox", "agreed"),
        context={"member": {"mobile": "13800138000"}, "age": Decimal(3)},
    )
    assert bound.complete() == {
        "mobile": "13800138000",
        "hours": 20,
        "rows": [{}],
        "agreed": False,
    }


def test_required_for_one_way_out_only() -> None:
    reason = component("textarea", "reason", properties={"requiredFor": "return"})
    bound = bind(reason, button("return"))
    assert bound.read(posted(), outcome="send").errors == []
    assert where(bound.read(posted(), outcome="return")) == ["reason"]


def test_an_outcome_that_is_hidden_or_unknown_is_refused() -> None:
    hidden = button("fly") | {"conditional": {"hide": "=job != null"}}
    bound = bind(JOB, hidden)
    assert bound.read(posted(), outcome="fly").errors == []
    for outcome in ("fly", "nothing"):
        with pytest.raises(forms.OutcomeNotFound):
            bound.read(posted(job="retired"), outcome=outcome)


def test_the_question_of_an_outcome_is_asked_once() -> None:
    bound = bind(button("apply", confirm="确认要申请{{year}}年度年检吗"), context={"year": 2021})
    assert bound.needs_confirmation(posted(outcome="apply"), "apply")
    assert not bound.needs_confirmation(posted(confirmed="apply"), "apply")
    assert not bound.needs_confirmation(posted(), "send")
    assert forms.find_outcome(posted(confirmed="apply")) == "apply"
    assert forms.find_outcome(posted(outcome="send")) == "send"
    assert forms.find_outcome(posted(action="refresh")) is None


def test_actions_are_found() -> None:
    assert forms.find_action(posted(action="remove_row:schools.2")) == ("remove_row", "schools.2")
    assert forms.find_action(posted(action="send_code")) == ("send_code", "")
    assert forms.find_action(posted(outcome="send")) is None


def slots(**given: Any) -> dict[str, Any]:
    return component("filepicker", "materials", properties={"slots": "=wanted", **given})


WANTED = {
    "wanted": [
        {"name": "proof", "label": "证明", "label_en": "Proof", "required": True, "help": "盖章"},
        {"name": "more", "label": "其他"},
    ]
}


def test_files_are_asked_for_by_slot() -> None:
    bound = bind(slots(), context=WANTED)
    missing = bound.read(posted(), outcome="send")
    assert [(error.path, error.sentence) for error in missing.errors] == [
        ("materials.proof", "Upload: 证明.")
    ]
    full = bound.read(posted(), outcome="send", files={"proof": [FILE]})
    assert (full.values, full.errors) == ({"materials": [FILE]}, [])


def test_a_season_that_wants_no_files_asks_for_none() -> None:
    for context in ({"wanted": []}, {}):
        bound = bind(slots(), context=context)
        assert bound.all_slots == ()
        assert bound.read(posted(), outcome="send").errors == []


def test_slots_say_their_limits() -> None:
    field = slots(maxSize="=limit", maxFiles="2") | {"accept": ".pdf,.jpeg,.jpg"}
    bound = bind(field, context={**WANTED, "limit": 50})
    proof = bound.find_slot("proof")
    assert proof is not None
    assert (proof.kinds, proof.max_size, proof.max_files) == (("pdf", "jpg"), 50 * 2**20, 2)
    assert bound.find_slot("nothing") is None


def test_too_many_files_and_wrong_ones_are_said() -> None:
    bound = bind(slots(maxFiles="1", maxSize="1") | {"accept": ".png"}, context=WANTED)
    files = {"proof": [FILE, {**FILE, "id": "2", "kind": "png", "size": 2**20 + 1}]}
    sentences = [each.sentence for each in bound.read(posted(), outcome="send", files=files).errors]
    assert sentences == [
        "The file a.pdf is not allowed here.",
        "The file a.pdf is not allowed here.",
        "Upload at most 1 file in all.",
    ]


def test_a_single_slot_has_the_fields_own_name() -> None:
    bound = bind(component("filepicker", "proof", validate={"required": True}))
    assert where(bound.read(posted(), outcome="send")) == ["proof.proof"]


def test_a_check_sees_all_answers_and_the_outcome() -> None:
    field = component(
        "datetime",
        "started",
        properties={"check": '=started > born or outcome = "other"', "message": "应晚于出生日期"},
    )
    bound = bind(component("datetime", "born"), field, button("other"))
    wrong = {"born": "1990-01-01", "started": "1980-01-01"}
    assert [error.sentence for error in bound.read(posted(**wrong), outcome="send").errors] == [
        "应晚于出生日期"
    ]
    assert bound.read(posted(**wrong), outcome="other").errors == []


def test_values_are_what_json_can_say() -> None:
    bound = bind(
        component("textfield", "a", properties={"locked": "true"}),
        component("number", "b", properties={"locked": "true", "value": "=1/3", "format": "money"}),
        context={"a": date(2020, 1, 1)},
    )
    assert orjson.loads(orjson.dumps(bound.read(posted(), outcome="send").values))["a"] == (
        "2020-01-01"
    )
