"""Being away 休假: from when until when, and who does one's work meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, ForeignKey, Index, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.errors import NotAllowed, NotFound, Rejected
from engine.language import N_
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import STAFF, Account, StaffDuty, list_duties
from workflows.shared.dates import local_date
from workflows.shared.messages import send_to_staff

LONGEST = timedelta(days=366)


class AbsenceNotFound(NotFound):
    """There is no such absence, or not one of his."""

    message = N_("There is no such absence.")


class DatesOutOfOrder(Rejected):
    """An absence that ends before it begins, is over already, or never ends."""

    message = N_("The last day is not before the first one, not past, and at most a year later.")


class AbsencesOverlap(Rejected):
    """Two absences of one person share a day."""

    message = N_("%(name)s is away already from %(begins)s until %(ends)s.")


class CoverNotSuitable(Rejected):
    """The one who was to cover has none of the duties, or is the one who is away.

    It names nobody: who asks for any key at all learns no name from the answer.
    """

    message = N_("This person cannot cover. Choose a colleague who has one of the same duties.")


class Absence(Base):
    """Days on which a person of the staff is away; without a cover the work waits for all."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_until_date", "until_date"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    from_date: Mapped[date]
    until_date: Mapped[date]
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


def is_away_on(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """The absences of a day, as a condition on Absence."""
    return (Absence.from_date <= day) & (Absence.until_date >= day)


def set_absence(
    session: Session,
    *,
    account_id: int,
    from_date: date,
    until_date: date,
    cover_id: int | None,
    viewer: Viewer,
    now: datetime,
) -> Absence:
    """Say that somebody is away: oneself, or as his manager; the cover is told.

    Raises DatesOutOfOrder, AbsencesOverlap, CoverNotSuitable.
    """
    _check_may_set(session, viewer, account_id)
    # Two absences sent at once see each other.
    account = session.execute(
        select(Account).where(Account.id == account_id).with_for_update()
    ).scalar_one()
    if not from_date <= until_date <= from_date + LONGEST or until_date < local_date(now):
        raise DatesOutOfOrder
    other = session.scalar(
        select(Absence).where(
            Absence.account_id == account_id,
            Absence.from_date <= until_date,
            Absence.until_date >= from_date,
        )
    )
    if other is not None:
        known = (other.from_date, other.until_date, other.cover_id)
        if known == (from_date, until_date, cover_id):
            return other
        raise AbsencesOverlap(
            name=account.name,
            begins=other.from_date.isoformat(),
            ends=other.until_date.isoformat(),
        )
    absence = Absence(
        account_id=account_id,
        from_date=from_date,
        until_date=until_date,
        cover_id=cover_id,
        by_id=viewer.account_id,
        at=now,
    )
    if cover_id is not None:
        _tell_cover(session, absence, account, viewer, now=now)
    session.add(absence)
    session.flush()
    return absence


def end_absence(session: Session, *, absence_id: int, viewer: Viewer, now: datetime) -> None:
    """Say that somebody is back from today on; one that has not begun is taken away."""
    absence = session.get(Absence, absence_id, with_for_update=True)
    if absence is None:
        raise AbsenceNotFound
    _check_may_set(session, viewer, absence.account_id)
    today = local_date(now)
    if absence.from_date >= today:
        session.delete(absence)
    elif absence.until_date >= today:
        absence.until_date = today - timedelta(days=1)
    session.flush()


def list_absences(session: Session, viewer: Viewer, *, today: date) -> Sequence[Absence]:
    """Absences of today and later that the viewer may set: his own and his people's."""
    managed = sorted(viewer.duties.get("manage", ()))
    people = select(StaffDuty.account_id).where(StaffDuty.association_id.in_(managed))
    return session.scalars(
        select(Absence)
        .where(
            Absence.until_date >= today,
            or_(Absence.account_id == viewer.account_id, Absence.account_id.in_(people)),
        )
        .order_by(Absence.from_date, Absence.id)
    ).all()


def covered_by(session: Session, account_id: int, *, day: date) -> frozenset[int]:
    """For whom somebody works on a day, also for those who were to cover and are away too."""
    rows = session.execute(select(Absence.account_id, Absence.cover_id).where(is_away_on(day)))
    covers: Mapping[int, int | None] = {row.account_id: row.cover_id for row in rows}
    found = {account_id}
    while more := {each for each, cover in covers.items() if cover in found} - found:
        found |= more
    return frozenset(found - {account_id})


def _check_may_set(session: Session, viewer: Viewer, account_id: int) -> None:
    if account_id == viewer.account_id and viewer.is_staff:
        return
    duties = list_duties(session, account_id=account_id)
    if not any(viewer.has("manage", each.association_id) for each in duties):
        raise NotAllowed


def _tell_cover(
    session: Session, absence: Absence, account: Account, viewer: Viewer, *, now: datetime
) -> None:
    cover = session.get(Account, absence.cover_id)
    duties = list_duties(session, account_id=account.id)
    suits = cover is not None and cover.id != account.id and cover.user_type == STAFF
    if cover is None or not suits or not cover.is_active:
        raise CoverNotSuitable
    known = get_viewer(session, cover)
    shared = [each for each in duties if known.has(each.duty, each.association_id)]
    if not shared:
        raise CoverNotSuitable
    if cover.id != viewer.account_id:
        send_to_staff(
            session,
            account_id=cover.id,
            association_id=shared[0].association_id,
            template="cover_asked",
            values={
                "absent": account.name,
                "begins": absence.from_date.isoformat(),
                "ends": absence.until_date.isoformat(),
            },
            now=now,
        )
