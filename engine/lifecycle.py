"""How a case begins, how it is closed from outside its diagram, and how it is opened again."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import incidents, submissions, subscriptions
from engine.actors import Actor
from engine.cases import (
    Case,
    CaseAlreadyOpen,
    CaseNotFound,
    Subject,
    find_open_case,
    hold_case,
)
from engine.database import new_id
from engine.errors import Conflict
from engine.language import N_
from engine.moving import Move, passed
from engine.noting import add_text
from engine.releases import current_release_id
from engine.tasks import Task

if TYPE_CHECKING:
    from engine.engine import Engine

STARTED = "start"
"""The outcome of a form that a case is started with."""


class StartFormChanged(Conflict):
    """Answers were given though the process begins with no form, or the other way round."""

    message = N_("What is asked at the beginning has changed since you opened it.")


def start_case(
    session: Session,
    engine: "Engine",
    *,
    process_id: str,
    business_key: str,
    subject: Subject,
    variables: Mapping[str, object],
    by: Actor,
    now: datetime,
    year: int | None = None,
    kind: str = "",
    answers: Mapping[str, object] | None = None,
) -> Case:
    """Start a case on the current release; raises CaseAlreadyOpen, StartFormChanged.

    `answers`: what was sent in the form of the start event, kept as a submission of the first
    round.
    """
    known = find_open_case(session, business_key)
    if known is not None:
        raise CaseAlreadyOpen(known.id)
    case = Case(
        id=new_id(),
        business_key=business_key,
        process_id=process_id,
        release_id=current_release_id(session, process_id),
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_no=subject.no,
        subject_name=subject.name,
        association_id=subject.association_id,
        region=subject.region,
        year=year,
        kind=kind or process_id,
        round=1,
        state="open",
        status="draft",
        engine_state=b"",
        trail_length=0,
        trail_head=b"",
        started_at=now,
        updated_at=now,
    )
    try:
        with session.begin_nested():
            session.add(case)
            session.flush()
    except IntegrityError as error:
        other = find_open_case(session, business_key)
        if other is None:
            raise
        raise CaseAlreadyOpen(other.id) from error
    move = Move(session, engine, case, by=by, now=now)
    said = move.say("case_started", release=case.release_id)
    said |= _keep_answers(move, answers)
    # What was sent is there before the process goes on: operations may read it.
    instance = move.begin(variables)
    said["passed"] = passed(instance)
    move.store(instance)
    return case


def _keep_answers(move: Move, answers: Mapping[str, object] | None) -> dict[str, object]:
    """Keep what a case is started with; returns what its trail says of it."""
    case, session, vault = move.case, move.session, move.engine.vault
    start = move.release.model.processes[case.process_id].start
    if (start.form_id is None) != (answers is None):
        raise StartFormChanged
    if answers is None:
        return {}
    submission_id = new_id()
    sealed, digest = submissions.seal_values(vault, session, case.subject_key, answers)
    submissions.add_submission(
        session,
        {
            "id": submission_id,
            "case_id": case.id,
            "task_id": None,
            "process_id": case.process_id,
            "element_id": start.id,
            "round": case.round,
            "release_id": case.release_id,
            "outcome": STARTED,
            "sealed": sealed,
            "at": move.now,
            "by_kind": move.by.kind,
            "by_id": move.by.id,
        },
    )
    return {"element": start.id, "submission": str(submission_id), "digest": digest}


def cancel_case(
    session: Session, engine: "Engine", *, case_id: UUID, status: str, by: Actor, now: datetime
) -> None:
    """Close an open case from outside its diagram, with the status that says why."""
    case = hold_case(session, case_id)
    move = Move(session, engine, case, by=by, now=now)
    session.execute(
        update(Task)
        .where(Task.case_id == case_id, Task.state == "open")
        .values(state="cancelled", completed_at=now)
    )
    subscriptions.drop_subscriptions(session, case_id)
    incidents.resolve_incidents(session, case_id=case_id, step_id=None, by=by, now=now)
    case.state, case.status, case.engine_state, case.ended_at = "cancelled", status, b"", now
    move.say("case_cancelled", status=status)
    move.trail.flush(session)
    case.trail_length, case.trail_head = move.trail.length, move.trail.head
    case.updated_at = now


def reopen_case(
    session: Session,
    engine: "Engine",
    *,
    case_id: UUID,
    variables: Mapping[str, object],
    reason: str,
    by: Actor,
    now: datetime,
) -> Case:
    """Run the process of a case that is over anew, on the current release.

    Its trail, its rounds and what was sent stay; its diagram's first gateway reads from the
    variables where to go on. `reason` is kept sealed (`engine.noting`).

    Raises CaseNotFound, CaseAlreadyOpen (this case, or a newer one of
    its business key).
    """
    query = select(Case).where(Case.id == case_id).with_for_update()
    case = session.scalar(query.execution_options(populate_existing=True))
    if case is None:
        raise CaseNotFound
    known = find_open_case(session, case.business_key)
    if known is not None:
        raise CaseAlreadyOpen(known.id)
    try:
        with session.begin_nested():
            case.state, case.ended_in, case.ended_at = "open", None, None
            case.reopened_at = now
            case.release_id = current_release_id(session, case.process_id)
            session.flush()
    except IntegrityError as error:
        session.refresh(case)
        other = find_open_case(session, case.business_key)
        if other is None:
            raise
        raise CaseAlreadyOpen(other.id) from error
    move = Move(session, engine, case, by=by, now=now)
    said = move.say("case_reopened", release=case.release_id)
    add_text(session, engine.vault, case=case, number=move.trail.length, text=reason)
    instance = move.begin(variables)
    said["passed"] = passed(instance)
    move.store(instance)
    return case
