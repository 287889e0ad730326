"""Who works for the associations that somebody looks at: duties, last sign-in, open tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.tasks import Task
from workflows.shared.access import Viewer, managed_associations
from workflows.shared.accounts import STAFF, Account, StaffDuty

MOST = 500


@dataclass(frozen=True)
class StaffPerson:
    """A person of the staff; `duties`: those for the associations that are looked at."""

    id: int
    login: str
    name: str
    is_active: bool
    must_change_password: bool
    last_sign_in_at: datetime | None
    open_tasks: int
    duties: list[tuple[int, str]] = field(default_factory=list)


def list_people(
    session: Session,
    *,
    association_ids: Collection[int],
    text: str = "",
    duty: str = "",
    with_closed: bool = False,
    limit: int = MOST,
) -> Sequence[StaffPerson]:
    """Who has a duty for one of the associations, in the order of names."""
    has_duty = select(StaffDuty.account_id).where(StaffDuty.association_id.in_(association_ids))
    if duty:
        has_duty = has_duty.where(StaffDuty.duty == duty)
    query = select(Account).where(Account.user_type == STAFF, Account.id.in_(has_duty))
    if not with_closed:
        query = query.where(Account.is_active)
    if text:
        query = query.where(
            or_(
                Account.name.startswith(text, autoescape=True),
                Account.login.startswith(text.casefold(), autoescape=True),
            )
        )
    found = session.scalars(query.order_by(Account.name, Account.id).limit(limit)).all()
    return _describe(session, found, association_ids)


def get_person(session: Session, viewer: Viewer, account_id: int) -> StaffPerson:
    """A person with a duty for an association that the viewer manages; raises NotFound."""
    account = session.get(Account, account_id)
    if account is None or account.user_type != STAFF:
        raise NotFound
    (found,) = _describe(session, [account], managed_associations(viewer))
    if not found.duties:
        raise NotFound
    return found


def list_open_tasks(session: Session, *, account_id: int) -> Sequence[Task]:
    """The open tasks that are assigned to a person, the oldest first."""
    query = select(Task).where(Task.assigned_to == account_id, Task.state == "open")
    return session.scalars(query.order_by(Task.opened_at, Task.id)).all()


def _describe(
    session: Session, accounts: Sequence[Account], association_ids: Collection[int]
) -> list[StaffPerson]:
    ids = [each.id for each in accounts]
    counted = (
        select(Task.assigned_to, func.count())
        .where(Task.assigned_to.in_(ids), Task.state == "open", Task.lane != Task.subject_kind)
        .group_by(Task.assigned_to)
    )
    tasks = {row[0]: row[1] for row in session.execute(counted)}
    people = {
        each.id: StaffPerson(
            id=each.id,
            login=each.login,
            name=each.name,
            is_active=each.is_active,
            must_change_password=each.must_change_password,
            last_sign_in_at=each.last_sign_in_at,
            open_tasks=tasks.get(each.id, 0),
        )
        for each in accounts
    }
    duties = select(StaffDuty).where(
        StaffDuty.account_id.in_(ids), StaffDuty.association_id.in_(association_ids)
    )
    for each in session.scalars(duties.order_by(StaffDuty.association_id, StaffDuty.duty)):
        people[each.account_id].duties.append((each.association_id, each.duty))
    return list(people.values())
