"""Python is never evaluated, whatever a diagram says, and the specifications never change."""

import ast
import builtins
import logging
from importlib.metadata import version

import pytest
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment

from engine.errors import InvalidRelease
from engine.spiff import Instance
from engine.spiff.execution import NoEngine
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    choice,
    diagram,
    end,
    flow,
    flows,
    parallel,
    race,
    rule,
    script,
    service,
    start,
    user,
)
from tests.engine.spiff.running import BEGINNING, Driven, done, later, model_of

DECISION = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
    namespace="urn:d"><decision id="fee" name="fee"><variable id="v" name="fee"/>
    <literalExpression id="l"><text>amount * 2</text></literalExpression></decision>
    </definitions>"""

CHILD = diagram(
    start(), script("take", "of", "x"), user("answer"), end(), flows("start take answer end"),
    process="child",
)  # fmt: skip
EVERYTHING = diagram(
    start(), script("count", "amount + 1", "amount"), rule("decide", "fee", "fee"),
    choice("much", "much__split"), user("explain"), parallel("split"),
    service("send", "send", {"to": "=amount"}, {"sent": "=ok"}),
    boundary("failed", "send", code="X"),
    call("ask", "child", {"of": "=fee"}, {"y": "=x"}),
    boundary("told", "ask", "told", interrupting=False, outputs={"z": "=note"}),
    boundary("late", "ask", interrupting=False, every='="R2/P1D"'),
    parallel("join"), race("first"), catch("paid", "paid", {"p": "=amount"}),
    catch("expired", at='=now() + duration("P1D")'), end("end"), end("e2"), end("e3"), end("e4"),
    end("e5"),
    flows(
        "start count decide much split send join first paid end", "explain e2", "failed e3",
        "split ask join", "first expired e4", "told e5", "late e5",
    ),
    flow("much", "explain", "fee > 100"),
    keys={"paid": "=string(amount)"},
)  # fmt: skip


@pytest.fixture
def without_python(monkeypatch):
    """Make every way to evaluate Python fail the test, in SpiffWorkflow and in Python itself."""

    def reached(*_args, **_options):
        raise AssertionError("Python was evaluated")

    for name in ("evaluate", "execute", "call_service"):
        monkeypatch.setattr(TaskDataEnvironment, name, reached)
        monkeypatch.setattr(PythonScriptEngine, name, reached)
    monkeypatch.setattr(ast, "parse", reached)
    with monkeypatch.context() as patched:
        for name in ("eval", "exec"):
            patched.setattr(builtins, name, reached)
        yield


def test_no_python_is_evaluated_from_reading_a_release_to_the_end_of_a_case(without_python):
    model = model_of(EVERYTHING, CHILD, decisions={"fee.dmn": DECISION})
    case = Driven(model, {"amount": 4}, operations={"send": later})
    assert case.variables["fee"] == 10

    case.send("told", note="x")
    case.wait(days=1).wait(days=1)
    case.retry("send").finish("send", ok=True)
    case.complete("answer")
    assert case.send("paid", key="5", amount=7)

    assert case.end_event == "end"
    assert case.variables == {
        "amount": 5, "fee": 10, "z": "x", "sent": True, "y": 10, "p": 7,
    }  # fmt: skip


def computing(expression):
    ways = flows("start evil fill end")
    return diagram(start(), script("evil", expression, "x"), user("fill"), end(), ways)


@pytest.mark.parametrize(
    "expression",
    ["[x for x in [1]]", "lambda: 1", "import os;", "x := 1", "x if y else z", "'one'", "f(*x)"],
)
def test_python_is_no_feel(expression):
    with pytest.raises(InvalidRelease, match="is not FEEL"):
        model_of(computing(expression))


@pytest.mark.parametrize(
    ("expression", "function"),
    [('__import__("os").system("true")', "__import__"), ('open("/etc/passwd")', "open")],
)
def test_functions_of_python_do_not_exist(expression, function):
    with pytest.raises(InvalidRelease, match=f"there is no function “{function}”"):
        model_of(computing(expression))


@pytest.mark.parametrize("expression", ["fill.__class__", "x.__globals__"])
def test_names_of_python_mean_nothing(expression):
    assert Driven(model_of(computing(expression)), {"x": "1"}).variables["x"] is None


def test_spiffworkflows_own_script_engine_is_replaced_also_after_loading():
    model = model_of(diagram(start(), user("fill"), end(), flows("start fill end")))
    case = Driven(model)

    engine = case.instance._execution.script_engine

    assert type(engine) is NoEngine
    for ask in (engine.evaluate, engine.execute, engine.environment.evaluate):
        with pytest.raises(AssertionError, match="evaluates nothing"):
            ask("1 + 1", {})


def test_spiffworkflow_is_the_release_whose_inside_was_read():
    assert version("spiffworkflow") == "3.2.0"


def pictured(specification):
    """Everything a specification says, as text."""
    return {
        name: (
            type(spec).__name__, spec._inputs, spec._outputs, [way[0] for way in spec.ways],
            dict(spec.data), dict(spec.defines), getattr(spec, "step", None),
        )
        for name, spec in specification.task_specs.items()
    }  # fmt: skip


def test_running_cases_leaves_the_specifications_as_they_were():
    model = model_of(EVERYTHING, CHILD, decisions={"fee.dmn": DECISION})
    before = {name: str(pictured(spec)) for name, spec in model.specs.items()}

    for amount in range(5):
        case = Driven(model, {"amount": amount}, operations={"send": done(ok=1)})
        case.complete("answer").wait(days=3)
        assert case.end_event == "e4"

    assert {name: str(pictured(spec)) for name, spec in model.specs.items()} == before


def test_spiffworkflow_writes_no_log_about_cases(caplog):
    model = model_of(diagram(start(), user("fill"), end(), flows("start fill end")))

    with caplog.at_level(logging.DEBUG):
        instance = Instance.start(model, {"name": "甲"}, run_operation=later, now=BEGINNING)
        instance.complete_task(instance.open_tasks[0].id, {"phone": "139"})

    assert instance.is_ended
    assert caplog.records == []
