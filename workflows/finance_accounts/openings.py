"""Opening the financial reporting of a year: every account number_cw gets a new way in.

No password is set for anybody: the one of last year ends, and the firm sets its own by a link
that serves once, sent through its official account or its mobile. Whom nothing reaches comes in
through 忘记密码, or calls.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import Conflict, NotFound, Rejected
from engine.jobs import defer, job
from engine.language import N_
from workflows.finance_accounts.models import ReportingAccount, ReportingOpening
from workflows.shared.access import Viewer, check
from workflows.shared.accounts import FINANCE, FIRM, Account, get_account
from workflows.shared.associations import get_association, ids_below
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS
from workflows.shared.one_time_links import expire_links, find_destination, issue_link
from workflows.shared.register import Firm
from workflows.shared.security_events import note_event
from workflows.shared.sign_in import end_other_sessions

CHANNELS = (OFFICIAL_ACCOUNT, SMS)
"""How a firm gets its link: by the first of these that reaches it."""

RESET = "finance_accounts.reset"
PORTION = 50
FIRST_YEAR, LAST_YEAR = 2000, 2100


class AlreadyOpened(Conflict):
    """The reporting of this year was opened before: nothing is reset twice."""

    message = N_("Financial reporting for %(year)s is open already; nothing was reset again.")


class NotAYear(Rejected):
    """Not a year that reporting could be of."""

    message = N_("Enter a year.")


class NobodyToReset(Rejected):
    """The association has no firm with such an account."""

    message = N_("No firm of this association has an account for financial reporting.")


def count_accounts(session: Session, association_id: int) -> int:
    """How many accounts an opening would reset."""
    return len(_find_accounts(session, association_id))


def open_reporting(
    session: Session, *, association_id: int, year: int, viewer: Viewer, now: datetime
) -> ReportingOpening:
    """Open a year and have every account reset, a few at a time.

    Raises NotFound, NotAYear, AlreadyOpened, NobodyToReset.
    """
    check(viewer, "open_reporting", get_association(session, association_id))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotAYear
    if find_opening(session, association_id=association_id, year=year) is not None:
        raise AlreadyOpened(year=year)
    accounts = _find_accounts(session, association_id)
    if not accounts:
        raise NobodyToReset
    opening = ReportingOpening(
        association_id=association_id, year=year, opened_at=now, opened_by=viewer.account_id
    )
    try:
        with session.begin_nested():
            session.add(opening)
            session.flush()
    except IntegrityError as error:
        # Somebody else opened it in the same moment.
        raise AlreadyOpened(year=year) from error
    rows = [{"opening_id": opening.id, "account_id": each, "state": "due"} for each in accounts]
    session.execute(insert(ReportingAccount), rows)
    defer(session, RESET, {"opening_id": opening.id}, at=now, lock=f"{RESET}:{opening.id}")
    return opening


def find_opening(session: Session, *, association_id: int, year: int) -> ReportingOpening | None:
    """The opening of an association's year, or None."""
    return session.scalar(
        select(ReportingOpening).where(
            ReportingOpening.association_id == association_id, ReportingOpening.year == year
        )
    )


def get_opening(session: Session, opening_id: int) -> ReportingOpening:
    """The opening of a key; raises NotFound."""
    found = session.get(ReportingOpening, opening_id)
    if found is None:
        raise NotFound
    return found


def list_openings(
    session: Session, *, association_id: int, limit: int = 20
) -> Sequence[ReportingOpening]:
    """An association's openings, the newest first."""
    query = select(ReportingOpening).where(ReportingOpening.association_id == association_id)
    return session.scalars(query.order_by(ReportingOpening.id.desc()).limit(limit)).all()


@job(RESET)
def reset_portion(session: Session, engine: Engine, now: datetime, opening_id: int) -> None:
    """Reset some accounts of an opening and go on with the rest in a job of its own."""
    opening = get_opening(session, opening_id)
    by = get_account(session, opening.opened_by).actor
    due = session.scalars(
        select(ReportingAccount)
        .where(ReportingAccount.opening_id == opening_id, ReportingAccount.state == "due")
        .order_by(ReportingAccount.account_id)
        .limit(PORTION)
    ).all()
    for entry in due:
        _reset(session, engine, entry, by=by, now=now)
    if len(due) < PORTION:
        opening.done_at = now
        return
    defer(session, RESET, {"opening_id": opening_id}, at=now, lock=f"{RESET}:{opening_id}")


def _reset(
    session: Session, engine: Engine, entry: ReportingAccount, *, by: Actor, now: datetime
) -> None:
    """End last year's password and send the link that sets this year's."""
    account = get_account(session, entry.account_id)
    session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(password_hash=None, must_change_password=False)
    )
    end_other_sessions(session, account_id=account.id)
    expire_links(session, account_id=account.id, now=now)
    note_event(
        session,
        what="password_reset",
        account_id=account.id,
        actor=by,
        address="",
        details={"opening": entry.opening_id},
        now=now,
    )
    channel = next(
        (each for each in CHANNELS if find_destination(session, engine.vault, account, each)), ""
    )
    if not channel:
        entry.state = "nowhere"
        return
    link = issue_link(
        session,
        engine,
        account_id=account.id,
        purpose="activation",
        channel=channel,
        by=by,
        now=now,
    )
    entry.state, entry.channel, entry.link_id = "sent", channel, link.id


def _find_accounts(session: Session, association_id: int) -> Sequence[int]:
    """The active accounts number_cw of firms that work, of an association and those below."""
    return session.scalars(
        select(Account.id)
        .join(Firm, Firm.id == Account.firm_id)
        .where(
            Account.user_type == FIRM,
            Account.is_active,
            Firm.association_id.in_(sorted(ids_below(session, [association_id]))),
            Firm.state == "active",
            Account.login == Firm.number + FINANCE,
        )
        .order_by(Account.id)
    ).all()
