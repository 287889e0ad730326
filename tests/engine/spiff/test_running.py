"""Tokens: calls, joins, boundary events, operations, errors and ends."""

import itertools

import pytest

from engine.errors import BpmnError
from engine.spiff import (
    Deferred,
    Done,
    ExpressionFailed,
    Instance,
    OperationNotStarted,
    Passed,
    RunawayProcess,
    TaskNotOpen,
)
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    choice,
    diagram,
    end,
    end_all,
    end_error,
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
from tests.engine.spiff.running import Driven, done, later, model_of
from tests.engine.spiff.test_safety import DECISION


def raising(code):
    def answer(call):
        raise BpmnError(code)

    return answer


CHILD = diagram(start(), user("decide"), end(), flows("start decide end"), process="child")

LOOP = diagram(
    start(),
    choice("again"),
    user("fill"),
    call("review", "child", outputs={"outcome": "=decision"}),
    choice("approved", "approved__end"),
    end(),
    flows("start again fill review approved end"),
    flow("approved", "again", 'outcome = "return"'),
)


# Calls


def test_a_case_is_stored_in_the_middle_of_a_call():
    case = Driven(model_of(LOOP, CHILD))

    case.complete("fill")
    assert case.open == ["decide"]
    case.complete("decide", decision="approve")

    assert case.is_ended
    assert case.end_event == "end"


def test_calls_nest():
    middle = diagram(
        start(),
        call("inner", "child", outputs={"x": "=decision"}),
        end(),
        flows("start inner end"),
        process="middle",
    )
    outer = diagram(
        start(),
        call("outer", "middle", outputs={"y": "=x"}),
        user("last"),
        end(),
        flows("start outer last end"),
    )
    case = Driven(model_of(outer, middle, CHILD))

    case.complete("decide", decision="yes")

    assert case.open == ["last"]
    assert case.variables == {"y": "yes"}


def test_a_call_runs_in_each_of_two_branches():
    drawn = diagram(
        start(),
        parallel("split"),
        call("one", "child", outputs={"one": "=decision"}),
        call("other", "child", outputs={"other": "=decision"}),
        parallel("join"),
        user("last"),
        end(),
        flows("start split one join last end", "split other join"),
    )
    case = Driven(model_of(drawn, CHILD))
    assert case.open == ["decide", "decide"]

    for answer in ("a", "b"):
        task = case.instance.open_tasks[0]
        case.instance.complete_task(task.id, {"decision": answer})
        case.rest()

    assert case.open == ["last"]
    assert case.variables == {"one": "a", "other": "b"}


def test_a_message_interrupts_a_call_with_all_that_is_in_it():
    drawn = diagram(
        start(),
        parallel("split"),
        call("review", "child"),
        user("other"),
        boundary("withdrawn", "review", "withdraw"),
        end("e1"),
        end("e2"),
        end("e3"),
        flows("start split review e1", "split other e3", "withdrawn e2"),
    )
    case = Driven(model_of(drawn, CHILD))
    assert case.open == ["decide", "other"]

    assert case.send("withdraw")

    assert case.open == ["other"]
    assert case.waits == []
    case.complete("other")
    assert case.is_ended


# Joins

PARALLEL_LOOP = diagram(
    start(),
    choice("again"),
    parallel("split"),
    user("a1"),
    user("a2"),
    user("b1"),
    user("b2"),
    parallel("join"),
    user("last"),
    choice("more", "more__end"),
    end(),
    flows("start again split a1 a2 join last more end", "split b1 b2 join"),
    flow("more", "again", 'outcome = "return"'),
)
ORDERS = [
    order
    for order in itertools.permutations(["a1", "a2", "b1", "b2"])
    if order.index("a1") < order.index("a2") and order.index("b1") < order.index("b2")
]


@pytest.mark.parametrize("first", ORDERS)
@pytest.mark.parametrize("second", ORDERS)
def test_a_join_in_a_loop_takes_the_branches_in_any_order(first, second):
    case = Driven(model_of(PARALLEL_LOOP))
    for number, order in enumerate((first, second), start=1):
        for step in order:
            assert case.open != ["last"]
            case.complete(step, **{f"v_{step}": number})
        assert case.open == ["last"]
        assert [case.variables[f"v_{step}"] for step in order] == [number] * 4
        case.complete("last", outcome="return" if number == 1 else "approve")

    assert case.is_ended


