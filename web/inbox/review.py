"""One task of the inbox: the whole application on one page, and the decision on it."""

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import get_case
from engine.completing import TaskHasChanged, TaskIsOver
from engine.language import _, ngettext
from engine.submissions import NewMark
from engine.tasks import Task
from forms import FieldError
from web import current, steps
from web.attaching import ATTACHING
from web.inbox import pages
from web.inbox.addresses import read_filters, write_filters
from web.inbox.blueprint import bp
from web.inbox.tasks import get_task
from web.languages import spoken
from web.numbers import small_int
from web.security import takes
from web.staff import get_staff_person
from workflows.inbox.queries import find_next_task
from workflows.review.applications import read_new_marks
from workflows.shared.access import Viewer, check_case
from workflows.shared.applications import RETURN
from workflows.shared.step_names import StepNames
from workflows.shared.tasks import Refused, Unconfirmed
from workflows.shared.work import OpenForm


@dataclass(frozen=True)
class NotDecided:
    """A decision that was not accepted, with everything that was typed.

    `confirming` is the outcome whose question has to be answered first.
    """

    opened: OpenForm
    errors: list[FieldError]
    marks: list[NewMark]
    confirming: str | None = None


@bp.get("/<uuid:task_id>")
def show(task_id: UUID) -> ResponseReturnValue:
    """Show the task with everything that its decision needs."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        task = get_task(session, viewer, task_id)
        if request.headers.get("HX-Target") == "changes":
            return pages.draw_changes(session, task)
        if task.state != "open":
            return pages.draw_decided(session, viewer, task)
        return pages.draw_task(session, viewer, _open(session, viewer, task_id))


@bp.get("/<uuid:task_id>/rounds/<int:number>")
def show_round(task_id: UUID, number: int) -> ResponseReturnValue:
    """Show the whole application as it was sent in one of its rounds."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        task = get_task(session, viewer, task_id)
        check_case(session, viewer, get_case(session, task.case_id))
        return pages.draw_round(session, task, number)


@bp.post("/<uuid:task_id>")
@takes(ATTACHING)
def decide(task_id: UUID) -> ResponseReturnValue:
    """Decide, and the next task opens by itself; or stay on the page and attach a file."""
    viewer = get_staff_person().viewer
    try:
        if steps.pressed_outcome() is None:
            return _stay(viewer, task_id)
        with current.engine().database.transaction() as session:
            done = _decide(session, viewer, task_id)
    except (TaskIsOver, TaskHasChanged):
        return _say_over(viewer, task_id), 409
    # Others can decide while this page is drawn.
    with current.engine().database.read() as session:
        if isinstance(done, NotDecided):
            return _draw_again(session, viewer, done)
        return redirect(_go_on(session, viewer, done))


def _stay(viewer: Viewer, task_id: UUID) -> ResponseReturnValue:
    """The task after something small: a file is attached, or a question was answered with no."""
    stayed = steps.stay_at_step(viewer, task_id)
    with current.engine().database.read() as session:
        marks = _read_marks(session, get_task(session, viewer, task_id))
        return _draw_again(session, viewer, NotDecided(stayed.opened, stayed.errors, marks))


def _draw_again(session: Session, viewer: Viewer, done: NotDecided) -> ResponseReturnValue:
    page = pages.draw_task(
        session,
        viewer,
        done.opened,
        errors=done.errors,
        marks=done.marks,
        confirming=done.confirming,
    )
    return page, 422 if done.errors else 200


def _decide(session: Session, viewer: Viewer, task_id: UUID) -> Task | NotDecided:
    task = get_task(session, viewer, task_id)
    marks = _read_marks(session, task)
    outcome = steps.pressed_outcome() or ""
    if marks and outcome != RETURN and task.state == "open":
        return NotDecided(_open(session, viewer, task_id), [_say_marked(len(marks))], marks)
    done = current.tasks().complete(
        session,
        task_id=task_id,
        outcome=outcome,
        posted=request.form,
        viewer=viewer,
        language=spoken(),
        now=current.now(),
        round_seen=request.form.get("round", type=small_int),
        marks=marks,
    )
    if isinstance(done, Refused):
        return NotDecided(done.opened, done.errors, marks)
    if isinstance(done, Unconfirmed):
        return NotDecided(done.opened, [], marks, confirming=done.outcome)
    return task


def _say_marked(count: int) -> FieldError:
    sentence = ngettext(
        "You marked %(n)s field: return the application, or take the mark away.",
        "You marked %(n)s fields: return the application, or take the marks away.",
        count,
    )
    return FieldError("", "", sentence)


def _go_on(session: Session, viewer: Viewer, decided: Task) -> str:
    """Say what was decided and lead to the next task, or to the list when there is none."""
    filters = read_filters()
    kept = write_filters(filters)
    case = get_case(session, decided.case_id)
    names = StepNames(current.engine().releases.get(session, case.release_id), spoken())
    said = {
        "name": decided.subject_name,
        "outcome": names.outcome(decided.process_id, decided.element_id, decided.outcome or ""),
    }
    found = find_next_task(session, viewer, filters, decided=decided, now=current.now())
    if found is None:
        flash(_("%(name)s: %(outcome)s. Nothing else waits here.", **said), "success")
        return url_for("inbox.index", **kept)
    flash(_("%(name)s: %(outcome)s. This is the next one.", **said), "success")
    return url_for("inbox.show", task_id=found.id, **kept)


def _say_over(viewer: Viewer, task_id: UUID) -> str:
    """Tell who was faster; nothing typed is lost."""
    with current.engine().database.read() as session:
        task = get_task(session, viewer, task_id)
        return pages.draw_over(
            session,
            viewer,
            task,
            reason=request.form.get("reason", ""),
            marks=_read_marks(session, task),
        )


def _read_marks(session: Session, task: Task) -> list[NewMark]:
    """The marks that were set; the application is read only if there are any."""
    posted = request.form
    has_comment = any(
        name.startswith("comment.") and text.strip() for name, text in posted.items(multi=True)
    )
    if not has_comment and "mark" not in posted:
        return []
    return read_new_marks(pages.read_forms(session, task), posted)


def _open(session: Session, viewer: Viewer, task_id: UUID) -> OpenForm:
    return current.tasks().open(
        session, task_id=task_id, viewer=viewer, language=spoken(), now=current.now()
    )
