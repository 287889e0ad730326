"""What a firm changes of its sign-ups: one is cancelled, or somebody else takes the place."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import _
from web import current
from web.languages import spoken
from web.training.blueprint import bp
from web.training.firm import get_firm, read_page
from web.training.firm_drafts import read_key, write_key
from workflows.shared.access import Viewer, can
from workflows.shared.enrolments import Enrolment, EnrolmentNotFound, get_enrolment
from workflows.shared.register import Firm
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.cancelling import (
    LONGEST_REASON,
    cancel_enrolment,
    replace_person,
)
from workflows.training_enrolment.firms import drafts
from workflows.training_enrolment.firms.answers import answers_of, list_asked, read_rows
from workflows.training_enrolment.firms.people import (
    NotOfThisFirm,
    PersonKey,
    get_person,
    key_of,
    kinds_for,
    list_people,
    name_people,
)
from workflows.training_enrolment.signing_up import MissingField, bind_sign_up


@bp.get("/firm/sign-ups/<int:enrolment_id>/cancel")
def ask_to_cancel(enrolment_id: int) -> ResponseReturnValue:
    """Ask for the reason."""
    with current.engine().database.read() as session:
        _firm, enrolment = _get_own(session, enrolment_id)
        if not enrolment.is_live:
            return _back_to_class(enrolment)
        return _draw_cancelling(session, enrolment)


@bp.post("/firm/sign-ups/<int:enrolment_id>/cancel")
def cancel_for_firm(enrolment_id: int) -> ResponseReturnValue:
    """Cancel a sign-up of the firm's; again is nothing more."""
    reason, database = request.form.get("reason", ""), current.engine().database
    try:
        with database.transaction() as session:
            _firm, enrolment = _get_own(session, enrolment_id)
            cancel_enrolment(
                session,
                current.engine(),
                enrolment=enrolment,
                reason=reason,
                by=_viewer(session).actor,
                now=current.now(),
            )
            name = _name(session, enrolment)
    except Rejected as error:
        with database.read() as session:
            _firm, enrolment = _get_own(session, enrolment_id)
            return _draw_cancelling(session, enrolment, reason, str(error)), 422
    except Conflict as error:
        flash(str(error), "warning")
        with database.read() as session:
            return _back_to_class(_get_own(session, enrolment_id)[1])
    flash(_("The sign-up of %(name)s is cancelled; the organiser is told.", name=name), "success")
    return _back_to_class(enrolment)


@bp.get("/firm/sign-ups/<int:enrolment_id>/replace")
def choose_replacement(enrolment_id: int) -> ResponseReturnValue:
    """Show the firm's people of whom one may take the place."""
    text, kind = request.args.get("q", "").strip()[:50], request.args.get("kind", "")
    with current.engine().database.read() as session:
        firm, enrolment = _get_own(session, enrolment_id)
        if not enrolment.is_live:
            return _back_to_class(enrolment)
        training_class = get_class(session, enrolment.class_id)
        kinds = kinds_for(training_class)
        kind = kind if kind in kinds else next(iter(kinds), "")
        if not kind:
            raise NotOfThisFirm
        page = list_people(session, firm_id=firm.id, kind=kind, text=text, page=read_page())
        rows = read_rows(
            session,
            current.engine(),
            firm_id=firm.id,
            training_class=training_class,
            people=page.people,
            language=spoken(),
            now=current.now(),
        )
        return render_template(
            "training/firm_replace.html",
            enrolment_id=enrolment.id,
            name=_name(session, enrolment),
            class_id=training_class.id,
            class_name=training_class.name,
            page=page,
            kinds=kinds,
            kind=kind,
            q=text,
            people=[
                {
                    "key": write_key(key_of(person)),
                    "number": person.number,
                    "name": person.name,
                    "position": person.position,
                    "obstacle": row.obstacle,
                    "state": row.state,
                }
                for person, row in zip(page.people, rows, strict=True)
            ],
        )


@bp.get("/firm/sign-ups/<int:enrolment_id>/replace/<key>")
def ask_to_replace(enrolment_id: int, key: str) -> ResponseReturnValue:
    """Show what the class asks of the person who takes the place."""
    with current.engine().database.read() as session:
        firm, enrolment = _get_own(session, enrolment_id)
        if not enrolment.is_live:
            return _back_to_class(enrolment)
        return _draw_replacing(session, firm, enrolment, _read_person(key), typed={})


