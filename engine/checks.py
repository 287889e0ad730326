"""The engine's own checks of a release: operations that exist, tasks that are told apart."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.errors import Problem
from engine.language import N_
from engine.releases import Check, Unit

if TYPE_CHECKING:
    from engine.operations import Operations


def check_operations(operations: "Operations") -> Check:
    """A check that every service task calls an operation that exists, with its inputs."""

    def check(unit: Unit) -> Iterator[Problem]:
        for process in unit.model.processes.values():
            for step in process.steps.values():
                if step.operation is None:
                    continue
                found = operations.by_name.get(step.operation)
                if found is None:
                    yield Problem(
                        process.document,
                        step.id,
                        N_("“%(step)s” calls the operation %(operation)s, which does not exist."),
                        step=step.name,
                        operation=step.operation,
                    )
                    continue
                given = {line.target for line in step.inputs}
                for missing in sorted(found.required - given):
                    yield Problem(
                        process.document,
                        step.id,
                        N_("“%(step)s” does not say what %(input)s is."),
                        step=step.name,
                        input=missing,
                    )
                for unknown in sorted(given - set(found.inputs)):
                    yield Problem(
                        process.document,
                        step.id,
                        N_("“%(step)s” gives %(input)s to an operation that does not take it."),
                        step=step.name,
                        input=unknown,
                    )

    return check


def check_task_ids(unit: Unit) -> Iterator[Problem]:
    """Find user tasks that share an id: drafts and submissions are kept by it."""
    seen: set[str] = set()
    for process in unit.model.processes.values():
        for step in process.steps.values():
            if step.kind != "user_task":
                continue
            if step.id in seen:
                yield Problem(
                    process.document,
                    step.id,
                    N_("“%(step)s” has an id that another task of this release has: %(id)s."),
                    step=step.name,
                    id=step.id,
                )
            seen.add(step.id)
