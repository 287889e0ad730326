"""The kinds of applications and tasks, as their processes declare them."""

from types import ModuleType

import pytest

import workflows
from tests.content import shipped
from workflows.shared.application_kinds import (
    ApplicationKind,
    Kind,
    all_kinds,
    find_application,
    find_sent,
    get_application,
    kinds_in,
    list_applications,
    told_when,
)
from workflows.shared.statuses import LABELS, kind_label

APPLICATIONS = [each for each in all_kinds().values() if isinstance(each, ApplicationKind)]


def test_every_process_says_its_kinds_in_the_order_of_the_processes() -> None:
    assert list(workflows.collect().kinds) == [
        "inspection",
        "deferral",
        "fee",
        "second_review",
        "second_agreement",
        "ruling",
        "appeal",
        "individual_password_reset",
        "firm_password_reset",
        "paper_password_reset",
        "training_enrolment",
        "output_hours",
        "member_certificate",
        "profile_change",
    ]
    assert [kind_label(each) for each in (*all_kinds(), "unknown")] == [
        "Annual inspection",
        "Deferral",
        "Fee confirmation",
        "Second review",
        "Second agreement",
        "Settling by hand",
        "Appeal",
        "Password reset of a member",
        "Password reset of a firm",
        "Password reset on paper",
        "Class sign-up",
        "Hours for output",
        "Member certificate",
        "Change of register data",
        "unknown",
    ]


@pytest.mark.parametrize("kind", APPLICATIONS, ids=lambda kind: kind.code)
def test_a_kind_names_steps_that_have_forms_and_a_status_that_has_a_name(
    kind: ApplicationKind,
) -> None:
    known = {form for _process, form in shipped.FORMS}
    assert {*kind.forms, *kind.last_forms, kind.first_step, *kind.change_outcomes} <= known
    assert kind.first_step in kind.forms
    assert kind.result in {*LABELS, ""}


def test_a_kind_is_found_by_its_code_and_by_the_step_that_sends_it() -> None:
    assert get_application("deferral") is find_sent("state_deferral")
    assert get_application("inspection") is find_sent("confirm_application")
    assert find_sent("fill_information") is None
    assert find_application("fee") is None
    with pytest.raises(LookupError):
        get_application("fee")


def test_two_kinds_of_one_code_are_refused() -> None:
    modules = [ModuleType("one"), ModuleType("other")]
    for module in modules:
        module.KIND = Kind("photo", "Photo")  # type: ignore[attr-defined]
    assert kinds_in(modules[:1]) == {"photo": Kind("photo", "Photo")}
    with pytest.raises(ValueError, match="two kinds are called photo"):
        kinds_in(modules)


def test_a_kind_says_what_its_member_sees_of_it() -> None:
    assert [kind.code for kind in list_applications() if kind.is_listed] == [
        "inspection",
        "deferral",
    ]
    assert told_when() == {"ruling": "ruling_agreed"}
    assert {kind.told_when for kind in list_applications()} <= {*LABELS, ""}
