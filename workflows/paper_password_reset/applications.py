"""Applications on paper: how one begins, and what was sent in it last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from engine.cases import Case, Subject
from engine.engine import Engine
from engine.lifecycle import start_case
from engine.noting import note
from engine.submissions import last_submissions
from engine.vault import Vault
from workflows.shared.accounts import Account, find_account
from workflows.shared.beginnings import Beginning
from workflows.shared.channels import EMAIL, SMS
from workflows.shared.visits import Visit

PROCESS = "paper_password_reset"
FORM, SCANS, REVIEW = "fill_application", "provide_scans", "review_paper_reset"
HERE, PLATFORM = "here", "platform"


class Variables(TypedDict):
    """What the diagram of an application on paper knows from the beginning: nothing."""


BEGINNING = Beginning(PROCESS, Variables)


@dataclass(frozen=True)
class Contact:
    """Where an applicant is told what became of his application."""

    channel: str
    to: str


def start_paper_reset(engine: Engine, visit: Visit, *, address: str, now: datetime) -> UUID:
    """Start an application; the key of its case. The visit owns it.

    Limits and the puzzle are for the caller.
    """
    with engine.database.transaction() as session:
        case = start_case(
            session,
            engine,
            process_id=PROCESS,
            business_key=f"paper:{visit.id}",
            subject=Subject("visitor", visit.id, no="", name=""),
            variables={},
            by=visit.actor,
            now=now,
        )
        session.get_one(Visit, visit.id).case_id = case.id
        note(
            session,
            engine,
            case_id=case.id,
            kind="reset_started",
            by=visit.actor,
            now=now,
            branch="paper",
            address=address,
        )
        return case.id


def read_form(session: Session, vault: Vault, case: Case) -> Mapping[str, Any]:
    """What stands in the application form, as it was filled in last; empty before."""
    return _read(session, vault, case, FORM)


def read_scans(session: Session, vault: Vault, case: Case) -> Mapping[str, Any]:
    """The files that were sent last; empty before."""
    return _read(session, vault, case, SCANS)


def read_decision(session: Session, vault: Vault, case: Case) -> Mapping[str, Any]:
    """What the association said last; empty before."""
    return _read(session, vault, case, REVIEW)


def contact_of(form: Mapping[str, Any]) -> Contact:
    """Where the applicant wants to be told."""
    if form.get("channel") == EMAIL:
        return Contact(EMAIL, str(form["email"]))
    return Contact(SMS, str(form["mobile"]))


def find_applicants_account(session: Session, form: Mapping[str, Any]) -> Account | None:
    """The account of this system that an application is about, or None."""
    if form.get("target") != HERE:
        return None
    found = find_account(session, user_type=str(form["user_type"]), login=str(form["login"]))
    return found if found is not None and found.is_active else None


def _read(session: Session, vault: Vault, case: Case, element_id: str) -> Mapping[str, Any]:
    sent = last_submissions(
        session, vault, case_id=case.id, subject=case.subject_key, element_ids=[element_id]
    )
    return sent[element_id].values if element_id in sent else {}
