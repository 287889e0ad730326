"""The embedding of SpiffWorkflow: diagrams read and checked, cases run and stored.

Nothing outside this package imports SpiffWorkflow.
"""

from engine.spiff.diagram import Diagram, Flow, ProcessInfo, Step
from engine.spiff.errors import (
    ExpressionFailed,
    OperationNotStarted,
    RunawayProcess,
    StateNotUnderstood,
    TaskNotOpen,
    TimerNotUnderstood,
    VariablesNotData,
    VariablesTooLarge,
)
from engine.spiff.execution import Passed
from engine.spiff.expressions import Formula
from engine.spiff.instance import Instance, OpenTask, StartedOperation, Wait
from engine.spiff.model import Model, examine, read_model, read_tables
from engine.spiff.operation import Deferred, Done, OperationCall, RunOperation
from engine.spiff.reading import read_diagram

__all__ = [
    "Deferred",
    "Diagram",
    "Done",
    "ExpressionFailed",
    "Flow",
    "Formula",
    "Instance",
    "Model",
    "OpenTask",
    "OperationCall",
    "OperationNotStarted",
    "Passed",
    "ProcessInfo",
    "RunOperation",
    "RunawayProcess",
    "StartedOperation",
    "StateNotUnderstood",
    "Step",
    "TaskNotOpen",
    "TimerNotUnderstood",
    "VariablesNotData",
    "VariablesTooLarge",
    "Wait",
    "examine",
    "read_diagram",
    "read_model",
    "read_tables",
]
