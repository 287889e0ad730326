"""The association's inbox 待办: what waits for its people, and the page to decide it on."""

from flask import Flask
from sqlalchemy.orm import Session

from web.inbox import (
    absences,
    assigning,
    batches,
    claims,
    copies,
    listing,
    neighbours,
    phrases,
    review,
    views,
)
from web.inbox.blueprint import bp
from web.staff import get_staff_person
from workflows.inbox.queries import count_open_tasks, say_waiting

__all__ = [
    "absences",
    "assigning",
    "batches",
    "blueprints",
    "claims",
    "copies",
    "init_app",
    "listing",
    "neighbours",
    "phrases",
    "review",
    "views",
]

blueprints = (bp,)


def init_app(app: Flask) -> None:
    """Say in the navigation how much waits; let workers do what is decided together."""
    batches.init_app(app)
    app.extensions["tallies"][listing.PLACE] = _count


def _count(session: Session) -> str:
    return say_waiting(count_open_tasks(session, get_staff_person().viewer))
