"""Receipt numbers 受理号, and the links by which an applicant comes back to his application.

He has no account here. A link that serves once gives his browser the application; with the
receipt number he has another one sent, to where he said at first and nowhere else.
"""

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM, Actor
from engine.attempts import count_attempt
from engine.cases import Case, get_case
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from workflows.paper_password_reset.applications import PROCESS, Contact, contact_of, read_form
from workflows.paper_password_reset.models import PaperReset
from workflows.shared.deliveries import deliver_link
from workflows.shared.networks import network_of
from workflows.shared.one_time_links import (
    LinkNotValid,
    OneTimeLink,
    add_link,
    open_link,
    use_link,
)
from workflows.shared.visits import OpenedVisit, Visit, hand_over_visit

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are taken for others when one copies them from paper."""
GROUPS, IN_GROUP = 3, 4

DAY = timedelta(days=1)
MOST_TO_ONE = 5
MOST_FROM_ONE = 20
"""Links a day: to one mobile or mailbox, and asked for from one network."""


class TooManyLinks(Rejected):
    """So many links go to nobody in one day."""

    message = N_("No more links are sent there today. Please try again tomorrow.")


def make_number() -> str:
    """A new receipt number; nobody guesses one."""
    letters = [secrets.choice(LETTERS) for _ in range(GROUPS * IN_GROUP)]
    groups = [letters[at : at + IN_GROUP] for at in range(0, len(letters), IN_GROUP)]
    return "-".join("".join(each) for each in groups)


def clean_number(typed: str) -> str:
    """A receipt number as it was meant, however it was typed."""
    plain = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed).upper())
    groups = [plain[at : at + IN_GROUP] for at in range(0, len(plain), IN_GROUP)]
    return "-".join(groups)


def find_receipt(session: Session, case_id: UUID) -> PaperReset | None:
    """What was received of a case, or None."""
    return session.get(PaperReset, case_id)


def count_link(engine: Engine, contact: Contact, *, address: str, now: datetime) -> None:
    """Count a link before it is sent, outside any transaction; raises TooManyLinks."""
    network = f"paper-from:{network_of(address)}"[:160]
    if count_attempt(engine.database, network, window=DAY, now=now) > MOST_FROM_ONE:
        raise TooManyLinks
    to = f"paper-to:{engine.vault.lookup(f'paper:{contact.channel}:{contact.to}').hex()}"
    if count_attempt(engine.database, to, window=DAY, now=now) > MOST_TO_ONE:
        raise TooManyLinks


def send_receipt(
    session: Session, engine: Engine, *, case: Case, by: Actor, now: datetime
) -> OneTimeLink:
    """Send the applicant a link that gives him his application."""
    contact = contact_of(read_form(session, engine.vault, case))
    link = add_link(
        session, purpose="receipt", channel=contact.channel, case_id=case.id, by=by, now=now
    )
    deliver_link(session, engine, link, to=contact.to, channel=contact.channel, now=now)
    return link


def ask_for_link(engine: Engine, *, number: str, address: str, now: datetime) -> None:
    """Send the applicant of a receipt number another link; whether there is one is not said.

    Raises TooManyLinks. Opens its own transactions.
    """
    network = f"paper-ask:{network_of(address)}"[:160]
    if count_attempt(engine.database, network, window=DAY, now=now) > MOST_FROM_ONE:
        raise TooManyLinks
    with engine.database.read() as session:
        query = select(PaperReset.case_id).where(PaperReset.receipt_number == clean_number(number))
        case_id = session.scalar(query)
        if case_id is None:
            return
        contact = contact_of(read_form(session, engine.vault, get_case(session, case_id)))
    try:
        count_link(engine, contact, address=address, now=now)
    except TooManyLinks:
        # Somebody who only guesses must not learn by this that he guessed right.
        return
    with engine.database.transaction() as session:
        case = get_case(session, case_id)
        send_receipt(session, engine, case=case, by=SYSTEM, now=now)


def look_at_receipt(session: Session, engine: Engine, token: str, *, now: datetime) -> Case:
    """The application of a live link; raises LinkNotValid."""
    link = open_link(session, engine.vault, token, now=now)
    if link.case_id is None:
        raise LinkNotValid
    case = get_case(session, link.case_id)
    if case.process_id != PROCESS:
        raise LinkNotValid
    return case


def come_back(
    session: Session,
    engine: Engine,
    *,
    token: str,
    address: str,
    is_phone: bool,
    now: datetime,
) -> OpenedVisit | None:
    """Give this browser the application of a link; None where nothing is to be done any more.

    Raises LinkNotValid. The browser that had it before has it no more.
    """
    case = look_at_receipt(session, engine, token, now=now)
    if case.state != "open" or session.get(Visit, case.subject_id) is None:
        return None
    use_link(session, engine.vault, token, now=now)
    opened = hand_over_visit(
        session, visit_id=case.subject_id, address=address, is_phone=is_phone, now=now
    )
    # An application lives for days: each link that is used gives it the time of a visit again.
    opened.visit.started_at = now
    session.flush()
    return opened
