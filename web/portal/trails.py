"""审批状态: what happened to an application, in the words of the people whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import N_, _
from engine.noting import texts
from engine.trail import Event, events
from web.languages import spoken
from web.words import moment, name_office
from workflows.shared.application_kinds import find_sent
from workflows.shared.applications import (
    AGREEMENTS,
    REVIEW,
    Decision,
    list_decisions,
    office_of,
)
from workflows.shared.associations import get_association
from workflows.shared.messages import wording_of
from workflows.shared.sent_forms import say_ground
from workflows.shared.templates import all_texts

FEE = "confirm_fee"
AGREEMENT_NEEDED = "agreement_needed"
"""The gateway after the last level of a review."""

ENDINGS = {
    "note_return": N_("Returned by the association"),
    "note_approval": N_("Approved by the association"),
    "note_refusal": N_("Not passed"),
}
"""The steps of a review that say what it came to."""

TEMPLATES = {
    "note_return": "application_returned",
    "note_approval": "application_approved",
    "note_refusal": "application_refused",
}


@dataclass(frozen=True)
class _Reader:
    """What the nodes of one case are said with."""

    session: Session
    engine: Engine
    case: Case
    decisions: Sequence[Decision]

    def office(self, decision: Decision | None) -> str:
        """The office that decided; the case's own without a decision."""
        found = None if decision is None else office_of(self.session, decision)
        key = found or self.case.association_id
        return "" if key is None else name_office(get_association(self.session, key))

    def decided(self, event: Event) -> Decision | None:
        """What was decided in the step that an event completed."""
        wanted = event.data.get("task")
        return next((each for each in self.decisions if str(each.sent.task_id) == wanted), None)

    def decider(self, event: Event) -> Decision | None:
        """What the reviewer said who is told of: the last one before somebody agreed."""
        own = self.decided(event)
        if own is None or own.element_id not in AGREEMENTS:
            return own
        before = self.decisions[: self.decisions.index(own)]
        return next((each for each in reversed(before) if each.element_id not in AGREEMENTS), own)


def list_nodes(session: Session, engine: Engine, case: Case) -> list[dict[str, object]]:
    """The nodes of a case's trail that its member is shown, oldest first."""
    decisions = list_decisions(session, engine.vault, case=case)
    reader = _Reader(session, engine, case, decisions)
    notes = texts(session, engine.vault, case=case)
    kind = case.kind
    nodes = []
    for event in events(session, case.id):
        if (sent := find_sent(str(event.data.get("element")))) is not None:
            kind = sent.code
        nodes.append(_node(event, reader, kind, notes.get(event.number, "")))
    return [each for each in nodes if each is not None]


def _node(event: Event, reader: _Reader, kind: str, note: str) -> dict[str, object] | None:
    element, outcome = event.data.get("element"), event.data.get("outcome")
    match event.kind:
        case "case_started":
            return _draw(event.at, _("Application begun"))
        case "message_received" if event.data.get("message") == "withdrawn":
            return _draw(event.at, _("Withdrawn by the member"))
        case "case_cancelled":
            return _draw(event.at, _("Closed"))
        case "case_reopened":
            is_revoked = any(each.endswith("/application_sent") for each in _passed(event))
            words = _("The decision was revoked") if is_revoked else _("Reopened")
            return _draw_anew(event.at, words, reader.office(None), note)
        case "task_completed":
            pass
        case _:
            return None
    if find_sent(str(element)) is not None and outcome == "apply":
        words = _("Application sent") if event.data["round"] == 1 else _("Application sent again")
        return _draw(event.at, words, look="is-now")
    if element == FEE:
        received = outcome == "received"
        words = _("Fee confirmed") if received else _("Fee not received")
        office = reader.office(None)
        return _draw(event.at, words, office=office, look="" if received else "is-returned")
    return _draw_review(event, reader, kind)


def _draw_review(event: Event, reader: _Reader, kind: str) -> dict[str, object] | None:
    """What a review came to, or that it goes on above; what is between colleagues is not shown."""
    passed = {each.rpartition("/")[2] for each in _passed(event)}
    ending = next((each for each in ENDINGS if each in passed), None)
    if ending is not None:
        return _draw_decision(event, reader, kind, ending)
    if event.data.get("element") == REVIEW and event.data.get("outcome") == "approve":
        if AGREEMENT_NEEDED in passed:
            return None
        office = reader.office(reader.decided(event))
        return _draw(event.at, _("Passed on to the second review"), office=office, look="is-now")
    return None


def _draw_decision(event: Event, reader: _Reader, kind: str, ending: str) -> dict[str, object]:
    decision = reader.decider(event)
    office = reader.office(decision)
    wording = all_texts()[wording_of(TEMPLATES[ending], kind, decision)]
    is_english = spoken() == "en"
    details = [
        (_("Step"), wording.node_en if is_english else wording.node),
        (_("Office"), office),
    ]
    if decision is not None and ending != "note_approval":
        if ground := _say_ground(event, reader, decision, ending):
            details.append((_("Ground"), ground))
        details.append((wording.about_en if is_english else wording.about, decision.reason))
    details.append((_("Time"), moment(event.at)))
    look = "is-good" if ending == "note_approval" else "is-returned"
    return _draw(event.at, _(ENDINGS[ending]), office=office, look=look, details=details)


def _say_ground(event: Event, reader: _Reader, decision: Decision, ending: str) -> str:
    """The ground of a refusal; that of a return is for the statistics."""
    if ending != "note_refusal":
        return ""
    return say_ground(
        reader.session,
        reader.engine,
        case=reader.case,
        decision=decision,
        language=spoken(),
        now=event.at,
    )


def _draw_anew(at: datetime, words: str, office: str, reason: str) -> dict[str, object]:
    details = [(_("Office"), office), (_("Reason"), reason), (_("Time"), moment(at))]
    return _draw(at, words, office=office, look="is-now", details=details)


def _passed(event: Event) -> Sequence[str]:
    found: Sequence[str] = event.data.get("passed", ())
    return found


def _draw(
    at: datetime,
    title: str,
    *,
    office: str = "",
    look: str = "",
    details: list[tuple[str, str]] | None = None,
) -> dict[str, object]:
    return {"at": at, "title": title, "office": office, "look": look, "details": details or []}
