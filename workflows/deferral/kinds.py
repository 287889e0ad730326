"""The deferral as a kind of application."""

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind
from workflows.shared.seasons import DEFERRAL

KIND = ApplicationKind(
    code=DEFERRAL,
    label=N_("Deferral"),
    forms=("fill_information", "accept_deferral_commitment", "state_deferral"),
    first_step="fill_information",
    last_forms=("state_deferral",),
    result="deferred",
    shows_season_row=True,
)