def test_a_second_token_on_the_same_flow_waits_for_its_own_round():
    drawn = diagram(
        start(),
        parallel("two"),
        choice("merge"),
        user("a"),
        user("b"),
        parallel("join"),
        user("last"),
        end(),
        flows("start two merge a join last end", "two b join"),
        flow("two", "merge").replace("two__merge", "two__merge_again"),
    )
    case = Driven(model_of(drawn))
    assert case.open == ["a", "a", "b"]

    for _ in range(2):
        case.instance.complete_task(
            next(task.id for task in case.instance.open_tasks if task.element_id == "a"), {}
        )
        case.rest()
    assert case.open == ["b"]
    case.complete("b")

    assert case.open == ["last"]


# Operations


REMOTE = diagram(
    start(),
    service("send", "send", {"to": "=phone"}, {"sent": "=ok"}),
    user("last"),
    end(),
    boundary("unknown", "send", code="UNKNOWN"),
    user("fix"),
    end("e2"),
    flows("start send last end", "unknown fix e2"),
)


def test_a_remote_operation_survives_storing_and_is_not_run_again():
    case = Driven(model_of(REMOTE), {"phone": "139"}, operations={"send": later})

    for _ in range(3):
        case.wait(hours=1)

    assert case.started == ["send"]
    assert len(case.calls) == 1
    assert not case.is_ended
    (operation,) = case.instance.started_operations
    assert operation.operation == "send"
    assert operation.inputs == {"to": "139"}
    assert operation.id == case.calls[0].task_id


def test_the_result_of_a_remote_operation_goes_on():
    case = Driven(model_of(REMOTE), operations={"send": later})

    case.finish("send", ok=True, more=1)

    assert case.open == ["last"]
    assert case.waits == []
    assert case.variables == {"sent": True}


def test_an_operation_is_retried_with_the_same_inputs_and_id():
    case = Driven(model_of(REMOTE), {"phone": "139"}, operations={"send": later})

    case.retry("send")
    assert case.started == ["send"]
    case.operations["send"] = done(ok=1)
    case.retry("send")

    assert case.open == ["last"]
    assert len({call.task_id for call in case.calls}) == 1
    assert [call.inputs for call in case.calls] == [{"to": "139"}] * 3


def test_another_exception_of_an_operation_comes_out():
    def broken(call):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Driven(model_of(REMOTE), operations={"send": broken})


# Errors


def test_an_error_of_an_operation_takes_its_own_boundary_event():
    case = Driven(model_of(REMOTE), operations={"send": raising("UNKNOWN")})

    assert case.open == ["fix"]
    assert case.started == []


def test_an_error_of_a_remote_operation_takes_its_own_boundary_event():
    case = Driven(model_of(REMOTE), operations={"send": later})

    assert case.fail("send", "UNKNOWN")

    assert case.open == ["fix"]
    assert case.started == []


def test_an_error_on_retry_takes_the_boundary_event():
    case = Driven(model_of(REMOTE), operations={"send": later})
    case.operations["send"] = raising("UNKNOWN")

    case.retry("send")

    assert case.open == ["fix"]


def test_an_error_that_nobody_catches_is_said_to_the_caller():
    case = Driven(model_of(REMOTE), operations={"send": later})

    assert not case.fail("send", "OTHER")
    assert case.started == ["send"]
    local = Driven(model_of(REMOTE), operations={"send": raising("OTHER")})
    assert local.started == ["send"]


def test_an_error_leaves_the_boundary_event_of_a_sibling_alone():
    parts = [start(), parallel("split")]
    for each in "ab":
        parts += [
            service(f"s{each}", "r"),
            boundary(f"x{each}", f"s{each}", code="X"),
            user(f"fix_{each}"),
            end(f"e{each}"),
            end(f"f{each}"),
            flows(f"split s{each} e{each}", f"x{each} fix_{each} f{each}"),
        ]
    case = Driven(model_of(diagram(*parts, flows("start split"))), operations={"r": later})

    assert case.fail("sb", "X")

    assert case.open == ["fix_b"]
    assert case.started == ["sa"]
    assert case.waits == []


