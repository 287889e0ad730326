"""The check of steps by themselves: operations that exist, tasks that are told apart."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from marshmallow import ValidationError

from engine.errors import Problem
from engine.language import N_
from engine.releases import Check, Unit
from engine.signatures import Value
from engine.spiff import Step

if TYPE_CHECKING:
    from engine.operations import Operation, Operations


def check_operations(operations: "Operations") -> Check:
    """A check that every service task calls an operation that exists, with its inputs."""

    def check(unit: Unit) -> Iterator[Problem]:
        for process in unit.model.processes.values():
            for step in process.steps.values():
                if step.operation is None:
                    continue
                found = operations.by_name.get(step.operation)
                if found is None:
                    yield _unknown(process.document, step, operations)
                else:
                    yield from _check_inputs(process.document, step, found)

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
                    rule="duplicate-id",
                    step=step.label,
                    id=step.id,
                )
            seen.add(step.id)


def _unknown(document: str, step: Step, operations: "Operations") -> Problem:
    wanted = step.operation or ""
    near = get_close_matches(wanted[:80], operations.by_name, n=1)
    if not near:
        message = N_("“%(step)s” calls the operation %(operation)s, which does not exist.")
        return Problem(
            document,
            step.id,
            message,
            rule="unknown-operation",
            step=step.label,
            operation=step.operation,
        )
    return Problem(
        document,
        step.id,
        N_(
            "“%(step)s” calls the operation %(operation)s, which does not exist. "
            "Is “%(near)s” meant?"
        ),
        rule="unknown-operation",
        step=step.label,
        operation=step.operation,
        near=operations.by_name[near[0]],
    )


def _check_inputs(document: str, step: Step, operation: "Operation") -> Iterator[Problem]:
    lines = {line.target: line for line in step.inputs}
    for value in operation.takes.values():
        line = lines.pop(value.name, None)
        if line is not None:
            known, given = line.value.constant
            message = _refuse(value, given) if known else ""
            if message:
                yield _at_input(
                    document, step, "input-value", message, value, given=str(given)[:80]
                )
        elif value.is_required:
            message = N_("“%(step)s” does not say what “%(input)s” is.")
            yield _at_input(document, step, "input-missing", message, value)
    for unknown in sorted(lines):
        message = N_("“%(step)s” gives “%(input)s” to an operation that does not take it.")
        yield _at_input(document, step, "input-unknown", message, unknown)


def _refuse(value: Value, given: object) -> str:
    """Why an operation does not take what is given; nothing if it does."""
    if value.choices and str(given) not in value.choices and given is not None:
        return N_("“%(step)s”: “%(input)s” cannot be “%(given)s”; that is no choice.")
    try:
        value.field.deserialize(given)
    except ValidationError:
        return N_("“%(step)s”: “%(input)s” cannot be “%(given)s”; it is of another kind.")
    return ""


def _at_input(
    document: str, step: Step, rule: str, message: str, called: Value | str, **given: str
) -> Problem:
    return Problem(
        document,
        step.id,
        message,
        rule=rule,
        step=step.label,
        input=called,
        is_warning=False,
        **given,
    )
