"""What a diagram reads is there: set on some way before, given by a call, taken of a result."""

import time
from typing import Annotated, TypedDict

import pytest

from engine.checks.variables import check_variables
from engine.dataflow import Surroundings, UnitVariables
from engine.errors import Problem
from engine.language import N_
from engine.operations import Operations, operation
from engine.releases import Unit, check_unit, read_unit
from engine.signatures import Named, Signature, read_names
from engine.spiff import Step
from tests.engine.spiff.drawing import (
    boundary,
    call,
    choice,
    diagram,
    end,
    flow,
    flows,
    parallel,
    rule,
    script,
    service,
    start,
    user,
)


class Sum(TypedDict):
    """What adding up comes to."""

    total: Annotated[float, Named(N_("Hours in all"))]


class Begun(TypedDict):
    """What the process begins with."""

    member_id: Annotated[int, Named(N_("Member"))]


class Answers(TypedDict):
    """What the form of every task asks for."""

    reason: Annotated[str, Named(N_("Reason"))]


@operation("test.add_up", title=N_("Add up the hours"))
def add_up(*, member_id: int, note: str | None = None) -> Sum:
    """Add up."""
    return {"total": float(member_id + len(note or ""))}


def answers_of(_unit: Unit, _step: Step) -> Signature:
    """What every form of these tests gives."""
    return read_names(Answers)


OPERATIONS = Operations({"test.add_up": add_up.__operation__})
AROUND = Surroundings(OPERATIONS, {"main": read_names(Begun)}, answers_of)


def problems(*documents: bytes, around: Surroundings = AROUND) -> list[Problem]:
    named = {f"bpmn/p{number}/p.bpmn": each for number, each in enumerate(documents)}
    return check_unit("main", named, [check_variables(around)])


def told(*documents: bytes) -> list[tuple[str | None, str]]:
    return [(each.element, each.rule) for each in problems(*documents)]


def test_what_a_case_begins_with_and_what_was_set_before_can_be_read() -> None:
    drawn = diagram(
        start(),
        service("add", "test.add_up", {"member_id": "=member_id"}, {"sum": "=total"}),
        script("double", "sum * 2", "doubled"),
        user("ask", outputs={"why": "=reason"}),
        choice("which", "which__yes"),
        end("yes"),
        end("no"),
        flow("start", "add"),
        flow("add", "double"),
        flow("double", "ask"),
        flow("ask", "which"),
        flow("which", "yes"),
        flow("which", "no", 'ask_outcome = "no" and why != null and doubled > 1'),
    )
    assert told(drawn) == []


def line(*steps: str, names: list[str]) -> bytes:
    """Steps one after the other between a start and an end."""
    return diagram(start(), *steps, end(), flows(" ".join(["start", *names, "end"])))


def test_a_variable_that_nothing_sets_is_told_with_the_one_that_may_be_meant() -> None:
    (problem,) = problems(line(script("one", "membre_id + 1", "x"), names=["one"]))
    assert (problem.element, problem.rule) == ("one", "variable-never-set")
    assert str(problem) == "“one” reads “membre_id”, which nothing sets. Is “member_id” meant?"
    (strange,) = problems(line(script("one", "zzzzzz + 1", "x"), names=["one"]))
    assert str(strange) == "“one” reads “zzzzzz”, which nothing sets."


def test_a_condition_is_told_at_its_flow() -> None:
    drawn = diagram(
        start(),
        choice("which", "which__yes"),
        end("yes"),
        end("no"),
        flow("start", "which"),
        flow("which", "yes"),
        flow("which", "no", "levels = 2"),
    )
    assert told(drawn) == [("which__no", "variable-never-set")]


def test_a_variable_that_is_set_only_later_is_told_with_who_sets_it() -> None:
    drawn = line(
        script("one", "late", "x"), script("two", "member_id", "late"), names=["one", "two"]
    )
    (problem,) = problems(drawn)
    assert problem.rule == "variable-too-late"
    assert "which “two” sets: no way leads from there to here" in str(problem)


def test_a_round_brings_what_was_set_in_the_one_before() -> None:
    drawn = diagram(
        start(),
        script("one", "last", "x"),
        script("two", "member_id", "last"),
        user("ask"),
        choice("again", "again__end"),
        end(),
        flow("start", "one"),
        flow("one", "two"),
        flow("two", "ask"),
        flow("ask", "again"),
        flow("again", "end"),
        flow("again", "one", 'ask_outcome = "again"'),
    )
    assert told(drawn) == []