def test_the_event_with_the_code_is_preferred_to_the_one_that_catches_all():
    drawn = diagram(
        start(),
        service("work", "work"),
        end(),
        boundary("any", "work"),
        user("u_any"),
        end("e1"),
        boundary("named", "work", code="X"),
        user("u_named"),
        end("e2"),
        flows("start work end", "any u_any e1", "named u_named e2"),
    )

    assert Driven(model_of(drawn), operations={"work": raising("X")}).open == ["u_named"]
    assert Driven(model_of(drawn), operations={"work": raising("Y")}).open == ["u_any"]


ERROR_CHILD = diagram(
    start(),
    parallel("split"),
    user("decide"),
    user("other"),
    end(),
    end_error("failed", "X"),
    flows("start split decide failed", "split other end"),
    process="child",
)
ERROR_PARENT = diagram(
    start(),
    call("review", "child"),
    boundary("caught", "review", code="X"),
    user("fix"),
    end(),
    end("e2"),
    flows("start review end", "caught fix e2"),
)


def test_an_error_end_of_a_called_process_is_caught_at_the_call():
    case = Driven(model_of(ERROR_PARENT, ERROR_CHILD))

    case.complete("decide")

    assert case.open == ["fix"]
    assert case.complete("fix").is_ended


def test_an_operations_error_in_a_called_process_is_caught_at_the_call():
    child = diagram(
        start(), service("work", "work"), end(), flows("start work end"), process="child"
    )
    parent = ERROR_PARENT
    model = model_of(parent, child)

    assert Driven(model, operations={"work": raising("X")}).open == ["fix"]
    case = Driven(model, operations={"work": later})
    assert case.fail("work", "X")
    assert case.open == ["fix"]


def test_an_error_end_at_the_top_ends_the_case():
    case = Driven(model_of(ERROR_CHILD.replace(b'id="child"', b'id="main"')))

    case.complete("decide")

    assert case.is_ended
    assert case.end_event == "failed"


def test_a_termination_ends_all_tokens_and_calls():
    drawn = diagram(
        start(),
        parallel("split"),
        user("stop"),
        call("review", "child"),
        end_all("over"),
        end(),
        flows("start split stop over", "split review end"),
    )
    case = Driven(model_of(drawn, CHILD))

    case.complete("stop")

    assert case.is_ended
    assert case.end_event == "over"
    assert case.instance.dump() == b""


def test_a_termination_in_a_called_process_ends_only_that():
    child = diagram(
        start(),
        parallel("split"),
        user("stop"),
        user("other"),
        end_all("over"),
        end(),
        flows("start split stop over", "split other end"),
        process="child",
    )
    drawn = diagram(
        start(), call("review", "child"), user("last"), end(), flows("start review last end")
    )
    case = Driven(model_of(drawn, child))

    assert case.complete("stop").open == ["last"]


def test_a_case_ends_when_its_last_token_does():
    drawn = diagram(
        start(),
        parallel("split"),
        user("a"),
        user("b"),
        end("ea"),
        end("eb"),
        flows("start split a ea", "split b eb"),
    )
    case = Driven(model_of(drawn))

    case.complete("a", x=1)
    assert not case.is_ended
    case.complete("b", y=2)

    assert case.is_ended
    assert case.variables == {"x": 1, "y": 2}


# Messages


def test_a_message_that_nobody_waits_for_is_not_taken():
    case = Driven(model_of(LOOP, CHILD))

    assert not case.send("withdraw")


def test_a_message_reaches_only_the_event_with_its_key():
    drawn = diagram(
        start(),
        parallel("split"),
        catch("a", "paid"),
        catch("b", "paid"),
        end("ea"),
        end("eb"),
        flows("start split a ea", "split b eb"),
        keys={"paid": "=order"},
    )
    case = Driven(model_of(drawn), {"order": 7})
    assert {wait.key for wait in case.instance.waits} == {"7"}

    assert not case.send("paid", key="8")
    assert case.send("paid", key=7)

    assert case.is_ended


def test_a_message_is_taken_by_every_event_that_waits_for_it():
    drawn = diagram(
        start(),
        parallel("split"),
        user("a"),
        user("b"),
        boundary("wa", "a", "withdraw"),
        boundary("wb", "b", "withdraw"),
        end("e1"),
        end("e2"),
        end("e3"),
        end("e4"),
        flows("start split a e1", "split b e2", "wa e3", "wb e4"),
    )
    case = Driven(model_of(drawn))

    assert case.send("withdraw")

    assert case.is_ended


