"""What an appeal's forms show, and when they can no longer be sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language
from workflows.appeal.appeals import (
    PROCESS,
    NothingToAppeal,
    check_may_appeal,
    last_day_to_appeal,
)
from workflows.shared.associations import get_association
from workflows.shared.concerns import find_concerned
from workflows.shared.dates import local_date
from workflows.shared.decisions import list_last_steps
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.register import get_member
from workflows.shared.results import YearlyResult, find_result
from workflows.shared.statuses import status_label


@form_data(PROCESS, "state_appeal")
def state_appeal(
    session: Session, *, engine: Engine, case: Case, language: Language, now: datetime
) -> FormData:
    """申诉理由: against which decision, and until when."""
    return FormData(
        context={"year": case.year},
        show_panels=lambda: _show_decision(session, engine, case, language, now),
    )


@form_data(PROCESS, "confirm_appeal")
@form_data(PROCESS, "decide_appeal")
def name_year(*, case: Case) -> FormData:
    """确认申诉, 裁定申诉: what is said names the year."""
    return FormData(context={"year": case.year})


@answer_check(PROCESS, "confirm_appeal")
def check_in_time(
    session: Session, *, case: Case, outcome: str, now: datetime
) -> Mapping[str, str]:
    """确认申诉: the decision still stands and the days are not over; else raises."""
    if outcome == "apply":
        member = get_member(session, case.subject_id)
        check_may_appeal(session, member=member, year=case.year or 0, now=now)
    return {}


@answer_check(PROCESS, "decide_appeal")
def check_stands(session: Session, *, case: Case) -> Mapping[str, str]:
    """裁定申诉: raises NothingToAppeal when the decision was taken back a moment ago."""
    if _find_decision(session, case) is None:
        raise NothingToAppeal(year=case.year)
    return {}


def _find_decision(session: Session, case: Case) -> YearlyResult | None:
    """The result that the appeal is against, if it still is what was appealed against."""
    concerned = find_concerned(session, case)
    result = find_result(session, member_id=case.subject_id, year=case.year or 0)
    if result is None or concerned is None or result.case_id != concerned.id:
        return None
    return result


def _show_decision(
    session: Session, engine: Engine, case: Case, language: Language, now: datetime
) -> Mapping[str, Any]:
    result, concerned = _find_decision(session, case), find_concerned(session, case)
    if result is None or concerned is None:
        return {}
    steps = list_last_steps(session, engine, case=concerned, language=language, now=now)
    office = get_association(session, result.association_id)
    said = next((each for each in reversed(steps) if each.ground), None)
    decider = get_association(session, case.association_id or office.id)
    return {
        "decision": {
            "year": result.year,
            "result": {"code": result.status, "label": status_label(result.status)},
            "office": (language == "en" and office.name_en) or office.name,
            "decided_date": local_date(result.decided_at).isoformat(),
            "ground": said.ground if said else "",
            "reason": said.reason if said else "",
            "decider": (language == "en" and decider.name_en) or decider.name,
            "until_date": last_day_to_appeal(session, result=result).isoformat(),
        }
    }
