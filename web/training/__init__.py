"""Training 继续教育: classes to sign up for, announcements, hours; of members, CPAs and firms."""

from flask import Flask

from web.training import (
    announcements,
    cancelling,
    class_page,
    classes,
    confirmation,
    firm_changes,
    firm_drafts,
    firm_employees,
    firm_enrolments,
    firm_hours,
    firm_people,
    firm_sign_ups,
    hours,
    places,
    sign_up,
)
from web.training.blueprint import bp

__all__ = [
    "announcements",
    "blueprints",
    "cancelling",
    "class_page",
    "classes",
    "confirmation",
    "firm_changes",
    "firm_drafts",
    "firm_employees",
    "firm_enrolments",
    "firm_hours",
    "firm_people",
    "firm_sign_ups",
    "hours",
    "init_app",
    "places",
    "sign_up",
]

blueprints = (bp,)


def init_app(app: Flask) -> None:
    """Let the workers of this application sign up the people of a firm."""
    firm_sign_ups.init_app(app)