def test_a_branch_that_runs_at_the_same_time_may_not_have_set_it_yet() -> None:
    drawn = diagram(
        start(),
        parallel("split"),
        script("left", "member_id", "made"),
        script("right", "made", "x"),
        parallel("join"),
        script("after", "made + x", "y"),
        end(),
        flow("start", "split"),
        flow("split", "left"),
        flow("split", "right"),
        flow("left", "join"),
        flow("right", "join"),
        flow("join", "after"),
        flow("after", "end"),
    )
    (problem,) = problems(drawn)
    assert (problem.element, problem.rule) == ("right", "variable-set-beside")
    assert problem.is_warning


def test_an_operation_that_needs_what_only_some_ways_set_is_a_warning() -> None:
    drawn = diagram(
        start(),
        user("ask"),
        choice("which", "which__set_it"),
        script("set_it", "member_id", "other_id"),
        service("add", "test.add_up", {"member_id": "=other_id", "note": "=other_id"}),
        end(),
        flow("start", "ask"),
        flow("ask", "which"),
        flow("which", "set_it"),
        flow("which", "add", 'ask_outcome = "skip"'),
        flow("set_it", "add"),
        flow("add", "end"),
    )
    (problem,) = problems(drawn)
    assert (problem.element, problem.rule) == ("add", "variable-not-always-set")
    assert problem.is_warning


def test_a_result_that_an_operation_does_not_give_cannot_be_taken() -> None:
    taken = service("add", "test.add_up", {"member_id": "=member_id"}, {"sum": "=totl"})
    (problem,) = problems(line(taken, names=["add"]))
    assert problem.rule == "unknown-result"
    assert "“totl” of what its operation comes to" in str(problem)


def test_a_result_that_is_not_given_back_is_no_other_in_the_next_round() -> None:
    def around(result: str, taken: str) -> list[tuple[str | None, str]]:
        child = diagram(start(), script("work", "1", "made"), end(), flows("start work end"),
                        process="child")  # fmt: skip
        main = diagram(
            start(),
            call("it", "child", outputs={result: f"={taken}"}),
            user("ask"),
            choice("again", "again__end"),
            end(),
            flow("start", "it"),
            flow("it", "ask"),
            flow("ask", "again"),
            flow("again", "end"),
            flow("again", "it", f'{result} = 1 and ask_outcome = "again"'),
        )
        return told(main, child)

    assert around("made", "made") == []
    assert around("verdict", "verdict") == [("it", "unknown-result")]
    # What the round before left is looked at on purpose.
    assert around("verdict", "if verdict = null then made else verdict") == []


def test_an_answer_that_a_form_does_not_ask_for_cannot_be_taken() -> None:
    (problem,) = problems(line(user("ask", outputs={"x": "=ground"}), names=["ask"]))
    assert problem.rule == "unknown-result"
    assert "“ground” of its form, which has no such field" in str(problem)


def test_what_was_set_on_the_step_of_a_boundary_event_is_not_there_after_the_event() -> None:
    drawn = diagram(
        start(),
        user("ask", outputs={"why": "=reason"}),
        boundary("late", "ask", after="PT1H"),
        script("use", "why", "x"),
        end(),
        end("gone"),
        flow("start", "ask"),
        flow("ask", "end"),
        flow("late", "use"),
        flow("use", "gone"),
    )
    assert told(drawn) == [("use", "variable-too-late")]


CALLED = diagram(
    start("begin"),
    script("compute", "member_id + year", "result"),
    end("over"),
    flow("begin", "compute"),
    flow("compute", "over"),
    process="called",
    name="被调用",
)


def calling(inputs: dict[str, str], outputs: dict[str, str] | None = None) -> bytes:
    return line(call("do", "called", inputs, outputs), names=["do"])


def test_a_call_gives_what_is_read_and_takes_what_is_there() -> None:
    inputs = {"member_id": "=member_id", "year": "2021"}
    assert told(calling(inputs, {"x": "=result"}), CALLED) == []


def test_a_call_that_forgets_an_input_is_told_where_it_would_be_read() -> None:
    found = problems(calling({"member_id": "=member_id"}), CALLED)
    assert {(each.element, each.rule) for each in found} == {
        ("do", "call-input-missing"),
        ("compute", "variable-never-set"),
    }
    assert "“do” does not give “被调用” the “year” that “compute” reads." in map(str, found)


def test_a_call_that_gives_what_nobody_reads_is_a_warning() -> None:
    inputs = {"member_id": "=member_id", "year": "2021", "surplus": "1"}
    (problem,) = problems(calling(inputs), CALLED)
    assert (problem.rule, problem.is_warning) == ("call-input-unused", True)


