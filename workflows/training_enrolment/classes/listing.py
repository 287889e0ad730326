"""The classes that an association's people look after, found by filters, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.shared.access import Viewer, training_associations
from workflows.shared.training_classes import TrainingClass

SIZE = 20


@dataclass(frozen=True)
class ClassFilters:
    """What is looked for; nothing is everything."""


@dataclass(frozen=True)
class ClassPage:
    """One page of the list, and how many classes there are on all of them."""

    classes: Sequence[TrainingClass]


def list_classes(
    session: Session, viewer: Viewer, filters: ClassFilters, *, now: datetime, page: int = 1
) -> ClassPage:
    """The classes of the viewer's associations that match, the latest first."""
    found = session.scalars(
        select(TrainingClass)
        .where(TrainingClass.association_id.in_(sorted(training_associations(viewer))))
        .order_by(TrainingClass.start_date.desc(), TrainingClass.id.desc())
        .limit(SIZE)
    ).all()
    return ClassPage(found)
