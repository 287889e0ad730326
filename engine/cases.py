"""Cases: one row for each running or ended process, with its business columns and its state."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, UtcDateTime, searchable
from engine.errors import Conflict, NotFound
from engine.language import N_

_OPEN = text("state = 'open'")
_OVER = text("ended_at IS NOT NULL")


class Case(Base):
    """One case; a business key has one open case at most.

    `state`: open, ended (its process reached an end) or cancelled (somebody closed it).
    `status` is where its subject is told it stands, `round` counts how often it was sent.
    `engine_state` is the compact state of the process, empty once there is none. `reopened_at`:
    when its process was last begun anew after an end.
    """

    __tablename__ = "case"
    __table_args__ = (
        Index(
            "uq_case_open_business_key",
            "business_key",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        # Whether somebody has a case of a year is answered without looking at the case.
        Index("ix_case_subject", "subject_kind", "subject_id", "year", "kind", "status", "state"),
        Index("ix_case_subject_no", "association_id", "subject_no", "id"),
        Index("ix_case_subject_name", "association_id", "subject_name", "id"),
        # How many cases a release has.
        Index("ix_case_release", "release_id", "state"),
        # The list of cases: in its order, with what it is filtered by at the end; and what is
        # rare, in the same order.
        Index(
            "ix_case_updated_at",
            "association_id",
            "updated_at",
            "id",
            "kind",
            "status",
            "year",
            "state",
        ),
        # What ended in a period.
        Index(
            "ix_case_ended_at",
            "association_id",
            "ended_at",
            "status",
            "kind",
            "year",
            sqlite_where=_OVER,
            postgresql_where=_OVER,
        ),
        Index(
            "ix_case_status",
            "association_id",
            "status",
            "updated_at",
            "id",
            "kind",
            "year",
            "state",
        ),
        Index(
            "ix_case_open",
            "association_id",
            "updated_at",
            "id",
            "kind",
            "year",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    business_key: Mapped[str] = mapped_column(String(120))
    process_id: Mapped[str] = mapped_column(String(80))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    subject_kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int]
    subject_no: Mapped[str] = mapped_column(searchable(40))
    subject_name: Mapped[str] = mapped_column(searchable(120))
    association_id: Mapped[int | None]
    region: Mapped[str | None] = mapped_column(String(12))
    year: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(40))
    ended_in: Mapped[str | None] = mapped_column(String(80))
    engine_state: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column()
    trail_length: Mapped[int]
    trail_head: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    # SQLAlchemy declares it as an attribute of the instance.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_key(self) -> str:
        """The name under which the vault keeps this subject's data key."""
        return f"{self.subject_kind}:{self.subject_id}"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a case is about, as its row and its tasks' rows carry it."""

    kind: str
    id: int
    no: str
    name: str
    association_id: int | None = None
    region: str | None = None


class CaseNotFound(NotFound):
    """No such case."""


class CaseAlreadyOpen(Conflict):
    """The business key has an open case."""

    message = N_("There is an open application already.")

    def __init__(self, case_id: UUID) -> None:
        super().__init__()
        self.case_id = case_id


class CaseIsOver(Conflict):
    """The case has ended or was closed."""

    message = N_("This application is closed.")


def get_case(session: Session, case_id: UUID) -> Case:
    """A case's row, to look at; raises CaseNotFound."""
    case = session.get(Case, case_id)
    if case is None:
        raise CaseNotFound
    return case


def find_open_case(session: Session, business_key: str) -> Case | None:
    """The open case of a business key."""
    return session.scalar(
        select(Case).where(Case.business_key == business_key, Case.state == "open")
    )


def hold_case(session: Session, case_id: UUID) -> Case:
    """A case's row, locked until the transaction ends; raises CaseNotFound, CaseIsOver."""
    query = select(Case).where(Case.id == case_id).with_for_update()
    # Whoever waited for the lock must see the row as it is now, also one that he read before.
    case = session.scalar(query.execution_options(populate_existing=True))
    if case is None:
        raise CaseNotFound
    if case.state != "open":
        raise CaseIsOver
    return case
