"""The page of one task, put together: the application, the decision, and what surrounds them."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, render_template, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from engine.actors import Actor
from engine.cases import Case, get_case
from engine.submissions import NewMark
from engine.tasks import Task
from forms.panels import panel_template
from web import cropping, current
from web.cases.trails import describe_trail
from web.inbox import applications, assigning, claims, concerned, copies, phrases
from web.inbox.addresses import kept_filters
from web.inbox.applications import read_forms
from web.inbox.listing import say_urgency
from web.languages import spoken
from web.personal_data import showing
from web.sent_forms import address_of_file
from web.words import name_office
from workflows.inbox.classes import find_classes
from workflows.shared.access import Viewer, can, can_see_case
from workflows.shared.actor_names import name_actors
from workflows.shared.application_kinds import find_application
from workflows.shared.applications import RETURN
from workflows.shared.associations import Association
from workflows.shared.inspection_row import inspection_row
from workflows.shared.step_names import StepNames
from workflows.shared.subjects import subject_of_case
from workflows.shared.work import OpenForm

__all__ = ["draw_changes", "draw_decided", "draw_over", "draw_round", "draw_task", "read_forms"]

FEE_PANEL = "fee_claim"


def draw_task(
    session: Session,
    viewer: Viewer,
    opened: OpenForm,
    *,
    errors: Sequence[forms.FieldError] = (),
    marks: Sequence[NewMark] = (),
    confirming: str | None = None,
) -> str:
    """The page of an open task, with what was typed when it was not accepted."""
    task = opened.task
    can_decide = can(viewer, "complete", task) and not opened.obstacle
    can_mark = can_decide and any(way.id == RETURN for way in opened.form.outcomes)
    decision = forms.draw(
        current_app.jinja_env,
        opened.form,
        opened.values,
        panels={
            name: data for name, data in cropping.show_photo(opened).items() if name != FEE_PANEL
        },
        errors=errors,
        confirming=confirming,
        file_address=address_of_file,
        heading_level=3,
    )
    return render_template(
        "inbox/review.html",
        **_describe(session, viewer, task, opened.case),
        **_describe_claim(session, viewer, opened),
        **phrases.describe(session, viewer),
        application=applications.draw_application(session, task, is_marking=can_mark, marks=marks),
        can_mark=can_mark,
        claimed_fee=_draw_fee(opened),
        decision=decision,
        can_decide=can_decide,
        obstacle=opened.obstacle,
        decide_address=url_for("inbox.decide", task_id=task.id, **kept_filters()),
        has_errors=bool(errors),
        figures=cropping.find_figures(opened) if can_decide else None,
    )


def _describe_claim(session: Session, viewer: Viewer, opened: OpenForm) -> dict[str, object]:
    """Who is on the task; one who may not decide it is not on it by looking."""
    described = claims.describe(session, viewer, opened.task)
    return described | {"can_claim": described["can_claim"] and not opened.obstacle}


def draw_decided(session: Session, viewer: Viewer, task: Task) -> str:
    """The page of a task that waits for nobody any more."""
    case = get_case(session, task.case_id)
    return render_template(
        "inbox/review.html",
        **_describe(session, viewer, task, case),
        application=applications.draw_application(session, task),
        over=_describe_over(session, task, case),
    )


def draw_over(
    session: Session, viewer: Viewer, task: Task, *, reason: str, marks: Sequence[NewMark]
) -> str:
    """Say who was faster, with everything that was typed to read and to copy."""
    case = get_case(session, task.case_id)
    labels = applications.label_marks(session, task, marks)
    return render_template(
        "inbox/over.html",
        **_describe(session, viewer, task, case, has_trail=False),
        over=_describe_over(session, task, case),
        typed={"reason": reason, "marks": labels},
        open_task=_find_open_task(session, task),
    )


def draw_changes(session: Session, task: Task) -> str:
    """What changed in the round that was asked for, alone."""
    return render_template(
        "inbox/_changes.html",
        changes=applications.describe_changes(session, task),
        task={"address": url_for("inbox.show", task_id=task.id, **kept_filters())},
    )


def draw_round(session: Session, task: Task, number: int) -> str:
    """An application as it was sent in one of its rounds, to read."""
    return render_template(
        "inbox/round.html",
        sent=applications.draw_round(session, task, number),
        personal=showing.describe(session, get_case(session, task.case_id), task_id=task.id),
        task={"name": task.subject_name, "number": task.subject_no},
        back_address=url_for("inbox.show", task_id=task.id, **kept_filters()),
    )


def _describe(
    session: Session, viewer: Viewer, task: Task, case: Case, *, has_trail: bool = True
) -> dict[str, Any]:
    names = StepNames(current.engine().releases.get(session, case.release_id), spoken())
    office = session.get(Association, task.association_id) if task.association_id else None
    sees_case = can(viewer, "see_trail", case)
    engine = current.engine()
    return {
        "task": {
            "name": task.subject_name,
            "number": task.subject_no,
            "kind": task.kind,
            "step": names.step(task.process_id, task.element_id),
            "year": task.year,
            "round": task.round,
            "nudges": task.nudges,
            "nudged_at": task.nudged_at,
            "status": case.status,
            "office": name_office(office) if office else "",
            "opened_at": task.opened_at,
            "due_at": task.due_at,
            "urgency": say_urgency(task, now=current.now()),
            "address": url_for("inbox.show", task_id=task.id, **kept_filters()),
        },
        "inbox_address": url_for("inbox.index", **kept_filters()),
        "next_address": url_for("inbox.go_next", task_id=task.id, **kept_filters()),
        "previous_address": url_for("inbox.go_back", task_id=task.id, **kept_filters()),
        "case_address": url_for("cases.show", case_id=case.id, task=task.id, **kept_filters())
        if sees_case
        else "",
        "diagram_address": url_for("cases.diagram", case_id=case.id)
        if can(viewer, "see_diagram", case)
        else "",
        "changes": applications.describe_changes(session, task)
        if can_see_case(session, viewer, case)
        else None,
        "row": _describe_row(session, case),
        "personal": showing.describe(session, case, task_id=task.id),
        "training_class": _describe_class(session, viewer, task),
        **concerned.describe(session, viewer, case),
        **assigning.describe(session, viewer, task),
        **copies.describe(session, viewer, task),
        "trail": describe_trail(session, engine, case) if sees_case and has_trail else [],
    }


def _describe_class(session: Session, viewer: Viewer, task: Task) -> dict[str, str] | None:
    """The class that a sign-up is for, and its page for who may see it."""
    found = find_classes(session, [task]).get(task.case_id)
    if found is None:
        return None
    sees_class = can(viewer, "see_enrolments", found)
    return {
        "name": found.name,
        "address": url_for("classes.show_class", class_id=found.id) if sees_class else "",
    }


def _describe_row(session: Session, case: Case) -> dict[str, Any] | None:
    """The season's row beside a kind of application that has one."""
    kind = find_application(case.kind)
    if kind is None or not kind.shows_season_row:
        return None
    subject = subject_of_case(session, case)
    return inspection_row(
        session,
        current.engine(),
        case=case,
        member=subject.member,
        season=subject.season,
        holds_up=False,
    )


