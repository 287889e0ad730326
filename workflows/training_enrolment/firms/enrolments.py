"""The sign-ups that a firm manages, and those of its people wherever they signed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.orm import Session

from workflows.shared.employees import Employee
from workflows.shared.enrolments import Enrolment
from workflows.shared.register import Member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.firms.people import (
    EMPLOYEE,
    MEMBER,
    PAGE,
    PersonKey,
    name_people,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A sign-up with the number and the name of the person; `successor`: who goes instead."""

    enrolment: Enrolment
    number: str
    name: str
    successor: str = ""


@dataclass(frozen=True, slots=True)
class NamedInClass:
    """A sign-up as a firm may see it that did not make it: who, which class, the state."""

    number: str
    name: str
    class_name: str
    start_date: object
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list; `total` are all that were looked for."""

    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a list is looked at: how a name or number begins, a year, a state."""

    text: str = ""
    year: int | None = None
    state: str = ""


def list_classes_of(
    session: Session, *, firm_id: int, page: int = 1
) -> tuple[Found, list[tuple[TrainingClass, Mapping[str, int]]]]:
    """Classes for which a firm signed people up, the last first, with how many in which state."""
    of_firm = select(Enrolment.class_id).where(Enrolment.firm_id == firm_id).distinct()
    is_its = TrainingClass.id.in_(of_firm)
    total = session.scalar(select(func.count()).select_from(TrainingClass).where(is_its)) or 0
    found = _turn_to(page, total)
    classes = session.scalars(
        select(TrainingClass)
        .where(is_its)
        .order_by(TrainingClass.start_date.desc(), TrainingClass.id.desc())
        .offset((found.number - 1) * PAGE)
        .limit(PAGE)
    ).all()
    rows = session.execute(
        select(Enrolment.class_id, Enrolment.state, func.count())
        .where(Enrolment.firm_id == firm_id, Enrolment.class_id.in_([each.id for each in classes]))
        .group_by(Enrolment.class_id, Enrolment.state)
    )
    counts: dict[int, dict[str, int]] = {each.id: {} for each in classes}
    for class_id, state, count in rows:
        counts[class_id][state] = count
    return found, [(each, counts[each.id]) for each in classes]


def list_of_class(
    session: Session, *, firm_id: int, class_id: int, filters: Filters, page: int = 1
) -> tuple[Found, Sequence[Named]]:
    """A page of those whom a firm signed up for a class, in the order of their arrival."""
    conditions = [Enrolment.firm_id == firm_id, Enrolment.class_id == class_id]
    if filters.state:
        conditions.append(Enrolment.state == filters.state)
    if filters.text:
        conditions.append(_is_named(filters.text))
    total = session.scalar(select(func.count()).select_from(Enrolment).where(*conditions)) or 0
    found = _turn_to(page, total)
    rows = session.scalars(
        select(Enrolment)
        .where(*conditions)
        .order_by(Enrolment.number, Enrolment.id)
        .offset((found.number - 1) * PAGE)
        .limit(PAGE)
    ).all()
    successors = {
        each.replaces_id: _person_of(each)
        for each in session.scalars(
            select(Enrolment).where(
                Enrolment.class_id == class_id,
                Enrolment.replaces_id.in_([each.id for each in rows]),
            )
        )
    }
    names = name_people(session, [*(_person_of(each) for each in rows), *successors.values()])
    nobody = ("", "")
    return found, [
        Named(
            each,
            *names.get(_person_of(each), nobody),
            names.get(successors[each.id], nobody)[1] if each.id in successors else "",
        )
        for each in rows
    ]


def count_states(session: Session, *, firm_id: int, class_id: int) -> Mapping[str, int]:
    """How many of those whom a firm signed up for a class are in which state."""
    rows = session.execute(
        select(Enrolment.state, func.count())
        .where(Enrolment.firm_id == firm_id, Enrolment.class_id == class_id)
        .group_by(Enrolment.state)
    )
    return {state: count for state, count in rows}  # noqa: C416  rows are tuples to us


def list_of_people(
    session: Session, *, firm_id: int, filters: Filters, page: int = 1
) -> tuple[Found, Sequence[NamedInClass]]:
    """A page of the classes that a firm's people are in, whoever signed them up; the last first."""
    conditions: list[ColumnElement[bool]] = [Enrolment.id.in_(_of_people(firm_id))]
    if filters.state:
        conditions.append(Enrolment.state == filters.state)
    if filters.year is not None:
        conditions.append(TrainingClass.year == filters.year)
    if filters.text:
        conditions.append(_is_named(filters.text))
    query = (
        select(Enrolment, TrainingClass)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(*conditions)
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = _turn_to(page, total)
    rows = session.execute(
        query.order_by(TrainingClass.start_date.desc(), Enrolment.id.desc())
        .offset((found.number - 1) * PAGE)
        .limit(PAGE)
    ).all()
    names = name_people(session, [_person_of(each) for each, _class in rows])
    return found, [
        NamedInClass(
            *names.get(_person_of(each), ("", "")),
            training_class.name,
            training_class.start_date,
            each.state,
        )
        for each, training_class in rows
    ]


def list_years_of_people(session: Session, *, firm_id: int) -> Sequence[int]:
    """The years of the classes that a firm's people are in, the last first."""
    query = (
        select(TrainingClass.year)
        .join(Enrolment, Enrolment.class_id == TrainingClass.id)
        .where(Enrolment.id.in_(_of_people(firm_id)))
    )
    return session.scalars(query.distinct().order_by(TrainingClass.year.desc())).all()


def _of_people(firm_id: int) -> ColumnElement[int]:
    """The sign-ups that a firm made, and those of the CPAs who work there now."""
    own = select(Enrolment.id).where(Enrolment.firm_id == firm_id)
    theirs = (
        select(Enrolment.id)
        .join(Member, and_(Enrolment.person_kind == MEMBER, Enrolment.person_id == Member.id))
        .where(Member.firm_id == firm_id)
    )
    return union(own, theirs).scalar_subquery()


def _is_named(text: str) -> ColumnElement[bool]:
    """The sign-ups of people whose name or number begins with a text."""
    length = len(text)
    return or_(
        *(
            and_(
                Enrolment.person_kind == kind,
                Enrolment.person_id.in_(
                    select(model.id).where(
                        model.id == Enrolment.person_id,
                        or_(
                            func.substr(model.name, 1, length) == text,
                            func.lower(func.substr(model.number, 1, length)) == text.lower(),
                        ),
                    )
                ),
            )
            for kind, model in ((MEMBER, Member), (EMPLOYEE, Employee))
        )
    )


def _person_of(enrolment: Enrolment) -> PersonKey:
    return PersonKey(enrolment.person_kind, enrolment.person_id)


def _turn_to(page: int, total: int) -> Found:
    """The page that is asked for; beyond the last one it is the last one."""
    return Found(min(max(page, 1), max(1, -(-total // PAGE))), total)
