"""What the ledgers of fees and hours have in common: whose entry it is, its year, its trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import NotFound, Rejected
from engine.language import N_
from workflows.register.changes import check_reason
from workflows.shared.access import Viewer, check
from workflows.shared.dates import local_date
from workflows.shared.fees import FeePayment
from workflows.shared.hours import HoursEntry
from workflows.shared.register import Member, hold_member
from workflows.shared.register_changes import LEDGER, record_change

OFFICE = "office"
"""The source of what an association enters itself."""

FIRST_YEAR = 1990

Row = TypeVar("Row", FeePayment, HoursEntry)


class NotAYear(Rejected):
    """Not a year of the ledgers."""

    message = N_("Enter a year between %(first)s and %(last)s.")


def check_year(year: int | None, now: datetime) -> int:
    """A year of the ledgers; raises NotAYear."""
    last = local_date(now).year + 1
    if year is None or not FIRST_YEAR <= year <= last:
        raise NotAYear(first=FIRST_YEAR, last=last)
    return year


@dataclass(frozen=True)
class LedgerChange:
    """A change of a member's ledger: who makes it, and the reason as it was typed."""

    session: Session
    engine: Engine
    member: Member
    viewer: Viewer
    reason: str
    now: datetime

    def begin(self, action: str) -> str:
        """Hold the member for who may do this; answers the reason as it is kept.

        Raises ReasonMissing.
        """
        check(self.viewer, action, self.member)
        said = check_reason(self.reason)
        hold_member(self.session, self.member.id)
        return said

    def get(self, table: type[Row], row_id: int) -> Row:
        """What was entered for the member; raises NotFound."""
        found = self.session.get(table, row_id)
        if found is None or found.member_id != self.member.id:
            raise NotFound
        return found

    def note(self, name: str, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Note in the member's trail what was changed, under a name."""
        record_change(
            self.session,
            self.engine.vault,
            member=self.member,
            before={name: dict(before)},
            after={name: dict(after)},
            source=LEDGER,
            reason=check_reason(self.reason),
            by=self.viewer.actor,
            now=self.now,
        )