def test_what_a_called_process_does_not_give_back_cannot_be_taken() -> None:
    inputs = {"member_id": "=member_id", "year": "2021"}
    (problem,) = problems(calling(inputs, {"x": "=reslt"}), CALLED)
    assert "“reslt” of “被调用”, which does not give it back" in str(problem)


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
  namespace="http://bpmn.io/schema/dmn"><inputData id="facts_input" name="facts">
  <variable name="facts"/></inputData><decision id="fee" name="fee"><variable name="fee"/>
  <informationRequirement id="r"><requiredInput href="#facts_input"/></informationRequirement>
  <literalExpression id="e"><text>facts.x</text></literalExpression></decision></definitions>"""


def test_what_a_decision_requires_is_set_before() -> None:
    drawn = line(rule("decide", "fee", "amount"), names=["decide"])
    documents = {"bpmn/main/main.bpmn": drawn, "bpmn/main/fee.dmn": TABLE.encode()}
    (problem,) = check_unit("main", documents, [check_variables(AROUND)])
    assert (problem.element, problem.rule) == ("decide", "variable-never-set")
    drawn = line(
        script("facts_made", "{x: member_id}", "facts"),
        rule("decide", "fee", "amount"),
        names=["facts_made", "decide"],
    )
    documents["bpmn/main/main.bpmn"] = drawn
    assert check_unit("main", documents, [check_variables(AROUND)]) == []


def test_a_text_in_a_decision_without_its_quotes_is_told_as_a_variable_that_nothing_sets() -> None:
    drawn = line(
        script("facts_made", "{x: member_id}", "facts"),
        rule("decide", "fee", "amount"),
        names=["facts_made", "decide"],
    )
    table = TABLE.replace("facts.x", "if facts.x = null then 五小时 else member_id")
    documents = {"bpmn/main/main.bpmn": drawn, "bpmn/main/fee.dmn": table.encode()}
    (problem,) = check_unit("main", documents, [check_variables(AROUND)])
    assert str(problem) == "“decide”: the decision reads “五小时”, which nothing sets before."


def test_of_a_process_whose_beginning_is_not_known_nothing_is_said() -> None:
    drawn = line(script("one", "whatever", "x"), names=["one"])
    assert problems(drawn, around=Surroundings(OPERATIONS)) == []


def test_what_can_be_anywhere_is_listed_for_completion() -> None:
    drawn = line(
        service("add", "test.add_up", {"member_id": "=member_id"}, {"sum": "=total"}),
        user("ask"),
        names=["add", "ask"],
    )
    unit = read_unit("main", {"bpmn/main/main.bpmn": drawn})
    known = UnitVariables(unit, AROUND)
    passage = known.passages["main"]
    assert passage.names_at("add") == ["member_id"]
    assert passage.names_at("end") == ["member_id", "sum", "ask_outcome"]
    value = known.value_of("main", "sum")
    assert value is not None
    assert (value.title, value.kind) == ("Hours in all", "number")


@pytest.mark.parametrize("count", [401, 1000])
def test_a_process_with_too_many_variables_is_refused_at_once(count: int) -> None:
    inputs = {f"v{number}": "1" for number in range(count)}
    (problem,) = problems(line(service("add", "test.add_up", inputs), names=["add"]))
    assert problem.rule == "too-large"


def test_many_branches_that_read_of_each_other_are_told_soon() -> None:
    count = 380
    names = [f"step_{number}" for number in range(count)]
    scripts = [
        script(name, f"v{(number + 1) % count}", f"v{number}") for number, name in enumerate(names)
    ]
    ways = [flow("start", "fork"), *(flow("fork", name) for name in names)]
    ways += [flow(name, "end") for name in names]
    drawn = diagram(start(), parallel("fork"), *scripts, end(), *ways)
    began = time.process_time()
    assert {rule for _element, rule in told(drawn)} == {"variable-set-beside"}
    assert time.process_time() - began < 0.5


def test_a_process_that_is_called_often_is_looked_through_once() -> None:
    inner = [f"inner_{number}" for number in range(300)]
    scripts = [script(name, "given", "v") for name in inner]
    chain = flows(" ".join(["start", *inner, "end"]))
    called = diagram(start(), *scripts, end(), chain, process="called")
    calls = [f"call_{number}" for number in range(300)]
    caller = line(*(call(name, "called", {"given": "=1"}) for name in calls), names=calls)
    began = time.process_time()
    assert told(caller, called) == []
    assert time.process_time() - began < 2
