"""The inspection as a kind of application."""

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind
from workflows.shared.seasons import INSPECTION

KIND = ApplicationKind(
    code=INSPECTION,
    label=N_("Annual inspection"),
    forms=("fill_information", "accept_commitment", "provide_materials"),
    first_step="fill_information",
    last_forms=("confirm_application",),
    result="passed",
    change_outcomes={
        "fill_information": "change_information",
        "provide_materials": "change_materials",
    },
    shows_season_row=True,
)
