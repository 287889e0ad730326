"""Who is expected at a class, and what is known of everybody's attendance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from engine.cases import Case
from workflows.shared.employees import Employee
from workflows.shared.enrolments import CONFIRMED, RESERVED, Enrolment
from workflows.shared.register import Firm, Member
from workflows.training_enrolment.attendance.recording import EXPECTED, NOT_PRESENT, PRESENT

UNKNOWN = "unknown"
"""The filter for those of whom nothing is recorded."""

SHOWN = (UNKNOWN, PRESENT, NOT_PRESENT)


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who has, or had, a confirmed place: `place` is his number in the class.

    `attendance`: present, absent, or empty. `firm`: the one that signed him up, else his own.
    """

    id: int
    place: int
    number: str
    name: str
    firm: str
    state: str
    attendance: str
    recorded_at: datetime | None
    recorded_by: int | None
    hours: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are expected, and what is known of them; `open`: of how many it may change."""

    expected: int
    present: int
    absent: int
    open: int

    @property
    def unknown(self) -> int:
        """Of how many nothing is recorded."""
        return self.expected - self.present - self.absent


def list_expected(
    session: Session,
    class_id: int,
    *,
    text: str = "",
    shown: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Expected]:
    """Who is expected, by their numbers in the class; `text` begins a name or a number."""
    query = _expected().where(*_conditions(class_id, text, shown)).order_by(Enrolment.number)
    rows = session.execute(query.order_by(Enrolment.id).limit(limit).offset(offset))
    return [Expected(*row) for row in rows]


def count_expected(session: Session, class_id: int, *, text: str = "", shown: str = "") -> int:
    """How many `list_expected` would list without a limit."""
    query = select(func.count()).select_from(Enrolment).join(Case, Case.id == Enrolment.case_id)
    return session.scalar(query.where(*_conditions(class_id, text, shown))) or 0


def list_absent(session: Session, class_id: int) -> Sequence[Expected]:
    """Who did not come without having said so: for a circulated notice 通报."""
    return list_expected(session, class_id, shown=NOT_PRESENT)


def tally_attendance(session: Session, class_id: int) -> Tally:
    """Count those who are expected by what is known of them."""
    attendance = Enrolment.attendance
    row = session.execute(
        select(
            func.count(),
            func.count().filter(attendance == PRESENT),
            func.count().filter(attendance == NOT_PRESENT),
            func.count().filter(Enrolment.state == CONFIRMED),
        ).where(Enrolment.class_id == class_id, Enrolment.state.in_(EXPECTED))
    ).one()
    return Tally(*row)


def count_unconfirmed(session: Session, class_id: int) -> int:
    """How many have a place that nobody confirmed: nothing can be recorded of them yet."""
    query = select(func.count()).select_from(Enrolment)
    wanted = query.where(Enrolment.class_id == class_id, Enrolment.state == RESERVED)
    return session.scalar(wanted) or 0


def list_last_present(session: Session, class_id: int, *, limit: int = 5) -> Sequence[Expected]:
    """Who was marked present last, the newest first: at any door."""
    query = _expected().where(*_conditions(class_id, "", PRESENT))
    newest = query.order_by(Enrolment.attendance_at.desc(), Enrolment.id.desc())
    return [Expected(*row) for row in session.execute(newest.limit(limit))]


def find_expected(session: Session, enrolment_id: int) -> Expected | None:
    """One of those who are expected, or None."""
    query = _expected().where(Enrolment.id == enrolment_id, Enrolment.state.in_(EXPECTED))
    row = session.execute(query).one_or_none()
    return None if row is None else Expected(*row)


def name_firm(session: Session, enrolment: Enrolment) -> str:
    """The firm that signed somebody up, else his own; empty for who has none."""
    row = session.execute(_expected().where(Enrolment.id == enrolment.id)).one()
    return Expected(*row).firm


def _conditions(class_id: int, text: str, shown: str) -> list[ColumnElement[bool]]:
    wanted = [Enrolment.class_id == class_id, Enrolment.state.in_(EXPECTED)]
    if text:
        begins = (Case.subject_name, Case.subject_no)
        wanted.append(or_(*(each.startswith(text, autoescape=True) for each in begins)))
    if shown == UNKNOWN:
        wanted.append(Enrolment.attendance.is_(None))
    elif shown:
        wanted.append(Enrolment.attendance == shown)
    return wanted


def _expected() -> Select[*tuple[Any, ...]]:
    is_member = and_(Enrolment.person_kind == "member", Member.id == Enrolment.person_id)
    is_employee = and_(Enrolment.person_kind == "employee", Employee.id == Enrolment.person_id)
    firm_id = func.coalesce(Enrolment.firm_id, Member.firm_id, Employee.firm_id)
    return (
        select(
            Enrolment.id,
            Enrolment.number,
            Case.subject_no,
            Case.subject_name,
            func.coalesce(Firm.name, ""),
            Enrolment.state,
            func.coalesce(Enrolment.attendance, ""),
            Enrolment.attendance_at,
            Enrolment.attendance_by,
            Enrolment.hours,
        )
        .join(Case, Case.id == Enrolment.case_id)
        .outerjoin(Member, is_member)
        .outerjoin(Employee, is_employee)
        .outerjoin(Firm, Firm.id == firm_id)
    )
