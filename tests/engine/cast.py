"""The fixed cast of the engine's tests: a small process, its people, its operations."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, Subject
from engine.completing import Completed, hold_task
from engine.engine import Engine
from engine.errors import BpmnError
from engine.lifecycle import start_case
from engine.operations import operation
from engine.releases import Documents, make_release
from engine.tasks import Task

MEMBER = Actor("member", 1)
REVIEWER = Actor("staff", 7)
OTHER_REVIEWER = Actor("staff", 8)
SUBJECT = Subject("member", 1, "330000000001", "张三丰", association_id=5, region="330100")
MORNING = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="d" targetNamespace="http://bpmn.io/schema/bpmn">"""


def flow(key: str, source: str, target: str, condition: str = "") -> str:
    """A sequence flow."""
    inner = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}'
        "</bpmn:conditionExpression>"
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</bpmn:sequenceFlow>"
    )


def user_task(key: str, name: str, *, group: str = "", status: str = "", output: str = "") -> str:
    """A user task with its form."""
    assigned = f'<zeebe:assignmentDefinition candidateGroups="{group}"/>' if group else ""
    said = (
        f'<zeebe:properties><zeebe:property name="status" value="{status}"/></zeebe:properties>'
        if status
        else ""
    )
    return (
        f'<bpmn:userTask id="{key}" name="{name}"><bpmn:extensionElements>'
        f'<zeebe:formDefinition formId="{key}"/>{assigned}{said}{output}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )


def service_task(key: str, name: str, type_: str, mapping: str = "") -> str:
    """A service task with its operation."""
    return (
        f'<bpmn:serviceTask id="{key}" name="{name}"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{type_}"/>{mapping}'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


LANES = """<bpmn:laneSet id="lanes">
<bpmn:lane id="member" name="会员"><bpmn:flowNodeRef>fill_in</bpmn:flowNodeRef></bpmn:lane>
<bpmn:lane id="association" name="地方注协"><bpmn:flowNodeRef>review</bpmn:flowNodeRef></bpmn:lane>
</bpmn:laneSet>"""

APPLICATION = (
    HEAD
    + """<bpmn:message id="m1" name="withdrawn"><bpmn:extensionElements>
<zeebe:subscription correlationKey="=member_key"/></bpmn:extensionElements></bpmn:message>
<bpmn:error id="e1" name="没有额度" errorCode="no_quota"/>
<bpmn:process id="application" name="申请" isExecutable="true">"""
    + LANES
    + '<bpmn:startEvent id="started" name="开始"/>'
    + user_task("fill_in", "填写", status="draft")
    + user_task("review", "审核", group="review", status="in_review")
    + """<bpmn:boundaryEvent id="taken_back" name="撤回" attachedToRef="review">
<bpmn:messageEventDefinition id="md1" messageRef="m1"/></bpmn:boundaryEvent>
<bpmn:boundaryEvent id="overdue" name="超期" attachedToRef="review" cancelActivity="false">
<bpmn:timerEventDefinition id="td1"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P5D
</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:exclusiveGateway id="decision" name="通过吗" default="f_yes"/>"""
    + service_task("begin_round", "新一轮", "cases.begin_round")
    + service_task("begin_round_again", "新一轮", "cases.begin_round")
    + service_task("remind", "提醒", "test.remind")
    + service_task(
        "record",
        "登记结果",
        "test.record",
        '<zeebe:ioMapping><zeebe:input source="=member_id" target="member_id"/>'
        '<zeebe:output source="=number" target="number"/></zeebe:ioMapping>',
    )
    + """<bpmn:boundaryEvent id="refused" name="没有额度" attachedToRef="record">
<bpmn:errorEventDefinition id="ed1" errorRef="e1"/></bpmn:boundaryEvent>
<bpmn:endEvent id="passed" name="通过"><bpmn:extensionElements><zeebe:properties>
<zeebe:property name="status" value="passed"/></zeebe:properties></bpmn:extensionElements>
</bpmn:endEvent><bpmn:endEvent id="reminded" name="已提醒"/>
<bpmn:endEvent id="without_quota" name="没有额度"/>"""
    + flow("f1", "started", "fill_in")
    + flow("f2", "fill_in", "review")
    + flow("f3", "review", "decision")
    + flow("f_yes", "decision", "record")
    + flow("f_no", "decision", "begin_round", '=review_outcome = "return"')
    + flow("f4", "begin_round", "fill_in")
    + flow("f5", "taken_back", "begin_round_again")
    + flow("f6", "begin_round_again", "fill_in")
    + flow("f7", "record", "passed")
    + flow("f8", "refused", "without_quota")
    + flow("f9", "overdue", "remind")
    + flow("f10", "remind", "reminded")
    + "</bpmn:process></bpmn:definitions>"
)


class Troubles:
    """What the cast's operations are told to do wrong."""

    failure: BaseException | None = None
    reminded: int = 0
    called: int = 0


@operation("test.record")
def record(*, member_id: int) -> dict[str, object]:
    """Record a result, unless told to fail."""
    Troubles.called += 1
    if Troubles.failure is not None:
        raise Troubles.failure
    return {"number": member_id * 100}


@operation("test.remind")
def remind() -> None:
    """Remind somebody."""
    Troubles.reminded += 1


@operation("test.print", remote=True)
def print_card(*, member_id: int, idempotency_key: str) -> dict[str, object]:
    """Have a card printed elsewhere."""
    Troubles.called += 1
    if isinstance(Troubles.failure, BpmnError):
        raise Troubles.failure
    if Troubles.failure is not None:
        raise RuntimeError("the printer is out of paper") from Troubles.failure
    return {"number": member_id * 100, "key": idempotency_key}


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    time: datetime = field(default=MORNING)

    def __call__(self) -> datetime:
        return self.time

    def move(self, step: timedelta) -> None:
        """Let time pass."""
        self.time += step


def documents(xml: str = APPLICATION) -> Documents:
    """A unit of one diagram."""
    return {"bpmn/application/application.bpmn": xml.encode()}


def release(session: Session, engine: Engine, xml: str = APPLICATION) -> int:
    """Put the cast's process to work."""
    made = make_release(
        session,
        process_id="application",
        documents=documents(xml),
        checks=engine.checks,
        reason="",
        by=REVIEWER,
        now=engine.now(),
    )
    return made.id


def begin(session: Session, engine: Engine, key: str = "application:1") -> Case:
    """Start a case for the member of the cast."""
    return start_case(
        session,
        engine,
        process_id="application",
        business_key=key,
        subject=SUBJECT,
        variables={"member_id": 1, "member_key": "1"},
        by=MEMBER,
        now=engine.now(),
        year=2025,
    )


def open_task(session: Session, case_id: UUID, element_id: str) -> Task:
    """The open task of a step."""
    return session.scalars(
        select(Task).where(
            Task.case_id == case_id, Task.element_id == element_id, Task.state == "open"
        )
    ).one()


def complete(
    session: Session,
    engine: Engine,
    case_id: UUID,
    element_id: str,
    outcome: str,
    *,
    by: Actor = MEMBER,
    **values: object,
) -> Completed:
    """Complete the open task of a step."""
    held = hold_task(session, engine, open_task(session, case_id, element_id).id)
    return held.complete(outcome=outcome, values=values, by=by, now=engine.now())