def test_an_event_that_does_not_interrupt_leaves_its_task_open():
    drawn = diagram(
        start(),
        user("fill"),
        boundary("asked", "fill", "ask", interrupting=False),
        user("answer"),
        end(),
        end("e2"),
        flows("start fill end", "asked answer e2"),
    )
    case = Driven(model_of(drawn))

    assert case.send("ask")
    assert case.open == ["answer", "fill"]
    assert not case.send("ask")
    case.complete("fill")
    assert case.open == ["answer"]
    assert case.complete("answer").is_ended


def test_one_message_may_fire_both_an_interrupting_and_another_event():
    drawn = diagram(
        start(),
        user("fill"),
        boundary("told", "fill", "close", interrupting=False),
        boundary("closed", "fill", "close"),
        user("note"),
        user("ask"),
        end(),
        end("e2"),
        end("e3"),
        flows("start fill end", "told note e2", "closed ask e3"),
    )
    case = Driven(model_of(drawn))

    assert case.send("close")

    assert case.open == ["ask", "note"]


def test_the_first_event_of_a_race_wins():
    drawn = diagram(
        start(),
        race("first"),
        catch("paid", "paid", {"fee": "=amount"}),
        catch("cancelled", "cancel"),
        catch("late", after="PT1H"),
        user("thank"),
        end("e1"),
        end("e2"),
        end("e3"),
        flows("start first paid thank e1", "first cancelled e2", "first late e3"),
    )
    case = Driven(model_of(drawn))
    assert case.waits == ["cancelled", "late", "paid"]

    assert case.send("paid", amount=3)

    assert case.open == ["thank"]
    assert case.waits == []
    assert case.variables == {"fee": 3}
    assert not case.send("cancel")
    assert Driven(model_of(drawn)).wait(hours=2).end_event == "e3"


def test_a_message_start_begins_like_any_other():
    drawn = diagram(start(message="asked"), user("a"), end(), flows("start a end"))
    model = model_of(drawn)

    assert Driven(model).open == ["a"]
    assert model.messages == {"asked"}


# Ways


def test_a_gateway_takes_the_first_true_condition_or_the_default():
    drawn = diagram(
        start(),
        choice("which", "which__other"),
        user("one"),
        user("two"),
        user("other"),
        end(),
        flow("which", "one", "x > 1"),
        flow("which", "two", "x > 0"),
        flow("which", "other"),
        flows("start which", "one end", "two end", "other end"),
    )
    model = model_of(drawn)

    for x, expected in ((2, "one"), (1, "two"), (0, "other"), ("?", "other"), (None, "other")):
        assert Driven(model, {"x": x}).open == [expected]


def test_what_was_passed_is_told_with_the_flows_that_were_taken():
    model = model_of(LOOP, CHILD)
    instance = Instance.start(model, {}, run_operation=later, now=Driven(model).now)
    (task,) = instance.open_tasks
    instance.complete_task(task.id, {})
    (task,) = instance.open_tasks
    instance.complete_task(task.id, {"decision": "return"})

    assert instance.passed == [
        Passed("main", "start", "start", ("start__again",)),
        Passed("main", "again", "again", ("again__fill",)),
        Passed("main", "fill", "fill", ("fill__review",)),
        Passed("child", "start", "start", ("start__decide",)),
        Passed("child", "decide", "decide", ("decide__end",)),
        Passed("child", "end", "end", ()),
        Passed("main", "review", "review", ("review__approved",)),
        Passed("main", "approved", "approved", ("approved__again",)),
        Passed("main", "again", "again", ("again__fill",)),
    ]


def test_steps_with_the_names_that_spiffworkflow_uses_inside_are_ordinary():
    drawn = diagram(
        start("Start"),
        user("Root"),
        boundary("x.BoundaryEventSplit", "Root", "m"),
        end("End"),
        end("main.EndJoin"),
        flows("Start Root End", "x.BoundaryEventSplit main.EndJoin"),
    )
    case = Driven(model_of(drawn))

    assert case.complete("Root").end_event == "End"


