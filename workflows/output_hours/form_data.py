"""What the forms of an application for hours show, and what they take."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import _
from forms.lists import Language
from workflows.output_hours.applications import Claim, find_claim, read_claim
from workflows.output_hours.kinds import PROCESS, REVIEW, STATE, name_kind
from workflows.output_hours.limits import (
    SOURCE,
    Limit,
    Room,
    find_room,
    hundredths,
    read_limit,
    read_limits,
    sum_granted,
)
from workflows.shared.dates import local_date
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.hours import list_hours


@form_data(PROCESS, STATE)
def state_output(
    session: Session, *, engine: Engine, case: Case, language: Language, now: datetime
) -> FormData:
    """填写成果: the kinds that count, from when on, and how many hours each can bring."""
    limits = _limits(session, engine, case, now)
    this_year = local_date(now).year
    oldest = max((each.years_back for each in limits.values()), default=0)
    return FormData(
        context={
            "output_kinds": [
                {"value": each, "label": name_kind(each, language)} for each in limits
            ],
            "earliest_date": date(this_year - oldest, 1, 1).isoformat(),
        },
        show_panels=lambda: {
            "limits": describe_limits(
                session,
                limits,
                member_id=case.subject_id,
                years=range(this_year, this_year - oldest - 1, -1),
                language=language,
            )
        },
    )


@form_data(PROCESS, REVIEW)
def review_output_hours(
    session: Session, *, engine: Engine, case: Case, language: Language, now: datetime
) -> FormData:
    """核定学时: what is claimed, what its year has already, and what it can still take."""
    claim = find_claim(session, engine.vault, case=case)
    if claim is None:
        return FormData()
    room = _find_room(session, engine, case, claim, now)
    return FormData(
        prefill={"hours_granted": min(claim.hours, room.left) / 100},
        show_panels=lambda: {"claim": _describe_claim(session, case, claim, room, language)},
    )


@answer_check(PROCESS, STATE)
def check_claim(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    outcome: str,
    values: Mapping[str, Any],
    now: datetime,
) -> Mapping[str, str]:
    """提交申请: finished lately enough, and no more hours than the year can still take."""
    claim = read_claim(values)
    if outcome != "apply" or claim is None:
        return {}
    room = _find_room(session, engine, case, claim, now)
    first_year = local_date(now).year - room.limit.years_back
    if claim.year < first_year:
        return {
            "finished_date": _(
                "Work of this kind must have been finished in %(year)s or later.", year=first_year
            )
        }
    if claim.hours > room.left:
        return {"hours_claimed": _say_left(claim, room)}
    return {}


@answer_check(PROCESS, REVIEW)
def check_grant(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    outcome: str,
    values: Mapping[str, Any],
    now: datetime,
) -> Mapping[str, str]:
    """认定: no more than was claimed and than is left; fewer than claimed with a reason."""
    claim = find_claim(session, engine.vault, case=case)
    if outcome != "approve" or claim is None:
        return {}
    granted = hundredths(values.get("hours_granted"))
    if granted > claim.hours:
        claimed = f"{claim.hours / 100:.2f}"
        return {"hours_granted": _("Only %(hours)s hours were claimed.", hours=claimed)}
    room = _find_room(session, engine, case, claim, now)
    if granted > room.left:
        return {"hours_granted": _say_left(claim, room)}
    if granted < claim.hours and not values.get("reason"):
        return {"reason": _("Say why fewer hours are granted than were claimed.")}
    return {}


def describe_limits(
    session: Session,
    limits: Mapping[str, Limit],
    *,
    member_id: int,
    years: range,
    language: Language,
) -> dict[str, Any]:
    """The panel `limits`: what each kind can bring in a year, and what it has brought."""
    return {
        "years": list(years),
        "year_most": max((each.year_most for each in limits.values()), default=0),
        "kinds": [
            {
                "label": name_kind(each, language),
                "most": limit.kind_most,
                "granted": [
                    sum_granted(session, member_id=member_id, year=year, output_kind=each)
                    for year in years
                ],
            }
            for each, limit in limits.items()
        ],
    }


def _limits(session: Session, engine: Engine, case: Case, now: datetime) -> Mapping[str, Limit]:
    return read_limits(engine.releases.get(session, case.release_id).model, now)


def _find_room(session: Session, engine: Engine, case: Case, claim: Claim, now: datetime) -> Room:
    model = engine.releases.get(session, case.release_id).model
    return find_room(
        session,
        member_id=case.subject_id,
        output_kind=claim.output_kind,
        year=claim.year,
        limit=read_limit(model, claim.output_kind, now),
    )


def _say_left(claim: Claim, room: Room) -> str:
    return _(
        "For %(year)s only %(hours)s more hours can be granted for work of this kind.",
        year=claim.year,
        hours=f"{room.left / 100:.2f}",
    )


def _describe_claim(
    session: Session, case: Case, claim: Claim, room: Room, language: Language
) -> dict[str, Any]:
    earlier = list_hours(session, member_id=case.subject_id, year=claim.year)
    return {
        "kind": name_kind(claim.output_kind, language),
        "year": claim.year,
        "claimed": claim.hours,
        "kind_most": room.limit.kind_most,
        "kind_granted": room.of_kind,
        "year_most": room.limit.year_most,
        "year_granted": room.of_year,
        "left": room.left,
        "earlier": [
            {"title": each.title, "earned_date": each.earned_date.isoformat(), "hours": each.hours}
            for each in earlier
            if each.external_key.startswith(SOURCE)
        ],
    }
