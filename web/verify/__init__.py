"""The public page that the QR codes of members lead to."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web import current
from web.limits import check_rate
from web.verify.kinds import VERIFIERS, no_such_kind
from workflows.shared.public_codes import CodeNotGenuine, read_token

bp = Blueprint("verify", __name__)
blueprints = (bp,)


@bp.get("/v/<token>")
def show(token: str) -> ResponseReturnValue:
    """Say what a code stands for, as far as strangers may know, and nothing else."""
    check_rate("verify", limit=60, window=timedelta(minutes=1))
    engine = current.engine()
    try:
        kind, code = read_token(engine.vault, token)
        draw = VERIFIERS.get(kind, no_such_kind)
        with engine.database.read() as session:
            return draw(session, code)
    except CodeNotGenuine:
        return render_template("verify/not_genuine.html"), 404
