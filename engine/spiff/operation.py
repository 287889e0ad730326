"""What a service task says to the operation it calls, and what comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OperationCall:
    """One call of an operation by a service task; `task_id` is the same at every try."""

    task_id: UUID
    process_id: str
    element_id: str
    operation: str
    inputs: dict[str, object]


class Done(NamedTuple):
    """The operation has given its result."""

    result: Mapping[str, object]


class Deferred:
    """The result comes later: the service task stays STARTED until then."""


RunOperation = Callable[[OperationCall], Done | Deferred]
