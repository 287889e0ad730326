"""Many at once: ticked tasks are named, confirmed, decided by a job, and their results shown."""

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from flask import Flask, render_template, request, url_for
from flask import redirect as go_to
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.engine import Engine
from engine.language import speak
from engine.tasks import Task
from forms import Language
from web import current
from web.inbox.addresses import kept_filters, read_filters, write_filters
from web.inbox.blueprint import bp
from web.languages import catalogue, spoken
from web.staff import get_staff_person
from web.words import name_offices
from workflows.inbox import batches
from workflows.inbox.batch_work import Deciding
from workflows.inbox.batches import KIND, MOST, Batch, NothingTicked
from workflows.inbox.claims import is_stale
from workflows.inbox.classes import find_classes
from workflows.inbox.queries import OPEN, Filters, Page, list_tasks
from workflows.shared.access import SYSTEM, Viewer, check, visible_tasks
from workflows.shared.many import DONE, FAILED, RUNNING, register
from workflows.shared.step_names import StepNames
from workflows.shared.tasks import Tasks

PART = "batch"
"""The part of the page that is fetched again while the job is under way."""


def init_app(app: Flask) -> None:
    """Let the workers of this application do batches."""
    engine: Engine = app.extensions["engine"]
    tasks: Tasks = app.extensions["tasks"]
    register(KIND, Deciding(tasks), engine, _speaking)


@bp.get("/batches")
def list_batches() -> ResponseReturnValue:
    """List the person's last batches."""
    viewer = get_staff_person().viewer
    check(viewer, "see_inbox", SYSTEM)
    with current.engine().database.read() as session:
        found = [_describe(session, each) for each in batches.list_batches(session, viewer)]
    return render_template("inbox/batches.html", batches=found)


@bp.post("/batches/ask")
def ask_batch() -> ResponseReturnValue:
    """Say what would be decided, and ask; nothing is changed yet."""
    viewer = get_staff_person().viewer
    check(viewer, "see_inbox", SYSTEM)
    is_all = "all" in request.form
    outcome = request.form.get("all") or request.form.get("outcome", "")
    with current.engine().database.read() as session:
        task_ids, has_more = _find_wanted(session, viewer, is_all=is_all)
        chosen = _choose(session, viewer, task_ids, outcome)
        elsewhere = [each for each in chosen if _is_a_colleagues(each, viewer)]
        if is_all and len(elsewhere) < len(chosen):
            # Who asks for all has looked at none of them: what others are at stays theirs.
            chosen = [each for each in chosen if each not in elsewhere]
        return render_template(
            "inbox/batch_ask.html",
            **_describe_chosen(session, chosen, outcome),
            elsewhere=[each.subject_name for each in elsewhere],
            are_left_out=not set(elsewhere) & set(chosen),
            others=0 if is_all else len(task_ids) - len(chosen),
            has_more=has_more,
            most=MOST,
            batch_id=new_id(),
            outcome=outcome,
            start_address=url_for("inbox.start_batch", **kept_filters()),
            back_address=url_for("inbox.index", **kept_filters()),
        )


@bp.post("/batches")
def start_batch() -> ResponseReturnValue:
    """Start what was confirmed; the same page sent twice leads to the same batch."""
    viewer = get_staff_person().viewer
    check(viewer, "see_inbox", SYSTEM)
    batch_id = request.form.get("batch", type=UUID)
    if batch_id is None:
        raise NothingTicked
    engine = current.engine()
    with engine.database.transaction() as session:
        batches.start_batch(
            session,
            engine,
            batch_id=batch_id,
            outcome=request.form.get("outcome", ""),
            task_ids=_read_ids(request.form.get("tasks", "").split()),
            viewer=viewer,
            language=spoken(),
            now=current.now(),
        )
    return go_to(url_for("inbox.show_batch", batch_id=batch_id, **kept_filters()))


