"""The steps of a visitor's case: drawn and sent as a member's are, owned by his browser."""

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

import forms
from engine.cases import get_case
from engine.completing import TaskHasChanged, TaskIsOver
from engine.language import _
from web import current, steps, visiting
from web.codes import picture_of
from web.languages import spoken
from web.portal.drawing import draw_open_form
from web.reset import watching
from web.reset.blueprint import bp
from web.reset.ends import is_on_phone, show_end
from web.security import for_visitors
from workflows.shared.access import get_visitor
from workflows.shared.hand_overs import STEP
from workflows.shared.resets import find_task_of_visitor
from workflows.shared.step_names import StepNames
from workflows.shared.visits import VisitOver
from workflows.shared.work import OpenForm

WIZARD = {STEP: 2, "set_new_password": 3}
"""绑定公众号 and 重置密码; every other step is 验证账号."""


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
        return steps.take_step(
            get_visitor(visit),
            task_id,
            draw=_page,
            go_on=lambda _done: redirect(url_for("reset.show")),
        )
    except (TaskIsOver, TaskHasChanged):
        # A second click, or a page from before: where it stands is one page away.
        return redirect(url_for("reset.show"))


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
        is_phone=is_on_phone(),
        watch=watching.mark(scan) if scan else "",
        form=draw_open_form(session, opened, errors=errors, confirming=confirming, drawn=drawn),
    )


def _draw_code(content: str) -> Markup:
    if not content:
        return Markup()
    picture = Markup('<img src="{}" alt="{}" width="232" height="232">')
    return picture.format(picture_of(content), _("QR code of the official account"))
