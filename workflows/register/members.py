"""Members from the first day to the last: admitted, moved, of another kind, over, restored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.errors import NotFound, Rejected
from engine.language import N_
from workflows.register.changes import (
    FieldWrong,
    check_facts,
    check_identity,
    check_reason,
    find_main_account,
    hold,
    read_values,
    send_activation,
)
from workflows.register.fields import REASON
from workflows.register.telling import tell_member, tell_of_end
from workflows.shared.access import Viewer, check
from workflows.shared.accounts import CPA, MEMBER, Account
from workflows.shared.associations import Association, get_association
from workflows.shared.certificates import find_certificate
from workflows.shared.leaving import (
    change_association,
    change_kind,
    end_membership,
    hold_with_cases,
)
from workflows.shared.register import (
    ERASED,
    NON_PRACTISING,
    Member,
    find_member_by_number,
    get_member,
    identity_hash,
    identity_number,
)
from workflows.shared.register_changes import (
    ADMISSION,
    EDIT,
    ENDING,
    MOVE,
    record_change,
    recording,
    register_fields,
)
from workflows.shared.register_writing import ACTIVE, hold_identities, write_fields
from workflows.shared.sign_in import end_other_sessions

ENDINGS = ("resigned", "moved", "dead", "left")
"""How a membership ends."""

USER_TYPES: Mapping[str, str] = {NON_PRACTISING: MEMBER, "cpa": CPA}
NEWEST = 20


class NumberTaken(FieldWrong):
    """Somebody has this number."""

    field = "number"
    message = N_("This number was given to somebody already.")


class NotAnEnding(Rejected):
    """There is no such end of a membership."""

    message = N_("Choose how the membership ends.")


class NotAKind(Rejected):
    """There is no such kind of member."""

    message = N_("Choose the type of membership.")


class NotActive(Rejected):
    """The membership is over."""

    message = N_("The membership is over.")


class StillActive(Rejected):
    """There is nothing to restore."""

    message = N_("The membership is not over.")


def get_entry(session: Session, viewer: Viewer, member_id: int, action: str = "find") -> Member:
    """A member whom the viewer may look up, or more; raises MemberNotFound."""
    found = get_member(session, member_id)
    check(viewer, action, found)
    return found


def admit_member(
    session: Session,
    engine: Engine,
    *,
    association: Association,
    typed: Mapping[str, Any],
    viewer: Viewer,
    address: str,
    now: datetime,
) -> Member:
    """Admit somebody, with an account and a link to activate it. Raises FieldWrong.

    Sent twice it is one admission.
    """
    check(viewer, "admit", association)
    reason = check_reason(str(typed.get(REASON) or ""))
    member = Member(association_id=association.id, state=ACTIVE, name="", number="")
    values = read_values(session, member, typed)
    number = str(values["number"])
    known = find_member_by_number(session, number)
    if known is not None:
        return _same(engine, known, association, values)
    check_identity(session, engine, values)
    check_facts(values, {})
    try:
        with session.begin_nested():
            write_fields(session, engine.vault, member, values)
            session.add(_account_of(member, now))
            session.flush()
    except IntegrityError:
        raise NumberTaken from None
    record_change(
        session,
        engine.vault,
        member=member,
        before={},
        after=register_fields(session, engine.vault, member),
        source=ADMISSION,
        reason=reason,
        by=viewer.actor,
        now=now,
    )
    send_activation(session, engine, holder=member, viewer=viewer, address=address, now=now)
    return member


def move_member(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    association_id: int,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Sequence[Case]:
    """Move a member with his open cases to another association of the viewer's.

    Answers the cases that went along; moving him again moves nothing.
    """
    check(viewer, "edit", member)
    check(viewer, "admit", get_association(session, association_id))
    said = check_reason(reason)
    hold_with_cases(session, member)
    check(viewer, "edit", member)
    _check_active(member)
    is_new = member.association_id != association_id
    had_certificate = find_certificate(session, member.id) is not None
    with recording(
        session, engine.vault, member, source=MOVE, reason=said, by=viewer.actor, now=now
    ):
        moved = change_association(
            session,
            engine,
            member=member,
            association_id=association_id,
            by=viewer.actor,
            now=now,
        )
    if is_new:
        # The certificate, which names the association, was superseded with the move.
        tell_member(session, member, ["association_id"], has_ended=had_certificate, now=now)
    return moved


def end_entry(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    state: str,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Sequence[Case]:
    """End a membership: cases are closed, the certificate is revoked. Answers these cases.

    Ending it again changes nothing but how it ended.
    """
    check(viewer, "edit", member)
    if state not in ENDINGS:
        raise NotAnEnding
    said = check_reason(reason)
    hold_with_cases(session, member)
    check(viewer, "edit", member)
    _check_not_erased(member)
    before = member.state
    with recording(
        session, engine.vault, member, source=ENDING, reason=said, by=viewer.actor, now=now
    ):
        closed = end_membership(
            session,
            engine,
            member=member,
            state=state,
            reason=said,
            by=viewer.actor,
            now=now,
        )
    if before == ACTIVE:
        tell_of_end(session, member, said, now=now)
    return closed


def restore_entry(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Let a membership go on that was over; a certificate is asked for anew.

    Raises StillActive, IdentityNotFree.
    """
    check(viewer, "edit", member)
    said = check_reason(reason)
    hold(session, member)
    check(viewer, "edit", member)
    _check_not_erased(member)
    if member.state == ACTIVE:
        raise StillActive
    hold_identities(session)
    number = identity_number(engine.vault, member)
    check_identity(session, engine, {"identity_number": number}, member_id=member.id)
    with recording(
        session, engine.vault, member, source=ADMISSION, reason=said, by=viewer.actor, now=now
    ):
        member.state = ACTIVE
    tell_member(session, member, ["state"], now=now)


