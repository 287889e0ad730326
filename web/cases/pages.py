"""One case: where it stands, what keeps it, the way it took, what was sent."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, get_case
from engine.engine import Engine
from engine.incidents import Incident, open_incidents
from engine.language import _
from engine.positions import Position, position
from engine.retrying import retry_incident
from engine.submissions import submissions
from engine.tasks import Task
from web import current
from web.cases import remedies, rulings
from web.cases.blueprint import bp
from web.cases.trails import describe_trail
from web.languages import spoken
from web.personal_data import showing
from web.staff import get_staff_person
from web.verifying import find_broken_links, hold_still
from web.words import name_office
from workflows.shared.access import Viewer, can, check, check_case
from workflows.shared.actor_names import name_actors
from workflows.shared.associations import Association
from workflows.shared.step_names import StepNames


@bp.get("/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """Show everything about a case."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        hold_still(session, current.engine())
        case = get_case(session, case_id)
        check_case(session, viewer, case)
        return render_template("cases/show.html", **_describe(session, viewer, case))


@bp.post("/<uuid:case_id>/incidents/<uuid:incident_id>/retry")
def retry(case_id: UUID, incident_id: UUID) -> ResponseReturnValue:
    """Run the operation again at which the case stands still."""
    person, engine = get_staff_person(), current.engine()
    with engine.database.transaction() as session:
        check(person.viewer, "see", case := get_case(session, case_id))
        check(person.viewer, "retry", case)
        retry_incident(
            session,
            engine,
            case_id=case_id,
            incident_id=incident_id,
            by=person.actor,
            now=current.now(),
        )
        is_stuck = bool(open_incidents(session, case_id))
    flash(*_say_retried(is_stuck=is_stuck))
    return redirect(url_for("cases.show", case_id=case_id))


def _say_retried(*, is_stuck: bool) -> tuple[str, str]:
    if is_stuck:
        return _("Tried again; the case still stands still."), "warning"
    return _("Tried again: the case goes on."), "success"


def _describe(session: Session, viewer: Viewer, case: Case) -> dict[str, Any]:
    engine = current.engine()
    release = engine.releases.get(session, case.release_id)
    names = StepNames(release, spoken())
    found = position(session, engine, case)
    office = session.get(Association, case.association_id) if case.association_id else None
    is_admin = can(viewer, "retry", case)
    incidents = open_incidents(session, case.id)
    return {
        "personal": showing.describe(session, case),
        "origin_address": _address_of_origin(session, case),
        "case": {
            "id": case.id,
            "name": case.subject_name,
            "number": case.subject_no,
            "key": case.business_key,
            "process": names.process(case.process_id),
            "year": case.year,
            "office": name_office(office) if office else "",
            "state": case.state,
            "status": case.status,
            "round": case.round,
            "release": release.number,
            "started_at": case.started_at,
            "updated_at": case.updated_at,
            "ended_at": case.ended_at,
        },
        "steps": _describe_steps(session, viewer, found, incidents, names),
        "incidents": [_describe_incident(each, names) for each in incidents],
        "can_retry": is_admin,
        **remedies.find_addresses(session, viewer, case),
        "ruling_address": rulings.find_address(session, viewer, case),
        "variables": _describe_variables(found) if is_admin else [],
        "rounds": _describe_rounds(session, engine, case, names),
        "trail": describe_trail(session, engine, case, is_full=True),
        "broken_links": find_broken_links(session, engine, case)
        if can(viewer, "check_trail", case)
        else None,
        "diagram_address": url_for("cases.diagram", case_id=case.id),
    }


def _address_of_origin(session: Session, case: Case) -> str:
    """The task from whose page one came, with the filters of its list; empty for none."""
    given = request.args.to_dict()
    try:
        task_id = UUID(given.pop("task", ""))
    except ValueError:
        return ""
    task = session.get(Task, task_id)
    if task is None or task.case_id != case.id or task.lane != "association":
        return ""
    address = url_for("inbox.show", task_id=task.id)
    return f"{address}?{urlencode(given)}" if given else address


def _describe_steps(
    session: Session,
    viewer: Viewer,
    found: Position,
    incidents: Sequence[Incident],
    names: StepNames,
) -> list[dict[str, Any]]:
    """What the case waits for: people, events with their times, operations under way."""
    tasks = [
        {
            "kind": "task",
            "name": names.step(each.process_id, each.element_id),
            "process": names.process(each.process_id),
            "due_at": task.due_at,
            "since": task.opened_at,
            "address": url_for("inbox.show", task_id=task.id)
            if task.lane == "association" and can(viewer, "see", task)
            else "",
        }
        for each in found.tasks
        if (task := session.get(Task, each.id)) is not None
    ]
    waits = [
        {
            "kind": "listening" if each in found.listens else each.kind,
            "name": names.step(each.process_id, each.element_id),
            "process": names.process(each.process_id),
            "due_at": each.due_at,
        }
        for each in (*found.waits, *found.listens)
    ]
    stuck = {each.step_id for each in incidents}
    operations = [
        {
            "kind": "stuck" if each.id in stuck else "operation",
            "name": names.step(each.process_id, each.element_id),
            "process": names.process(each.process_id),
        }
        for each in found.operations
    ]
    return [*tasks, *operations, *waits]


def _describe_incident(incident: Incident, names: StepNames) -> dict[str, Any]:
    return {
        "step": names.step(incident.process_id, incident.element_id),
        "process": names.process(incident.process_id),
        "operation": incident.operation,
        "error": incident.error,
        "opened_at": incident.opened_at,
        "retry_address": url_for("cases.retry", case_id=incident.case_id, incident_id=incident.id),
    }


def _describe_variables(found: Position) -> list[tuple[str, str]]:
    return [(name, orjson.dumps(value).decode()) for name, value in sorted(found.variables.items())]


def _describe_rounds(
    session: Session, engine: Engine, case: Case, names: StepNames
) -> list[dict[str, Any]]:
    """What was sent, round by round; the values themselves are shown where they are decided."""
    sent = submissions(session, engine.vault, case_id=case.id, subject=case.subject_key)
    people = name_actors(session, (each.by for each in sent))
    rounds: dict[int, list[dict[str, Any]]] = {}
    for each in sent:
        rounds.setdefault(each.round, []).append(
            {
                "step": names.step(each.process_id, each.element_id),
                "outcome": names.outcome(each.process_id, each.element_id, each.outcome),
                "by": people[Actor(each.by.kind, each.by.id)],
                "at": each.at,
                "address": _find_task_address(session, each.task_id),
            }
        )
    return [{"number": number, "sent": rounds[number]} for number in sorted(rounds, reverse=True)]


def _find_task_address(session: Session, task_id: UUID | None) -> str:
    """Where a step is looked at; a form that starts a case belongs to none."""
    task = None if task_id is None else session.get(Task, task_id)
    is_shown = task is not None and task.lane == "association"
    return url_for("inbox.show", task_id=task_id) if is_shown else ""
