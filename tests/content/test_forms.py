"""The forms as people fill them in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from forms.bound import BoundForm
from forms.checking import check_form
from forms.form import Form, read_form
from tests.content import shipped

NOW = datetime(2022, 9, 6, 17, 32, 45, tzinfo=ZoneInfo("Asia/Shanghai"))
REGISTER = {
    "name": "陈会员",
    "nation": "01",
    "sex": "2",
    "birth_date": "1985-03-12",
    "identity_type": "identity_card",
    "identity_number": "44010619850312002X",
    "certificate_number": "GD2010-0042",
    "mobile": "13800138000",
    "email": "chen@example.org",
}
INFORMATION = {
    "political_status": "masses",
    "region": "440100",
    "address": "广东省广州市越秀区东风路1号",
    "employment": "employed",
    "employer": "广州某某有限公司",
    "education.row": "0",
    "education.0.education_level": "bachelor",
    "education.0.school": "中山大学",
}
WORK = ("employer", "employer_kind", "department", "position", "employer_telephone")
OTHERS = ("domestic_other", "international_other")


def form_of(name: str) -> Form:
    process, _slash, form_id = name.partition("/")
    return read_form(
        (shipped.FOLDER / "forms" / f"{name}.form").read_bytes(),
        name=f"{process}/{form_id}",
        english=shipped.english(process),
    )


def bind(name: str, /, **context: Any) -> BoundForm:
    return form_of(name).bind(context=context, language="zh", now=NOW)


def wrong(
    name: str,
    outcome: str,
    answers: Mapping[str, Any],
    /,
    *,
    shown: tuple[str, ...] = (),
    **context: Any,
) -> set[str]:
    """The paths of the answers that are refused."""
    posted: MultiDict[str, str] = MultiDict({**answers, "shown": list(shown)})
    return {each.path for each in bind(name, **context).read(posted, outcome=outcome).errors}


def refused(**answers: Any) -> set[str]:
    """What is refused of an information that is right but for these answers."""
    given = {**INFORMATION, **answers}
    shown = (*WORK, *OTHERS)
    return wrong("inspection/fill_information", "apply", given, shown=shown, **REGISTER)


@pytest.mark.parametrize(("process", "name"), shipped.FORMS)
def test_a_form_can_be_released_without_a_warning(process: str, name: str) -> None:
    document = (shipped.FOLDER / "forms" / process / f"{name}.form").read_bytes()
    english = shipped.english(process)
    assert check_form(document, f"{process}/{name}", english=english) == []


def test_the_information_is_complete_with_what_is_marked_as_required() -> None:
    assert refused() == set()


@pytest.mark.parametrize("field", sorted(set(INFORMATION) - {"education.row"}))
def test_what_is_required_is_asked_for(field: str) -> None:
    assert field in refused(**{field: ""})


def test_at_least_one_education_is_told() -> None:
    assert any(path.startswith("education") for path in refused(**{"education.row": []}))


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("postal_code", "51000"),
        ("telephone", "八三〇六三五八三"),
        ("employer_telephone", "12"),
        ("work_started_date", "2022-09-07"),
        ("work_started_date", "1985-03-11"),
        ("work_started_date", "1985-02-30"),
        ("qualified_date", "2023-01-01"),
        ("education.0.graduated_date", "2022-12-31"),
        ("education.0.education_level", "wizard"),
        ("region", "999999"),
        ("political_status", "anything"),
        ("address", "广州"),
        ("employer", "甲" * 101),
        ("domestic_qualifications", "wizard"),
        ("international_qualifications", "wizard"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field(field: str, answer: str) -> None:
    assert refused(**{field: answer}) == {field}


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("postal_code", "510030"),
        ("telephone", "020-83063583"),
        ("work_started_date", "2007-07-01"),
        ("qualified_date", "2022-09-06"),
        ("household_region", "440300"),
        ("domestic_qualifications", ["tax_agent", "lawyer"]),
        ("international_qualifications", ["acca", "pmp"]),
    ],
)
def test_a_right_answer_is_taken(field: str, answer: str | list[str]) -> None:
    assert refused(**{field: answer}) == set()


@pytest.mark.parametrize("employment", ["unemployed", "retired"])
def test_who_does_not_work_is_not_asked_for_an_employer(employment: str) -> None:
    assert refused(employment=employment, employer="") == set()


@pytest.mark.parametrize("kind", ["domestic", "international"])
def test_another_qualification_is_named(kind: str) -> None:
    ticked = {f"{kind}_qualifications": ["other"]}
    assert refused(**ticked) == {f"{kind}_other"}
    assert refused(**ticked, **{f"{kind}_other": "注册咨询师"}) == set()


def test_what_the_register_owns_never_comes_from_the_request() -> None:
    posted: MultiDict[str, str] = MultiDict({**INFORMATION, **dict.fromkeys(REGISTER, "mallory")})
    read = bind("inspection/fill_information", **REGISTER).read(posted, outcome="apply")
    assert {name: read.values[name] for name in REGISTER} == REGISTER


def test_an_application_is_abandoned_whatever_stands_in_the_form() -> None:
    assert wrong("inspection/fill_information", "abandon", {}) == set()


@pytest.mark.parametrize(
    "name", ["inspection/accept_commitment", "deferral/accept_deferral_commitment"]
)
def test_a_commitment_is_ticked_before_it_is_confirmed(name: str) -> None:
    assert wrong(name, "confirm", {}, version=3) == {"agreed"}
    assert wrong(name, "confirm", {"agreed": "true"}, version=3) == set()
    assert wrong(name, "back", {}, version=3) == set()


def test_the_version_that_is_accepted_is_the_one_that_was_shown() -> None:
    posted: MultiDict[str, str] = MultiDict({"agreed": "true", "version": "9"})
    read = bind("inspection/accept_commitment", version=3).read(posted, outcome="confirm")
    assert read.values == {"version": 3, "agreed": True}


GROUNDS = [{"value": "abroad", "label": "出国"}, {"value": "illness", "label": "患病"}]
PROOF = [{"name": "proof", "label": "证明材料", "required": True, "help": ""}]


def test_a_deferral_states_a_ground_that_the_season_knows() -> None:
    stated = {"ground": "illness", "explanation": "住院治疗"}
    context: dict[str, Any] = {"deferral_grounds": GROUNDS, "material_slots": []}
    assert wrong("deferral/state_deferral", "apply", stated, **context) == set()
    holiday = {**stated, "ground": "holiday"}
    assert wrong("deferral/state_deferral", "apply", holiday, **context) == {"ground"}
    assert wrong("deferral/state_deferral", "apply", {}, **context) == {"ground", "explanation"}


def test_a_proof_that_the_season_wants_is_asked_for_where_it_belongs() -> None:
    stated = {"ground": "illness", "explanation": "住院治疗"}
    missing = wrong(
        "deferral/state_deferral", "apply", stated, deferral_grounds=GROUNDS, material_slots=PROOF
    )
    assert len(missing) == 1


@pytest.mark.parametrize(
    ("name", "size"), [("deferral/state_deferral", 50), ("settlement/provide_materials", 5)]
)
def test_files_have_the_limits_of_their_application(name: str, size: int) -> None:
    bound = bind(name, deferral_grounds=GROUNDS, material_slots=PROOF)
    (slot,) = bound.all_slots
    assert slot.max_size == size * 2**20
    assert set(slot.kinds) == {"pdf", "jpg", "png", "xls", "xlsx"}


@pytest.mark.parametrize("name", ["deferral/state_deferral", "settlement/provide_materials"])
def test_a_season_that_wants_no_files_shows_no_slots(name: str) -> None:
    assert bind(name, deferral_grounds=GROUNDS, material_slots=[]).all_slots == ()


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("payment/confirm_fee", "not_received", "received"),
        ("review/review_application", "return", "approve"),
    ],
)
def test_who_says_no_says_why(name: str, bad: str, good: str) -> None:
    assert wrong(name, bad, {}) == {"reason"}
    assert wrong(name, bad, {"reason": "请重新上传材料。"}) == set()
    assert wrong(name, good, {}) == set()


def test_the_application_is_confirmed_by_a_question_that_names_the_year() -> None:
    bound = bind("settlement/confirm_application", year=2021)
    (button,) = [each for each in bound.form.buttons if each.id == "apply"]
    assert button.say("confirm", "zh", bound.scope) == "确认要申请2021年度年检吗"
    assert bound.needs_confirmation(MultiDict(), "apply")
