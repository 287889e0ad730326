"""The check of a draft while it is edited, for the scripts that show what is wrong."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Problem, Rejected
from engine.language import N_, _
from web import current
from web.errors import answers_json
from web.security import takes
from web.studio.asked import read_asked
from web.studio.blueprint import bp
from web.studio.naming import name_processes
from web.studio.viewing import get_viewer_of_processes
from web.turns import takes_turns
from workflows.studio.current import list_current
from workflows.studio.documents import LARGEST_DOCUMENT, DocumentTooLarge, check_path, process_of
from workflows.studio.drafts import get_draft, read_documents
from workflows.studio.models import Draft
from workflows.studio.problems import examine_draft, variables_of


class CheckNotSaid(Rejected):
    """A check of nobody knows what."""

    message = N_("This cannot be checked: load the page again.")


# As JSON writes it, a document may take several times as many bytes.
@bp.post("/drafts/<uuid:draft_id>/check")
@takes(4 * LARGEST_DOCUMENT)
@answers_json
@takes_turns
def check(draft_id: UUID) -> ResponseReturnValue:
    """Check a draft with what is not saved yet: {"path", "content", "variables"}, all optional."""
    get_viewer_of_processes()
    laid_over, with_variables = _read_asked()
    with current.engine().database.read() as session:
        draft = get_draft(session, draft_id)
        for path in laid_over:
            check_path(draft.process_id, path)
        documents = read_documents(session, draft_id) | laid_over
        problems, plan = examine_draft(
            session, current.engine(), process_id=draft.process_id, documents=documents
        )
        described = _describe_all(session, draft, problems)
    errors = sum(not each.is_warning for each in problems)
    answer: dict[str, Any] = {
        "problems": described,
        "counts": {"errors": errors, "warnings": len(problems) - errors},
    }
    if with_variables:
        around = current.workflows().surroundings(current.engine().operations)
        answer["variables"] = {
            plan.process_id: {
                element: [
                    {"name": each.name, "detail": each.detail, "from": each.given_by}
                    for each in there
                ]
                for element, there in variables_of(plan, around).items()
            }
        }
    return Response(orjson.dumps(answer), mimetype="application/json")


def _read_asked() -> tuple[dict[str, bytes], bool]:
    """What is laid over the draft, and whether variables are asked for."""
    if not request.content_length:
        return {}, False
    said = read_asked()
    if not isinstance(said, dict):
        raise CheckNotSaid
    path, content, variables = said.get("path"), said.get("content"), said.get("variables")
    if not isinstance(variables, bool | None):
        raise CheckNotSaid
    if path is None and content is None:
        return {}, bool(variables)
    if not isinstance(path, str) or not isinstance(content, str):
        raise CheckNotSaid
    data = content.encode()
    if len(data) > LARGEST_DOCUMENT:
        raise DocumentTooLarge
    return {path: data}, bool(variables)


def _describe_all(
    session: Session, draft: Draft, problems: Sequence[Problem]
) -> list[dict[str, Any]]:
    """Problems in words; one in another process's document says where, and leads to the release."""
    of = [process_of(each.document) if "/" in each.document else "" for each in problems]
    others = {*of} - {"", draft.process_id}
    names = name_processes(session, list_current(session)) if others else {}
    found = []
    for process_id, problem in zip(of, problems, strict=True):
        described = _describe(problem)
        if process_id in others:
            described["message"] = _(
                "In “%(process)s”: %(problem)s",
                process=names.get(process_id, process_id),
                problem=problem,
            )
            described["address"] = url_for("studio.release", draft_id=draft.id)
        found.append(described)
    return found


def _describe(problem: Problem) -> dict[str, Any]:
    return {
        "document": problem.document,
        "element": problem.element,
        "message": str(problem),
        "is_warning": problem.is_warning,
        "rule": problem.rule,
    }
