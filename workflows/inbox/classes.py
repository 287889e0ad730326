"""Sign-ups for classes in the inbox: which class a task is about, and only those of one class."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from engine.tasks import Task
from workflows.shared.access import Viewer
from workflows.shared.enrolments import PROCESS, RESERVED, Enrolment
from workflows.shared.training_classes import TrainingClass

KIND = PROCESS
"""The kind of a task that decides a sign-up."""

DUTY = "training"
MOST = 100
"""So many classes are offered to choose from: of those that wait, the ones that begin next."""


def find_classes(session: Session, tasks: Iterable[Task]) -> Mapping[UUID, TrainingClass]:
    """The classes that tasks are about, by the tasks' cases, in one query; of others nothing."""
    case_ids = {each.case_id for each in tasks if each.kind == KIND}
    if not case_ids:
        return {}
    rows = session.execute(
        select(Enrolment.case_id, TrainingClass)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(Enrolment.case_id.in_(case_ids))
    )
    return {case_id: training_class for case_id, training_class in rows}  # noqa: C416


def list_classes(
    session: Session, viewer: Viewer, *, chosen_id: int | None
) -> Sequence[TrainingClass]:
    """The classes of the viewer's desks with sign-ups to decide, the next to begin first.

    The one that is chosen is among them, whatever it has.
    """
    offices = viewer.duties.get(DUTY)
    if not offices:
        return []
    waits = exists().where(Enrolment.class_id == TrainingClass.id, Enrolment.state == RESERVED)
    return session.scalars(
        select(TrainingClass)
        .where(
            TrainingClass.association_id.in_(sorted(offices)),
            or_(waits, TrainingClass.id == chosen_id),
        )
        .order_by(TrainingClass.start_date, TrainingClass.id)
        .limit(MOST)
    ).all()


def is_of_class(class_id: int) -> ColumnElement[bool]:
    """The tasks that are about one class, as a condition that is looked up task by task."""
    return and_(
        Task.kind == KIND,
        exists().where(Enrolment.case_id == Task.case_id, Enrolment.class_id == class_id),
    )
