"""A case that is started with answers: the form of a start event."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.engine import Engine
from engine.errors import InvalidRelease
from engine.lifecycle import StartFormChanged, start_case
from engine.releases import make_release
from engine.submissions import submissions
from engine.trail import broken_links, events
from tests.engine.cast import HEAD, MEMBER, SUBJECT, flow, user_task

LANES = """<bpmn:laneSet id="lanes"><bpmn:lane id="member" name="会员">
<bpmn:flowNodeRef>look</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"""


def _diagram(start: str, *, called: str = "") -> bytes:
    called_process = (
        '<bpmn:process id="called" name="被调用" isExecutable="true">'
        f'<bpmn:startEvent id="asked" name="询问">{called}</bpmn:startEvent>'
        '<bpmn:endEvent id="answered" name="结束"/>' + flow("c1", "asked", "answered")
    )
    call = (
        '<bpmn:callActivity id="call" name="调用"><bpmn:extensionElements>'
        '<zeebe:calledElement processId="called" propagateAllChildVariables="false"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )
    return (
        HEAD
        + '<bpmn:message id="m1" name="told"><bpmn:extensionElements>'
        + '<zeebe:subscription correlationKey="=key"/></bpmn:extensionElements></bpmn:message>'
        + '<bpmn:process id="enrolment" name="报名" isExecutable="true">'
        + LANES
        + start
        + call
        + user_task("look", "查看")
        + '<bpmn:endEvent id="done" name="结束"/>'
        + flow("f1", "sign_up", "call")
        + flow("f2", "call", "look")
        + flow("f3", "look", "done")
        + "</bpmn:process>"
        + called_process
        + "</bpmn:process></bpmn:definitions>"
    ).encode()


def _form(form_id: str) -> str:
    definition = f'<zeebe:formDefinition formId="{form_id}"/>'
    return f"<bpmn:extensionElements>{definition}</bpmn:extensionElements>"


def _start(inner: str) -> str:
    return f'<bpmn:startEvent id="sign_up" name="报名">{inner}</bpmn:startEvent>'


def _release(engine: Engine, diagram: bytes) -> None:
    with engine.database.transaction() as session:
        make_release(
            session,
            process_id="enrolment",
            documents={"bpmn/enrolment/enrolment.bpmn": diagram},
            checks=(),
            reason="",
            by=MEMBER,
            now=engine.now(),
        )


def _begin(session: Session, engine: Engine, answers: Mapping[str, object] | None) -> Case:
    return start_case(
        session,
        engine,
        process_id="enrolment",
        business_key="enrolment:1",
        subject=SUBJECT,
        variables={},
        by=MEMBER,
        now=engine.now(),
        answers=answers,
    )


def test_what_a_case_is_started_with_is_kept_sealed_and_proved_by_its_trail(
    engine: Engine,
) -> None:
    _release(engine, _diagram(_start(_form("sign_up"))))
    with engine.database.transaction() as session:
        case = _begin(session, engine, {"mobile": "13800138000"})
    with engine.database.read() as session:
        (sent,) = submissions(session, engine.vault, case_id=case.id, subject=case.subject_key)
        assert (sent.task_id, sent.process_id, sent.element_id) == (None, "enrolment", "sign_up")
        assert (sent.round, sent.outcome, sent.by) == (1, "start", MEMBER)
        assert sent.values == {"mobile": "13800138000"}
        (began,) = events(session, case.id)
        assert (began.data["element"], began.data["submission"]) == ("sign_up", str(sent.id))
        assert len(began.data["digest"]) == 64
        assert "13800138000" not in str(began.data)
        row = get_case(session, case.id)
        links = broken_links(
            session,
            case_id=case.id,
            length=row.trail_length,
            head=row.trail_head,
            key=engine.vault.trail_key,
        )
        assert list(links) == []


@pytest.mark.parametrize(("has_form", "answers"), [(True, None), (False, {"mobile": "1"})])
def test_answers_that_nobody_asks_for_and_missing_ones_start_nothing(
    engine: Engine, has_form: bool, answers: Mapping[str, object] | None
) -> None:
    _release(engine, _diagram(_start(_form("sign_up") if has_form else "")))
    with pytest.raises(StartFormChanged), engine.database.transaction() as session:
        _begin(session, engine, answers)
    with engine.database.read() as session:
        assert session.scalars(select(Case)).all() == []


@pytest.mark.parametrize(
    ("start", "called", "said"),
    [
        (_start(_form("another")), "", "must have its id"),
        (
            _start(_form("sign_up") + '<bpmn:messageEventDefinition id="d1" messageRef="m1"/>'),
            "",
            "it has no form",
        ),
        (_start(""), _form("asked"), "begins with a form"),
    ],
)
def test_a_form_that_nobody_could_be_asked_is_refused(
    engine: Engine, start: str, called: str, said: str
) -> None:
    with pytest.raises(InvalidRelease, match=said):
        _release(engine, _diagram(start, called=called))
