"""Changes of people and duties: each is noted, and counts from the next request on."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotAllowed, Rejected
from engine.language import N_
from workflows.shared import totp
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import (
    STAFF,
    Account,
    AccountNotFound,
    StaffDuty,
    find_account,
    give_duty,
    list_duties,
)
from workflows.shared.associations import get_association
from workflows.shared.edits import record_edit
from workflows.shared.security_events import note_event
from workflows.shared.sign_in import end_other_sessions
from workflows.staff.rules import check_account, check_duty

LOGIN = re.compile(r"[a-z][a-z0-9_.-]{2,29}", re.ASCII)
LONGEST_NAME = 50
PASSWORD_BYTES = 9


class LoginNotUsable(Rejected):
    """A staff name is not one."""

    message = N_(
        "A login has 3 to 30 small letters, digits, dots, hyphens or underscores and begins "
        "with a letter."
    )


class NameNeeded(Rejected):
    """A person has a name."""

    message = N_("Enter the person’s name, at most %(length)s characters.")


class LoginTaken(Conflict):
    """Somebody has the login already."""

    message = N_("There is an account %(login)s already. Nothing was changed.")


class ClosedMeanwhile(NotAllowed):
    """Who changes people was closed himself while he asked for it."""

    message = N_("Your own account was closed meanwhile. Nothing was changed.")


class LastDuty(Rejected):
    """Without a duty nobody would find the account any more."""

    message = N_("This is the person’s last duty. Close the account instead.")


def subject_of(account_id: int) -> str:
    """The name under which changes of a person are noted."""
    return f"staff:{account_id}"


def make_password() -> str:
    """A password to issue: twelve letters and digits that nobody guesses."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def add_person(
    session: Session,
    *,
    login: str,
    name: str,
    hashed: str,
    duty: str,
    association_id: int,
    viewer: Viewer,
    now: datetime,
) -> Account:
    """Open an account with its first duty; its password must be changed at the first sign-in.

    Raises LoginNotUsable, NameNeeded, LoginTaken, DutyNotYours.
    """
    viewer, _account = _hold(session, viewer, viewer.account_id)
    association = get_association(session, association_id)
    check_duty(viewer, account_id=0, duty=duty, association=association, is_given=True)
    login, name = login.strip().casefold(), " ".join(name.split())
    if LOGIN.fullmatch(login) is None:
        raise LoginNotUsable
    if not 0 < len(name) <= LONGEST_NAME:
        raise NameNeeded(length=LONGEST_NAME)
    if find_account(session, user_type=STAFF, login=login) is not None:
        raise LoginTaken(login=login)
    account = Account(
        user_type=STAFF,
        login=login,
        name=name,
        password_hash=hashed,
        must_change_password=True,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError:
        raise LoginTaken(login=login) from None
    give_duty(session, account_id=account.id, association_id=association_id, duty=duty)
    after = {"login": login, "name": name, "duties": _say_duties(session, account.id)}
    _note(session, account.id, association_id, {}, after, viewer=viewer, now=now)
    return account


def give(
    session: Session,
    *,
    account_id: int,
    duty: str,
    association_id: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Give a duty; having it already is fine. Raises DutyNotYours, NotYourself."""
    viewer, _account = _hold(session, viewer, account_id)
    association = get_association(session, association_id)
    check_duty(viewer, account_id=account_id, duty=duty, association=association, is_given=True)
    before = {"duties": _say_duties(session, account_id)}
    give_duty(session, account_id=account_id, association_id=association_id, duty=duty)
    after = {"duties": _say_duties(session, account_id)}
    _note(session, account_id, association_id, before, after, viewer=viewer, now=now)


def take(
    session: Session,
    *,
    account_id: int,
    duty: str,
    association_id: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take a duty away; not having it is fine. Raises DutyNotYours, NotYourself, LastDuty.

    Tasks that the person may not decide any more are for the caller to put back.
    """
    viewer, _account = _hold(session, viewer, account_id)
    association = get_association(session, association_id)
    check_duty(viewer, account_id=account_id, duty=duty, association=association, is_given=False)
    duties = list_duties(session, account_id=account_id)
    if not any((each.duty, each.association_id) == (duty, association_id) for each in duties):
        return
    if len(duties) == 1:
        raise LastDuty
    before = {"duties": _say_duties(session, account_id)}
    session.execute(
        delete(StaffDuty).where(
            StaffDuty.account_id == account_id,
            StaffDuty.association_id == association_id,
            StaffDuty.duty == duty,
        )
    )
    after = {"duties": _say_duties(session, account_id)}
    _note(session, account_id, association_id, before, after, viewer=viewer, now=now)


def set_active(
    session: Session, *, account_id: int, is_active: bool, viewer: Viewer, now: datetime
) -> None:
    """Close an account, which signs its person out everywhere, or open it again."""
    viewer, account = _hold(session, viewer, account_id)
    check_account(session, viewer, account)
    before = {"is_active": account.is_active}
    account.is_active = is_active
    if not is_active:
        end_other_sessions(session, account_id=account_id)
    session.flush()
    association_id = list_duties(session, account_id=account_id)[0].association_id
    after = {"is_active": is_active}
    _note(session, account_id, association_id, before, after, viewer=viewer, now=now)


def issue_password(
    session: Session, *, account_id: int, hashed: str, viewer: Viewer, now: datetime
) -> Account:
    """Give an account a new password to be changed at once; its sessions end."""
    viewer, account = _hold(session, viewer, account_id)
    check_account(session, viewer, account)
    account.password_hash, account.must_change_password = hashed, True
    end_other_sessions(session, account_id=account_id)
    session.flush()
    association_id = list_duties(session, account_id=account_id)[0].association_id
    after = {"password_issued": now.isoformat()}
    _note(session, account_id, association_id, {}, after, viewer=viewer, now=now)
    return account


def reset_second_step(
    session: Session, *, account_id: int, viewer: Viewer, address: str, now: datetime
) -> Account:
    """Take the second step of somebody away who lost it; his sessions end.

    Having none is fine. Raises NotYourself, PersonNotYours.
    """
    viewer, account = _hold(session, viewer, account_id)
    check_account(session, viewer, account)
    if not totp.remove(session, account_id=account_id):
        return account
    end_other_sessions(session, account_id=account_id)
    association_id = list_duties(session, account_id=account_id)[0].association_id
    after = {"second_step_reset": now.isoformat()}
    _note(session, account_id, association_id, {}, after, viewer=viewer, now=now)
    note_event(
        session,
        what="second_step_removed",
        account_id=account_id,
        actor=viewer.actor,
        address=address,
        now=now,
    )
    return account


def _hold(session: Session, viewer: Viewer, account_id: int) -> tuple[Viewer, Account]:
    """The viewer as he is now, and an account of the staff; both locked.

    So changes of people come one after another, and two who close each other do not both
    succeed. Rows are locked in the order of their ids: nobody waits for who waits for him.
    """
    query = (
        select(Account)
        .where(Account.id.in_({viewer.account_id, account_id}), Account.user_type == STAFF)
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    held = {each.id: each for each in session.scalars(query)}
    if account_id not in held:
        raise AccountNotFound
    by = held.get(viewer.account_id)
    if by is None or not by.is_active:
        raise ClosedMeanwhile
    return get_viewer(session, by), held[account_id]


def _say_duties(session: Session, account_id: int) -> list[list[Any]]:
    duties = list_duties(session, account_id=account_id)
    return sorted([each.association_id, each.duty] for each in duties)


def _note(
    session: Session,
    account_id: int,
    association_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    record_edit(
        session,
        association_id=association_id,
        subject=subject_of(account_id),
        before=before,
        after=after,
        by=viewer.account_id,
        now=now,
    )
