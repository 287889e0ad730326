"""Confirming many sign-ups: those ticked, or all that wait, named and then left to a batch."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.language import _
from web import current
from web.classes.blueprint import bp
from web.classes.class_page import (
    SIGN_UPS,
    describe_for_page,
    get_class_of,
    read_sign_up_filters,
    write_sign_up_filters,
)
from web.staff import get_staff_person
from workflows.inbox.batches import MOST
from workflows.shared.access import SYSTEM, Viewer, check
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.classes.sign_ups import keep_own, list_tasks
from workflows.training_enrolment.places import counts_of

CONFIRM = "confirm"
"""The outcome of the step that a batch gives."""

NAMED = 10


@bp.post("/<int:class_id>/confirm")
def ask_confirm(class_id: int) -> ResponseReturnValue:
    """Say who would be confirmed, and ask; nothing is changed yet."""
    viewer, filters = get_staff_person().viewer, read_sign_up_filters()
    check(viewer, "see_inbox", SYSTEM)
    back = url_for(
        "classes.show_class", class_id=class_id, _anchor=SIGN_UPS, **write_sign_up_filters(filters)
    )
    with current.engine().database.read() as session:
        training_class = get_class_of(session, viewer, class_id)
        wanted = _find_wanted(session, viewer, training_class)
        chosen = keep_own(session, viewer, training_class, wanted[:MOST])
        if not chosen:
            flash(_("Tick at least one sign-up that waits for confirmation."), "warning")
            return redirect(back)
        counts = counts_of(session, [class_id])[class_id]
        return render_template(
            "classes/confirm.html",
            training_class=describe_for_page(session, training_class, counts),
            count=len(chosen),
            named=[{"name": name, "number": number} for _key, name, number in chosen[:NAMED]],
            task_ids=" ".join(key.hex for key, _name, _number in chosen),
            has_more=len(wanted) > MOST,
            most=MOST,
            batch_id=new_id(),
            outcome=CONFIRM,
            back_address=back,
        )


def _find_wanted(session: Session, viewer: Viewer, training_class: TrainingClass) -> Sequence[UUID]:
    """The ticked steps, or all that the filters show and that wait; one more than fit at most."""
    if "all" in request.form:
        filters = read_sign_up_filters()
        return list_tasks(session, viewer, training_class, filters, limit=MOST + 1)
    return _read_ids(request.form.getlist("task"))[: MOST + 1]


def _read_ids(texts: Sequence[str]) -> list[UUID]:
    """Keys of tasks; what is none is left out."""
    found = dict[UUID, None]()
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)
