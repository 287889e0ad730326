"""What was released of a process: each release with what it changed, and the way back to it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, HuijiError, InvalidRelease, NotFound, Rejected
from engine.language import _
from engine.releases import Documents, Release
from web import current
from web.drawings import answer_drawing, translate_diagram
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.differing import list_differences
from web.studio.naming import name_processes
from web.studio.releasing import describe_plan, say_refused, say_released
from web.studio.saving import FILE_POLICY, type_of
from web.studio.viewing import get_editor, get_viewer_of_processes
from web.turns import takes_turns
from workflows.shared.access import Viewer, can_edit_processes
from workflows.shared.actor_names import name_accounts
from workflows.studio.cases_on_releases import CaseCount, count_cases
from workflows.studio.current import documents_of, list_current
from workflows.studio.documents import diagram_of, own_documents
from workflows.studio.going_back import get_release, go_back, list_releases, plan_return
from workflows.studio.planning import Plan
from workflows.studio.releasing import PlanOutdated
from workflows.studio.titles import title_elements


@bp.get("/processes/<process_id>/releases/<int:number>")
@takes_turns
def show_release(process_id: str, number: int) -> ResponseReturnValue:
    """Show a release: who made it and why, and what is different from the one before."""
    viewer = get_viewer_of_processes()
    with current.engine().database.read() as session:
        release = get_release(session, process_id=process_id, number=number)
        return answer_drawing(_draw(session, viewer, release))


@bp.get("/processes/<process_id>/releases/<int:number>/diagram.bpmn")
def show_diagram(process_id: str, number: int) -> ResponseReturnValue:
    """Give a release's diagram to be drawn, its names in the language of the page."""
    get_viewer_of_processes()
    with current.engine().database.read() as session:
        release = get_release(session, process_id=process_id, number=number)
        documents = own_documents(process_id, documents_of(session, release.id))
    source = documents.get(diagram_of(process_id))
    if source is None:
        raise NotFound
    if spoken() == "en":
        source = translate_diagram(source, title_elements(process_id, documents, "en"))
    response = Response(source, mimetype="application/xml")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@bp.get("/processes/<process_id>/releases/<int:number>/documents/<path:path>")
def read_release_document(process_id: str, number: int, path: str) -> ResponseReturnValue:
    """Give a document of a release as it is."""
    get_viewer_of_processes()
    with current.engine().database.read() as session:
        release = get_release(session, process_id=process_id, number=number)
        documents = own_documents(process_id, documents_of(session, release.id))
    if path not in documents:
        raise NotFound
    response = Response(documents[path], mimetype=type_of(path))
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Content-Disposition"] = "attachment"
    return response


@bp.get("/processes/<process_id>/releases/<int:number>/again")
@takes_turns
def show_return(process_id: str, number: int) -> ResponseReturnValue:
    """Show what going back to a release would make, with its button."""
    with current.engine().database.read() as session:
        get_editor(session)
        release = get_release(session, process_id=process_id, number=number)
        plan = plan_return(session, current.engine(), release)
        return answer_drawing(_draw_return(session, release, plan))


@bp.post("/processes/<process_id>/releases/<int:number>/again")
@takes_turns
def return_to(process_id: str, number: int) -> ResponseReturnValue:
    """Release an older release again, as it was shown."""
    try:
        with current.engine().database.read() as session:
            editor = get_editor(session)
            release = get_release(session, process_id=process_id, number=number)
            plan = plan_return(session, current.engine(), release)
        if request.form.get("basis") != plan.basis:
            raise PlanOutdated
        with current.engine().database.transaction() as session:
            get_editor(session)
            made = go_back(
                session,
                plan=plan,
                callers=request.form.getlist("callers"),
                reason=request.form.get("reason", ""),
                by=editor.actor,
                now=current.now(),
            )
    except (Conflict, Rejected, InvalidRelease) as error:
        return _show_return_again(process_id, number, error)
    flash(say_released(made), "success")
    return redirect(url_for("studio.process", process_id=process_id))


def _show_return_again(process_id: str, number: int, error: HuijiError) -> ResponseReturnValue:
    with current.engine().database.read() as session:
        release = get_release(session, process_id=process_id, number=number)
        plan = plan_return(session, current.engine(), release)
        problem = say_refused(error)
        page = _draw_return(session, release, plan, problem=problem)
    return answer_drawing(page), 409 if isinstance(error, Conflict) else 422


def describe_history(session: Session, process_id: str) -> list[dict[str, Any]]:
    """Every release of a process, the newest first; the first of them is at work."""
    releases = list_releases(session, process_id)
    people = name_accounts(session, [each.made_by for each in releases])
    cases = count_cases(session, process_id)
    return [
        {
            **_describe(each, people),
            "is_at_work": place == 0,
            "cases": cases.get(each.id, CaseCount()),
        }
        for place, each in enumerate(releases)
    ]


def _draw(session: Session, viewer: Viewer, release: Release) -> str:
    releases = list_releases(session, release.process_id)
    before = next((each for each in releases if each.number < release.number), None)
    new = _own(session, release)
    old = {} if before is None else _own(session, before)
    people = name_accounts(session, [release.made_by])

    earlier: dict[str, Any] = {"from": before.number} if before else {}

    def address_of(path: str) -> str:
        return url_for(
            "studio.compare_releases",
            process_id=release.process_id,
            to=release.number,
            document=path,
            **earlier,
        )

    return render_template(
        "studio/show_release.html",
        process=_describe_process(session, release.process_id),
        release=_describe(release, people),
        before=before.number if before else None,
        old=old,
        new=new,
        differences=list_differences(
            session, release.process_id, old=old, new=new, address_of=address_of
        ),
        is_called_changed=before is not None and old == new,
        is_at_work=releases[0].id == release.id,
        may_edit=can_edit_processes(session, viewer),
    )


def _draw_return(session: Session, release: Release, plan: Plan, *, problem: str = "") -> str:
    people = name_accounts(session, [release.made_by])
    is_as_ticked = request.form.get("basis") == plan.basis
    return render_template(
        "studio/return.html",
        process=_describe_process(session, release.process_id),
        release=_describe(release, people),
        **describe_plan(
            session,
            plan,
            ticked=request.form.getlist("callers") if is_as_ticked else None,
            again=release.number,
        ),
        reason=request.form.get("reason", ""),
        problem=problem,
    )


def _describe(release: Release, people: Mapping[int, str]) -> dict[str, Any]:
    return {
        "number": release.number,
        "at": release.made_at,
        "by": people.get(release.made_by or 0, _("The system")),
        "reason": say_reason(release.reason),
        "address": url_for(
            "studio.show_release", process_id=release.process_id, number=release.number
        ),
        "again": url_for(
            "studio.show_return", process_id=release.process_id, number=release.number
        ),
    }


def say_reason(reason: str) -> str:
    """Why a release was made; what the software says itself is said in the reader's language."""
    return _("as shipped") if reason == "as shipped" else reason


def _describe_process(session: Session, process_id: str) -> dict[str, str]:
    known = list_current(session)
    return {
        "id": process_id,
        "name": name_processes(session, known).get(process_id, process_id),
        "address": url_for("studio.process", process_id=process_id),
    }


def _own(session: Session, release: Release) -> Documents:
    return own_documents(release.process_id, documents_of(session, release.id))
