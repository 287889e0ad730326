"""Invented answers fit the forms that they are invented for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms import BoundForm, read_form
from forms.examples import invent_answers, invent_context
from tests.content import shipped

NOW = datetime(2022, 9, 6, tzinfo=UTC)


def bind(process: str, name: str) -> BoundForm:
    document = shipped.FOLDER / "forms" / process / f"{name}.form"
    form = read_form(document.read_bytes(), name=f"{process}/{name}")
    context = invent_context(form.components, [each.key for each in form.fields])
    return form.bind(context=context, language="zh", now=NOW)


def post(answers: dict[str, Any]) -> MultiDict[str, str]:
    """Answers as a page would send them; what is secret is typed by hand."""
    posted: MultiDict[str, str] = MultiDict()
    for key, answer in answers.items():
        for number, each in enumerate(answer if isinstance(answer, list) else [answer]):
            if isinstance(each, dict) and "slot" not in each:
                posted.add(f"{key}.row", str(number))
                for name, inner in each.items():
                    posted.setlist(f"{key}.{number}.{name}", _write(inner))
            elif not isinstance(each, dict):
                posted.setlist(key, [*posted.getlist(key), *_write(each)])
    return posted


def _write(answer: Any) -> list[str]:
    several = answer if isinstance(answer, list) else [answer]
    return ["true" if each is True else str(each) for each in several if each not in (None, False)]


def files_of(answers: dict[str, Any]) -> dict[str, Any]:
    described = [
        each
        for answer in answers.values()
        if isinstance(answer, list)
        for each in answer
        if isinstance(each, dict) and "slot" in each
    ]
    return {file["slot"]: [file] for file in described}


@pytest.mark.parametrize(("process", "name"), shipped.FORMS)
def test_a_shipped_form_takes_the_answers_invented_for_it(process: str, name: str) -> None:
    bound = bind(process, name)
    answers = invent_answers(bound)
    covered = {each.key for each in bound.form.fields if not each.may_be_seen}
    bound.see(answers)
    first = [each.id for each in bound.outcomes if each.validates][:1]
    for outcome in first:
        reading = bound.read(post(answers), outcome=outcome, files=files_of(answers))
        assert {error.path for error in reading.errors} <= covered


def test_every_kind_of_field_has_an_answer() -> None:
    bound = bind("inspection", "fill_information")
    answers = invent_answers(bound)
    assert {key for key, answer in answers.items() if answer in (None, "", [])} == set()
    assert answers["identity_number"][:6] == "110101"
    assert answers["mobile"] == "13800000000"


def test_nothing_is_invented_for_passwords_and_codes() -> None:
    answers = invent_answers(bind("firm_password_reset", "verify_mobile"))
    assert not {"password", "password_again", "code"} & set(answers)


def test_texts_have_words_where_a_process_puts_values() -> None:
    bound = bind("individual_password_reset", "choose_method")
    assert bound.context["masked_mobile"] == "138****0000"


def test_what_only_conditions_read_stays_unknown() -> None:
    bound = bind("member_certificate", "supply_information")
    assert "missing" not in bound.context


def test_a_choice_that_a_process_offers_has_options_to_choose_from() -> None:
    bound = bind("output_hours", "state_output")
    chosen = [each for each in bound.form.fields if each.expression("valuesExpression")]
    assert chosen
    assert all(invent_answers(bound)[each.key] for each in chosen)
