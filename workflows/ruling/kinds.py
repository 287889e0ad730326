"""The ruling as a kind of case: what was proposed is what a second person is shown."""

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind

KIND = ApplicationKind(
    code="ruling",
    label=N_("Settling by hand"),
    forms=("propose_ruling",),
    first_step="propose_ruling",
    last_forms=(),
    is_listed=False,
    told_when="ruling_agreed",
    member_endpoint="results.show",
)
