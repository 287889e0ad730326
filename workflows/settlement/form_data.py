"""What the page of fee and materials shows, and check-your-answers after it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import _
from forms.lists import Language
from workflows.shared.fee_panel import fee_panel
from workflows.shared.fees import PENDING, TO_PAY, fee_state
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
def check_application(
    session: Session, *, case: Case, outcome: str, now: datetime
) -> Mapping[str, str]:
    """确认申请: within the season's window (raises WindowClosed), and with the fee settled."""
    if outcome != "apply":
        return {}
    subject = subject_of_case(session, case)
    check_takes(session, case=case, season=subject.season, now=now)
    state = fee_state(session, member=subject.member, season=subject.season)
    if state.status == TO_PAY:
        return {"fee": _("Pay the fee before you apply.")}
    if state.status == PENDING:
        return {"fee": _("You can apply once your association has confirmed the fee.")}
    return {}
