"""Letting the timers of a case fire when they are due."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import CaseIsOver, hold_case
from engine.jobs import job
from engine.moving import Move, passed

if TYPE_CHECKING:
    from engine.engine import Engine


@job("cases.fire_timers")
def fire_timers(session: Session, engine: "Engine", now: datetime, *, case_id: str) -> None:
    """Let the due timers of a case fire; ones that are gone or not due do nothing."""
    try:
        case = hold_case(session, UUID(case_id))
    except CaseIsOver:
        return
    move = Move(session, engine, case, by=SYSTEM, now=now)
    instance = move.load()
    said = move.say("timer_fired")
    instance.advance()
    if way := passed(instance):
        said["passed"] = way
        move.store(instance)
