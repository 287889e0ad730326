"""What nobody needs any more is removed once a day."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.attempts import forget_old_attempts
from engine.engine import Engine
from engine.files import sweep_files
from engine.jobs import Job, defer, job
from workflows.shared import sign_in

NAME = "tidy"
EVERY = timedelta(days=1)
OLD = timedelta(days=1)
"""Longer than any attempt is counted and any file is on its way to its row."""


def init_app(app: Flask) -> None:
    """Let the workers of this application tidy."""
    app.extensions["engine"].jobs.by_name[NAME] = tidy.__job__  # type: ignore[attr-defined]


def begin(engine: Engine) -> None:
    """Have it done from now on, day by day; said at every start."""
    with engine.database.transaction() as session:
        _plan(session, at=engine.now())


def _give_up(session: Session, _engine: Engine, *, error: Exception, now: datetime) -> None:
    """Whatever went wrong today, tomorrow is another day; the worker has logged the error."""
    del error
    _plan(session, at=now + EVERY)


@job(NAME, attempts=4, gives_up=_give_up)
def tidy(engine: Engine, now: datetime) -> None:
    """Remove sessions that are over, old counts and locks, and files that no row knows."""
    with engine.database.transaction() as session:
        sign_in.end_expired_sessions(session, now=now)
        sign_in.forget_old_locks(session, now=now)
        forget_old_attempts(session, before=now - OLD)
    with engine.database.read() as session:
        sweep_files(session, engine.files, now=now, age=OLD)
    with engine.database.transaction() as session:
        _plan(session, at=now + EVERY)


def _plan(session: Session, *, at: datetime) -> None:
    """One waits at most: of two that were begun at once the first ends with its run."""
    waiting = select(Job.id).where(Job.name == NAME, Job.state == "due").limit(1)
    if session.scalar(waiting) is None:
        defer(session, NAME, {}, at=at, lock=NAME)
