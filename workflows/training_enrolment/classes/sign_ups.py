"""Who is signed up for a class, by state, and what of it waits for the viewer's decision."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.tasks import Task
from workflows.shared.access import Viewer, visible_tasks
from workflows.shared.enrolments import LIVE, Enrolment
from workflows.shared.register import Firm
from workflows.shared.training_classes import TrainingClass

SIZE = 50
AT_A_TIME = 500
CONFIRM_STEP = "confirm_enrolment"


Person = tuple[str, int]
"""Somebody by kind and key."""


@dataclass(frozen=True)
class SignUpFilters:
    """Who is looked for; `text` begins a name, a number or the name of a firm."""

    state: str = ""
    text: str = ""


@dataclass(frozen=True)
class SignUp:
    """A sign-up with the names of its person and of the firm that signed him up."""

    enrolment: Enrolment
    name: str
    number: str
    firm: str


@dataclass(frozen=True)
class SignUpPage:
    """One page of the list, its number of how many, and how many sign-ups are on all of them."""

    sign_ups: Sequence[SignUp]
    number: int
    pages: int
    total: int


def list_sign_ups(
    session: Session, training_class: TrainingClass, filters: SignUpFilters, *, number: int = 1
) -> SignUpPage:
    """The sign-ups of a class that match, in the order of arrival.

    A page that there is not is the last one.
    """
    wanted = _matching(training_class, filters)
    counting = select(func.count()).select_from(Enrolment).join(Case, Case.id == Enrolment.case_id)
    counting = counting.outerjoin(Firm, Firm.id == Enrolment.firm_id).where(wanted)
    total = session.scalar(counting) or 0
    pages = max(1, -(-total // SIZE))
    number = min(max(number, 1), pages)
    rows = session.execute(_in_order(wanted).offset((number - 1) * SIZE).limit(SIZE))
    found = [SignUp(*row) for row in rows]
    return SignUpPage(found, number, pages, total)


def all_sign_ups(
    session: Session, training_class: TrainingClass, filters: SignUpFilters
) -> Iterator[Sequence[SignUp]]:
    """All sign-ups that match, some at a time."""
    query = _in_order(_matching(training_class, filters))
    rows = session.execute(query.execution_options(yield_per=AT_A_TIME))
    for part in rows.partitions():
        yield [SignUp(*row) for row in part]


def find_overlaps(
    session: Session, training_class: TrainingClass, sign_ups: Sequence[SignUp]
) -> Mapping[Person, Sequence[str]]:
    """The other classes on the same days that these people are signed up for, by person."""
    people = {(each.enrolment.person_kind, each.enrolment.person_id) for each in sign_ups}
    rows = session.execute(
        select(Enrolment.person_kind, Enrolment.person_id, TrainingClass.name)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(
            Enrolment.person_id.in_(sorted({key for _kind, key in people})),
            Enrolment.state.in_(LIVE),
            TrainingClass.id != training_class.id,
            TrainingClass.cancelled_at.is_(None),
            TrainingClass.start_date <= training_class.end_date,
            TrainingClass.end_date >= training_class.start_date,
        )
        .order_by(TrainingClass.start_date, TrainingClass.id)
    )
    found: dict[Person, list[str]] = {}
    for kind, key, name in rows:
        if (kind, key) in people:
            found.setdefault((kind, key), []).append(name)
    return found


def find_tasks(session: Session, viewer: Viewer, case_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The steps that wait for the viewer's decision, by case: one for each that waits."""
    rows = session.execute(
        select(Task.case_id, Task.id).where(Task.case_id.in_(case_ids), _waits_for(viewer))
    )
    return {case_id: task_id for case_id, task_id in rows}  # noqa: C416  rows are tuples to us


def list_tasks(
    session: Session,
    viewer: Viewer,
    training_class: TrainingClass,
    filters: SignUpFilters,
    *,
    limit: int,
) -> Sequence[UUID]:
    """The steps of all sign-ups that match and wait for the viewer's decision, first come first.

    What is assigned to a colleague is left to him.
    """
    is_nobodys = or_(Task.assigned_to.is_(None), Task.assigned_to == viewer.account_id)
    return session.scalars(
        select(Task.id)
        .join(Case, Case.id == Task.case_id)
        .join(Enrolment, Enrolment.case_id == Case.id)
        .outerjoin(Firm, Firm.id == Enrolment.firm_id)
        .where(_matching(training_class, filters), _waits_for(viewer), is_nobodys)
        .order_by(Enrolment.number, Enrolment.id)
        .limit(limit)
    ).all()


def keep_own(
    session: Session, viewer: Viewer, training_class: TrainingClass, task_ids: Collection[UUID]
) -> Sequence[tuple[UUID, str, str]]:
    """Those of the steps that are of this class and wait for the viewer, with name and number."""
    rows = session.execute(
        select(Task.id, Case.subject_name, Case.subject_no)
        .join(Case, Case.id == Task.case_id)
        .join(Enrolment, Enrolment.case_id == Case.id)
        .where(
            Task.id.in_(task_ids),
            Enrolment.class_id == training_class.id,
            _waits_for(viewer),
        )
        .order_by(Enrolment.number, Enrolment.id)
    )
    return [(task_id, name, number) for task_id, name, number in rows]


def _waits_for(viewer: Viewer) -> ColumnElement[bool]:
    return and_(
        Task.state == "open",
        Task.lane == "association",
        Task.element_id == CONFIRM_STEP,
        visible_tasks(viewer),
    )


def _in_order(wanted: ColumnElement[bool]) -> Select[Enrolment, str, str, str]:
    return (
        select(Enrolment, Case.subject_name, Case.subject_no, func.coalesce(Firm.name, ""))
        .join(Case, Case.id == Enrolment.case_id)
        .outerjoin(Firm, Firm.id == Enrolment.firm_id)
        .where(wanted)
        .order_by(Enrolment.number, Enrolment.id)
    )


def _matching(training_class: TrainingClass, filters: SignUpFilters) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [Enrolment.class_id == training_class.id]
    if filters.state:
        conditions.append(Enrolment.state == filters.state)
    if filters.text:
        columns = (Case.subject_name, Case.subject_no, Firm.name)
        begin = [each.startswith(filters.text, autoescape=True) for each in columns]
        conditions.append(or_(*begin))
    return and_(*conditions)
