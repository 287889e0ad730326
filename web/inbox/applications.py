"""The application beside the decision: its forms, drawn, and what changed from round to round."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

import forms
from engine.cases import get_case
from engine.errors import NotFound
from engine.submissions import NewMark
from engine.tasks import Task
from forms.display import Reveal
from web import current
from web.inbox.addresses import kept_filters
from web.languages import spoken
from web.numbers import small_int
from web.personal_data import showing
from web.sent_forms import draw_sent_form
from workflows.review.applications import Applications, Round, RoundChanges, kind_under_review
from workflows.shared.applications import DECISIONS
from workflows.shared.sent_forms import SentForm, say_ground
from workflows.shared.step_names import StepNames


def read_forms(session: Session, task: Task) -> list[SentForm]:
    """The forms of the application that a task is about; none if it is about something else."""
    kind = kind_under_review(session, task)
    if kind is None:
        return []
    return _applications().read_forms(
        session,
        case=get_case(session, task.case_id),
        kind=kind,
        round=task.round,
        language=spoken(),
        now=current.now(),
    )


def draw_application(
    session: Session, task: Task, *, is_marking: bool = False, marks: Sequence[NewMark] = ()
) -> list[dict[str, Any]]:
    """The forms as they were sent, with attachments in place and what changed at its field."""
    changed = _changes_by_form(session, task)
    reveal = _reveal(session, task)
    return [
        {
            "id": form.element_id,
            "title": form.title,
            "html": draw_sent_form(
                form,
                reveal=reveal,
                marking=is_marking,
                marks=[
                    forms.Mark(mark.path, mark.comment)
                    for mark in marks
                    if mark.element_id == form.element_id
                ],
                changes=changed.get(form.element_id, ()),
                has_preview=True,
                heading_level=4,
            ),
        }
        for form in read_forms(session, task)
    ]


def describe_changes(session: Session, task: Task) -> dict[str, Any] | None:
    """What changed in one round, and the rounds to choose from; None before the second."""
    rounds = _rounds(session, task)
    if len(rounds) < 2:
        return None
    wanted = request.args.get("round", type=small_int)
    after = next((each for each in rounds[1:] if each.number == wanted), rounds[-1])
    before = rounds[rounds.index(after) - 1]
    found = _compare(session, task, before, after)
    names = _names(session, task)
    decision = before.decision
    return {
        "number": after.number,
        "before": before.number,
        "kind": after.kind,
        "kind_before": before.kind,
        "sent_at": after.sent_at,
        "reason": decision.reason if decision else "",
        "was_withdrawn": decision is None,
        "marks": _describe_marks(session, task, before, found),
        "whole_address": url_for(
            "inbox.show_round", task_id=task.id, number=before.number, **kept_filters()
        ),
        "rounds": [
            {"number": each.number, "is_here": each == after, "address": _round_address(task, each)}
            for each in rounds[1:]
        ],
        "forms": [
            {
                "title": names.step(each.process_id, each.element_id),
                "is_new": each.is_new,
                "changes": [
                    {
                        **change._asdict(),
                        "before_address": _file_address(change.before_id),
                        "after_address": _file_address(change.after_id),
                        "is_marked": _is_marked(before, each.element_id, change.path),
                    }
                    for change in each.changes
                ],
            }
            for each in found.forms
        ],
    }


def draw_round(session: Session, task: Task, number: int) -> dict[str, Any]:
    """An application as it was sent in one of its rounds; raises NotFound for other numbers."""
    found = next((each for each in _rounds(session, task) if each.number == number), None)
    if found is None:
        raise NotFound
    sent = _applications().read_forms(
        session,
        case=get_case(session, task.case_id),
        kind=found.kind,
        round=number,
        language=spoken(),
        now=current.now(),
    )
    reveal = _reveal(session, task)
    return {
        "number": number,
        "kind": found.kind,
        "sent_at": found.sent_at,
        "forms": [
            {
                "id": form.element_id,
                "title": form.title,
                "html": draw_sent_form(form, reveal=reveal, has_preview=True, heading_level=3),
            }
            for form in sent
        ],
    }


def describe_decision(session: Session, task: Task) -> dict[str, Any]:
    """The reason and the marks of the decision that was made on a task."""
    case, applications = get_case(session, task.case_id), _applications()
    found = applications.find_decision(session, case=case, task=task)
    if found is None:
        return {"ground": "", "reason": "", "marks": []}
    ground = say_ground(
        session,
        applications.engine,
        case=case,
        decision=found,
        language=spoken(),
        now=current.now(),
    )
    marks = label_marks(session, task, found.marks)
    return {"ground": ground, "reason": found.reason, "marks": marks}


def _describe_marks(
    session: Session, task: Task, before: Round, found: RoundChanges
) -> list[dict[str, Any]]:
    """What was marked in the round before, and whether the member changed anything there."""
    marks = before.decision.marks if before.decision else ()
    changed = {(form.element_id, each.path) for form in found.forms for each in form.changes}
    return [
        {**label, "is_changed": any(_touches(mark, *each) for each in changed)}
        for mark in marks
        for label in label_marks(session, task, [mark])
    ]


def _touches(mark: NewMark, element_id: str, path: str) -> bool:
    """Whether a change is at a mark, in the list or slot that it is on, or in what it is on."""
    if mark.element_id != element_id:
        return False
    pair = sorted((f"{mark.path}.", f"{path}."), key=len)
    return pair[1].startswith(pair[0])


def label_marks(session: Session, task: Task, marks: Sequence[NewMark]) -> list[dict[str, str]]:
    """Marks with the names of what they are on."""
    named = {form.element_id: form for form in read_forms(session, task)}
    return [
        {"label": named[mark.element_id].label_of(mark.path), "comment": mark.comment}
        for mark in marks
        if mark.element_id in named
    ]


def _changes_by_form(session: Session, task: Task) -> dict[str, Sequence[forms.Change]]:
    """What changed in the task's own round, for marking it at the fields themselves."""
    rounds = [each for each in _rounds(session, task) if each.number <= task.round]
    if len(rounds) < 2:
        return {}
    found = _compare(session, task, rounds[-2], rounds[-1])
    return {each.element_id: each.changes for each in found.forms if not each.is_new}


