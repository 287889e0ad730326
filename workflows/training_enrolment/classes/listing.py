"""The classes that an association's people look after, found by filters, page by page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from workflows.shared.access import Viewer, training_associations
from workflows.shared.associations import Association
from workflows.shared.dates import ZONE, local_date
from workflows.shared.enrolments import PLACED, WAITING, Enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.states import (
    CLASS_CANCELLED,
    CLOSED,
    FULL,
    NOT_OPEN,
    OPEN,
    OUTSIDE,
    OVER,
    RUNNING,
)

SIZE = 20
AT_A_TIME = 200


@dataclass(frozen=True)
class OfficeFilters:
    """What is looked for; an empty value is everything.

    `from_date` and `until_date`: between them lies the first day of the class.
    """

    text: str = ""
    year: int | None = None
    audience: str = ""
    state: str = ""
    association_id: int | None = None
    from_date: date | None = None
    until_date: date | None = None


@dataclass(frozen=True)
class ClassPage:
    """One page of the list, its number of how many, and how many classes are on all of them."""

    classes: Sequence[TrainingClass]
    number: int
    pages: int
    total: int


def list_classes(
    session: Session, viewer: Viewer, filters: OfficeFilters, *, now: datetime, number: int = 1
) -> ClassPage:
    """The classes of the viewer's associations that match, the latest first.

    A page that there is not is the last one.
    """
    wanted = _matching(viewer, filters, now)
    total = session.scalar(select(func.count()).select_from(TrainingClass).where(wanted)) or 0
    pages = max(1, -(-total // SIZE))
    number = min(max(number, 1), pages)
    query = _in_order(wanted).offset((number - 1) * SIZE).limit(SIZE)
    return ClassPage(session.scalars(query).all(), number, pages, total)


def all_classes(
    session: Session, viewer: Viewer, filters: OfficeFilters, *, now: datetime
) -> Iterator[Sequence[TrainingClass]]:
    """All classes that match, some at a time."""
    wanted = _matching(viewer, filters, now)
    found = session.scalars(_in_order(wanted).execution_options(yield_per=AT_A_TIME))
    yield from found.partitions()


def list_years(session: Session, viewer: Viewer) -> Sequence[int]:
    """The years of which there are classes, the last one first."""
    query = select(TrainingClass.year).where(_is_seen(viewer)).distinct()
    return session.scalars(query.order_by(TrainingClass.year.desc())).all()


def list_offices(session: Session, viewer: Viewer, *, to_offer: bool = False) -> list[Association]:
    """The associations whose classes the viewer sees, or that he may offer classes of."""
    keys = training_associations(viewer, to_change=to_offer)
    query = select(Association).where(Association.id.in_(sorted(keys))).order_by(Association.id)
    return list(session.scalars(query))


def _in_order(wanted: ColumnElement[bool]) -> Select[TrainingClass]:
    order = (TrainingClass.start_date.desc(), TrainingClass.id.desc())
    return select(TrainingClass).where(wanted).order_by(*order)


def _is_seen(viewer: Viewer) -> ColumnElement[bool]:
    return TrainingClass.association_id.in_(sorted(training_associations(viewer)))


def _matching(viewer: Viewer, filters: OfficeFilters, now: datetime) -> ColumnElement[bool]:
    conditions = [_is_seen(viewer)]
    if filters.text:
        conditions.append(TrainingClass.name.icontains(filters.text, autoescape=True))
    if filters.year is not None:
        conditions.append(TrainingClass.year == filters.year)
    if filters.audience:
        # JSON of both databases says a list of codes as text; a code is in quotation marks.
        listed = cast(TrainingClass.audience, String)
        conditions.append(listed.contains(f'"{filters.audience}"', autoescape=True))
    if filters.association_id is not None:
        conditions.append(TrainingClass.association_id == filters.association_id)
    if filters.from_date is not None:
        conditions.append(TrainingClass.start_date >= filters.from_date)
    if filters.until_date is not None:
        conditions.append(TrainingClass.start_date <= filters.until_date)
    if filters.state:
        conditions.append(STATES[filters.state](now))
    return and_(*conditions)


def _is_cancelled(_now: datetime) -> ColumnElement[bool]:
    return TrainingClass.cancelled_at.is_not(None)


def _is_over(now: datetime) -> ColumnElement[bool]:
    return ~_is_cancelled(now) & (TrainingClass.end_date < local_date(now))


def _has_begun(now: datetime) -> ColumnElement[bool]:
    today, clock = local_date(now), now.astimezone(ZONE).time()
    return or_(
        TrainingClass.start_date < today,
        and_(TrainingClass.start_date == today, TrainingClass.start_time <= clock),
    )


def _is_running(now: datetime) -> ColumnElement[bool]:
    return and_(~_is_cancelled(now), ~_is_over(now), _has_begun(now))


def _is_ahead(now: datetime) -> ColumnElement[bool]:
    return and_(~_is_cancelled(now), TrainingClass.end_date >= local_date(now), ~_has_begun(now))


def _is_outside(now: datetime) -> ColumnElement[bool]:
    return _is_ahead(now) & (TrainingClass.outside_url != "")


def _is_here(now: datetime) -> ColumnElement[bool]:
    return _is_ahead(now) & (TrainingClass.outside_url == "")


def _is_not_open(now: datetime) -> ColumnElement[bool]:
    return _is_here(now) & (TrainingClass.opens_date > local_date(now))


def _is_closed(now: datetime) -> ColumnElement[bool]:
    return _is_here(now) & (TrainingClass.closes_date < local_date(now))


def _is_in_window(now: datetime) -> ColumnElement[bool]:
    today = local_date(now)
    window = and_(TrainingClass.opens_date <= today, TrainingClass.closes_date >= today)
    return _is_here(now) & window


def _has_no_place() -> ColumnElement[bool]:
    """Somebody waits, or all places are given."""
    its = Enrolment.class_id == TrainingClass.id
    placed = select(func.count()).where(its, Enrolment.state.in_(PLACED)).scalar_subquery()
    waits = exists().where(its, Enrolment.state == WAITING)
    return or_(waits, placed >= TrainingClass.capacity)


def _is_full(now: datetime) -> ColumnElement[bool]:
    return _is_in_window(now) & _has_no_place()


def _is_open(now: datetime) -> ColumnElement[bool]:
    return _is_in_window(now) & ~_has_no_place()


STATES: Mapping[str, Callable[[datetime], ColumnElement[bool]]] = {
    NOT_OPEN: _is_not_open,
    OPEN: _is_open,
    FULL: _is_full,
    CLOSED: _is_closed,
    RUNNING: _is_running,
    OVER: _is_over,
    CLASS_CANCELLED: _is_cancelled,
    OUTSIDE: _is_outside,
}
"""The states of `states.class_state` as conditions, in the order in which they are said."""