@bp.get("/batches/<uuid:batch_id>")
def show_batch(batch_id: UUID) -> ResponseReturnValue:
    """Show how far a batch is, and what became of each task."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        batch = batches.get_batch(session, batch_id, viewer=viewer)
        found = _describe(session, batch) | {
            "failed_ones": _describe_results(session, batch, FAILED),
            "done_ones": _describe_results(session, batch, DONE) if batch.state == DONE else [],
            "again_address": url_for("inbox.try_batch_again", batch_id=batch_id, **kept_filters()),
            "part": PART,
        }
    is_part = request.headers.get("HX-Target") == PART
    template = "inbox/_batch_results.html" if is_part else "inbox/batch.html"
    class_id = read_filters().class_id
    return render_template(
        template,
        batch=found,
        inbox_address=url_for("inbox.index", **kept_filters()),
        class_address=class_id
        and url_for("classes.show_class", class_id=class_id, _anchor="sign-ups"),
    )


@bp.post("/batches/<uuid:batch_id>/again")
def try_batch_again(batch_id: UUID) -> ResponseReturnValue:
    """Try those again that were not decided."""
    viewer = get_staff_person().viewer
    with current.engine().database.transaction() as session:
        batches.try_again(session, batch_id=batch_id, viewer=viewer, now=current.now())
    return go_to(url_for("inbox.show_batch", batch_id=batch_id, **kept_filters()))


def describe_bar(session: Session, page: Page, filters: Filters) -> dict[str, Any] | None:
    """What can be done with ticked tasks of a page of the list; None where nothing waits."""
    if filters.state != OPEN or filters.is_copied or not page.tasks:
        return None
    return {
        "offers": describe_offers(session, page.tasks),
        "has_more": page.next is not None,
        "ask_address": url_for("inbox.ask_batch", **write_filters(filters)),
        "assign_address": url_for("inbox.assign_ticked", **write_filters(filters)),
    }


def describe_offers(session: Session, tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """The outcomes that tasks of a page may be given together, with the words of their buttons."""
    found = batches.find_offers(session, current.engine(), [each.id for each in tasks])
    return [
        {
            "outcome": each.outcome,
            "words": _names(session, each.release_id).outcome(
                each.process_id, each.element_id, each.outcome
            ),
        }
        for each in found
    ]


def _find_wanted(session: Session, viewer: Viewer, *, is_all: bool) -> tuple[list[UUID], bool]:
    """The ticked tasks, or all that match the filters; and whether even more would match."""
    if not is_all:
        ticked = _read_ids(request.form.getlist("task"))
        return ticked[:MOST], len(ticked) > MOST
    filters = read_filters()
    if filters.state != OPEN:
        raise NothingTicked
    page = list_tasks(session, viewer, filters, now=current.now(), limit=MOST)
    return [each.id for each in page.tasks], page.next is not None


def _choose(
    session: Session, viewer: Viewer, task_ids: Collection[UUID], outcome: str
) -> list[Task]:
    """Those of the tasks to which the outcome may be given, as far as it can be known before."""
    offers = batches.find_offers(session, current.engine(), task_ids)
    allowed = [key for each in offers if each.outcome == outcome for key in each.task_ids]
    found = session.scalars(
        select(Task)
        .where(Task.id.in_(allowed), Task.lane == "association", visible_tasks(viewer))
        .order_by(Task.due_at, Task.opened_at, Task.id)
    ).all()
    if not found:
        raise NothingTicked
    return list(found)


def _is_a_colleagues(task: Task, viewer: Viewer) -> bool:
    """Whether somebody else is on a task, or has it assigned."""
    mine = (None, viewer.account_id)
    is_claimed = task.claimed_by not in mine and not is_stale(task, now=current.now())
    return is_claimed or task.assigned_to not in mine


def _describe_chosen(session: Session, chosen: Sequence[Task], outcome: str) -> dict[str, Any]:
    kinds: Counter[tuple[str, str]] = Counter()
    classes = find_classes(session, chosen)
    for task in chosen:
        found = classes.get(task.case_id)
        kinds[(task.kind, found.name if found is not None else "")] += 1
    offers = describe_offers(session, chosen[:1])
    return {
        "count": len(chosen),
        "words": offers[0]["words"] if offers else outcome,
        "kinds": [(kind, name, count) for (kind, name), count in sorted(kinds.items())],
        "named": [{"name": each.subject_name, "number": each.subject_no} for each in chosen[:10]],
        "task_ids": " ".join(each.id.hex for each in chosen),
    }


def _describe(session: Session, batch: Batch) -> dict[str, Any]:
    progress = batches.count_progress(session, batch.id)
    decided = progress.done + progress.failed
    return {
        "address": url_for("inbox.show_batch", batch_id=batch.id, **kept_filters()),
        "words": _name_outcome(session, batch),
        "started_at": batch.started_at,
        "ended_at": batch.ended_at,
        "is_running": batch.state == RUNNING,
        "total": progress.total,
        "done": progress.done,
        "failed": progress.failed,
        "waiting": progress.waiting,
        "decided": decided,
    }


def _describe_results(session: Session, batch: Batch, state: str) -> list[dict[str, Any]]:
    found = batches.list_results(session, batch.id, state=state)
    offices = name_offices(session, [each.task.association_id for each in found])
    classes = find_classes(session, [each.task for each in found])
    return [
        {
            "name": each.task.subject_name,
            "number": each.task.subject_no,
            "kind": each.task.kind,
            "class_name": classes[key].name if (key := each.task.case_id) in classes else "",
            "office": offices.get(each.task.association_id, ""),
            "sentence": each.sentence,
            "address": url_for("inbox.show", task_id=each.task.id, **kept_filters()),
        }
        for each in found
    ]


def _name_outcome(session: Session, batch: Batch) -> str:
    """What the button of the batch's outcome says at its first task."""
    found = batches.find_first_task(session, batch.id)
    if found is None:
        return batch.outcome
    task, release_id = found
    return _names(session, release_id).outcome(task.process_id, task.element_id, batch.outcome)


def _names(session: Session, release_id: int) -> StepNames:
    return StepNames(current.engine().releases.get(session, release_id), spoken())


def _read_ids(texts: Collection[str]) -> list[UUID]:
    """Keys of tasks; what is none is left out."""
    found = dict[UUID, None]()
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _speaking(language: Language) -> AbstractContextManager[None]:
    return speak(catalogue(language))
