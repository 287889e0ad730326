"""What the service tasks of the process do."""

from datetime import datetime
from typing import Annotated, TypedDict

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from workflows.paper_password_reset.applications import (
    contact_of,
    find_applicants_account,
    read_form,
)
from workflows.paper_password_reset.models import PaperReset
from workflows.paper_password_reset.receipts import find_receipt, make_number, send_receipt
from workflows.shared.deliveries import deliver_link
from workflows.shared.messages import tell
from workflows.shared.one_time_links import add_link
from workflows.shared.security_events import note_event


class Received(TypedDict):
    """That the application was received."""

    is_received: Annotated[bool, Named(N_("Received"))]


@operation(
    "paper_resets.receive",
    title=N_("Receive the application"),
    about=N_(
        "Gives the application its number and its association, and sends the applicant a way "
        "back to it."
    ),
)
def receive(session: Session, *, engine: Engine, case: Case, by: Actor, now: datetime) -> Received:
    """Give the application its number and its association; send the applicant a way back.

    A form that was changed keeps its number; only another contact gets another link.
    """
    form = read_form(session, engine.vault, case)
    case.association_id = int(form["office"])
    case.subject_no, case.subject_name = str(form["login"])[:40], str(form["applicant"])[:120]
    contact = contact_of(form)
    wanted = engine.vault.lookup(f"paper:{contact.channel}:{contact.to}")
    known = find_receipt(session, case.id)
    if known is None:
        known = PaperReset(case_id=case.id, receipt_number=make_number(), contact_hash=b"")
        session.add(known)
    if known.contact_hash != wanted:
        known.contact_hash = wanted
        session.flush()
        send_receipt(session, engine, case=case, by=by, now=now)
    return {"is_received": True}


@operation(
    "paper_resets.tell",
    title=N_("Tell the applicant of a decision"),
    about=N_("Sends the applicant a link to what was decided, and why."),
)
def tell_applicant(
    session: Session, *, engine: Engine, case: Case, by: Actor, now: datetime
) -> None:
    """Tell the applicant that something was decided: a link leads him to what and why."""
    send_receipt(session, engine, case=case, by=by, now=now)


@operation(
    "paper_resets.send_link",
    title=N_("Send the link for a new password"),
    about=N_(
        "Sends the link to where the applicant asked for it, and tells the owner of the account."
    ),
)
def send_link(session: Session, *, engine: Engine, case: Case, by: Actor, now: datetime) -> None:
    """Send the link that sets a new password to where the applicant asked for it.

    The account's owner is told on everything on file, too: he may be somebody else.
    """
    form = read_form(session, engine.vault, case)
    account = find_applicants_account(session, form)
    if account is None:
        raise LookupError("the account of an approved application is gone")
    contact = contact_of(form)
    link = add_link(
        session,
        purpose="reset",
        channel=contact.channel,
        account_id=account.id,
        by=by,
        now=now,
    )
    deliver_link(session, engine, link, to=contact.to, channel=contact.channel, now=now)
    note_event(
        session,
        what="link_issued",
        account_id=account.id,
        actor=by,
        address="",
        details={"link": str(link.id), "purpose": "reset", "case": str(case.id)},
        now=now,
    )
    tell(session, engine, account=account, template="paper_reset_approved", values={}, now=now)
