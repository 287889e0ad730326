"""The first page: what the paper route is for, and the puzzle before a case is begun."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web import current, visiting
from web.limits import TooManyAttempts
from web.paper_reset.blueprint import bp
from web.puzzle import PuzzleNotSolved, Solved, check_puzzle, set_puzzle
from web.reset.limits import HARDEST_OF_ALL, check_start, find_steps
from web.security import for_visitors, visitor
from workflows.paper_password_reset.applications import start_paper_reset
from workflows.shared.visits import end_visit, open_visit


@bp.get("")
@for_visitors
def start() -> ResponseReturnValue:
    """Say who the form is for and how it goes."""
    return _page()


@bp.post("")
@for_visitors
def begin() -> ResponseReturnValue:
    """Begin an application."""
    try:
        check_start(_check_puzzle(), account=_own_account())
    except PuzzleNotSolved as error:
        return _page([(None, str(error))]), 422
    except TooManyAttempts as error:
        return _page([(None, str(error))]), 429
    return visiting.set_cookie(make_response(redirect(url_for("paper_reset.show"))), _begin())


def _begin() -> str:
    """Open a visit with its case, in the place of one that this browser may have."""
    engine, now, before = current.engine(), current.now(), visiting.find_own_visit()
    with engine.database.transaction() as session:
        if before is not None:
            end_visit(session, visit_id=before.id, now=now)
        opened = open_visit(
            session, address=current.address(), is_phone=visiting.is_phone(), now=now
        )
    start_paper_reset(engine, opened.visit, address=current.address(), now=now)
    return opened.token


def _own_account() -> str:
    """What starts are counted by where no account is typed: who starts them."""
    return f"paper:{current.address()}"


def _check_puzzle() -> Solved:
    return check_puzzle(
        current.settings().cookie_key,
        current.engine().database,
        browser=visitor(),
        challenge=request.form.get("challenge", ""),
        proof=request.form.get("proof", ""),
        answer=request.form.get("answer", ""),
        now=current.now(),
    )


def _page(problems: list[tuple[str | None, str]] | None = None) -> str:
    with current.engine().database.read() as session:
        failures = find_steps(session, account=_own_account())
    return render_template(
        "paper_reset/start.html",
        problems=problems or [],
        puzzle=set_puzzle(
            current.settings().cookie_key,
            browser=visitor(),
            failures=failures,
            now=current.now(),
            hardest=HARDEST_OF_ALL,
        ),
    )
