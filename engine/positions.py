"""Where a case stands in its diagrams, and the way that it took: looked at, never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.moving import Move
from engine.spiff import Model, OpenTask, StartedOperation, Wait
from engine.trail import Event

if TYPE_CHECKING:
    from engine.engine import Engine


class Place(NamedTuple):
    """An element of one of the diagrams of a release."""

    process_id: str
    element_id: str


class PassedPlace(NamedTuple):
    """An element that a case went through, and when."""

    place: Place
    at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """What a case waits for; all of it is empty once the case is over.

    `listens` are the events at the edge of what it waits for, which would take it elsewhere.
    `variables` are those of the process at the top.
    """

    tasks: tuple[OpenTask, ...] = ()
    waits: tuple[Wait, ...] = ()
    listens: tuple[Wait, ...] = ()
    operations: tuple[StartedOperation, ...] = ()
    variables: Mapping[str, object] = field(default_factory=dict)

    @property
    def places(self) -> list[Place]:
        """The elements that tokens stand at, each once."""
        found: list[OpenTask | StartedOperation | Wait] = [
            *self.tasks,
            *self.operations,
            *self.waits,
        ]
        return list(dict.fromkeys(Place(each.process_id, each.element_id) for each in found))


NOWHERE = Position()


def position(session: Session, engine: "Engine", case: Case) -> Position:
    """Where a case stands now."""
    if case.state != "open":
        return NOWHERE
    move = Move(session, engine, case, by=SYSTEM, now=engine.now())
    instance, model = move.load(), move.release.model
    at_edge = {
        wait: model.step(wait.process_id, wait.element_id).attached_to is not None
        for wait in instance.waits
    }
    return Position(
        tasks=tuple(instance.open_tasks),
        waits=tuple(wait for wait, is_at_edge in at_edge.items() if not is_at_edge),
        listens=tuple(wait for wait, is_at_edge in at_edge.items() if is_at_edge),
        operations=tuple(instance.started_operations),
        variables=instance.variables,
    )


def way_taken(events: Iterable[Event]) -> list[PassedPlace]:
    """The elements that a case went through, in order, as its trail says."""
    return [
        PassedPlace(Place(*said.split("/", 1)), event.at)
        for event in events
        for said in event.data.get("passed", ())
    ]


def calls_around(model: Model, places: Iterable[Place]) -> list[Place]:
    """The call activities inside which the places lie, however deep."""
    found: dict[Place, None] = {}
    waiting = [each.process_id for each in places]
    while waiting:
        called = waiting.pop()
        for process in model.processes.values():
            for step in process.steps.values():
                place = Place(process.id, step.id)
                if step.called_process == called and place not in found:
                    found[place] = None
                    waiting.append(process.id)
    return list(found)


def flows_taken(model: Model, way: Iterable[Place]) -> set[tuple[str, str]]:
    """The sequence flows of a way, as process and flow id.

    A step was reached from whichever of the steps before it was passed last; a parallel gateway
    that joins was reached from all of them.
    """
    last_passed: dict[Place, int] = {}
    taken: set[tuple[str, str]] = set()
    for number, place in enumerate(way):
        process = model.processes[place.process_id]
        step = process.steps.get(place.element_id)
        ways_in = [
            (last_passed[source], flow.id)
            for flow in process.flows_to(place.element_id)
            if (source := Place(process.id, flow.source)) in last_passed
        ]
        if ways_in:
            is_join = step is not None and step.kind == "parallel_gateway"
            reached = ways_in if is_join else [max(ways_in)]
            taken |= {(process.id, flow_id) for _number, flow_id in reached}
        last_passed[place] = number
    return taken
