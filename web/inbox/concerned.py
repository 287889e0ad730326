"""The case that a task's case concerns: what was decided there, why, and what was sent."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from engine.cases import Case
from web import current
from web.languages import spoken
from web.personal_data import showing
from web.sent_forms import draw_sent_form, list_sent_forms
from web.words import name_office
from workflows.shared.access import Viewer, can
from workflows.shared.actor_names import name_actors
from workflows.shared.application_kinds import find_application
from workflows.shared.associations import Association
from workflows.shared.concerns import find_concerned
from workflows.shared.decisions import list_last_steps


def describe(session: Session, viewer: Viewer, case: Case) -> dict[str, Any]:
    """The concerned case for the page of a task; None where there is none, or not for him."""
    concerned = find_concerned(session, case)
    if concerned is None or not can(viewer, "see", concerned):
        return {"concerned": None}
    return {
        "concerned": {
            "kind": concerned.kind,
            "year": concerned.year,
            "round": concerned.round,
            "status": concerned.status,
            "address": url_for("cases.show", case_id=concerned.id),
            "steps": _describe_steps(session, concerned),
            "parts": _draw_forms(session, concerned),
        }
    }


def _describe_steps(session: Session, concerned: Case) -> list[dict[str, Any]]:
    steps = list_last_steps(
        session, current.engine(), case=concerned, language=spoken(), now=current.now()
    )
    people = name_actors(session, (each.by for each in steps))
    return [
        {
            "title": each.title,
            "outcome": each.outcome,
            "ground": each.ground,
            "reason": each.reason,
            "at": each.at,
            "by": people[each.by],
            "office": _name_office(session, each.association_id),
        }
        for each in steps
    ]


def _name_office(session: Session, association_id: int | None) -> str:
    office = session.get(Association, association_id) if association_id else None
    return name_office(office) if office else ""


def _draw_forms(session: Session, concerned: Case) -> list[dict[str, Any]]:
    """What its subject sent; a case in which nobody applied has only its steps."""
    kind = find_application(concerned.kind)
    if kind is None or not kind.last_forms:
        return []
    return [
        {
            "id": each.element_id,
            "title": each.title,
            "html": draw_sent_form(
                each, reveal=showing.reveal(session, concerned), has_preview=True, heading_level=4
            ),
        }
        for each in list_sent_forms(session, concerned)
    ]
