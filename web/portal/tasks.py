"""A member's steps: a form is opened, kept while it is filled in, and sent."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.completing import Completed, TaskHasChanged, TaskIsOver
from engine.tasks import Task
from web import current, steps
from web.attaching import ATTACHING
from web.languages import spoken
from web.portal import cases
from web.portal.drawing import draw_open_form
from web.security import takes
from web.sessions import Person, get_member_person
from workflows.shared.application_kinds import find_application, find_kind_of_step
from workflows.shared.applications import find_last_return, is_begun
from workflows.shared.step_names import StepNames
from workflows.shared.work import OpenForm

bp = Blueprint("tasks", __name__, url_prefix="/tasks")


@bp.get("/<uuid:task_id>")
def show(task_id: UUID) -> ResponseReturnValue:
    """Show the step's form; a step that is done leads to where the application stands."""
    person, _member_id = get_member_person()
    try:
        with current.engine().database.read() as session:
            opened = current.tasks().open(
                session,
                task_id=task_id,
                viewer=person.viewer,
                language=spoken(),
                now=current.now(),
            )
            if cases.has_own_page(opened.case):
                return redirect(cases.address_of(opened.case))
            return page(session, opened)
    except TaskIsOver as over:
        return redirect(url_for("applications.open_application", case_id=over.case_id))


@bp.post("/<uuid:task_id>")
@takes(ATTACHING)
def send(task_id: UUID) -> ResponseReturnValue:
    """Take what was typed: send it off, or stay on the page and do something small."""
    person, _member_id = get_member_person()
    try:
        return steps.take_step(person.viewer, task_id, draw=page, go_on=_go_on)
    except (TaskIsOver, TaskHasChanged) as error:
        return _say_stale(person, task_id, str(error))


@bp.post("/<uuid:task_id>/draft")
def keep(task_id: UUID) -> ResponseReturnValue:
    """Keep what was typed, from time to time while it is typed."""
    person, _member_id = get_member_person()
    with current.engine().database.transaction() as session:
        steps.keep_step(session, person.viewer, task_id)
    return Response(status=204)


def _go_on(done: Completed) -> ResponseReturnValue:
    if done.case.status in cases.SENT:
        return redirect(url_for("applications.done", case_id=done.case.id))
    if done.next_task_id is not None:
        return redirect(url_for("tasks.show", task_id=done.next_task_id))
    if done.case.state == "open" and not cases.is_listed(done.case):
        return redirect(cases.address_of(done.case))
    return redirect(url_for("home"))


def _say_stale(person: Person, task_id: UUID, sentence: str) -> ResponseReturnValue:
    """The page was older than the application: what was typed moves to the step as it is now."""
    is_kept = False
    with current.engine().database.transaction() as session:
        task = session.get_one(Task, task_id)
        case = cases.get_own_case(session, person, task.case_id)
        ahead = cases.find_own_task(session, case)
        if ahead is not None and ahead.element_id == task.element_id:
            steps.keep_step(session, person.viewer, ahead.id)
            is_kept = True
        case_id = case.id
    return render_template(
        "portal/stale.html",
        sentence=sentence,
        is_kept=is_kept,
        address=url_for("applications.open_application", case_id=case_id),
    ), 409


def page(
    session: Session,
    opened: OpenForm,
    *,
    errors: Sequence[forms.FieldError] = (),
    confirming: str | None = None,
) -> str:
    """The page of a step."""
    task, case, engine = opened.task, opened.case, current.engine()
    names = StepNames(engine.releases.get(session, case.release_id), spoken())
    of_step = find_kind_of_step(task.element_id)
    last = find_last_return(session, engine.vault, case=case)
    return render_template(
        "portal/task.html",
        title=names.step(task.process_id, task.element_id),
        task_id=task.id,
        is_listed=cases.is_listed(case),
        way_back=cases.describe_way_back(case),
        year=case.year,
        kind=case.kind if of_step is None else of_step.code,
        round=task.round,
        step=_count_step(session, opened),
        reason=last.reason if last else "",
        fee_status=opened.panels.get("fee", {}).get("status", ""),
        form=draw_open_form(session, opened, errors=errors, confirming=confirming),
    )


def _count_step(session: Session, opened: OpenForm) -> int:
    """Which of the bar's steps it is: the first until the application's own first one is done."""
    kind = find_application(opened.case.kind)
    if kind is None:
        return 2
    is_first = opened.task.element_id == kind.first_step
    return 1 if is_first or not is_begun(session, case=opened.case, kind=kind) else 2
