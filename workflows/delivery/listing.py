"""The deliveries of an association's people, for administrators and auditors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import N_
from workflows.shared.access import Viewer, check, visible_deliveries
from workflows.shared.accounts import Account
from workflows.shared.dates import ZONE
from workflows.shared.deliveries import Delivery

PAGE = 25
RECENT = timedelta(days=7)
"""What failed within this time is counted where an administrator sees it."""

MOST_COUNTED = 100


class DeliveryNotFound(NotFound):
    """There is no such delivery, or it is of another association."""

    message = N_("There is no such delivery.")


@dataclass(frozen=True, slots=True)
class DeliveryFilters:
    """What of the deliveries is looked at; `text` is a login or a name."""

    state: str = ""
    channel: str = ""
    day: date | None = None
    text: str = ""


class DeliveryPage(NamedTuple):
    """Some deliveries with the name and login of whom they are for; where the next begin."""

    rows: Sequence[tuple[Delivery, str, str]]
    next: UUID | None


def list_deliveries(
    session: Session,
    viewer: Viewer,
    filters: DeliveryFilters,
    *,
    before_id: UUID | None = None,
    limit: int = PAGE,
) -> DeliveryPage:
    """A page of the deliveries that the viewer may see, the newest first."""
    conditions = [visible_deliveries(viewer), *_conditions(filters)]
    if before_id is not None:
        conditions.append(Delivery.id < before_id)
    found = session.execute(
        select(Delivery, Account.name, Account.login)
        .join(Account, Account.id == Delivery.account_id)
        .where(*conditions)
        .order_by(Delivery.id.desc())
        .limit(limit + 1)
    ).all()
    rows = [(each[0], each[1], each[2]) for each in found[:limit]]
    return DeliveryPage(rows, rows[-1][0].id if len(found) > limit else None)


def get_delivery(session: Session, viewer: Viewer, delivery_id: UUID) -> Delivery:
    """A delivery that the viewer may see; raises NotFound."""
    found = session.get(Delivery, delivery_id)
    if found is None:
        raise DeliveryNotFound
    check(viewer, "see", found)
    return found


def count_failures(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """How many of the last days failed for good; no more than `MOST_COUNTED` are counted."""
    failed = (
        select(Delivery.id)
        .where(
            Delivery.state == "failed",
            Delivery.created_at > now - RECENT,
            visible_deliveries(viewer),
        )
        .limit(MOST_COUNTED)
    )
    return session.scalar(select(func.count()).select_from(failed.subquery())) or 0


def _conditions(filters: DeliveryFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state:
        found.append(Delivery.state == filters.state)
    if filters.channel:
        found.append(Delivery.channel == filters.channel)
    if filters.day is not None:
        begins = datetime.combine(filters.day, time(), ZONE)
        ends = datetime.combine(filters.day + timedelta(days=1), time(), ZONE)
        found.append(Delivery.created_at >= begins)
        found.append(Delivery.created_at < ends)
    if filters.text:
        fits = or_(Account.login == filters.text, Account.name == filters.text)
        found.append(Delivery.account_id.in_(select(Account.id).where(fits)))
    return found
