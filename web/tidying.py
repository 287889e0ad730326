"""What nobody needs any more is removed once a day."""

from datetime import datetime, timedelta

from flask import Flask

from engine.attempts import forget_old_attempts
from engine.engine import Engine
from engine.files import sweep_files
from engine.jobs import job
from engine.recurring import Every
from workflows.account.contact_changes import end_old_changes
from workflows.help_desk.calls import forget_old_calls
from workflows.shared import half_sign_ins, one_time_links, sign_in

NAME = "tidy"
EVERY = timedelta(days=1)
CALLS_KEPT = timedelta(days=90)
"""How long calls at the help desk are listed; what was done in them stays among the events."""

OLD = timedelta(days=1)
"""Longer than any attempt is counted and any file is on its way to its row."""


def init_app(app: Flask) -> None:
    """Let the workers of this application tidy."""
    app.extensions["engine"].jobs.by_name[NAME] = tidy.__job__  # type: ignore[attr-defined]


@job(NAME, attempts=4, recurs=Every(EVERY))
def tidy(engine: Engine, now: datetime) -> None:
    """Remove sessions, links, counts and locks that are over, and files that no row knows."""
    with engine.database.transaction() as session:
        sign_in.end_expired_sessions(session, now=now)
        half_sign_ins.end_expired_halves(session, now=now)
        end_old_changes(session, now=now)
        forget_old_calls(session, before=now - CALLS_KEPT)
        sign_in.forget_old_locks(session, now=now)
        one_time_links.forget_old_links(session, now=now)
        forget_old_attempts(session, before=now - OLD)
    with engine.database.read() as session:
        sweep_files(session, engine.files, now=now, age=OLD)
