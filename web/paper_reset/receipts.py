"""The receipt number: with it an applicant has another link sent to where he said at first."""

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from web import current
from web.limits import check_rate
from web.paper_reset.blueprint import bp
from workflows.paper_password_reset.receipts import TooManyLinks, ask_for_link

PER_ADDRESS = 30


@bp.get("/receipt")
def ask() -> ResponseReturnValue:
    """Ask for the number."""
    return render_template("paper_reset/receipt.html", problems=[], is_sent=False)


@bp.post("/receipt")
def send_link() -> ResponseReturnValue:
    """Have another link sent; the answer is the same whether there is such a number or not."""
    check_rate("paper-receipt", limit=PER_ADDRESS, window=timedelta(hours=1))
    try:
        ask_for_link(
            current.engine(),
            number=request.form.get("number", "")[:60],
            address=current.address(),
            now=current.now(),
        )
    except TooManyLinks as error:
        problems = [("number", str(error))]
        return render_template("paper_reset/receipt.html", problems=problems, is_sent=False), 429
    return render_template("paper_reset/receipt.html", problems=[], is_sent=True)
