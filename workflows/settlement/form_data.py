"""What the page of fee and materials shows, and check-your-answers after it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from forms.lists import Language
from workflows.shared.fee_panel import fee_panel
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.materials import material_slots
from workflows.shared.seasons import INSPECTION
from workflows.shared.subjects import subject_of_case
from workflows.shared.windows import check_takes

PROCESS = "settlement"


@form_data(PROCESS, "provide_materials")
@form_data(PROCESS, "confirm_application")
def provide_materials(session: Session, *, case: Case, language: Language) -> FormData:
    """缴费与材料, 确认申请: the fee as it stands and the season's slots."""
    subject = subject_of_case(session, case)
    season = subject.season
    return FormData(
        context={
            "year": season.year,
            **material_slots(session, season=season, kind=INSPECTION, language=language),
        },
        show_panels=lambda: {"fee": fee_panel(session, member=subject.member, season=season)},
    )


@answer_check(PROCESS, "confirm_application")
def check_window(session: Session, *, case: Case, outcome: str, now: datetime) -> Mapping[str, str]:
    """确认申请: not after the season's window; raises WindowClosed."""
    if outcome == "apply":
        check_takes(subject_of_case(session, case).season, round=case.round, now=now)
    return {}
