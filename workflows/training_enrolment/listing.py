"""The classes that a person or a firm is offered, found by filters, by numbered pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, select
from sqlalchemy.orm import Session

from workflows.shared.access import Viewer, can
from workflows.shared.enrolments import LIVE, WAITING, Enrolment
from workflows.shared.register import Firm, get_member
from workflows.shared.training_classes import (
    ClassNotFound,
    TrainingClass,
    get_class,
    sponsors_for,
)

PAGE = 20


@dataclass(frozen=True, slots=True)
class ClassFilters:
    """What of the classes is looked at; a date is the first or the last one that is meant.

    `opens_date` and `start_date`: not before; `closes_date` and `end_date`: not after.
    """

    year: int | None = None
    audience: str = ""
    name: str = ""
    opens_date: date | None = None
    closes_date: date | None = None
    start_date: date | None = None
    end_date: date | None = None


@dataclass(frozen=True, slots=True)
class ClassPage:
    """One page of the list: its number among how many, and how many classes are on all."""

    classes: Sequence[TrainingClass]
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The number in the list of the first class of this page."""
        return (self.number - 1) * PAGE + 1


def find_office(session: Session, viewer: Viewer) -> int:
    """The association whose classes, with those above it, the viewer is offered.

    Raises ClassNotFound for whom no classes are.
    """
    if viewer.member_id is not None:
        return get_member(session, viewer.member_id).association_id
    firm = None if viewer.firm_id is None else session.get(Firm, viewer.firm_id)
    if firm is None or not can(viewer, "train", firm):
        raise ClassNotFound
    return firm.association_id


def list_classes(
    session: Session, viewer: Viewer, filters: ClassFilters, *, number: int = 1
) -> ClassPage:
    """The classes that the viewer is offered, those last whose sign-up opened first.

    A page that there is not is the last one.
    """
    order = (TrainingClass.opens_date.desc(), TrainingClass.id.desc())
    return _read_page(session, _matching(session, viewer, filters), order, number)


def list_years(session: Session, viewer: Viewer) -> Sequence[int]:
    """The years of which there are classes for the viewer, the last one first."""
    offered = _is_offered(session, viewer)
    query = select(TrainingClass.year).where(offered).distinct()
    return session.scalars(query.order_by(TrainingClass.year.desc())).all()


def list_announcements(session: Session, viewer: Viewer, *, number: int = 1) -> ClassPage:
    """The classes that have an announcement and were not cancelled, the newest first.

    A member reads of those that are meant for his kind of members, a firm of all.
    """
    conditions = [
        _is_offered(session, viewer),
        TrainingClass.announcement != "",
        TrainingClass.cancelled_at.is_(None),
    ]
    if viewer.member_id is not None:
        conditions.append(_is_for(get_member(session, viewer.member_id).kind))
    wanted = and_(*conditions)
    order = (TrainingClass.created_at.desc(), TrainingClass.id.desc())
    return _read_page(session, wanted, order, number)


def get_offered_class(session: Session, viewer: Viewer, class_id: int) -> TrainingClass:
    """A class that the viewer is offered or has to do with; raises ClassNotFound.

    Who is signed up sees his class also after he went to another association.
    """
    training_class = get_class(session, class_id)
    if training_class.association_id in sponsors_for(session, find_office(session, viewer)):
        return training_class
    mine = select(Enrolment.id).where(Enrolment.class_id == class_id, _is_of(viewer))
    if session.scalar(mine.limit(1)) is None:
        raise ClassNotFound
    return training_class


def find_last_enrolments(
    session: Session, *, class_ids: Collection[int], member_id: int
) -> dict[int, Enrolment]:
    """A member's last sign-up for each of some classes, by the class."""
    found = session.scalars(
        select(Enrolment)
        .where(
            Enrolment.person_kind == "member",
            Enrolment.person_id == member_id,
            Enrolment.class_id.in_(class_ids),
        )
        .order_by(Enrolment.id)
    )
    return {each.class_id: each for each in found}


def list_enrolments(session: Session, *, class_id: int, member_id: int) -> Sequence[Enrolment]:
    """All sign-ups of a member for a class, the last one first."""
    return session.scalars(
        select(Enrolment)
        .where(
            Enrolment.person_kind == "member",
            Enrolment.person_id == member_id,
            Enrolment.class_id == class_id,
        )
        .order_by(Enrolment.id.desc())
    ).all()


def _read_page(
    session: Session,
    wanted: ColumnElement[bool],
    order: tuple[ColumnElement[Any], ...],
    number: int,
) -> ClassPage:
    total = session.scalar(select(func.count()).select_from(TrainingClass).where(wanted)) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(number, 1), pages)
    query = select(TrainingClass).where(wanted).order_by(*order)
    found = session.scalars(query.offset((number - 1) * PAGE).limit(PAGE)).all()
    return ClassPage(found, number, pages, total)


def list_coming(
    session: Session, *, member_id: int, day: date
) -> Sequence[tuple[Enrolment, TrainingClass]]:
    """The classes that a member is signed up for and that are not over, the next one first."""
    found = session.execute(
        select(Enrolment, TrainingClass)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(
            Enrolment.person_kind == "member",
            Enrolment.person_id == member_id,
            Enrolment.state.in_(LIVE),
            TrainingClass.cancelled_at.is_(None),
            TrainingClass.end_date >= day,
        )
        .order_by(TrainingClass.start_date, TrainingClass.id)
    )
    return [(enrolment, training_class) for enrolment, training_class in found]


def find_position(session: Session, enrolment: Enrolment) -> int:
    """The place on the waiting list of who is on it: 1 is the next to move up."""
    before = select(func.count()).where(
        Enrolment.class_id == enrolment.class_id,
        Enrolment.state == WAITING,
        Enrolment.number <= enrolment.number,
    )
    return session.scalar(before) or 1


def _matching(session: Session, viewer: Viewer, filters: ClassFilters) -> ColumnElement[bool]:
    conditions = [_is_offered(session, viewer)]
    if filters.year is not None:
        conditions.append(TrainingClass.year == filters.year)
    if filters.audience:
        conditions.append(_is_for(filters.audience))
    if filters.name:
        conditions.append(TrainingClass.name.icontains(filters.name, autoescape=True))
    if filters.opens_date is not None:
        conditions.append(TrainingClass.opens_date >= filters.opens_date)
    if filters.closes_date is not None:
        conditions.append(TrainingClass.closes_date <= filters.closes_date)
    if filters.start_date is not None:
        conditions.append(TrainingClass.start_date >= filters.start_date)
    if filters.end_date is not None:
        conditions.append(TrainingClass.end_date <= filters.end_date)
    return and_(*conditions)


def _is_for(audience: str) -> ColumnElement[bool]:
    """The classes that are meant for people of a kind."""
    # JSON of both databases says a list of codes as text; a code is in quotation marks.
    return cast(TrainingClass.audience, String).contains(f'"{audience}"', autoescape=True)


def _is_offered(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """The classes of the viewer's association and those above, and those he is signed up for."""
    sponsors = sponsors_for(session, find_office(session, viewer))
    mine = select(Enrolment.class_id).where(_is_of(viewer))
    return TrainingClass.association_id.in_(sponsors) | TrainingClass.id.in_(mine)


def _is_of(viewer: Viewer) -> ColumnElement[bool]:
    """The sign-ups of the viewer himself, or of the firm that he is."""
    if viewer.member_id is not None:
        return and_(Enrolment.person_kind == "member", Enrolment.person_id == viewer.member_id)
    return Enrolment.firm_id == viewer.firm_id
