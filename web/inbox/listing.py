"""The list of what waits: counts by kind, filters, one page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tasks import Task
from web import current, navigation
from web.inbox import batches, views
from web.inbox.addresses import read_filters, read_position, write_filters, write_position
from web.inbox.blueprint import bp
from web.inbox.chips import describe_chips
from web.staff import get_staff_person
from web.words import name_office
from workflows.inbox import queries
from workflows.inbox.claims import is_stale
from workflows.inbox.classes import find_classes, list_classes
from workflows.inbox.colleagues import list_colleagues
from workflows.inbox.queries import Filters
from workflows.shared.access import SYSTEM, WORKING, Viewer, check
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.seasons import list_years

SOON = timedelta(days=1)
PLACE = "inbox.enter"
"""Where the inbox is in the navigation."""


@bp.get("")
def index() -> ResponseReturnValue:
    """List the tasks that the person may work on; a script may ask for the list alone."""
    viewer = get_staff_person().viewer
    check(viewer, "see_inbox", SYSTEM)
    filters = read_filters()
    with current.engine().database.read() as session:
        found = _describe_page(session, viewer, filters)
        is_part = request.headers.get("HX-Target") == "tasks"
        if is_part:
            return render_template("inbox/_tasks.html", **found)
        choices = _describe_choices(session, viewer, filters)
        choices |= views.describe(session, viewer, filters)
    return render_template("inbox/index.html", **found, **choices)


def _describe_page(session: Session, viewer: Viewer, filters: Filters) -> dict[str, object]:
    now = current.now()
    after = read_position(request.args.get("after", ""))
    page = queries.list_tasks(session, viewer, filters, now=now, after=after)
    counts = queries.count_kinds(session, viewer, filters, now=now)
    kept = write_filters(filters)
    if not kept:
        navigation.know_tally(PLACE, queries.say_waiting(queries.add_up(counts.values())))
    return {
        "filters": filters,
        "tasks": _describe_tasks(session, page.tasks, viewer, kept, now=now),
        "kinds": _describe_kinds(counts, filters),
        "count": counts.get(filters.kind, 0) if filters.kind else queries.add_up(counts.values()),
        "next_page": page.next and url_for("inbox.index", **kept, after=write_position(page.next)),
        "first_page": after and url_for("inbox.index", **kept),
        "chips": describe_chips(session, viewer, filters),
        "everything": url_for("inbox.index"),
        "batch": batches.describe_bar(session, page, filters),
        "has_offices": _has_offices(viewer),
    }


def _describe_choices(session: Session, viewer: Viewer, filters: Filters) -> dict[str, object]:
    classes = list_classes(session, viewer, chosen_id=filters.class_id)
    offices = queries.list_offices(session, viewer)
    return {
        "years": list_years(session),
        "offices": [{"id": each.id, "name": name_office(each)} for each in offices],
        "classes": [{"id": each.id, "name": each.name} for each in classes],
        "colleagues": _describe_colleagues(session, viewer),
    }


def _describe_colleagues(session: Session, viewer: Viewer) -> list[dict[str, object]]:
    """Who else works at the viewer's association."""
    found = list_colleagues(
        session,
        association_id=viewer.association_id or 0,
        duties=WORKING,
        today=local_date(current.now()),
        has_load=False,
    )
    return [
        {"id": each.id, "name": each.name}
        for each in found.values()
        if each.id != viewer.account_id
    ]


def _describe_kinds(counts: Mapping[str, int], filters: Filters) -> list[dict[str, object]]:
    chosen = {filters.kind: 0} if filters.kind else {}
    order = [*current.workflows().kinds, *counts]
    kinds = sorted((chosen | dict(counts)).items(), key=lambda item: _place(item[0], order))
    everything = {"": queries.add_up(counts.values()), **dict(kinds)}
    return [
        {
            "code": kind,
            "count": queries.say_count(count),
            "is_here": kind == filters.kind,
            "address": url_for("inbox.index", **write_filters(replace(filters, kind=kind))),
        }
        for kind, count in everything.items()
    ]


def _place(kind: str, order: Sequence[str]) -> int:
    return order.index(kind) if kind in order else len(order)


def _describe_tasks(
    session: Session,
    tasks: Sequence[Task],
    viewer: Viewer,
    kept: Mapping[str, Any],
    *,
    now: datetime,
) -> list[dict[str, object]]:
    people = [
        key for each in tasks for key in (each.claimed_by, each.assigned_to, each.completed_by)
    ]
    names = name_accounts(session, people)
    offices = _name_offices(session, viewer, tasks)
    classes = find_classes(session, tasks)
    return [
        {
            "id": each.id,
            "address": url_for("inbox.show", task_id=each.id, **kept),
            "name": each.subject_name,
            "number": each.subject_no,
            "kind": each.kind,
            "class_name": classes[each.case_id].name if each.case_id in classes else "",
            "year": each.year,
            "round": each.round,
            "nudges": each.nudges,
            "office": offices.get(each.association_id or 0, ""),
            "opened_at": each.opened_at,
            "due_at": each.due_at,
            "urgency": say_urgency(each, now=now),
            "claim": describe_claim(each, names, viewer, now=now),
            "assigned": names.get(each.assigned_to or 0, ""),
            "completed_at": each.completed_at,
            "completed_by": names.get(each.completed_by or 0, ""),
            "outcome": each.outcome,
        }
        for each in tasks
    ]


def _name_offices(session: Session, viewer: Viewer, tasks: Sequence[Task]) -> dict[int, str]:
    """The associations of tasks, where the list says them."""
    if not _has_offices(viewer):
        return {}
    keys = {each.association_id for each in tasks if each.association_id is not None}
    found = session.scalars(select(Association).where(Association.id.in_(sorted(keys))))
    return {each.id: name_office(each) for each in found}


def _has_offices(viewer: Viewer) -> bool:
    return len(frozenset[int]().union(*viewer.duties.values())) > 1


def say_urgency(task: Task, *, now: datetime) -> str:
    """Whether an open task is overdue or soon will be; empty when there is time."""
    if task.state != "open" or task.due_at is None:
        return ""
    if task.due_at < now:
        return "overdue"
    return "soon" if task.due_at < now + SOON else ""


def describe_claim(
    task: Task, names: Mapping[int, str], viewer: Viewer, *, now: datetime
) -> dict[str, object] | None:
    """Who is on a task, and since when; nobody, if that was long ago."""
    if task.claimed_by is None or task.claimed_at is None or is_stale(task, now=now):
        return None
    return {
        "name": names.get(task.claimed_by, ""),
        "at": task.claimed_at,
        "is_own": task.claimed_by == viewer.account_id,
    }
