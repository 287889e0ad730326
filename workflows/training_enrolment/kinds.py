"""A sign-up for a class as a kind of case: what was filled in is what its decider sees."""

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind

KIND = ApplicationKind(
    code="training_enrolment",
    label=N_("Class sign-up"),
    forms=("sign_up",),
    first_step="sign_up",
    last_forms=(),
    is_listed=False,
    member_endpoint="training.show_case",
)