def change_entry_kind(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    kind: str,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Sequence[Case]:
    """Make a member one of another kind, who signs in as such. Answers the cases that closed."""
    check(viewer, "edit", member)
    if kind not in USER_TYPES:
        raise NotAKind
    said = check_reason(reason)
    hold_with_cases(session, member)
    check(viewer, "edit", member)
    _check_active(member)
    if member.kind == kind:
        return []
    with recording(
        session, engine.vault, member, source=EDIT, reason=said, by=viewer.actor, now=now
    ):
        closed = change_kind(
            session, engine, member=member, kind=kind, reason=said, by=viewer.actor, now=now
        )
        if kind == NON_PRACTISING:
            member.firm_id = None
    tell_member(session, member, ["kind"], now=now)
    account = find_main_account(session, member)
    if account is not None:
        account.user_type = USER_TYPES[kind]
        end_other_sessions(session, account_id=account.id)
    session.flush()
    return closed


def list_cases_of(session: Session, member: Member, *, limit: int = NEWEST) -> Sequence[Case]:
    """The cases about a member, the newest first."""
    query = select(Case).where(Case.subject_kind == "member", Case.subject_id == member.id)
    return session.scalars(query.order_by(Case.id.desc()).limit(limit)).all()


def _same(
    engine: Engine, known: Member, association: Association, values: Mapping[str, Any]
) -> Member:
    """The member who was admitted with the same number, if it is the same person."""
    is_same = known.association_id == association.id and known.identity_hash == identity_hash(
        engine.vault, str(values["identity_number"])
    )
    if not is_same:
        raise NumberTaken
    return known


def _account_of(member: Member, now: datetime) -> Account:
    return Account(
        user_type=USER_TYPES[member.kind],
        login=member.number,
        name=member.name,
        member_id=member.id,
        created_at=now,
    )


def _check_active(member: Member) -> None:
    if member.state != ACTIVE:
        raise NotActive


def _check_not_erased(member: Member) -> None:
    if member.state == ERASED:
        raise NotFound
