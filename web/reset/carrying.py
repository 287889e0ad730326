"""The phone's page after it scanned a desktop's QR code: with the number the visit is its own.

WeChat says who opens it: somebody to whom the link was passed on is not who scanned.
"""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine.actors import Actor
from engine.cases import CaseIsOver
from engine.completing import TaskIsOver
from engine.errors import HuijiError
from engine.noting import note
from web import current, visiting
from web.languages import spoken
from web.official_account.reader import find_reader
from web.reset.blueprint import bp
from web.security import for_visitors
from workflows.shared.access import get_visitor
from workflows.shared.hand_overs import (
    STEP,
    HandOverOver,
    WrongNumber,
    check_number,
    find_by_token,
    take_over,
)
from workflows.shared.resets import find_task_of_visitor

CONFIRMED = "confirmed"


@bp.get("/phone/<token>")
@for_visitors
def show_phone(token: str) -> ResponseReturnValue:
    """Ask for the number that the desktop shows."""
    openid, engine = find_reader(), current.engine()
    if openid is None:
        return _ask_who_reads()
    with engine.database.read() as session:
        if find_by_token(session, engine.vault, token, openid=openid, now=current.now()) is None:
            return _page(token, HandOverOver()), 422
    return _page(token)


@bp.post("/phone/<token>")
@for_visitors
def confirm(token: str) -> ResponseReturnValue:
    """Go on with the desktop's case on this phone."""
    openid = find_reader()
    if openid is None:
        return _ask_who_reads()
    try:
        check_number(
            current.engine(),
            token=token,
            openid=openid,
            typed=request.form.get("number", ""),
            now=current.now(),
        )
        carried = _carry(token)
    except (WrongNumber, HandOverOver) as error:
        return _page(token, error), 422
    except (TaskIsOver, CaseIsOver):
        return _page(token, HandOverOver()), 422
    return visiting.set_cookie(make_response(redirect(url_for("reset.show"))), carried)


def _carry(token: str) -> str:
    """Give the visit to this phone and take its case on, in one transaction."""
    engine, now = current.engine(), current.now()
    with engine.database.transaction() as session:
        opened = take_over(session, token=token, address=current.address(), now=now)
        visit = opened.visit
        task = None if visit.case_id is None else find_task_of_visitor(session, visit.case_id)
        if task is None or task.element_id != STEP:
            raise HandOverOver
        current.tasks().complete(
            session,
            task_id=task.id,
            outcome=CONFIRMED,
            posted=MultiDict(),
            viewer=get_visitor(visit),
            language=spoken(),
            now=now,
        )
        note(
            session,
            engine,
            case_id=task.case_id,
            kind="reset_carried",
            by=Actor("visitor", visit.id),
            now=now,
            branch="scan",
            result="right",
            address=current.address(),
        )
        return opened.token


def _ask_who_reads() -> ResponseReturnValue:
    """Go by WeChat to the first page, which leads who scanned back to here."""
    return redirect(url_for("official_account.reset"))


def _page(token: str, error: HuijiError | None = None) -> str:
    return render_template(
        "reset/phone.html",
        token=token,
        is_over=isinstance(error, HandOverOver),
        problems=[("number", str(error))] if isinstance(error, WrongNumber) else [],
        sentence=str(error) if error else "",
    )