def _describe_over(session: Session, task: Task, case: Case) -> dict[str, Any]:
    """Who decided what and when; without an outcome the case went another way."""
    names = StepNames(current.engine().releases.get(session, case.release_id), spoken())
    by = Actor(task.completed_by_kind, task.completed_by) if task.completed_by_kind else None
    return {
        "by": name_actors(session, [by])[by] if by else "",
        "at": task.completed_at,
        "code": task.outcome or "",
        "outcome": names.outcome(task.process_id, task.element_id, task.outcome)
        if task.outcome
        else "",
        **applications.describe_decision(session, task),
    }


def _draw_fee(opened: OpenForm) -> Markup:
    """What was claimed of a fee, with its proof in place."""
    if FEE_PANEL not in opened.panels:
        return Markup()
    panel = dict(opened.panels[FEE_PANEL])
    panel["proof"] = [{**file, "url": address_of_file(file)} for file in panel["proof"]]
    name = panel_template(FEE_PANEL, process=opened.form.form.process)
    template = current_app.jinja_env.get_template(name)
    return Markup(template.render(panel=panel))  # noqa: S704  drawn by a template


def _find_open_task(session: Session, task: Task) -> str:
    """Where the same step of the case is open again, if it is."""
    found = session.scalar(
        select(Task.id).where(
            Task.case_id == task.case_id,
            Task.element_id == task.element_id,
            Task.state == "open",
        )
    )
    return url_for("inbox.show", task_id=found, **kept_filters()) if found else ""
