"""The steps of a visitor's case: drawn and sent as a member's are, owned by his browser."""

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

import forms
from engine.cases import Case, get_case
from engine.completing import TaskHasChanged, TaskIsOver
from engine.language import N_, _
from web import current, steps, visiting
from web.codes import picture_of
from web.languages import spoken
from web.portal.drawing import draw_open_form
from web.reset import watching
from web.reset.blueprint import bp
from web.security import for_visitors
from workflows.shared.access import get_visitor
from workflows.shared.hand_overs import STEP
from workflows.shared.resets import find_reset, find_task_of_visitor
from workflows.shared.step_names import StepNames
from workflows.shared.tasks import Refused, Unconfirmed
from workflows.shared.visits import Visit, VisitOver
from workflows.shared.work import OpenForm

WIZARD = {STEP: 2, "set_new_password": 3}
"""绑定公众号 and 重置密码; every other step is 验证账号."""

STUCK_TITLE = N_("This takes longer")
STUCK = N_("Something has to be looked at here first. Please call technical support.")
"""Where a case waits for nobody: an operation failed, and an administrator has to see to it."""


@bp.get("/step")
@for_visitors
def show() -> ResponseReturnValue:
    """Show where the visit stands: its step, what it waits for, or what came of it."""
    visit = visiting.find_own_visit()
    if visit is None:
        return watching.show()
    with current.engine().database.read() as session:
        if visit.case_id is None:
            raise VisitOver
        case = get_case(session, visit.case_id)
        task = find_task_of_visitor(session, case.id)
        if task is None:
            return show_end(session, case)
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
def send(task_id: UUID) -> ResponseReturnValue:
    """Take what was typed: go on, or stay on the page and do something small."""
    visit = visiting.get_own_visit()
    visiting.live_on(visit)
    try:
        return _complete(visit, task_id)
    except (TaskIsOver, TaskHasChanged):
        # A second click, or a page from before: where it stands is one page away.
        return redirect(url_for("reset.show"))


def _complete(visit: Visit, task_id: UUID) -> ResponseReturnValue:
    viewer, outcome = get_visitor(visit), steps.pressed_outcome()
    if outcome is None:
        stayed = steps.stay_at_step(viewer, task_id)
        page = _draw(stayed.opened, errors=stayed.errors)
        return (page, 422) if stayed.errors else page
    done = steps.complete_step(viewer, task_id, outcome)
    if isinstance(done, Refused):
        return _draw(done.opened, errors=done.errors), 422
    if isinstance(done, Unconfirmed):
        return _draw(done.opened, confirming=done.outcome)
    return redirect(url_for("reset.show"))


def show_end(session: Session, case: Case, *, is_elsewhere: bool = False) -> str:
    """Say what came of a case: the end's name and documentation in its diagram.

    `is_elsewhere`: it came to it on the phone, and this is the desktop.
    """
    names = StepNames(current.engine().releases.get(session, case.release_id), spoken())
    reset = find_reset(session, case.subject_id)
    title, sentence = _(STUCK_TITLE), _(STUCK)
    if case.ended_in is not None:
        title = names.step(case.process_id, case.ended_in)
        sentence = names.about(case.process_id, case.ended_in)
    return render_template(
        "reset/end.html",
        title=title,
        sentence=sentence,
        is_phone=_is_on_phone(),
        is_done=case.status == "reset_done",
        binding="" if reset is None else reset.binding,
        is_elsewhere=is_elsewhere,
    )


def _draw(
    opened: OpenForm,
    *,
    errors: Sequence[forms.FieldError] = (),
    confirming: str | None = None,
) -> str:
    with current.engine().database.read() as session:
        return _page(session, opened, errors=errors, confirming=confirming)


def _page(
    session: Session,
    opened: OpenForm,
    *,
    errors: Sequence[forms.FieldError] = (),
    confirming: str | None = None,
) -> str:
    """The page of a step."""
    task, case = opened.task, opened.case
    names = StepNames(current.engine().releases.get(session, case.release_id), spoken())
    scan = opened.panels.get("scan")
    drawn = {"scan": {**scan, "drawn": _draw_code(scan["code"])}} if scan else {}
    return render_template(
        "reset/step.html",
        title=names.step(task.process_id, task.element_id),
        task_id=task.id,
        round=task.round,
        wizard_step=WIZARD.get(task.element_id, 1),
        is_phone=_is_on_phone(),
        watch=watching.mark(scan) if scan else "",
        form=draw_open_form(session, opened, errors=errors, confirming=confirming, drawn=drawn),
    )


def _is_on_phone() -> bool:
    visit = visiting.find_own_visit()
    return visit is not None and visit.is_phone


def _draw_code(content: str) -> Markup:
    if not content:
        return Markup()
    picture = Markup('<img src="{}" alt="{}" width="232" height="232">')
    return picture.format(picture_of(content), _("QR code of the official account"))
