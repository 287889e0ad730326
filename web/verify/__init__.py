"""The public page that a member's QR code leads to."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web import current
from web.languages import spoken
from web.limits import check_rate
from workflows.shared.results import CodeNotGenuine, verify

bp = Blueprint("verify", __name__)
blueprints = (bp,)


@bp.get("/v/<token>")
def show(token: str) -> ResponseReturnValue:
    """Say whose result of which year it is, and nothing else."""
    check_rate("verify", limit=60, window=timedelta(minutes=1))
    engine = current.engine()
    with engine.database.read() as session:
        try:
            found = verify(session, engine.vault, token)
        except CodeNotGenuine:
            return render_template("verify/not_genuine.html"), 404
    association = found.association_en if spoken() == "en" else found.association
    return render_template(
        "verify/show.html", found=found, association=association or found.association
    )
