"""Variables: one scope for a process, nothing crosses into or out of a call unmapped."""

from decimal import Decimal

import pytest

from engine.spiff import VariablesNotData, VariablesTooLarge
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
    script,
    service,
    start,
    user,
)
from tests.engine.spiff.running import Driven, done, later, model_of

TWICE = diagram(start(), user("fill"), user("again"), end(), flows("start fill again end"))
CHILD = diagram(
    start(),
    script("note", "who", "leak"),
    user("decide"),
    end(),
    flows("start note decide end"),
    process="child",
)


def caller(inputs=None, outputs=None):
    return diagram(
        start(),
        call("review", "child", inputs, outputs),
        user("after"),
        end(),
        flows("start review after end"),
    )


def test_a_called_process_sees_only_what_is_mapped_in():
    case = Driven(model_of(caller({"who": "=subject"}), CHILD), {"subject": "甲", "secret": 1})

    assert case.seen_by("decide") == {"who": "甲", "leak": "甲"}


def test_a_called_process_sees_nothing_without_a_mapping():
    case = Driven(model_of(caller(), CHILD), {"who": "甲"})

    assert case.seen_by("decide") == {"leak": None}


def test_only_mapped_outputs_come_out_of_a_called_process():
    model = model_of(caller({"who": "=subject"}, {"outcome": "=decision"}), CHILD)
    case = Driven(model, {"subject": "甲"})

    case.complete("decide", decision="return", more="x")

    assert case.variables == {"subject": "甲", "outcome": "return"}


def test_nothing_comes_out_of_a_called_process_without_a_mapping():
    case = Driven(model_of(caller({"who": "=subject"}), CHILD), {"subject": "甲"})

    case.complete("decide", decision="return")

    assert case.variables == {"subject": "甲"}


def test_a_variable_is_replaced_as_a_whole_and_never_merged():
    case = Driven(
        model_of(
            diagram(start(), user("fill"), user("again"), end(), flows("start fill again end"))
        )
    )

    case.complete("fill", names=["甲", "乙", "丙"], address={"city": "杭州", "zip": "310000"})
    case.complete("again", names=["乙"], address={"city": "宁波"})

    assert case.variables == {"names": ["乙"], "address": {"city": "宁波"}}


def test_what_was_given_is_copied():
    names = ["甲"]
    case = Driven(
        model_of(
            diagram(start(), user("fill"), user("again"), end(), flows("start fill again end"))
        ),
        is_stored=False,
    )

    case.complete("fill", names=names)
    names.append("乙")

    assert case.variables == {"names": ["甲"]}
    case.variables["names"].append("丙")
    case.seen_by("again")["names"].append("丁")
    assert case.variables == {"names": ["甲"]}


def test_form_values_become_variables_only_where_mapped():
    case = Driven(
        model_of(
            diagram(
                start(),
                user("fill", outputs={"year": "=form_year"}),
                user("next"),
                end(),
                flows("start fill next end"),
            )
        )
    )
    (task,) = case.instance.open_tasks

    case.instance.complete_task(
        task.id, {"fill_outcome": "submit"}, local={"form_year": 2026, "phone": "139"}
    )

    assert case.variables == {"fill_outcome": "submit", "year": 2026}


def test_a_user_task_sees_what_is_mapped_in_besides_the_variables():
    case = Driven(
        model_of(
            diagram(
                start(),
                user("fill", inputs={"next_year": "=year + 1"}),
                end(),
                flows("start fill end"),
            )
        ),
        {"year": 2026},
    )

    assert case.seen_by("fill") == {"year": 2026, "next_year": 2027}
    assert case.variables == {"year": 2026}


def test_an_operation_gets_only_what_is_mapped_in_and_gives_only_what_is_mapped_out():
    case = Driven(
        model_of(
            diagram(
                start(),
                service("assess", "fees.assess", {"member_no": "=subject"}, {"fee": "=amount"}),
                user("pay"),
                end(),
                flows("start assess pay end"),
            )
        ),
        {"subject": "330", "secret": 1},
        operations={"fees.assess": done(amount=80000, note="x")},
    )

    assert case.calls[0].inputs == {"member_no": "330"}
    assert case.variables == {"subject": "330", "secret": 1, "fee": 80000}


