"""What a member has open of one inspection year, whatever process it is in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.lifecycle import cancel_case


def list_open_cases(session: Session, *, member_id: int, year: int) -> Sequence[Case]:
    """The member's open cases of a year, the newest first."""
    return session.scalars(
        select(Case)
        .where(
            Case.subject_kind == "member",
            Case.subject_id == member_id,
            Case.year == year,
            Case.state == "open",
        )
        .order_by(Case.id.desc())
    ).all()


def close_others(
    session: Session, engine: Engine, *, case: Case, status: str, by: Actor, now: datetime
) -> None:
    """Close what else the subject of a case has open of its year, with the status that says why.

    All cases of the year are locked first, those that are over too: none is opened again
    meanwhile. The newest goes first, as everybody locks them who holds several: a case that
    concerns another one began after it.
    """
    others = select(Case).where(
        Case.subject_kind == case.subject_kind,
        Case.subject_id == case.subject_id,
        Case.year == case.year,
        Case.id != case.id,
    )
    locked = others.order_by(Case.id.desc()).with_for_update()
    for each in session.scalars(locked.execution_options(populate_existing=True)).all():
        if each.state == "open":
            cancel_case(session, engine, case_id=each.id, status=status, by=by, now=now)
