"""The window 年检时间 of a season: when it takes applications, and when they come too late."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.cases import Case
from engine.database import Base
from engine.errors import Rejected
from engine.language import N_
from engine.tasks import Task
from workflows.shared.applications import RETURN
from workflows.shared.dates import local_date
from workflows.shared.seasons import Season


class NotOpenYet(Rejected):
    """The window has not begun."""

    message = N_("The inspection for %(year)s is not open yet. It opens on %(date)s.")


class WindowClosed(Rejected):
    """The window has ended."""

    message = N_("The inspection for %(year)s closed on %(date)s.")


class Extension(Base):
    """Until when one application is taken, whatever its season says: it was opened again."""

    __tablename__ = "extension"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    until_date: Mapped[date]


def extend(session: Session, *, case: Case, until_date: date) -> None:
    """Take a case's application until a day; a later extension takes the place of this one."""
    session.merge(Extension(case_id=case.id, until_date=until_date))
    session.flush()


def last_day(session: Session, *, case: Case, season: Season) -> date:
    """The last day on which an application may be sent.

    Inspection policy: the season's window; a returned one may be sent again within the season's
    days after the window, or after its last return where that came later; a manager may extend.
    """
    days = [season.closes_date]
    returned_at = session.scalar(
        select(func.max(Task.completed_at)).where(Task.case_id == case.id, Task.outcome == RETURN)
    )
    if returned_at is not None:
        grace = timedelta(days=season.resubmission_days)
        days.append(max(season.closes_date, local_date(returned_at)) + grace)
    extension = session.get(Extension, case.id)
    if extension is not None:
        days.append(extension.until_date)
    return max(days)


def check_open(season: Season, *, now: datetime) -> None:
    """Check that a season takes applications now; raises NotOpenYet or WindowClosed."""
    today = local_date(now)
    if today < season.opens_date:
        raise NotOpenYet(year=season.year, date=season.opens_date)
    _check_not_after(season, season.closes_date, today)


def check_takes(session: Session, *, case: Case, season: Season, now: datetime) -> None:
    """Check that an application may still be sent; raises WindowClosed with its last day."""
    _check_not_after(season, last_day(session, case=case, season=season), local_date(now))


def _check_not_after(season: Season, last: date, today: date) -> None:
    if today > last:
        raise WindowClosed(year=season.year, date=last)
