"""审批状态: what happened to an application, in the words of the people whom it concerns."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import _
from engine.trail import Event, events
from web.languages import spoken
from web.words import moment, name_office
from workflows.shared.application_kinds import find_sent
from workflows.shared.applications import REVIEW, Decision, list_decisions
from workflows.shared.associations import get_association
from workflows.shared.templates import all_texts

FEE = "confirm_fee"


def list_nodes(session: Session, engine: Engine, case: Case) -> list[dict[str, object]]:
    """The nodes of a case's trail that its member is shown, oldest first."""
    office = ""
    if case.association_id is not None:
        office = name_office(get_association(session, case.association_id))
    decisions = {each.round: each for each in list_decisions(session, engine.vault, case=case)}
    kind = case.kind
    nodes = []
    for event in events(session, case.id):
        if (sent := find_sent(str(event.data.get("element")))) is not None:
            kind = sent.code
        nodes.append(_node(event, decisions, office, kind))
    return [each for each in nodes if each is not None]


def _node(
    event: Event, decisions: dict[int, Decision], office: str, kind: str
) -> dict[str, object] | None:
    element, outcome = event.data.get("element"), event.data.get("outcome")
    if event.kind == "case_started":
        return _draw(event.at, _("Application begun"))
    if event.kind == "message_received" and event.data.get("message") == "withdrawn":
        return _draw(event.at, _("Withdrawn by the member"))
    if event.kind == "case_cancelled":
        return _draw(event.at, _("Closed"))
    if event.kind != "task_completed":
        return None
    if find_sent(str(element)) is not None and outcome == "apply":
        words = _("Application sent") if event.data["round"] == 1 else _("Application sent again")
        return _draw(event.at, words, look="is-now")
    if element == REVIEW:
        return _draw_decision(event, decisions, office, kind)
    if element == FEE:
        received = outcome == "received"
        words = _("Fee confirmed") if received else _("Fee not received")
        return _draw(event.at, words, office=office, look="" if received else "is-returned")
    return None


def _draw_decision(
    event: Event, decisions: dict[int, Decision], office: str, kind: str
) -> dict[str, object]:
    is_return = event.data.get("outcome") == "return"
    texts = all_texts()[f"application_{'returned' if is_return else 'approved'}.{kind}"]
    is_english = spoken() == "en"
    title = (
        _("Returned by the local association") if is_return else _("Approved by the association")
    )
    decision = decisions.get(int(event.data["round"]))
    node = texts.node_en if is_english else texts.node
    details = [(_("Step"), node), (_("Office"), office)]
    if decision is not None and decision.reason:
        about = texts.about_en if is_english else texts.about
        details.append((about, decision.reason))
    details.append((_("Time"), moment(event.at)))
    look = "is-returned" if is_return else "is-good"
    return _draw(event.at, title, office=office, look=look, details=details)


def _draw(
    at: datetime,
    title: str,
    *,
    office: str = "",
    look: str = "",
    details: list[tuple[str, str]] | None = None,
) -> dict[str, object]:
    return {"at": at, "title": title, "office": office, "look": look, "details": details or []}