def test_a_message_gives_only_what_is_mapped():
    drawn = diagram(
        start(),
        catch("paid", "paid", {"fee": "=amount"}),
        user("thank"),
        end(),
        flows("start paid thank end"),
    )
    case = Driven(model_of(drawn))

    assert case.send("paid", amount=5, payer="乙")

    assert case.variables == {"fee": 5}


def test_a_message_without_a_mapping_gives_nothing():
    drawn = diagram(
        start(),
        user("fill"),
        boundary("withdrawn", "fill", "withdrawn"),
        user("why"),
        end(),
        end("end2"),
        flows("start fill end", "withdrawn why end2"),
    )
    case = Driven(model_of(drawn))

    assert case.send("withdrawn", reason="x")

    assert case.open == ["why"]
    assert case.variables == {}


PARALLEL = diagram(
    start(),
    parallel("split"),
    user("fees"),
    user("photos"),
    parallel("join"),
    user("last"),
    end(),
    flows("start split fees join last end", "split photos join"),
)


@pytest.mark.parametrize("order", [("fees", "photos"), ("photos", "fees")])
def test_a_join_never_restores_what_a_branch_saw_before(order):
    case = Driven(model_of(PARALLEL), {"fees": "open", "photos": "open"})

    for branch in order:
        case.complete(branch, **{branch: "approved"})

    assert case.variables == {"fees": "approved", "photos": "approved"}


def test_numbers_stay_exact_when_stored():
    case = Driven(
        model_of(
            diagram(start(), user("fill"), user("again"), end(), flows("start fill again end"))
        )
    )

    case.complete("fill", rate=Decimal("0.1000000000000000000001"), whole=Decimal("3.00"), part=0.1)

    assert case.variables == {
        "rate": Decimal("0.1000000000000000000001"),
        "whole": 3,
        "part": Decimal("0.1"),
    }


@pytest.mark.parametrize("value", ["x" * 8200, ["甲" * 1000] * 4, {str(n): n for n in range(1000)}])
def test_a_variable_over_eight_kilobytes_is_refused(value):
    case = Driven(model_of(PARALLEL))

    with pytest.raises(VariablesTooLarge, match="8192 bytes"):
        case.complete("fees", value=value)


def test_variables_over_eight_kilobytes_together_are_refused():
    case = Driven(model_of(PARALLEL))
    case.complete("fees", one="x" * 6000)

    with pytest.raises(VariablesTooLarge):
        case.complete("photos", other="x" * 6000)


@pytest.mark.parametrize("value", [object(), {1, 2}, {"deep": [b"x"]}, 2**70, Decimal("NaN")])
def test_a_variable_that_is_no_data_is_refused(value):
    case = Driven(model_of(PARALLEL))

    with pytest.raises(VariablesNotData, match="photo"):
        case.complete("fees", photo=value)


def test_a_script_cannot_grow_a_variable_without_end():
    drawn = diagram(
        start(),
        choice("again"),
        script("double", "text + text", "text"),
        service("check", "check"),
        choice("enough", "enough__again"),
        end(),
        flows("start again double check enough again"),
        flow("enough", "end", "false"),
    )

    with pytest.raises(VariablesTooLarge):
        Driven(model_of(drawn), {"text": "xx"}, operations={"check": done()})


def test_the_inputs_of_a_started_operation_are_kept_as_they_were():
    drawn = diagram(
        start(),
        parallel("split"),
        service("send", "send", {"to": "=phone"}),
        user("fix"),
        parallel("join"),
        end(),
        flows("start split send join end", "split fix join"),
    )
    case = Driven(model_of(drawn), {"phone": "1"}, operations={"send": later})

    case.complete("fix", phone="2")

    (operation,) = case.instance.started_operations
    assert operation.inputs == {"to": "1"}
