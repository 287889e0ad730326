"""A case under test: driven by the names of its steps, stored after each of them or not."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from engine.spiff import Deferred, Done, Instance, Model, OperationCall, read_model

Answer = Callable[[OperationCall], Done | Deferred]

BEGINNING = datetime(2026, 11, 1, 8, tzinfo=UTC)


def model_of(
    *diagrams: bytes, process: str = "main", decisions: Mapping[str, bytes] | None = None
) -> Model:
    named = {f"{number}.bpmn": each for number, each in enumerate(diagrams)}
    return read_model(process, named, decisions or {})


def done(**result: object) -> Answer:
    return lambda call: Done(result)


def later(call: OperationCall) -> Deferred:
    return Deferred()


class Driven:
    """An instance that is thrown away and loaded again after every step, if it is stored."""

    def __init__(
        self,
        model: Model,
        variables: Mapping[str, object] | None = None,
        *,
        operations: dict[str, Answer] | None = None,
        is_stored: bool = True,
    ) -> None:
        self.model = model
        self.now = BEGINNING
        self.operations = operations if operations is not None else {}
        self.calls: list[OperationCall] = []
        self.is_stored = is_stored
        self.sizes: list[int] = []
        self.ended_variables: dict[str, object] = {}
        self.end_event: str | None = None
        self.trail: list[str] = []
        self.instance = Instance.start(
            model, variables or {}, run_operation=self.run_operation, now=lambda: self.now
        )
        self.rest()

    def run_operation(self, call: OperationCall) -> Done | Deferred:
        self.calls.append(call)
        return self.operations[call.operation](call)

    def rest(self) -> None:
        if not self.is_stored:
            self.trail = [each.element_id for each in self.instance.passed]
        else:
            self.trail += [each.element_id for each in self.instance.passed]
        if self.instance.is_ended:
            self.ended_variables = self.instance.variables
            self.end_event = self.instance.end_event
            return
        if self.is_stored:
            self.reload()

    def reload(self) -> None:
        state = self.instance.dump()
        self.sizes.append(len(state))
        self.instance = Instance.load(
            self.model, state, run_operation=self.run_operation, now=lambda: self.now
        )

    # What is asked

    @property
    def is_ended(self) -> bool:
        return self.instance.is_ended

    @property
    def variables(self) -> dict[str, object]:
        return self.ended_variables if self.is_ended else self.instance.variables

    @property
    def open(self) -> list[str]:
        return sorted(task.element_id for task in self.instance.open_tasks)

    @property
    def started(self) -> list[str]:
        return sorted(each.element_id for each in self.instance.started_operations)

    @property
    def waits(self) -> list[str]:
        return sorted(wait.element_id for wait in self.instance.waits)

    def seen_by(self, element_id: str) -> Mapping[str, object]:
        return next(
            task.variables for task in self.instance.open_tasks if task.element_id == element_id
        )

    # What is done

    def complete(self, element_id: str, **variables: object) -> "Driven":
        task = next(each for each in self.instance.open_tasks if each.element_id == element_id)
        self.instance.complete_task(task.id, variables)
        self.rest()
        return self

    def finish(self, element_id: str, **result: object) -> "Driven":
        (each,) = [
            each for each in self.instance.started_operations if each.element_id == element_id
        ]
        self.instance.finish_operation(each.id, result)
        self.rest()
        return self

    def fail(self, element_id: str, code: str) -> bool:
        (each,) = [
            each for each in self.instance.started_operations if each.element_id == element_id
        ]
        caught = self.instance.raise_error(each.id, code)
        self.rest()
        return caught

    def retry(self, element_id: str) -> "Driven":
        (each,) = [
            each for each in self.instance.started_operations if each.element_id == element_id
        ]
        self.instance.retry_operation(each.id)
        self.rest()
        return self

    def send(self, name: str, key: object = None, **payload: object) -> bool:
        taken = self.instance.send_message(name, payload, key)
        self.rest()
        return taken

    def wait(self, **time: float) -> "Driven":
        self.now += timedelta(**time)
        self.instance.advance()
        self.rest()
        return self
