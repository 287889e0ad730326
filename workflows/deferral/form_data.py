"""What the deferral's forms show: its commitment, the grounds and the materials."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language
from workflows.shared.commitments import commitment_form
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.inspection_row import inspection_row
from workflows.shared.materials import material_slots
from workflows.shared.seasons import DEFERRAL
from workflows.shared.subjects import subject_of_case
from workflows.shared.windows import check_takes

PROCESS = "deferral"


@form_data(PROCESS, "accept_deferral_commitment")
def accept_deferral_commitment(session: Session, *, case: Case, language: Language) -> FormData:
    """The deferral's own commitment, in its current version."""
    season = subject_of_case(session, case).season
    return commitment_form(
        session,
        season_id=season.id,
        kind=DEFERRAL,
        panel="inspection/commitment",
        language=language,
    )


@form_data(PROCESS, "state_deferral")
def state_deferral(session: Session, *, engine: Engine, case: Case, language: Language) -> FormData:
    """暂缓原因及证明材料: the season's grounds and slots, and the row for information."""
    subject = subject_of_case(session, case)
    season = subject.season
    is_english = language == "en"
    grounds = [
        {
            "value": each["value"],
            "label": (is_english and each.get("label_en")) or each["label"],
        }
        for each in season.deferral_grounds
    ]
    return FormData(
        context={
            "year": season.year,
            "deferral_grounds": grounds,
            **material_slots(session, season=season, kind=DEFERRAL, language=language),
        },
        show_panels=lambda: {
            "inspection/inspection_row": inspection_row(
                session, engine, case=case, member=subject.member, season=season, holds_up=False
            )
        },
    )


@answer_check(PROCESS, "state_deferral")
def check_window(session: Session, *, case: Case, outcome: str, now: datetime) -> Mapping[str, str]:
    """确认申请: not after the season's window; raises WindowClosed."""
    if outcome == "apply":
        season = subject_of_case(session, case).season
        check_takes(session, case=case, season=season, now=now)
    return {}
