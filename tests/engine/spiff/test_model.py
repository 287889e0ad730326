"""What a model tells of its processes."""

import pytest

from engine.spiff import read_diagram
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    diagram,
    end,
    ext,
    flows,
    node,
    rule,
    service,
    start,
    user,
)
from tests.engine.spiff.running import model_of
from tests.engine.spiff.test_safety import DECISION

LANES = (
    '<bpmn:laneSet id="lanes"><bpmn:lane id="member" name="会员">'
    "<bpmn:flowNodeRef>fill</bpmn:flowNodeRef></bpmn:lane>"
    '<bpmn:lane id="association" name="协会"><bpmn:flowNodeRef>review</bpmn:flowNodeRef>'
    "</bpmn:lane></bpmn:laneSet>"
)
FILL = node(
    "userTask", "fill",
    "<bpmn:documentation> 请填写 </bpmn:documentation>"
    + ext(
        '<zeebe:formDefinition formId="information"/>',
        '<zeebe:taskSchedule dueDate="=now()"/>',
        '<zeebe:properties><zeebe:property name="badge" value="a"/></zeebe:properties>',
    ),
    "完善\n信息",
)  # fmt: skip
MAIN = diagram(
    LANES, start(), FILL, user("review", group="photos"), boundary("told", "review", "withdrawn"),
    service("record", "results.record"), rule("decide", "fee", "fee"), catch("paid", "paid"),
    call("ask", "child"), end(), end("e2"),
    flows("start fill review record decide paid ask end", "told e2"), name="年检",
)  # fmt: skip
CHILD = diagram(start(), user("answer"), end(), flows("start answer end"), process="child")


@pytest.fixture
def model():
    return model_of(MAIN, CHILD, decisions={"fee.dmn": DECISION})


def test_a_model_names_what_its_processes_need(model):
    assert model.operations == {"results.record"}
    assert model.forms == {("main", "information"), ("main", "review"), ("child", "answer")}
    assert model.messages == {"withdrawn", "paid"}
    assert model.decisions == {"fee"}
    assert model.calls == {"child"}
    assert set(model.processes) == {"main", "child"}
    assert model.processes["main"].name == "年检"


def test_a_step_tells_who_does_it_and_with_which_form(model):
    step = model.step("main", "fill")

    assert step.kind == "user_task"
    assert step.name == "完善 信息"
    assert (step.lane, step.lane_name, step.group) == ("member", "会员", "member")
    assert step.form_id == "information"
    assert step.documentation == "请填写"
    assert step.properties == {"badge": "a"}
    assert step.due is not None


def test_a_tasks_own_group_comes_before_its_lane(model):
    step = model.step("main", "review")

    assert (step.lane, step.group) == ("association", "photos")


def test_other_steps_tell_their_kind(model):
    kinds = {step.id: step.kind for step in model.processes["main"].steps.values()}

    assert kinds == {
        "start": "start_event", "fill": "user_task", "review": "user_task",
        "told": "boundary_event", "record": "service_task", "decide": "business_rule_task",
        "paid": "intermediate_catch_event", "ask": "call_activity", "end": "end_event",
        "e2": "end_event",
    }  # fmt: skip
    assert model.step("main", "record").operation == "results.record"


def test_an_unknown_step_is_a_key_error(model):
    with pytest.raises(KeyError):
        model.step("main", "absent")
    with pytest.raises(KeyError):
        model.step("absent", "fill")


def test_a_model_cannot_be_changed(model):
    with pytest.raises(TypeError):
        model.processes["x"] = None
    with pytest.raises(TypeError):
        model.processes["main"].steps["x"] = None
    with pytest.raises(AttributeError):
        model.step("main", "fill").name = "x"


def test_a_diagram_is_read_by_itself_with_what_it_calls():
    read, problems = read_diagram("main.bpmn", MAIN)

    assert problems == []
    assert [process.id for process in read.processes] == ["main"]
    assert read.processes[0].calls == {"child"}
