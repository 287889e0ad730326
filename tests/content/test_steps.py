"""The steps of the diagrams, their forms, and the gateways after them."""

import re

import pytest

from engine.shipped import list_top_processes
from engine.spiff import read_model
from tests.content import shipped
from tests.content.shipped import BPMN, FOLDER, ZEEBE

DIAGRAMS = {path.name: path.read_bytes() for path in FOLDER.glob("bpmn/*/*.bpmn")}
DECISIONS = {path.name: path.read_bytes() for path in FOLDER.glob("bpmn/*/*.dmn")}

USER_TASKS = [
    (process, element_id)
    for process in shipped.PROCESSES
    for element_id, element in shipped.steps(process).items()
    if element.tag == f"{BPMN}userTask"
]
START_FORMS = [
    (process, element_id)
    for process in shipped.PROCESSES
    for element_id, element in shipped.steps(process).items()
    if element.tag == f"{BPMN}startEvent" and element.find(f".//{ZEEBE}formDefinition") is not None
]
GATEWAYS = [
    (process, element_id)
    for process in shipped.PROCESSES
    for element_id, element in shipped.steps(process).items()
    if element.tag == f"{BPMN}exclusiveGateway" and len(element.findall(f"{BPMN}outgoing")) > 1
]


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_the_engine_reads_a_process_without_a_problem(process: str) -> None:
    assert read_model(process, DIAGRAMS, DECISIONS).problems == ()


def test_what_people_begin_is_called_by_no_other_process() -> None:
    assert list_top_processes(FOLDER) == [
        "appeal",
        "firm_password_reset",
        "individual_password_reset",
        "inspection",
        "member_certificate",
        "output_hours",
        "paper_password_reset",
        "profile_change",
        "ruling",
        "training_enrolment",
    ]


@pytest.mark.parametrize(("process", "element_id"), USER_TASKS + START_FORMS)
def test_a_step_has_the_form_of_its_name(process: str, element_id: str) -> None:
    definition = shipped.steps(process)[element_id].find(f".//{ZEEBE}formDefinition")
    assert definition is not None
    assert definition.get("formId") == element_id
    assert shipped.form(process, element_id)["id"] == element_id


def test_every_form_belongs_to_a_step() -> None:
    assert sorted(USER_TASKS + START_FORMS) == shipped.FORMS


@pytest.mark.parametrize(("process", "element_id"), START_FORMS)
def test_a_form_that_starts_a_case_has_nothing_else_to_come_to(
    process: str, element_id: str
) -> None:
    assert shipped.outcomes(process, element_id) == {"start"}


@pytest.mark.parametrize(("process", "element_id"), USER_TASKS)
def test_a_user_task_tells_the_status_of_its_case(process: str, element_id: str) -> None:
    properties = shipped.steps(process)[element_id].iterfind(f".//{ZEEBE}property")
    assert "status" in {each.get("name") for each in properties}


@pytest.mark.parametrize(("process", "element_id"), USER_TASKS)
def test_all_outcomes_of_a_form_are_handled_after_its_task(process: str, element_id: str) -> None:
    """One goes the default way; every other has a condition of its own, and nothing else has."""
    given = shipped.outcomes(process, element_id)
    (way,) = [each for each in shipped.flows(process) if each.get("sourceRef") == element_id]
    asked = shipped.steps(process)[way.get("targetRef", "")]
    ways = [
        each
        for each in shipped.flows(process)
        if each.get("sourceRef") == asked.get("id") and asked.tag == f"{BPMN}exclusiveGateway"
    ]
    conditions = [each.findtext(f"{BPMN}conditionExpression", "") for each in ways]
    handled = {
        outcome
        for condition in conditions
        for outcome in re.findall(rf'{element_id}_outcome = "(\w+)"', condition)
    }
    assert handled < given
    assert len(given - handled) == 1


@pytest.mark.parametrize(("process", "element_id"), GATEWAYS)
def test_a_gateway_asks_a_question_has_a_default_and_names_its_ways(
    process: str, element_id: str
) -> None:
    gateway = shipped.steps(process)[element_id]
    ways = [each for each in shipped.flows(process) if each.get("sourceRef") == element_id]
    default = gateway.get("default")
    assert gateway.get("name", "").endswith("？")
    assert default in {each.get("id") for each in ways}
    for way in ways:
        condition = way.findtext(f"{BPMN}conditionExpression")
        assert way.get("name")
        assert (condition is None) == (way.get("id") == default)


def test_operations_are_named_by_what_they_belong_to_and_what_they_do() -> None:
    names = read_model("inspection", DIAGRAMS, DECISIONS).operations
    assert names
    assert [each for each in names if not re.fullmatch(r"[a-z_]+\.[a-z_]+", each)] == []
