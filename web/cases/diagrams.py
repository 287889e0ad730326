"""A case's diagrams with the place it is at and the way it took, as a page to frame."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.errors import NotFound
from engine.incidents import open_incidents
from engine.positions import Place, calls_around, flows_taken, position, way_taken
from engine.releases import LoadedRelease
from engine.trail import events
from web import current
from web.cases.blueprint import bp
from web.drawings import answer_drawing, translate_diagram
from web.languages import spoken
from web.staff import get_staff_person
from workflows.shared.access import check
from workflows.shared.step_names import StepNames


@bp.get("/<uuid:case_id>/diagram")
def diagram(case_id: UUID) -> ResponseReturnValue:
    """Show one of the case's diagrams, by itself or in a frame of the case's page."""
    with current.engine().database.read() as session:
        case, release = _get_case(session, case_id)
        page = render_template("cases/diagram.html", **_describe(session, case, release))
    return answer_drawing(page)


@bp.get("/<uuid:case_id>/diagrams/<process_id>.bpmn")
def diagram_source(case_id: UUID, process_id: str) -> ResponseReturnValue:
    """Give a diagram of the case's release as BPMN, its names in the language of the page."""
    with current.engine().database.read() as session:
        _case, release = _get_case(session, case_id)
    process = release.model.processes.get(process_id)
    if process is None:
        raise NotFound
    source = release.documents[process.document]
    if spoken() == "en":
        source = translate_diagram(source, StepNames(release, "en").english(process_id))
    return Response(source, mimetype="application/xml")


def _get_case(session: Session, case_id: UUID) -> tuple[Case, LoadedRelease]:
    viewer = get_staff_person().viewer
    case = get_case(session, case_id)
    check(viewer, "see_diagram", case)
    return case, current.engine().releases.get(session, case.release_id)


def _describe(session: Session, case: Case, release: LoadedRelease) -> dict[str, Any]:
    names = StepNames(release, spoken())
    model = release.model
    way = way_taken(events(session, case.id))
    here = position(session, current.engine(), case).places
    stuck = {Place(each.process_id, each.element_id) for each in open_incidents(session, case.id)}
    inside = calls_around(model, here)
    chosen = request.args.get("process", "")
    if chosen not in model.processes:
        chosen = case.process_id
    passed = [each.place for each in way]
    marks = {
        "passed": _in_process(passed, chosen),
        "here": _in_process([*here, *inside], chosen),
        "stuck": _in_process(stuck, chosen),
        "flows": sorted(
            flow
            for process, flow in flows_taken(model, [*passed, *inside, *here])
            if process == chosen
        ),
    }
    return {
        "case": {
            "name": case.subject_name,
            "number": case.subject_no,
            "address": url_for("cases.show", case_id=case.id),
        },
        "is_framed": "framed" in request.args,
        "process": {"id": chosen, "name": names.process(chosen)},
        "processes": [
            {
                "name": names.process(each),
                "address": url_for(
                    "cases.diagram",
                    case_id=case.id,
                    process=each,
                    framed=request.args.get("framed"),
                ),
                "is_here": each == chosen,
                "has_place": any(place.process_id == each for place in (*here, *inside)),
            }
            for each in _ordered(model.processes, case.process_id)
        ],
        "document_address": url_for("cases.diagram_source", case_id=case.id, process_id=chosen),
        "marks": orjson.dumps(marks).decode(),
        "way": [
            {
                "name": names.step(*each.place),
                "process": names.process(each.place.process_id),
                "at": each.at,
            }
            for each in way
            if _is_said(release, each.place)
        ],
        "here": [
            {
                "name": names.step(*place),
                "process": names.process(place.process_id),
                "is_stuck": place in stuck,
            }
            for place in here
        ],
    }


def _in_process(places: Iterable[Place], process_id: str) -> list[str]:
    return sorted({each.element_id for each in places if each.process_id == process_id})


def _ordered(processes: Iterable[str], first: str) -> list[str]:
    return [first, *(each for each in processes if each != first)]


def _is_said(release: LoadedRelease, place: Place) -> bool:
    """Whether a step is worth a line of the way as text: not the gateways in between."""
    process = release.model.processes.get(place.process_id)
    step = process.steps.get(place.element_id) if process else None
    return step is not None and not step.kind.endswith("gateway")
