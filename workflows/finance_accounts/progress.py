"""How far an opening is: counted from its accounts, and whom nothing reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflows.finance_accounts.models import ReportingAccount, ReportingOpening
from workflows.shared.accounts import Account
from workflows.shared.register import Firm


@dataclass(frozen=True)
class Progress:
    """An opening in numbers: of `total`, so many are `due`, were `sent` a link, set a password."""

    total: int
    due: int
    sent: int
    nowhere: int
    activated: int

    @property
    def done(self) -> int:
        """How many were reset."""
        return self.total - self.due


@dataclass(frozen=True)
class Unreached:
    """A firm that nothing reached: somebody has to call it."""

    login: str
    name: str


def count_progress(session: Session, opening: ReportingOpening) -> Progress:
    """How far an opening is."""
    rows = session.execute(
        select(ReportingAccount.state, func.count().label("accounts"))
        .where(ReportingAccount.opening_id == opening.id)
        .group_by(ReportingAccount.state)
    )
    counts = {row.state: row.accounts for row in rows}
    activated = session.scalar(
        select(func.count())
        .select_from(ReportingAccount)
        .join(Account, Account.id == ReportingAccount.account_id)
        .where(
            ReportingAccount.opening_id == opening.id,
            ReportingAccount.state != "due",
            Account.password_hash.is_not(None),
        )
    )
    return Progress(
        total=sum(counts.values()),
        due=counts.get("due", 0),
        sent=counts.get("sent", 0),
        nowhere=counts.get("nowhere", 0),
        activated=activated or 0,
    )


def list_unreached(
    session: Session, opening: ReportingOpening, *, limit: int = 200
) -> Sequence[Unreached]:
    """The firms that have to be called, in the order of their numbers."""
    rows = session.execute(
        select(Account.login, Firm.name)
        .join(ReportingAccount, ReportingAccount.account_id == Account.id)
        .join(Firm, Firm.id == Account.firm_id)
        .where(ReportingAccount.opening_id == opening.id, ReportingAccount.state == "nowhere")
        .order_by(Account.login)
        .limit(limit)
    )
    return [Unreached(row.login, row.name) for row in rows]
