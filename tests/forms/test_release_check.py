"""A release whose forms are missing or wrong is refused, with its step's name."""

from pathlib import Path

from engine.releases import check_unit
from engine.shipped import gather_unit
from forms.release_check import check_forms

ROOT = Path(__file__).parents[2]
PATH = "forms/review/review_application.form"


def test_the_shipped_inspection_has_all_its_forms():
    unit = gather_unit("inspection", ROOT)

    assert check_unit("inspection", unit, [check_forms]) == []


def test_a_missing_form_is_named_at_its_step():
    unit = {path: data for path, data in gather_unit("inspection", ROOT).items() if path != PATH}

    (problem,) = check_unit("inspection", unit, [check_forms])

    assert problem.element == "review_application"
    assert "审核" in str(problem)


def test_a_form_that_cannot_be_read_is_named():
    unit = {**gather_unit("inspection", ROOT), PATH: b"{"}

    (problem,) = check_unit("inspection", unit, [check_forms])

    assert "review_application" in problem.document


def test_a_form_that_starts_a_process_has_one_outcome() -> None:
    unit = dict(gather_unit("training_enrolment", ROOT))
    assert check_unit("training_enrolment", unit, [check_forms]) == []
    path = "forms/training_enrolment/sign_up.form"
    unit[path] = unit[path].replace(b'"outcome": "start"', b'"outcome": "apply"')
    (problem,) = check_unit("training_enrolment", unit, [check_forms])
    assert (problem.document, problem.element) == (path, None)
    assert "the one outcome of its form is “start”" in str(problem)