RUNAWAY = diagram(
    start(),
    choice("again"),
    service("look", "look", outputs={"done": "=ready"}),
    choice("ready", "ready__again"),
    end(),
    flows("start again look ready again"),
    flow("ready", "end", "done = true"),
)


def test_a_loop_without_rest_is_stopped_and_not_taken_for_the_end():
    with pytest.raises(RunawayProcess, match="round without end"):
        Driven(model_of(RUNAWAY), operations={"look": done(ready=False)})


def test_a_loop_that_ends_soon_enough_is_no_runaway():
    answers = iter([False] * 100 + [True])

    case = Driven(
        model_of(RUNAWAY), operations={"look": lambda call: Done({"ready": next(answers)})}
    )

    assert case.is_ended


def test_a_long_chain_of_steps_is_no_recursion():
    names = [f"s{n}" for n in range(400)]
    drawn = diagram(
        start(),
        *(script(name, f"{n}", "x") for n, name in enumerate(names)),
        end(),
        flows("start " + " ".join(names) + " end"),
    )

    assert Driven(model_of(drawn)).variables == {"x": 399}


def test_calls_may_be_as_deep_as_a_release_is_large():
    chain = [
        diagram(
            start(),
            call("deeper", f"p{n + 1}", {"x": "=x"}, {"x": "=x"}),
            end(),
            flows("start deeper end"),
            process=f"p{n}",
        )
        for n in range(49)
    ]
    last = diagram(start(), user("fill"), end(), flows("start fill end"), process="p49")
    case = Driven(model_of(*chain, last, process="p0"), {"x": 1})
    assert case.seen_by("fill") == {"x": 1}

    case.complete("fill", x=2)

    assert case.variables == {"x": 2}


def test_calls_that_double_at_every_step_are_stopped():
    chain = [
        diagram(
            start(),
            parallel("both"),
            call("a", f"p{n + 1}"),
            call("b", f"p{n + 1}"),
            end(),
            flows("start both a end", "both b end"),
            process=f"p{n}",
        )
        for n in range(40)
    ]
    last = diagram(start(), user("fill"), end(), flows("start fill end"), process="p40")

    with pytest.raises(RunawayProcess):
        Driven(model_of(*chain, last, process="p0"))


def test_a_case_that_nothing_can_move_is_stuck():
    drawn = diagram(
        start(),
        choice("which", "which__a"),
        user("a"),
        user("b"),
        parallel("join"),
        end(),
        flows("start which a join end", "b join"),
        flow("which", "b", "x = 1"),
    )
    case = Driven(model_of(drawn))
    assert not case.instance.is_stuck

    case.complete("a")

    assert case.instance.is_stuck
    assert not case.is_ended
    assert not Driven(model_of(REMOTE), operations={"send": later}).instance.is_stuck


def test_an_expression_or_decision_that_takes_too_long_is_stopped():
    endless = "count(for a in 1..1000, b in 1..1000, c in 1..1000 return a)"
    drawn = diagram(
        start(), script("count", endless, "x"), user("fill"), end(), flows("start count fill end")
    )
    with pytest.raises(ExpressionFailed, match="too many steps"):
        Driven(model_of(drawn))

    drawn = diagram(
        start(), rule("decide", "fee", "x"), user("fill"), end(), flows("start decide fill end")
    )
    table = DECISION.replace(b"amount * 2", endless.encode())
    with pytest.raises(ExpressionFailed, match="too many steps"):
        Driven(model_of(drawn, decisions={"fee.dmn": table}))


# What is not open


def test_a_task_is_completed_once():
    case = Driven(model_of(LOOP, CHILD))
    (task,) = case.instance.open_tasks
    case.instance.complete_task(task.id, {})

    with pytest.raises(TaskNotOpen):
        case.instance.complete_task(task.id, {})


def test_an_operation_is_finished_once_and_a_user_task_is_none():
    case = Driven(model_of(REMOTE), operations={"send": lambda call: Deferred()})
    (operation,) = case.instance.started_operations
    with pytest.raises(TaskNotOpen):
        case.instance.complete_task(operation.id, {})
    case.instance.finish_operation(operation.id, {})

    with pytest.raises(OperationNotStarted):
        case.instance.finish_operation(operation.id, {})
    (task,) = case.instance.open_tasks
    with pytest.raises(OperationNotStarted):
        case.instance.raise_error(task.id, "X")
