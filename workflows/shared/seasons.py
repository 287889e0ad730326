"""Seasons: one inspection year of one association, with its window, policy and texts.

All of it is configuration. A municipal association without a season of its own works in that
of the association above it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Select,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.errors import NotFound
from engine.language import N_
from workflows.shared.associations import ids_below, nearest_first

INSPECTION = "inspection"
DEFERRAL = "deferral"


class SeasonNotFound(NotFound):
    """There is no such season."""

    message = N_("There is no such inspection season.")


class Season(Base):
    """One inspection year of one association.

    `year` is the label 年检年度: the window of 2026 inspects 2025. Hours are in hundredths,
    money in fen. `review_levels`: 2 where the association above reviews after a municipal one.
    `deferral_grounds`: [{"value", "label", "label_en"}]. `version` counts what was changed in it,
    its materials and commitments included: whoever changes it says which one he looked at.
    """

    __tablename__ = "season"
    __table_args__ = (UniqueConstraint("association_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    year: Mapped[int]
    opens_date: Mapped[date]
    closes_date: Mapped[date]
    cut_off_date: Mapped[date]
    hours_until_date: Mapped[date]
    late_joining_month: Mapped[int] = mapped_column(default=7)
    late_joining_day: Mapped[int] = mapped_column(default=1)
    hours_required: Mapped[int] = mapped_column(default=4000)
    hours_required_joined_late: Mapped[int] = mapped_column(default=2000)
    hours_free_age: Mapped[int] = mapped_column(default=70)
    fee_yearly: Mapped[int] = mapped_column(default=10000)
    fee_account: Mapped[str] = mapped_column(Text, default="")
    resubmission_days: Mapped[int] = mapped_column(default=15)
    appeal_days: Mapped[int] = mapped_column(server_default="30", default=30)
    review_working_days: Mapped[int] = mapped_column(default=5)
    review_levels: Mapped[int] = mapped_column(default=1)
    reminder_days: Mapped[list[int]] = mapped_column(JSON, default=list)
    learning_platform: Mapped[str] = mapped_column(String(100), default="")
    learning_url: Mapped[str] = mapped_column(String(200), default="")
    success_text: Mapped[str] = mapped_column(String(200), default="")
    success_text_en: Mapped[str] = mapped_column(String(400), default="")
    notice_text: Mapped[str] = mapped_column(Text, default="")
    notice_text_en: Mapped[str] = mapped_column(Text, default="")
    deferral_grounds: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    max_files: Mapped[int] = mapped_column(default=5)
    version: Mapped[int] = mapped_column(server_default="1", default=1)

    def is_open(self, day: date) -> bool:
        """Whether applications are taken on a day."""
        return self.opens_date <= day <= self.closes_date

    def state_on(self, day: date) -> str:
        """Where its window stands on a day: upcoming, open or closed."""
        if day < self.opens_date:
            return "upcoming"
        return "open" if day <= self.closes_date else "closed"


class SeasonSlot(Base):
    """A material that a season asks for; none of a kind means that nothing is shown."""

    __tablename__ = "season_slot"
    __table_args__ = (UniqueConstraint("season_id", "kind", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(50))
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(String(100))
    label_en: Mapped[str] = mapped_column(String(200), default="")
    help: Mapped[str] = mapped_column(String(400), default="")
    help_en: Mapped[str] = mapped_column(String(800), default="")
    required: Mapped[bool] = mapped_column(default=False)
    max_bytes: Mapped[int]


class CommitmentText(Base):
    """One version of the 承诺书 of a season and kind; the highest version is the current one."""

    __tablename__ = "commitment_text"
    __table_args__ = (UniqueConstraint("season_id", "kind", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    kind: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(100))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


def get_season(session: Session, season_id: int) -> Season:
    """The season of a key; raises SeasonNotFound."""
    found = session.get(Season, season_id)
    if found is None:
        raise SeasonNotFound
    return found


def find_season(session: Session, *, association_id: int, day: date) -> Season | None:
    """The season that concerns an association's members on a day.

    The one whose window is open; else the next one to open; else the last one. The
    association's own seasons go before those of the association above it.
    """
    found = session.execute(_seasons(), {"association_id": association_id}).all()
    nearest = [season for season, distance in found if distance == found[0].distance]
    return min(nearest, key=lambda season: _distance(season, day), default=None)


def find_season_of_year(session: Session, *, association_id: int, year: int) -> Season | None:
    """The season of a year for an association's members."""
    return session.scalar(_season_of_year(), {"association_id": association_id, "year": year})


@cache
def _seasons() -> Select[Season, int]:
    """The query of `find_season`, made once: most requests of a member ask it."""
    above, is_its = nearest_first(bindparam("association_id"), Season.association_id)
    return select(Season, above.c.distance).join(above, is_its).order_by(above.c.distance)


@cache
def _season_of_year() -> Select[Season]:
    """The query of `find_season_of_year`, made once: each step of a case asks it."""
    above, is_its = nearest_first(bindparam("association_id"), Season.association_id)
    query = select(Season).join(above, is_its).where(Season.year == bindparam("year"))
    return query.order_by(above.c.distance).limit(1)


def list_slots(session: Session, *, season_id: int, kind: str) -> Sequence[SeasonSlot]:
    """The materials that a season asks for with one kind of application, in order."""
    return session.scalars(
        select(SeasonSlot)
        .where(SeasonSlot.season_id == season_id, SeasonSlot.kind == kind)
        .order_by(SeasonSlot.position, SeasonSlot.id)
    ).all()


def current_commitment(session: Session, *, season_id: int, kind: str) -> CommitmentText | None:
    """The version of the commitment to be accepted now; None when the season has none."""
    return session.scalar(
        select(CommitmentText)
        .where(CommitmentText.season_id == season_id, CommitmentText.kind == kind)
        .order_by(CommitmentText.version.desc())
        .limit(1)
    )


def publish_commitment(
    session: Session,
    *,
    season_id: int,
    kind: str,
    title: str,
    text: str,
    now: datetime,
    title_en: str = "",
    text_en: str = "",
) -> CommitmentText:
    """Publish a new version; every application made from now on must accept it."""
    last = session.scalar(
        select(func.max(CommitmentText.version)).where(
            CommitmentText.season_id == season_id, CommitmentText.kind == kind
        )
    )
    published = CommitmentText(
        season_id=season_id,
        kind=kind,
        version=(last or 0) + 1,
        title=title,
        title_en=title_en,
        text=text,
        text_en=text_en,
        published_at=now,
    )
    session.add(published)
    session.flush()
    return published


def associations_of(session: Session, season: Season) -> frozenset[int]:
    """The associations that work in a season: its own, and those below that have none nearer."""
    others = session.scalars(
        select(Season.association_id).where(Season.year == season.year, Season.id != season.id)
    ).all()
    below = ids_below(session, [season.association_id])
    return below - ids_below(session, below.intersection(others))


def _distance(season: Season, day: date) -> tuple[int, int]:
    if season.is_open(day):
        return (0, 0)
    if day < season.opens_date:
        return (1, (season.opens_date - day).days)
    return (2, (day - season.closes_date).days)


def list_years(session: Session) -> Sequence[int]:
    """The years that there are seasons of, the last one first."""
    return session.scalars(select(Season.year).distinct().order_by(Season.year.desc())).all()
