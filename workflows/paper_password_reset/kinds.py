"""The application on paper as a kind of case."""

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind

KIND = ApplicationKind(
    code="paper_password_reset",
    label=N_("Password reset on paper"),
    forms=("fill_application", "provide_scans"),
    first_step="fill_application",
    last_forms=("provide_scans",),
    is_listed=False,
)
