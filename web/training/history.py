"""What happened to a sign-up, step by step: from its own dates and from its case's trail."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, get_case
from engine.language import N_, _
from engine.noting import texts
from engine.submissions import submissions
from engine.trail import Event, events
from web import current
from web.words import hours, name_office
from workflows.shared.actor_names import name_actors
from workflows.shared.associations import get_association
from workflows.shared.enrolments import (
    ABSENT,
    CANCELLED,
    COMPLETED,
    UNPLACED,
    Enrolment,
)
from workflows.shared.training_classes import TrainingClass

DECISION = "confirm_enrolment"
"""The step in which the association confirms or refuses."""

CANCELLED_BY, REPLACED = "enrolment_cancelled", "person_replaced"
"""Who gave the place back, in the trail: to nobody, or to a colleague."""

OUTCOMES = {
    "confirm": (N_("Confirmed by the association"), "is-good"),
    "refuse": (N_("Refused by the association"), "is-returned"),
}
TOLD = {
    "class_changed": (N_("Time or place of the class were changed"), "is-now"),
    "class_cancelled": (N_("The class was cancelled"), "is-returned"),
}
"""What the class told its sign-ups."""


def describe_history(
    session: Session, enrolment: Enrolment, training_class: TrainingClass
) -> list[dict[str, Any]]:
    """The steps of a sign-up, the first one first."""
    engine = current.engine()
    case = get_case(session, enrolment.case_id)
    office = name_office(get_association(session, training_class.association_id))
    found = list(events(session, case.id))
    notes = texts(session, engine.vault, case=case)
    reasons = _find_reasons(session, case)
    signer = Actor(enrolment.by_kind, enrolment.by_id)
    actors = {each.number: Actor(each.by_kind, each.by_id) for each in found}
    people = name_actors(session, [signer, *actors.values()])
    nodes = [_say_arrival(enrolment, people[signer])]
    if enrolment.placed_at is not None and enrolment.placed_at > enrolment.arrived_at:
        nodes.append(_node(enrolment.placed_at, _("A place became free: moved up"), "is-now"))
    told = [_say_event(each, office, reasons) for each in found]
    asked = next((each for each in reversed(found) if each.kind in (CANCELLED_BY, REPLACED)), None)
    by = people[actors[asked.number]] if asked else ""
    told.append(
        _say_cancellation(enrolment, asked, by, notes.get(asked.number, "") if asked else "")
    )
    nodes += [each for each in told if each is not None] + _say_class(enrolment, office)
    return sorted(nodes, key=lambda each: each["at"])


def _say_arrival(enrolment: Enrolment, by: str) -> dict[str, Any]:
    is_late = enrolment.placed_at is None or enrolment.placed_at > enrolment.arrived_at
    title = _("Signed up, onto the waiting list") if is_late else _("Sign-up received")
    if enrolment.replaces_id is not None:
        title = _("Signed up in the place of a colleague")
    return _node(enrolment.arrived_at, title, "is-now", by=by)


def _say_event(event: Event, office: str, reasons: dict[str, str]) -> dict[str, Any] | None:
    """The node of an event of the trail that its person is told of, or None."""
    data = event.data
    if event.kind == "task_completed" and data.get("element") == DECISION:
        words, look = OUTCOMES.get(data["outcome"], OUTCOMES["confirm"])
        return _node(event.at, _(words), look, by=office, reason=reasons.get(data["task"], ""))
    if event.kind == "message_received" and data.get("message") in TOLD:
        words, look = TOLD[data["message"]]
        return _node(event.at, _(words), look, by=office)
    return None


def _say_cancellation(
    enrolment: Enrolment, asked: Event | None, by: str, reason: str
) -> dict[str, Any] | None:
    """Who cancelled a sign-up and why; None where that was said of its class."""
    if enrolment.state != CANCELLED or enrolment.ended_at is None or asked is None:
        return None
    words = _("Sign-up cancelled")
    if asked.kind == REPLACED:
        words = _("A colleague goes instead")
    return _node(enrolment.ended_at, words, "is-returned", by=by, reason=reason)


def _say_class(enrolment: Enrolment, office: str) -> list[dict[str, Any]]:
    """What the class itself came to for its person."""
    nodes = []
    if enrolment.attendance is not None and enrolment.attendance_at is not None:
        is_present = enrolment.attendance == "present"
        title = _("Noted as present") if is_present else _("Noted as absent")
        look = "is-good" if is_present else "is-returned"
        nodes.append(_node(enrolment.attendance_at, title, look, by=office))
    if enrolment.ended_at is None:
        return nodes
    if enrolment.state == COMPLETED:
        credited = hours(enrolment.hours or 0)
        title = _("Completed: %(hours)s hours were credited", hours=credited)
        nodes.append(_node(enrolment.ended_at, title, "is-good"))
    elif enrolment.state == UNPLACED:
        nodes.append(_node(enrolment.ended_at, _("The class began without a free place")))
    elif enrolment.state == ABSENT and enrolment.attendance is None:
        nodes.append(_node(enrolment.ended_at, _("Noted as absent"), "is-returned", by=office))
    return nodes


def _find_reasons(session: Session, case: Case) -> dict[str, str]:
    """What was said for the decisions of a case, by the key of the task."""
    vault = current.engine().vault
    sent = submissions(
        session, vault, case_id=case.id, subject=case.subject_key, element_ids=[DECISION]
    )
    return {str(each.task_id): str(each.values.get("reason") or "") for each in sent}


def _node(
    at: datetime, title: str, look: str = "", *, by: str = "", reason: str = ""
) -> dict[str, Any]:
    return {"at": at, "title": title, "look": look, "by": by, "reason": reason}
