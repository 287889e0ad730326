"""培训班报名: the classes that somebody is offered."""

from flask import render_template
from flask.typing import ResponseReturnValue

from web.sessions import get_person
from web.training.blueprint import bp


@bp.get("")
def index() -> ResponseReturnValue:
    """List the classes that the person or the firm is offered."""
    get_person()
    return render_template("training/index.html")
