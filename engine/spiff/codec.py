"""How a running instance is stored: what is going on, nothing that was, nothing of the diagram.

    [version, variables, tokens, [[caller, process, variables, tokens], …]]
    token: [id, index of its guard or -1, state, step, what the step keeps]

Ids are 32 hexadecimal digits. A finished part of the tree is never needed again: joins and
waiting events keep what they know in their own tokens. Only the guard of an activity with
boundary events is stored beside them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.util.task import TaskState

from engine.spiff.errors import StateNotUnderstood, VariablesTooLarge
from engine.spiff.execution import Execution, Scope, Token
from engine.spiff.operation import RunOperation
from engine.spiff.variables import LIMIT, plain, read

VERSION = 1

Stored = list[Any]

MIGRATIONS: Mapping[int, Callable[[Stored], Stored]] = {}
"""From a version to a function that makes the next one of it."""


def dump(execution: Execution) -> bytes:
    """Write a running instance; an ended one is empty."""
    if execution.completed:
        return b""
    scopes = execution.scopes()
    variables = [orjson.dumps(scope.data, default=plain) for scope in scopes]
    size = sum(len(each) for each in variables)
    if size > LIMIT:
        raise VariablesTooLarge(size=size, limit=LIMIT)
    calls = [
        [
            _caller(scope).id.hex,
            scope.spec.name,
            orjson.Fragment(raw),
            _write_tokens(scope),
        ]
        for scope, raw in zip(scopes[1:], variables[1:], strict=True)
    ]
    top = orjson.Fragment(variables[0])
    return orjson.dumps([VERSION, top, _write_tokens(execution), calls], default=plain)


def load(
    model: Any, state: bytes, clock: Callable[[], datetime], run_operation: RunOperation
) -> Execution:
    """Read a stored instance of this model; raises StateNotUnderstood."""
    execution = Execution(model, clock, run_operation)
    if not state:
        execution.plant()
        execution.completed = True
        return execution
    try:
        _, variables, tokens, calls = _migrate(read(state))
        _read_tokens(execution, variables, tokens)
        for caller_id, process_id, inner_variables, inner_tokens in calls:
            token_id = UUID(caller_id)
            caller = find_token(execution, token_id)
            if caller is None:
                raise StateNotUnderstood(reason=f"no call {caller_id}")
            called = execution.attach(caller, process_id)
            _read_tokens(called, inner_variables, inner_tokens)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StateNotUnderstood(reason=str(error)) from error
    return execution


def find_token(execution: Execution, token_id: UUID) -> Token | None:
    """The token of an id in any of the running processes, if it is there."""
    for scope in execution.scopes():
        token = scope.tasks.get(token_id)
        if token is not None:
            return token
    return None


def _migrate(stored: Stored) -> Stored:
    while stored[0] != VERSION:
        if stored[0] not in MIGRATIONS:
            raise StateNotUnderstood(reason=f"version {stored[0]}")
        stored = MIGRATIONS[stored[0]](stored)
    return stored


def _caller(scope: Scope) -> Token:
    assert scope.caller is not None  # noqa: S101 - every scope but the top one has it
    return scope.caller


def _write_tokens(scope: Scope) -> list[list[object]]:
    rows: list[list[object]] = []
    guards: dict[UUID, int] = {}
    for token in scope.live():
        guard = token.guard
        parent = -1
        if guard is not None:
            if guard.id not in guards:
                guards[guard.id] = len(rows)
                rows.append([guard.id.hex, -1, guard._state, guard.task_spec.name])
            parent = guards[guard.id]
        row: list[object] = [token.id.hex, parent, token._state, token.task_spec.name]
        if token.internal_data:
            row.append(token.internal_data)
        rows.append(row)
    return rows


def _read_tokens(scope: Scope, variables: object, rows: list[list[Any]]) -> None:
    if not isinstance(variables, dict):
        raise TypeError("variables are no object")
    scope.data = variables
    scope.plant()
    tokens: list[Token] = []
    for hexadecimal, parent, state, name, *kept in rows:
        if state not in {
            TaskState.WAITING,
            TaskState.READY,
            TaskState.STARTED,
            TaskState.COMPLETED,
        }:
            raise ValueError(f"state {state}")
        token = Token(
            scope,
            scope.spec.task_specs[name],
            scope.task_tree if parent < 0 else tokens[parent],
            state,
            UUID(int=int(hexadecimal, 16)),
        )
        if kept:
            (token.internal_data,) = kept
        tokens.append(token)
