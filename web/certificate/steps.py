"""A member's steps on the way to his certificate, sent from its page and kept while he types."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.completing import Completed, TaskHasChanged, TaskIsOver
from engine.language import _
from web import current, steps
from web.certificate.blueprint import bp
from web.certificate.page import draw
from web.sessions import get_member_person
from workflows.shared.register import get_member
from workflows.shared.work import OpenForm


@bp.post("/steps/<uuid:task_id>")
def send(task_id: UUID) -> ResponseReturnValue:
    """Take what was typed: send it off, or stay on the page and do something small."""
    person, member_id = get_member_person()

    def draw_again(
        session: Session,
        opened: OpenForm,
        /,
        *,
        errors: Sequence[forms.FieldError] = (),
        confirming: str | None = None,
    ) -> str:
        member = get_member(session, member_id)
        return draw(
            session, person.viewer, member, opened=opened, errors=errors, confirming=confirming
        )

    try:
        return steps.take_step(person.viewer, task_id, draw=draw_again, go_on=go_on)
    except (TaskIsOver, TaskHasChanged) as error:
        flash(str(error), "warning")
        return redirect(url_for("certificate.show"))


@bp.post("/steps/<uuid:task_id>/draft")
def keep(task_id: UUID) -> ResponseReturnValue:
    """Keep what was typed, from time to time while it is typed."""
    person, _member_id = get_member_person()
    with current.engine().database.transaction() as session:
        steps.keep_step(session, person.viewer, task_id)
    return Response(status=204)


def go_on(done: Completed) -> ResponseReturnValue:
    """Whatever comes next stands on the certificate's page."""
    if done.case.status != "certificate_issued":
        return redirect(url_for("certificate.show"))
    flash(
        _("Your certificate was issued and is being downloaded. It stays here for you."), "success"
    )
    return redirect(url_for("certificate.show", issued=1))
