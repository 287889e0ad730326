"""The appeal as a kind of application."""

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind

KIND = ApplicationKind(
    code="appeal",
    label=N_("Appeal"),
    forms=("state_appeal",),
    first_step="state_appeal",
    last_forms=("confirm_appeal",),
    change_outcomes={"state_appeal": "change_statement"},
    is_listed=False,
    member_endpoint="appeals.show",
    next_words=N_("You get a message with the decision and its reason."),
)
