"""Remote operations: run by a job outside any transaction, their results brought to the case."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case, CaseIsOver, hold_case
from engine.errors import BpmnError
from engine.jobs import job
from engine.moving import Move, passed
from engine.spiff import Instance, OperationCall, StartedOperation

if TYPE_CHECKING:
    from engine.engine import Engine


def _could_not_call_out(
    session: Session,
    engine: "Engine",
    *,
    case_id: str,
    step_id: str,
    error: Exception,
    now: datetime,
) -> None:
    """Make an incident of a remote operation that was tried often enough."""
    try:
        case = hold_case(session, UUID(case_id))
    except CaseIsOver:
        return
    move = Move(session, engine, case, by=SYSTEM, now=now)
    instance = move.load()
    for call in instance.started_operations:
        if call.id == UUID(step_id):
            move.fail(_call(call), error)
            move.store(instance)


def _raise(move: Move, instance: Instance, started: StartedOperation, code: str) -> None:
    """Bring an error to the event that catches it, or make an incident of it."""
    if instance.raise_error(started.id, code):
        move.say("error_caught", code=code, passed=passed(instance))
        return
    move.fail(_call(started), BpmnError(code))


def _call(started: StartedOperation) -> OperationCall:
    return OperationCall(
        started.id, started.process_id, started.element_id, started.operation, started.inputs
    )


@job("cases.call_out", gives_up=_could_not_call_out)
def call_out(engine: "Engine", now: datetime, *, case_id: str, step_id: str) -> None:
    """Run a remote operation outside any transaction and bring its result to the case."""
    key = UUID(step_id)
    with engine.database.read() as session:
        case = session.get(Case, UUID(case_id))
        if case is None or case.state != "open":
            return
        waiting = Move(session, engine, case, by=SYSTEM, now=now).load().started_operations
        call = next((each for each in waiting if each.id == key), None)
    if call is None:
        return
    found = engine.operations.get(call.operation)
    given = {"engine": engine, "now": now, "idempotency_key": f"{case_id}:{step_id}"}
    error_code, result = None, None
    try:
        result = found.function(
            **{name: value for name, value in given.items() if name in found.given}, **call.inputs
        )
    except BpmnError as error:
        error_code = error.code
    with engine.database.transaction() as session:
        try:
            case = hold_case(session, UUID(case_id))
        except CaseIsOver:
            return
        move = Move(session, engine, case, by=SYSTEM, now=engine.now())
        instance = move.load()
        if all(each.id != key for each in instance.started_operations):
            return
        if error_code is None:
            said = move.say("operation_done", operation=call.operation, element=call.element_id)
            instance.finish_operation(key, dict(result or {}))
            said["passed"] = passed(instance)
        else:
            _raise(move, instance, call, error_code)
        move.store(instance)
