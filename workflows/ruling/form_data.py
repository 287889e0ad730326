"""What a ruling's forms show, and what its people must say."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import _
from workflows.ruling.rulings import PROCESS
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.results import find_result
from workflows.shared.statuses import kind_label, status_label
from workflows.shared.years import list_open_cases


@form_data(PROCESS, "propose_ruling")
@form_data(PROCESS, "agree_ruling")
def show_year(session: Session, *, case: Case) -> FormData:
    """提出处理意见, 复核: what stands of the year today."""
    return FormData(show_panels=lambda: {"year_today": _describe_year(session, case)})


@answer_check(PROCESS, "propose_ruling")
def check_is_new(
    session: Session, *, case: Case, outcome: str, values: Mapping[str, Any]
) -> Mapping[str, str]:
    """What the year's result is already need not be proposed."""
    result = find_result(session, member_id=case.subject_id, year=case.year or 0)
    if outcome == "propose" and result is not None and result.status == values.get("status"):
        return {"status": _("This is the year's result already.")}
    return {}


def _describe_year(session: Session, case: Case) -> dict[str, Any]:
    year = case.year or 0
    result = find_result(session, member_id=case.subject_id, year=year)
    return {
        "year": year,
        "result": result and {"code": result.status, "label": status_label(result.status)},
        "open": [
            {
                "kind": kind_label(each.kind),
                "code": each.status,
                "label": status_label(each.status),
            }
            for each in list_open_cases(session, member_id=case.subject_id, year=year)
            if each.id != case.id
        ],
    }
