"""报名: a member fills in what a class asks for, and has a place or waits for one."""

from collections.abc import Sequence

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.language import _
from web import current
from web.languages import spoken
from web.sessions import get_member_person
from web.training.blueprint import bp
from web.training.class_page import describe_class
from workflows.shared.enrolments import WAITING, find_live
from workflows.shared.register import get_member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.audience import find_obstacle
from workflows.training_enrolment.listing import find_position, get_offered_class
from workflows.training_enrolment.signing_up import (
    AlreadySignedUp,
    MissingField,
    SignUpRejected,
    bind_sign_up,
    find_overlaps,
    prefill,
    read_answers,
)
from workflows.training_enrolment.signing_up import sign_up as sign_up_for
from workflows.training_enrolment.states import FULL


@bp.get("/classes/<int:class_id>/sign-up")
def sign_up(class_id: int) -> ResponseReturnValue:
    """Show the form; where one cannot sign up, the class's page says why."""
    person, member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        training_class = get_offered_class(session, person.viewer, class_id)
        member = get_member(session, member_id)
        live = find_live(session, class_id=class_id, person_kind="member", person_id=member_id)
        if (
            live is not None
            or not training_class.takes_sign_ups(now)
            or find_obstacle(engine, session, training_class, member, now)
        ):
            return _go_to_class(class_id)
        return _draw(session, member_id, training_class, prefill(session, engine, member))


@bp.post("/classes/<int:class_id>/sign-up")
def send_sign_up(class_id: int) -> ResponseReturnValue:
    """Sign up; who did already, by a second click, is led to his sign-up."""
    person, member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        training_class = get_offered_class(session, person.viewer, class_id)
        reading = read_answers(
            session,
            engine,
            training_class=training_class,
            posted=request.form,
            language=spoken(),
            now=now,
        )
        if reading.errors and training_class.takes_sign_ups(now):
            page = _draw(session, member_id, training_class, reading.values, reading.errors)
            return page, 422
    try:
        with engine.database.transaction() as session:
            enrolment = sign_up_for(
                session,
                engine,
                training_class=get_offered_class(session, person.viewer, class_id),
                person=get_member(session, member_id),
                answers=reading.values,
                by=person.actor,
                firm_id=None,
                now=now,
                language=spoken(),
            )
            is_waiting = enrolment.state == WAITING
            position = find_position(session, enrolment)
    except AlreadySignedUp:
        return _go_to_class(class_id)
    except MissingField as wrong:
        # The class asks for more since the page was drawn.
        with engine.database.read() as session:
            training_class = get_offered_class(session, person.viewer, class_id)
            page = _draw(session, member_id, training_class, reading.values, wrong.errors)
            return page, 422
    except SignUpRejected as refusal:
        flash(str(refusal), "warning")
        return _go_to_class(class_id)
    if is_waiting:
        flash(
            _(
                "All places were taken: you are number %(position)s on the waiting list.",
                position=position,
            ),
            "warning",
        )
    else:
        flash(_("You are signed up. The association will confirm it."), "success")
    return _go_to_class(class_id)


def _draw(
    session: Session,
    member_id: int,
    training_class: TrainingClass,
    values: dict[str, str],
    errors: Sequence[forms.FieldError] = (),
) -> str:
    bound = bind_sign_up(
        session,
        current.engine(),
        training_class=training_class,
        language=spoken(),
        now=current.now(),
    )
    described = describe_class(session, training_class)
    return render_template(
        "training/sign_up.html",
        **described,
        is_full=described["training_class"]["state"] == FULL,
        asks_nothing=not training_class.required_fields,
        overlapping=find_overlaps(session, get_member(session, member_id), training_class),
        form=forms.draw(
            current_app.jinja_env, bound, bound.complete(values), errors=errors, reveal=True
        ),
    )


def _go_to_class(class_id: int) -> ResponseReturnValue:
    return redirect(url_for("training.show_class", class_id=class_id))
