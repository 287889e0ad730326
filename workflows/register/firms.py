"""Firms: admitted with their accounts, closed, opened again; who practises there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from workflows.register.changes import (
    check_reason,
    hold,
    read_values,
    send_activation,
)
from workflows.register.fields import REASON
from workflows.register.members import NumberTaken
from workflows.shared.access import Viewer, check
from workflows.shared.accounts import FINANCE, FIRM, Account
from workflows.shared.associations import Association, get_association
from workflows.shared.register import Firm, Member, get_firm
from workflows.shared.register_changes import (
    ADMISSION,
    ENDING,
    MOVE,
    record_change,
    recording,
    register_fields,
)
from workflows.shared.register_writing import ACTIVE, write_fields
from workflows.shared.sign_in import end_other_sessions

CLOSED = "closed"
MOST_BRANCHES = 200
MOST_PEOPLE = 100


class StillPractising(Rejected):
    """Somebody practises at the firm."""

    message = N_("Somebody still practises at this firm. Move these people to another firm first.")


class HasBranches(Rejected):
    """The firm has branches."""

    message = N_("This firm still has branches. Close them first.")


class HeadOfficeClosed(Rejected):
    """A branch without its head office."""

    message = N_("The head office of this branch is closed.")


def get_firm_entry(session: Session, viewer: Viewer, firm_id: int, action: str = "find") -> Firm:
    """A firm that the viewer may look up, or more; raises FirmNotFound."""
    found = get_firm(session, firm_id)
    check(viewer, action, found)
    return found


def admit_firm(
    session: Session,
    engine: Engine,
    *,
    association: Association,
    typed: Mapping[str, Any],
    viewer: Viewer,
    address: str,
    now: datetime,
) -> Firm:
    """Admit a firm, with its two accounts and a link to activate the first. Raises FieldWrong.

    Registry policy: the association admits it and sends the activation. The account for financial
    reports gets its way in when reporting is opened. Sent twice it is one admission.
    """
    check(viewer, "admit", association)
    reason = check_reason(str(typed.get(REASON) or ""))
    firm = Firm(association_id=association.id, state=ACTIVE, name="", number="")
    values = read_values(session, firm, typed)
    known = session.scalar(select(Firm).where(Firm.number == str(values["number"])))
    if known is not None:
        if known.association_id == association.id and known.name == values["name"]:
            return known
        raise NumberTaken
    try:
        with session.begin_nested():
            write_fields(session, engine.vault, firm, values)
            session.add_all(
                Account(
                    user_type=FIRM,
                    login=f"{firm.number}{ending}",
                    name=firm.name,
                    firm_id=firm.id,
                    created_at=now,
                )
                for ending in ("", FINANCE)
            )
            session.flush()
    except IntegrityError:
        raise NumberTaken from None
    record_change(
        session,
        engine.vault,
        firm=firm,
        before={},
        after=register_fields(session, engine.vault, firm),
        source=ADMISSION,
        reason=reason,
        by=viewer.actor,
        now=now,
    )
    send_activation(session, engine, holder=firm, viewer=viewer, address=address, now=now)
    return firm


def close_firm(
    session: Session, engine: Engine, *, firm: Firm, reason: str, viewer: Viewer, now: datetime
) -> None:
    """Close a firm: nobody signs in with its accounts. Closed already is fine.

    Raises StillPractising, HasBranches.
    """
    check(viewer, "edit", firm)
    said = check_reason(reason)
    hold(session, firm)
    people = select(Member.id).where(Member.firm_id == firm.id, Member.state == ACTIVE)
    if session.scalar(people.limit(1)) is not None:
        raise StillPractising
    branches = select(Firm.id).where(Firm.parent_id == firm.id, Firm.state == ACTIVE)
    if session.scalar(branches.limit(1)) is not None:
        raise HasBranches
    with recording(
        session, engine.vault, firm, source=ENDING, reason=said, by=viewer.actor, now=now
    ):
        firm.state = CLOSED
    _open_accounts(session, firm, is_active=False)


def reopen_firm(
    session: Session, engine: Engine, *, firm: Firm, reason: str, viewer: Viewer, now: datetime
) -> None:
    """Let a closed firm go on. Open already is fine. Raises HeadOfficeClosed."""
    check(viewer, "edit", firm)
    said = check_reason(reason)
    hold(session, firm)
    parent = None if firm.parent_id is None else session.get(Firm, firm.parent_id)
    if parent is not None and parent.state != ACTIVE:
        raise HeadOfficeClosed
    with recording(
        session, engine.vault, firm, source=ADMISSION, reason=said, by=viewer.actor, now=now
    ):
        firm.state = ACTIVE
    _open_accounts(session, firm, is_active=True)


def move_firm(
    session: Session,
    engine: Engine,
    *,
    firm: Firm,
    association_id: int,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Move a firm to another association of the viewer's; its people are moved by themselves."""
    check(viewer, "edit", firm)
    check(viewer, "admit", get_association(session, association_id))
    said = check_reason(reason)
    hold(session, firm)
    check(viewer, "edit", firm)
    with recording(session, engine.vault, firm, source=MOVE, reason=said, by=viewer.actor, now=now):
        firm.association_id = association_id


def list_branches(session: Session, firm: Firm) -> Sequence[Firm]:
    """The branches of a head office, by number."""
    query = select(Firm).where(Firm.parent_id == firm.id).order_by(Firm.number)
    return session.scalars(query.limit(MOST_BRANCHES)).all()


def list_people(session: Session, firm: Firm) -> Sequence[Member]:
    """Who practises at a firm, by number."""
    query = select(Member).where(Member.firm_id == firm.id).order_by(Member.number)
    return session.scalars(query.limit(MOST_PEOPLE)).all()


def _open_accounts(session: Session, firm: Firm, *, is_active: bool) -> None:
    accounts = update(Account).where(Account.firm_id == firm.id).values(is_active=is_active)
    for account_id in session.scalars(accounts.returning(Account.id)):
        if not is_active:
            end_other_sessions(session, account_id=account_id)
    session.flush()
