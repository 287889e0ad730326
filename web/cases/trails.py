"""A case's trail in sentences: who did what, when."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.language import N_, _
from engine.noting import texts
from engine.trail import Event, events
from web.languages import spoken
from workflows.shared.actor_names import name_accounts, name_actors
from workflows.shared.applications import RETURN, Decision, list_decisions
from workflows.shared.statuses import status_label
from workflows.shared.step_names import StepNames

MACHINERY = frozenset({"operation_done", "timer_fired", "error_caught"})
"""What the system did by itself and nobody but an administrator asks for."""

SENTENCES = {
    "case_started": N_("The case began"),
    "message_received": N_("Was told: %(message)s"),
    "timer_fired": N_("A time was reached"),
    "operation_done": N_("Done by the system: %(element)s"),
    "operation_failed": N_("Failed: %(element)s"),
    "incident_retried": N_("Tried again: %(element)s"),
    "error_caught": N_("An exception of the process: %(code)s"),
    "case_ended": N_("The case ended: %(status)s"),
    "case_cancelled": N_("The case was closed: %(status)s"),
    "case_reopened": N_("The case was opened anew"),
    "task_nudged": N_("The member asked for speed"),
    "task_escalated": N_("Overdue: the managers were told"),
    "case_closed": N_("The membership changed"),
    "data_shown": N_("The member's data were shown"),
    "data_erased": N_("The member's data were erased"),
    "case_moved": N_("The case went to another association with its member"),
    "photo_renewed": N_("The association has the photo renewed"),
    "enrolment_cancelled": N_("The sign-up was cancelled"),
    "person_replaced": N_("Another person took the place"),
    "attendance_corrected": N_("The attendance was corrected"),
}
HANDED_OVER = {
    "task_assigned": N_("Handed to %(name)s"),
    "task_copied": N_("Copied to %(name)s to read"),
}
TAKEN_ON = N_("Taken on")
PUT_BACK = N_("Put back for everybody")
TASK_DONE = N_("%(element)s: %(outcome)s")

MESSAGES = {
    "withdrawn": N_("withdrawn by the member"),
    "hours_credited": N_("hours were credited"),
    "payment_received": N_("a payment arrived"),
    "payment_claimed": N_("the member reports a payment"),
    "enrolment_cancelled": N_("the sign-up is cancelled"),
    "place_freed": N_("a place became free"),
    "class_changed": N_("time or place of the class changed"),
    "class_cancelled": N_("the class was cancelled"),
    "attendance_recorded": N_("attendance was recorded"),
}

LOOKS = {
    "operation_failed": "is-returned",
    "case_cancelled": "is-returned",
    "case_ended": "is-good",
    "approve": "is-good",
    "received": "is-good",
    RETURN: "is-returned",
    "propose_refusal": "is-returned",
    "case_reopened": "is-now",
    "not_received": "is-returned",
    "enrolment_cancelled": "is-returned",
    "apply": "is-now",
}


def describe_trail(
    session: Session, engine: Engine, case: Case, *, is_full: bool = False
) -> list[dict[str, Any]]:
    """The nodes of a case's trail, oldest first; in full with the machinery and the data."""
    shown = [each for each in events(session, case.id) if is_full or each.kind not in MACHINERY]
    actors = {each.number: Actor(each.by_kind, each.by_id) for each in shown}
    people = name_actors(session, actors.values())
    names = StepNames(engine.releases.get(session, case.release_id), spoken())
    decisions = {
        str(each.sent.task_id): each for each in list_decisions(session, engine.vault, case=case)
    }
    notes = texts(session, engine.vault, case=case)
    given = name_accounts(session, (each.data.get("to") for each in shown))
    return [
        {
            "number": each.number,
            "at": each.at,
            "by": people[actors[each.number]],
            "title": _say_given(each, given)
            if each.kind in HANDED_OVER
            else _sentence(each, names),
            "round": each.data.get("round"),
            "reason": _reason(each, decisions) or notes.get(each.number, ""),
            "look": _look(each),
            "data": _write_data(each) if is_full else "",
        }
        for each in shown
    ]


def _sentence(event: Event, names: StepNames) -> str:
    data = event.data
    if event.kind == "task_completed":
        process, element = data["process"], data["element"]
        outcome = names.outcome(process, element, data["outcome"])
        return _(TASK_DONE, element=names.step(process, element), outcome=outcome)
    if event.kind not in SENTENCES:
        return event.kind
    values: dict[str, object] = {}
    if "%(element)s" in SENTENCES[event.kind]:
        values["element"] = names.find_step(data.get("element", ""))
    if "%(message)s" in SENTENCES[event.kind]:
        known = MESSAGES.get(data["message"])
        values["message"] = _(known) if known else data["message"]
    if "%(status)s" in SENTENCES[event.kind]:
        values["status"] = status_label(data.get("status", ""))
    if "%(code)s" in SENTENCES[event.kind]:
        values["code"] = data.get("code", "")
    return _(SENTENCES[event.kind], **values)


def _say_given(event: Event, given: Mapping[int, str]) -> str:
    """To whom a task was handed over or copied."""
    to = event.data["to"]
    if to is None:
        return _(PUT_BACK)
    if event.by_kind == "staff" and to == event.by_id:
        return _(TAKEN_ON)
    return _(HANDED_OVER[event.kind], name=given.get(to, ""))


def _reason(event: Event, decisions: Mapping[str, Decision]) -> str:
    if event.kind != "task_completed":
        return ""
    decision = decisions.get(event.data["task"])
    return decision.reason if decision else ""


def _look(event: Event) -> str:
    if event.data.get("status") == "not_passed":
        return "is-returned"
    return LOOKS.get(event.data.get("outcome", event.kind), "")


def _write_data(event: Event) -> str:
    return orjson.dumps(event.data, option=orjson.OPT_INDENT_2).decode()
