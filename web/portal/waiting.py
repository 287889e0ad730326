"""Who has an application, since when and until when, what comes next; and asking for speed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import N_, _
from engine.tasks import Task
from web import current
from web.addresses import local_address
from web.sessions import get_member_person
from web.words import name_office
from workflows.inbox import nudges
from workflows.inbox.nudges import NothingToNudge, NudgedToday
from workflows.shared.application_kinds import all_kinds
from workflows.shared.applications import REVIEW
from workflows.shared.associations import get_association, has_office_above
from workflows.shared.seasons import find_season_of_year

bp = Blueprint("waiting", __name__, url_prefix="/applications")

LEVELS = {
    "national": N_("National level"),
    "provincial": N_("Provincial level"),
    "municipal": N_("Municipal level"),
}

SECOND_NEXT = N_("If it agrees, the association above it reviews the application as well.")
LAST_NEXT = N_(
    "The decision is recorded and you get a message. What is missing is named if it is returned."
)


@bp.post("/<uuid:case_id>/nudge")
def nudge(case_id: UUID) -> ResponseReturnValue:
    """Ask the association for speed; once a day."""
    person, _member_id = get_member_person()
    engine = current.engine()
    try:
        with engine.database.transaction() as session:
            nudges.nudge(session, engine, case_id=case_id, viewer=person.viewer, now=current.now())
    except (NothingToNudge, NudgedToday) as error:
        flash(str(error), "warning")
    else:
        flash(_("Your association was asked for speed."), "success")
    return redirect(local_address(request.form.get("next")))


def describe(session: Session, case: Case, *, back: str) -> dict[str, Any] | None:
    """What a member is told while the association has his case; None while he has it himself.

    `back`: the page to which asking for speed leads back.
    """
    task = nudges.find_waiting(session, case)
    if case.state != "open" or task is None or task.association_id is None:
        return None
    now, trail = current.now(), url_for("applications.trail", case_id=case.id)
    association = get_association(session, task.association_id)
    return {
        "office": name_office(association),
        "level": _(LEVELS[association.level]) if association.level in LEVELS else "",
        "since": task.opened_at,
        "until": task.due_at,
        "is_overdue": _is_overdue(task, now),
        "next": _say_next(session, case, task),
        "was_nudged": nudges.was_nudged_today(session, case, now=now),
        "nudge_address": url_for("waiting.nudge", case_id=case.id),
        "back": back,
        "trail_address": "" if back == trail else trail,
    }


def _is_overdue(task: Task, now: datetime) -> bool:
    return task.due_at is not None and task.due_at < now


def _say_next(session: Session, case: Case, task: Task) -> str:
    """What follows the step; what colleagues settle between themselves is none for a member."""
    kind = all_kinds().get(task.kind)
    if kind is not None and kind.next_words:
        return _(kind.next_words)
    if task.element_id == REVIEW and _has_second_level(session, case):
        return _(SECOND_NEXT)
    return _(LAST_NEXT)


def _has_second_level(session: Session, case: Case) -> bool:
    if case.association_id is None or case.year is None:
        return False
    season = find_season_of_year(session, association_id=case.association_id, year=case.year)
    has_two = season is not None and season.review_levels > 1
    return has_two and has_office_above(session, case.association_id)
