"""What a viewer sees of many: as conditions of queries, or as the associations he sees it of."""

from sqlalchemy import ColumnElement, and_, false, or_, select

from engine.tasks import Task
from workflows.shared.access.duties import LOOKING_UP, MANAGING, OVERSEERS, READING, TRANSFERRING
from workflows.shared.access.viewers import NOWHERE, Viewer
from workflows.shared.accounts import DUTIES
from workflows.shared.deliveries import Delivery
from workflows.shared.seasons import Season
from workflows.shared.task_copies import TaskCopy


def visible_tasks(viewer: Viewer) -> ColumnElement[bool]:
    """The tasks that the viewer may work on, as a condition on Task."""
    conditions = [
        and_(Task.lane == kind, Task.subject_kind == kind, Task.subject_id == key)
        for kind, key in sorted(viewer.own.items())
    ]
    return or_(*conditions, is_of_a_duty(viewer))


def visible_copies(viewer: Viewer) -> ColumnElement[bool]:
    """The tasks that were copied to the viewer, as a condition on Task."""
    associations = _associations(viewer, *DUTIES)
    copied = select(TaskCopy.task_id).where(TaskCopy.account_id == viewer.account_id)
    return and_(Task.association_id.in_(sorted(associations)), Task.id.in_(copied))


def visible_seasons(viewer: Viewer) -> ColumnElement[bool]:
    """The seasons that the viewer may see, as a condition on Season."""
    return Season.association_id.in_(sorted(_associations(viewer, *OVERSEERS)))


def overseen_associations(viewer: Viewer) -> frozenset[int]:
    """The associations of which the viewer sees every case."""
    return _associations(viewer, "review", *OVERSEERS)


def visible_deliveries(viewer: Viewer) -> ColumnElement[bool]:
    """The deliveries that the viewer may see, as a condition on Delivery."""
    return Delivery.association_id.in_(sorted(_associations(viewer, "admin", "audit")))


def managed_associations(viewer: Viewer, *, to_change: bool = False) -> frozenset[int]:
    """The associations whose settings and members the viewer sees, or may also act on."""
    return _associations(viewer, *(MANAGING if to_change else OVERSEERS))


def training_associations(viewer: Viewer, *, to_change: bool = False) -> frozenset[int]:
    """The associations whose classes and sign-ups the viewer sees, or may also change."""
    duties = ("training", "manage") if to_change else ("training", *OVERSEERS)
    return _associations(viewer, *duties)


def register_associations(viewer: Viewer, *, to_change: bool = False) -> frozenset[int]:
    """The associations whose members and firms the viewer finds, or may also change."""
    return _associations(viewer, *(("manage",) if to_change else LOOKING_UP))


def read_associations(viewer: Viewer) -> frozenset[int]:
    """The associations of whose members and firms the viewer reads what stands there."""
    return _associations(viewer, *READING)


def transfer_associations(viewer: Viewer, kind: str) -> frozenset[int]:
    """The associations of which the viewer takes over and takes away tables of a kind."""
    return _associations(viewer, *TRANSFERRING.get(kind, ()))


def event_associations(viewer: Viewer) -> frozenset[int]:
    """The associations of whose accounts the viewer sees what happened to them."""
    return _associations(viewer, "admin", "audit")


def is_of_a_duty(viewer: Viewer) -> ColumnElement[bool]:
    """The tasks that are for a duty of the viewer's, as a condition on Task."""
    conditions = [
        and_(Task.duty == duty, Task.association_id.in_(sorted(associations)))
        for duty, associations in sorted(viewer.duties.items())
    ]
    return or_(*conditions) if conditions else false()


def _associations(viewer: Viewer, *duties: str) -> frozenset[int]:
    return NOWHERE.union(*(viewer.duties.get(duty, NOWHERE) for duty in duties))
