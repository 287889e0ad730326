"""The page on which a draft is released: what changed, what is wrong, who gets it, why."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, InvalidRelease, Problem, Rejected
from engine.language import N_, _, ngettext
from engine.releases import Release
from web import current
from web.drawings import answer_drawing
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.differing import list_differences
from web.studio.naming import address_of_process, name_processes
from web.studio.shell import describe_shell
from web.studio.viewing import get_editor
from web.turns import takes_turns
from workflows.shared.actor_names import name_accounts
from workflows.studio.current import list_current
from workflows.studio.documents import KINDS, process_of, suffix_of
from workflows.studio.drafts import DraftNotFound, get_draft
from workflows.studio.planning import Making, Plan
from workflows.studio.releasing import DraftPlan, PlanOutdated, plan_release, release_draft
from workflows.studio.titles import title_both


class MovedNotSeen(Rejected):
    """A release that takes something back, without a word that this is known."""

    message = N_(
        "Somebody released this process since the draft was begun. Say that you have seen what "
        "your release would take back."
    )


@bp.get("/drafts/<uuid:draft_id>/release")
@takes_turns
def release(draft_id: UUID) -> ResponseReturnValue:
    """Show what releasing the draft would make, with its button."""
    with current.engine().database.read() as session:
        get_editor(session)
        planned = plan_release(session, current.engine(), get_draft(session, draft_id))
        return answer_drawing(_draw(session, planned))


@bp.post("/drafts/<uuid:draft_id>/release")
@takes_turns
def make_releases(draft_id: UUID) -> ResponseReturnValue:
    """Release what was shown; if anything moved meanwhile, show it as it is now instead."""
    try:
        return _release_as_shown(draft_id)
    except DraftNotFound as error:
        # The button was pressed twice, or somebody else was faster.
        flash(str(error), "info")
        return redirect(_after(request.form.get("process", "")))


def _release_as_shown(draft_id: UUID) -> ResponseReturnValue:
    try:
        with current.engine().database.read() as session:
            editor = get_editor(session)
            planned = plan_release(session, current.engine(), get_draft(session, draft_id))
        _check_shown(planned)
        with current.engine().database.transaction() as session:
            get_editor(session)
            made = release_draft(
                session,
                planned=planned,
                callers=request.form.getlist("callers"),
                reason=request.form.get("reason", ""),
                by=editor.actor,
                now=current.now(),
            )
    except (Conflict, Rejected, InvalidRelease) as error:
        return _show_again(draft_id, error)
    flash(say_released(made), "success")
    return redirect(_after(planned.plan.process_id))


def _check_shown(planned: DraftPlan) -> None:
    if request.form.get("basis") != planned.plan.basis:
        raise PlanOutdated
    if planned.is_moved and request.form.get("knows_moved") != "yes":
        raise MovedNotSeen


def _after(process_id: str) -> str:
    with current.engine().database.read() as session:
        return address_of_process(session, process_id)


def say_released(made: Sequence[Release]) -> str:
    """What was released, in a sentence; the process itself comes first."""
    first, others = made[0], len(made) - 1
    if not others:
        return _("Release %(number)s is at work: new cases take it.", number=first.number)
    return ngettext(
        "Release %(number)s is at work: new cases take it. "
        "%(n)s process that calls it has a new release, too.",
        "Release %(number)s is at work: new cases take it. "
        "%(n)s processes that call it have new releases, too.",
        others,
        number=first.number,
    )


def say_refused(error: Exception) -> str:
    """Why nothing was released; errors are listed by the page itself, at their elements."""
    if isinstance(error, InvalidRelease):
        return _("Nothing was released: the errors that are listed below have to be mended first.")
    return str(error)


def _show_again(draft_id: UUID, error: Exception) -> ResponseReturnValue:
    """The page as it is now, with what was typed and why nothing was released."""
    with current.engine().database.read() as session:
        planned = plan_release(session, current.engine(), get_draft(session, draft_id))
        problem = say_refused(error)
        page = _draw(session, planned, problem=problem)
    return answer_drawing(page), 409 if isinstance(error, Conflict) else 422


def _draw(session: Session, planned: DraftPlan, *, problem: str = "") -> str:
    plan = planned.plan
    is_again = request.method == "POST"
    is_as_ticked = is_again and request.form.get("basis") == plan.basis
    return render_template(
        "studio/release.html",
        **describe_shell(session, planned.draft, here="release"),
        **describe_plan(
            session,
            plan,
            ticked=request.form.getlist("callers") if is_as_ticked else None,
            draft_id=planned.draft.id,
        ),
        moved=_describe_moved(session, planned) if planned.is_moved else None,
        reason=request.form.get("reason", ""),
        problem=problem,
    )


def _describe_moved(session: Session, planned: DraftPlan) -> dict[str, Any]:
    release = planned.plan.process.current
    assert release is not None  # noqa: S101  it moved
    people = name_accounts(session, [release.made_by])
    return {
        "number": release.number,
        "by": people.get(release.made_by or 0, _("The system")),
        "at": release.made_at,
        "reason": release.reason,
    }


def describe_plan(
    session: Session,
    plan: Plan,
    *,
    ticked: Sequence[str] | None,
    draft_id: UUID | None = None,
    again: int | None = None,
) -> dict[str, Any]:
    """A plan as pages show it: of a draft, or of release `again` once more.

    Callers are ticked unless it is said which are.
    """
    at_work: dict[str, Any] = {}
    if plan.process.current is not None:
        at_work["from"] = plan.process.current.number
    names = name_processes(session, list_current(session))
    titles = title_both(plan.process_id, plan.old, plan.new, spoken())

    def address_of(path: str) -> str:
        if draft_id is not None:
            return url_for("studio.compare_draft", draft_id=draft_id, document=path)
        return url_for(
            "studio.compare_releases",
            process_id=plan.process_id,
            to=again,
            document=path,
            **at_work,
        )

    return {
        "basis": plan.basis,
        "process_id": plan.process_id,
        "number": _next_number(plan.process),
        "is_change": plan.process.is_change or bool(plan.offered),
        "differences": list_differences(
            session,
            plan.process_id,
            old=plan.old,
            new=plan.new,
            address_of=address_of,
        ),
        "old": plan.old,
        "new": plan.new,
        "errors": _describe_problems(plan.process.errors, plan, names, titles, draft_id),
        "warnings": _describe_problems(plan.process.warnings, plan, names, titles, draft_id),
        "callers": [
            {
                "id": each.process_id,
                "name": names.get(each.process_id, each.process_id),
                "number": _next_number(each),
                "is_ticked": each.process_id in ticked if ticked is not None else True,
                "errors": _describe_problems(each.errors, plan, names, titles, draft_id),
            }
            for each in plan.offered
        ],
        "unchanged_callers": [
            names.get(each.process_id, each.process_id)
            for each in plan.callers
            if not each.is_change
        ],
    }


def _next_number(making: Making) -> int:
    if making.current is None:
        return 1
    return making.current.number + 1 if making.is_change else making.current.number


def _describe_problems(
    problems: Sequence[Problem],
    plan: Plan,
    names: Mapping[str, str],
    titles: Mapping[str, str],
    draft_id: UUID | None,
) -> list[dict[str, Any]]:
    """Where each problem is, in words, and the address of its element in the editor."""
    found = []
    for each in problems:
        path = each.document
        process_id = process_of(path) if "/" in path else ""
        is_own = process_id == plan.process_id and path in plan.new
        kind = KINDS.get(suffix_of(path), "")
        where = [
            "" if is_own else names.get(process_id, process_id),
            _(kind) if kind else "",
            titles.get(path, ""),
        ]
        address = ""
        if is_own and draft_id is not None:
            address = url_for("studio.edit", draft_id=draft_id, path=path, _anchor=each.element)
        found.append(
            {
                "sentence": str(each),
                "where": " · ".join(part for part in where if part),
                "address": address,
            }
        )
    return found
