"""A step of somebody's case as his page sends it: looked at, kept, attached to, completed.

Signed-in people and visitors do the same here; whose page it is, and where it leads, is for the
part that shows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.completing import Completed
from web import current
from web.attaching import attach, is_attaching
from web.languages import spoken
from web.numbers import small_int
from workflows.shared.access import Viewer
from workflows.shared.tasks import Refused, Unconfirmed
from workflows.shared.work import OpenForm

KEEPING = frozenset({"add_row", "remove_row", "remove_file", "refresh", "cancel"})
"""What buttons that stay on the page do to what was typed; every other one is a deed."""


@dataclass(frozen=True)
class Stayed:
    """The step after something small, with what is wrong with it."""

    opened: OpenForm
    errors: list[forms.FieldError]


class DrawPage(Protocol):
    """Draws a step's page: with what is wrong, or with the question of an outcome."""

    def __call__(
        self,
        session: Session,
        opened: OpenForm,
        /,
        *,
        errors: Sequence[forms.FieldError] = (),
        confirming: str | None = None,
    ) -> str: ...


def take_step(
    viewer: Viewer,
    task_id: UUID,
    *,
    draw: DrawPage,
    go_on: Callable[[Completed], ResponseReturnValue],
) -> ResponseReturnValue:
    """Answer a step's page that was sent: go on, or stay on the page and do something small.

    Raises TaskIsOver and TaskHasChanged for a page from before.
    """
    outcome = pressed_outcome()
    if outcome is None:
        stayed = stay_at_step(viewer, task_id)
        page = _draw(draw, stayed.opened, errors=stayed.errors)
        return (page, 422) if stayed.errors else page
    done = complete_step(viewer, task_id, outcome)
    if isinstance(done, Refused):
        return _draw(draw, done.opened, errors=done.errors), 422
    if isinstance(done, Unconfirmed):
        return _draw(draw, done.opened, confirming=done.outcome)
    return go_on(done)


def pressed_outcome() -> str | None:
    """The outcome that the page sends, if it was not a button that stays."""
    return forms.find_outcome(request.form)


def open_step(viewer: Viewer, task_id: UUID) -> OpenForm:
    """The step's form as it is now."""
    with current.engine().database.read() as session:
        return current.tasks().open(
            session, task_id=task_id, viewer=viewer, language=spoken(), now=current.now()
        )


def complete_step(viewer: Viewer, task_id: UUID, outcome: str) -> Completed | Refused | Unconfirmed:
    """Complete the step with what was typed; what is secret is looked at before."""
    tasks, now = current.tasks(), current.now()
    proved = tasks.prove(
        task_id=task_id,
        outcome=outcome,
        posted=request.form,
        viewer=viewer,
        language=spoken(),
        address=current.address(),
        now=now,
    )
    if isinstance(proved, Refused):
        return proved
    with current.engine().database.transaction() as session:
        return tasks.complete(
            session,
            task_id=task_id,
            outcome=outcome,
            posted=request.form,
            viewer=viewer,
            language=spoken(),
            now=now,
            round_seen=request.form.get("round", type=small_int),
            proved=proved,
        )


def keep_step(
    session: Session, viewer: Viewer, task_id: UUID, action: forms.Action | None = None
) -> None:
    """Keep what was typed, and change its rows and files as a button asks for."""
    current.tasks().keep(
        session,
        task_id=task_id,
        posted=request.form,
        viewer=viewer,
        language=spoken(),
        now=current.now(),
        action=_plain(action),
    )


def stay_at_step(viewer: Viewer, task_id: UUID) -> Stayed:
    """Do what a button asks for that stays on the page."""
    action = forms.find_action(request.form)
    if action is not None and is_attaching(action):
        problem = attach(viewer, task_id, action)
        return Stayed(open_step(viewer, task_id), [] if problem is None else [problem])
    if action is None or action.kind in KEEPING:
        with current.engine().database.transaction() as session:
            keep_step(session, viewer, task_id, action)
        return Stayed(open_step(viewer, task_id), [])
    done = current.tasks().do(
        task_id=task_id,
        action=action.kind,
        posted=request.form,
        viewer=viewer,
        language=spoken(),
        address=current.address(),
        now=current.now(),
    )
    return Stayed(done.opened, done.errors)


def _draw(
    draw: DrawPage,
    opened: OpenForm,
    *,
    errors: Sequence[forms.FieldError] = (),
    confirming: str | None = None,
) -> str:
    """The page of a step whose transaction is over: nobody waits while a page is drawn."""
    with current.engine().database.read() as session:
        return draw(session, opened, errors=errors, confirming=confirming)


def _plain(action: forms.Action | None) -> forms.Action | None:
    """A file is removed by its key alone, whichever slot it is in."""
    if action is None or action.kind != "remove_file":
        return action
    return forms.Action(action.kind, action.target.rpartition("/")[2])
