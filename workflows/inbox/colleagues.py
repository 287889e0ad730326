"""Colleagues: who has a duty at an association, how much each has, and who stands in for whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import BindParameter, Date, Select, and_, bindparam, func, literal, select
from sqlalchemy.orm import Session

from engine.tasks import Task
from workflows.inbox.absences import Absence, is_away_on
from workflows.shared.accounts import STAFF, Account, StaffDuty
from workflows.shared.associations import nearest_first


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the staff as somebody to give work to.

    `load`: how many open tasks are assigned to him; `until_date`: the last day of his absence,
    None while he is there.
    """

    id: int
    name: str
    load: int
    until_date: date | None = None
    cover_id: int | None = None

    @property
    def is_away(self) -> bool:
        """Whether the person is away today."""
        return self.until_date is not None


def list_colleagues(
    session: Session,
    *,
    association_id: int,
    duties: Collection[str],
    today: date,
    has_load: bool = True,
) -> Mapping[int, Colleague]:
    """Who has one of the duties for an association, in one query; by key, in the order of names.

    Those above an association do its work too. Without `has_load` nothing is counted.
    """
    given = {"association_id": association_id, "duties": sorted(duties), "today": today}
    rows = session.execute(_query(has_load=has_load), given)
    return {row.id: Colleague(*row) for row in rows}


@cache
def _query(*, has_load: bool) -> Select[int, str, int, date, int]:
    """The query of `list_colleagues`, made once: the inbox asks it for every page."""
    above, is_above = nearest_first(bindparam("association_id"), StaffDuty.association_id)
    is_away = is_away_on(bindparam("today", type_=Date))
    load = (
        select(func.count())
        .where(Task.assigned_to == Account.id, Task.state == "open")
        .scalar_subquery()
    )
    duties: BindParameter[str] = bindparam("duties", expanding=True)
    return (
        select(
            Account.id,
            Account.name,
            (load if has_load else literal(0)).label("load"),
            Absence.until_date,
            Absence.cover_id,
        )
        .join(StaffDuty, StaffDuty.account_id == Account.id)
        .join(above, is_above)
        .outerjoin(Absence, and_(Absence.account_id == Account.id, is_away))
        .where(StaffDuty.duty.in_(duties), Account.is_active, Account.user_type == STAFF)
        .distinct()
        .order_by(Account.name, Account.id)
    )


def find_stand_in(colleagues: Mapping[int, Colleague], account_id: int | None) -> int | None:
    """Who does somebody's work: he himself, or whoever covers for him in the end.

    None when that one has not the duty, or when all who would cover are away.
    """
    seen = set[int | None]()
    while account_id not in seen and (found := colleagues.get(account_id or 0)) is not None:
        if not found.is_away:
            return found.id
        seen.add(account_id)
        account_id = found.cover_id
    return None
