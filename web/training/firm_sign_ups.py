"""What became of the people whom a firm signed up together: while it is done, and afterwards."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from flask import Flask, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.language import _, speak
from forms.lists import Language
from web import current
from web.languages import catalogue
from web.training.blueprint import bp
from web.training.firm import get_firm
from workflows.shared import many
from workflows.shared.enrolments import CONFIRMED, RESERVED, WAITING
from workflows.shared.many import DONE, RUNNING
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.firms.people import name_people
from workflows.training_enrolment.firms.sign_up_work import ALREADY, SigningUp
from workflows.training_enrolment.firms.sign_ups import (
    KIND,
    MISSING,
    Results,
    SignUps,
    count_results,
)

PART = "sign-ups"
"""The part of the page that is fetched again while the job is under way."""


def init_app(app: Flask) -> None:
    """Let the workers of this application sign people up."""
    engine: Engine = app.extensions["engine"]
    many.register(KIND, SigningUp(engine), engine, _speaking)


@bp.get("/firm/sign-ups")
def list_sign_ups() -> str:
    """List what the firm signed up together, the newest first."""
    with current.engine().database.read() as session:
        _firm, viewer = get_firm(session)
        found = many.list_batches(session, KIND, account_id=viewer.account_id, limit=50)
        described = _describe(session, found)
    return render_template("training/firm_sign_ups.html", sign_ups=described)


@bp.get("/firm/sign-ups/<uuid:sign_ups_id>")
def show_sign_ups(sign_ups_id: UUID) -> str:
    """Show how far it is, and what became of each person."""
    with current.engine().database.read() as session:
        _firm, viewer = get_firm(session)
        batch = many.get_own(session, KIND, sign_ups_id, account_id=viewer.account_id)
        (found,) = _describe(session, [batch])
        found["groups"] = _group(session, batch)
    is_part = request.headers.get("HX-Target") == PART
    template = "training/firm_sign_up_results.html" if is_part else "training/firm_sign_up.html"
    return render_template(template, batch=found, part=PART)


def _describe(session: Session, batches: Sequence[SignUps]) -> list[dict[str, Any]]:
    results = count_results(session, [each.id for each in batches])
    classes = {each.class_id for each in batches}
    query = select(TrainingClass.id, TrainingClass.name).where(TrainingClass.id.in_(classes))
    names = {each.id: each.name for each in session.execute(query)}
    return [_describe_one(each, results[each.id], names[each.class_id]) for each in batches]


def _describe_one(batch: SignUps, results: Results, class_name: str) -> dict[str, Any]:
    codes, back = results.codes, dict[str, Any](class_id=batch.class_id)
    already = codes.get(ALREADY, 0)
    return {
        "address": url_for("training.show_sign_ups", sign_ups_id=batch.id),
        "class_name": class_name,
        "started_at": batch.started_at,
        "is_running": batch.state == RUNNING,
        "total": results.total,
        "done": results.done,
        "left": results.waiting,
        "placed": codes.get(RESERVED, 0) + codes.get(CONFIRMED, 0),
        "waiting": codes.get(WAITING, 0),
        "already": already,
        "failed": results.failed - already,
        "back_address": url_for("training.sign_up_people", **back),
        "ticked_address": url_for("training.sign_up_people", **back, only="ticked"),
        "class_address": url_for("training.show_firm_class", **back),
    }


def _group(session: Session, batch: SignUps) -> list[dict[str, Any]]:
    """The people by what became of them: what is to be done first."""
    items = many.list_items(session, KIND, batch.id)
    names = name_people(session, [each.person for each in items])
    titles = {
        MISSING: _("Something is missing"),
        "other": _("Could not be signed up"),
        WAITING: _("On the waiting list"),
        RESERVED: _("Signed up, waiting for confirmation"),
        CONFIRMED: _("Signed up and confirmed"),
        ALREADY: _("Already signed up"),
    }
    groups: dict[str, list[dict[str, Any]]] = {code: [] for code in titles}
    for each in items:
        number, name = names.get(each.person, ("", ""))
        code = each.code if each.code in groups else "other"
        row = {"name": name, "number": number, "sentence": each.sentence}
        groups[code].append(row)
    return [
        {
            "code": code,
            "title": titles[code],
            "people": people,
            "is_failed": code in (MISSING, "other"),
            "is_folded": code in (RESERVED, CONFIRMED, ALREADY) and batch.state != DONE,
        }
        for code, people in groups.items()
        if people
    ]


def _speaking(language: Language) -> AbstractContextManager[None]:
    return speak(catalogue(language))
