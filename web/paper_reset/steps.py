"""The steps of an application, what came of it, and its form as a PDF."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.attempts import count_attempt
from engine.cases import Case, get_case
from engine.completing import TaskHasChanged, TaskIsOver
from engine.errors import NotFound
from web import current, steps, visiting
from web.attaching import ATTACHING
from web.documents import send_document
from web.languages import spoken
from web.limits import TooManyAttempts, check_rate
from web.paper_reset.blueprint import bp
from web.portal.drawing import draw_open_form
from web.security import for_visitors, takes
from workflows.paper_password_reset.applications import PROCESS, read_form
from workflows.paper_password_reset.documents import Application, make_application_form
from workflows.paper_password_reset.offices import find_office
from workflows.paper_password_reset.receipts import find_receipt
from workflows.paper_password_reset.states import describe_state
from workflows.shared.access import get_visitor
from workflows.shared.applications import find_last_return
from workflows.shared.documents import documents_of
from workflows.shared.resets import find_task_of_visitor
from workflows.shared.sign_in import ADDRESS_WINDOW
from workflows.shared.step_names import StepNames
from workflows.shared.visits import Visit, VisitOver
from workflows.shared.work import OpenForm

FORMS_OF_ADDRESS = 60
DAY = timedelta(days=1)
FILES_OF_VISIT = 30
"""In a day; three are asked for."""


@bp.get("/step")
@for_visitors
def show() -> ResponseReturnValue:
    """Show where the application stands: its step, that it is looked at, or what came of it."""
    visit = visiting.get_own_visit()
    with current.engine().database.read() as session:
        case = _get_case(session, visit)
        task = find_task_of_visitor(session, case.id)
        if task is None:
            told = describe_state(session, current.engine(), case, language=spoken())
            return render_template("paper_reset/state.html", **told)
        opened = current.tasks().open(
            session,
            task_id=task.id,
            viewer=get_visitor(visit),
            language=spoken(),
            now=current.now(),
        )
        return _page(session, opened)


@bp.post("/step/<uuid:task_id>")
@for_visitors
@takes(ATTACHING)
def send(task_id: UUID) -> ResponseReturnValue:
    """Take what was typed: go on, or stay on the page and do something small."""
    visit = visiting.get_own_visit()
    visiting.live_on(visit)
    _count_files(visit)
    try:
        return steps.take_step(
            get_visitor(visit),
            task_id,
            draw=_page,
            go_on=lambda _done: redirect(url_for("paper_reset.show")),
        )
    except (TaskIsOver, TaskHasChanged):
        return redirect(url_for("paper_reset.show"))


@bp.get("/form.pdf")
@for_visitors
def form() -> ResponseReturnValue:
    """The form of one's own application, filled in, to print and sign."""
    check_rate("paper-form", limit=FORMS_OF_ADDRESS, window=ADDRESS_WINDOW)
    visit, engine = visiting.get_own_visit(), current.engine()
    with engine.database.read() as session:
        case = _get_case(session, visit)
        receipt = find_receipt(session, case.id)
        if receipt is None:
            raise NotFound
        values = read_form(session, engine.vault, case)
        office = find_office(session, int(values["office"]))
        number = receipt.receipt_number
    # Nobody waits for the database while the document is made.
    made = make_application_form(documents_of(engine), _application(values, number), office)
    return send_document(made, f"{number}.pdf")


def _count_files(visit: Visit) -> None:
    """Count what is sent; raises TooManyAttempts.

    What took the place of another file stays on the disk until it is swept: nobody without an
    account may fill it.
    """
    if not any(each.filename for each in request.files.values()):
        return
    key, database = f"paper-files:{visit.id}", current.engine().database
    if count_attempt(database, key, window=DAY, now=current.now()) > FILES_OF_VISIT:
        raise TooManyAttempts


def _get_case(session: Session, visit: Visit) -> Case:
    """The visit's application; raises VisitOver for a visit of another kind."""
    if visit.case_id is None:
        raise VisitOver
    case = get_case(session, visit.case_id)
    if case.process_id != PROCESS:
        raise VisitOver
    return case


def _page(
    session: Session,
    opened: OpenForm,
    *,
    errors: Sequence[forms.FieldError] = (),
    confirming: str | None = None,
) -> str:
    """The page of a step."""
    task, case, engine = opened.task, opened.case, current.engine()
    names = StepNames(engine.releases.get(session, case.release_id), spoken())
    last = find_last_return(session, engine.vault, case=case)
    receipt = find_receipt(session, case.id)
    return render_template(
        "paper_reset/step.html",
        title=names.step(task.process_id, task.element_id),
        task_id=task.id,
        round=task.round,
        reason=last.reason if last else "",
        is_received=receipt is not None,
        form=draw_open_form(session, opened, errors=errors, confirming=confirming),
    )


def _application(values: Any, number: str) -> Application:
    return Application(
        target=values["target"],
        applicant=values["applicant"],
        login=values["login"],
        mobile=values["mobile"],
        applied_date=date.fromisoformat(values["applied_date"]),
        reason=values["reason"],
        remark=values["remark"],
        receipt_number=number,
    )
