"""Where the pages of the password reset on paper hang."""

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue

from web import visiting
from workflows.shared.visits import VisitOver

bp = Blueprint("paper_reset", __name__, url_prefix="/paper-reset")


@bp.errorhandler(VisitOver)
def come_back(_error: VisitOver) -> ResponseReturnValue:
    """Say how one comes back to an application: nothing of it is lost."""
    response = make_response(render_template("paper_reset/over.html"), 422)
    response.delete_cookie(visiting.COOKIE)
    return response