def _compare(session: Session, task: Task, before: Round, after: Round) -> RoundChanges:
    return _applications().compare_rounds(
        session,
        case=get_case(session, task.case_id),
        before=before,
        after=after,
        language=spoken(),
        now=current.now(),
        reveal=_reveal(session, task),
    )


def _reveal(session: Session, task: Task) -> Reveal:
    return showing.reveal(session, get_case(session, task.case_id))


def _rounds(session: Session, task: Task) -> list[Round]:
    if task.element_id not in DECISIONS:
        return []
    return _applications().list_rounds(session, case=get_case(session, task.case_id))


def _is_marked(before: Round, element_id: str, path: str) -> bool:
    """Whether the reviewer had pointed at what changed (at a file: at its slot)."""
    marks = before.decision.marks if before.decision else ()
    return any(
        mark.element_id == element_id and (mark.path == path or mark.path.startswith(f"{path}."))
        for mark in marks
    )


def _round_address(task: Task, each: Round) -> str:
    return url_for("inbox.show", task_id=task.id, **kept_filters(), round=each.number)


def _file_address(file_id: str) -> str:
    return url_for("files.show", file_id=file_id) if file_id else ""


def _applications() -> Applications:
    tasks = current.tasks()
    return Applications(tasks.engine, tasks.form_data)


def _names(session: Session, task: Task) -> StepNames:
    case = get_case(session, task.case_id)
    return StepNames(current.engine().releases.get(session, case.release_id), spoken())