@bp.post("/firm/sign-ups/<int:enrolment_id>/replace/<key>")
def replace_for_firm(enrolment_id: int, key: str) -> ResponseReturnValue:
    """Give the place to another person, who keeps the number; again is refused with a sentence."""
    database, engine, wanted = current.engine().database, current.engine(), _read_person(key)
    typed = {
        name.removeprefix("v:"): text
        for name, text in request.form.items()
        if name.startswith("v:")
    }
    try:
        with database.transaction() as session:
            firm, enrolment = _get_own(session, enrolment_id)
            person = get_person(session, firm_id=firm.id, key=wanted)
            training_class = get_class(session, enrolment.class_id)
            asked = {name: typed.get(name, "") for name in training_class.required_fields}
            replace_person(
                session,
                engine,
                enrolment=enrolment,
                person=person,
                answers=asked,
                by=_viewer(session).actor,
                now=current.now(),
                language=spoken(),
            )
            names = {"old": _name(session, enrolment), "new": person.name}
    except (Rejected, Conflict) as error:
        with database.read() as session:
            firm, enrolment = _get_own(session, enrolment_id)
            if not enrolment.is_live:
                flash(str(error), "warning")
                return _back_to_class(enrolment)
            return _draw_replacing(session, firm, enrolment, wanted, typed=typed, error=error), 422
    flash(_("%(new)s has the place of %(old)s.", **names), "success")
    return _back_to_class(enrolment)


def _viewer(session: Session) -> Viewer:
    return get_firm(session)[1]


def _get_own(session: Session, enrolment_id: int) -> tuple[Firm, Enrolment]:
    firm, viewer = get_firm(session)
    enrolment = get_enrolment(session, enrolment_id)
    if not can(viewer, "replace", enrolment):
        raise EnrolmentNotFound
    return firm, enrolment


def _read_person(key: str) -> PersonKey:
    found = read_key(key)
    if found is None:
        raise NotOfThisFirm
    return found


def _name(session: Session, enrolment: Enrolment) -> str:
    key = PersonKey(enrolment.person_kind, enrolment.person_id)
    return name_people(session, [key]).get(key, ("", ""))[1]


def _draw_cancelling(
    session: Session, enrolment: Enrolment, reason: str = "", problem: str = ""
) -> str:
    training_class = get_class(session, enrolment.class_id)
    return render_template(
        "training/firm_cancel.html",
        enrolment_id=enrolment.id,
        name=_name(session, enrolment),
        class_id=training_class.id,
        class_name=training_class.name,
        reason=reason,
        problem=problem,
        longest=LONGEST_REASON,
    )


def _draw_replacing(
    session: Session,
    firm: Firm,
    enrolment: Enrolment,
    key: PersonKey,
    *,
    typed: Mapping[str, str],
    error: Exception | None = None,
) -> str:
    engine = current.engine()
    training_class = get_class(session, enrolment.class_id)
    person = get_person(session, firm_id=firm.id, key=key)
    for_all = drafts.read(
        session,
        engine.vault,
        firm_id=firm.id,
        class_id=training_class.id,
        keys=[drafts.EVERYBODY],
    )[drafts.EVERYBODY]
    found: dict[str, Any] = {
        "enrolment_id": enrolment.id,
        "old": _name(session, enrolment),
        "new": person.name,
        "number": person.number,
        "key": write_key(key),
        "class_id": training_class.id,
        "class_name": training_class.name,
        "asked": _list_asked(session, training_class),
        "values": typed or answers_of(session, engine, training_class, person, for_all.values),
    }
    wrong: dict[str, str] = {}
    if isinstance(error, MissingField):
        wrong = {each.path: each.sentence for each in error.errors}
    problem = "" if wrong or error is None else str(error)
    return render_template("training/firm_replacing.html", wrong=wrong, problem=problem, **found)


def _list_asked(session: Session, training_class: TrainingClass) -> list[Any]:
    bound = bind_sign_up(
        session,
        current.engine(),
        training_class=training_class,
        language=spoken(),
        now=current.now(),
    )
    return list(list_asked(bound))


def _back_to_class(enrolment: Enrolment) -> ResponseReturnValue:
    return redirect(url_for("training.show_firm_class", class_id=enrolment.class_id))
