"""What the ledgers of fees and hours have in common: whose entry it is, its year, its trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from workflows.shared.access import Viewer
from workflows.shared.dates import local_date
from workflows.shared.register import Member
from workflows.shared.register_changes import LEDGER, record_change

OFFICE = "office"
"""The source of what an association enters itself."""

FIRST_YEAR = 1990


class NotAYear(Rejected):
    """Not a year of the ledgers."""

    message = N_("Enter a year between %(first)s and %(last)s.")


def check_year(year: int | None, now: datetime) -> int:
    """A year of the ledgers; raises NotAYear."""
    last = local_date(now).year + 1
    if year is None or not FIRST_YEAR <= year <= last:
        raise NotAYear(first=FIRST_YEAR, last=last)
    return year


def note_entry(
    session: Session,
    engine: Engine,
    member: Member,
    reason: str,
    viewer: Viewer,
    *,
    name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    """Note in the member's trail what an entry changed, under a name."""
    record_change(
        session,
        engine.vault,
        member=member,
        before={name: dict(before)},
        after={name: dict(after)},
        source=LEDGER,
        reason=reason,
        by=viewer.actor,
        now=now,
    )
