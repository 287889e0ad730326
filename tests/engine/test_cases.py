"""A case goes its way: started, submitted, returned, withdrawn, approved, remembered."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case, CaseAlreadyOpen, CaseIsOver, get_case
from engine.completing import TaskIsOver, hold_task
from engine.engine import Engine
from engine.jobs import Worker
from engine.lifecycle import cancel_case, reopen_case
from engine.message_events import publish, send_message
from engine.noting import note, texts
from engine.submissions import NewMark, last_submissions, marks, submissions
from engine.subscriptions import Subscription
from engine.tasks import Task
from engine.trail import broken_links, events
from tests.engine.cast import (
    APPLICATION,
    MEMBER,
    OTHER_REVIEWER,
    REVIEWER,
    begin,
    complete,
    open_task,
    release,
)


def tasks(session: Session, case: Case) -> list[tuple[str, str]]:
    rows = session.scalars(select(Task).where(Task.case_id == case.id).order_by(Task.opened_at))
    return [(task.element_id, task.state) for task in rows]


def test_a_case_begins_with_a_task_for_its_subject(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        task = open_task(session, case.id, "fill_in")
    assert (case.status, case.round, case.state) == ("draft", 1, "open")
    assert (task.lane, task.subject_no, task.association_id) == ("member", "330000000001", 5)


def test_an_application_that_is_returned_and_sent_again_is_approved(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit", school="浙江大学")
        assert case.status == "in_review"
        complete(session, engine, case.id, "review", "return", by=REVIEWER, reason="请补充")
        assert (case.status, case.round) == ("draft", 2)
        complete(session, engine, case.id, "fill_in", "submit", school="复旦大学")
        complete(session, engine, case.id, "review", "approve", by=REVIEWER)
    with engine.database.read() as session:
        ended = get_case(session, case.id)
        assert (ended.state, ended.status, ended.ended_in) == ("ended", "passed", "passed")
        assert ended.engine_state == b""
        sent = submissions(session, engine.vault, case_id=case.id, subject=ended.subject_key)
        assert [(each.element_id, each.round, each.outcome) for each in sent] == [
            ("fill_in", 1, "submit"),
            ("review", 1, "return"),
            ("fill_in", 2, "submit"),
            ("review", 2, "approve"),
        ]
        for round, school in ((1, "浙江大学"), (2, "复旦大学"), (None, "复旦大学")):
            made = last_submissions(
                session,
                engine.vault,
                case_id=case.id,
                subject=ended.subject_key,
                element_ids=["review", "fill_in"],
                round=round,
            )
            assert list(made) == ["review", "fill_in"]
            assert made["fill_in"].values["school"] == school


def test_a_subject_has_one_open_case_for_a_business_key(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        with pytest.raises(CaseAlreadyOpen) as caught:
            begin(session, engine)
    assert caught.value.case_id == case.id


def test_the_second_of_two_reviewers_is_told_what_the_first_decided(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit")
        task_id = open_task(session, case.id, "review").id
        complete(session, engine, case.id, "review", "approve", by=OTHER_REVIEWER)
    with engine.database.transaction() as session, pytest.raises(TaskIsOver) as caught:
        hold_task(session, engine, task_id)
    assert (caught.value.outcome, caught.value.by) == ("approve", OTHER_REVIEWER)


def test_a_withdrawal_takes_the_task_from_the_reviewer(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit")
        task_id = open_task(session, case.id, "review").id
        taken = send_message(
            session, engine, case_id=case.id, name="withdrawn", key="1", by=MEMBER, now=engine.now()
        )
    assert taken
    with engine.database.transaction() as session:
        assert get_case(session, case.id).round == 2
        assert open_task(session, case.id, "fill_in").round == 2
        with pytest.raises(TaskIsOver):
            hold_task(session, engine, task_id)


def test_a_message_that_nobody_waits_for_changes_nothing(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        before = case.version
        assert not send_message(
            session, engine, case_id=case.id, name="withdrawn", key="1", by=MEMBER, now=engine.now()
        )
    with engine.database.read() as session:
        assert get_case(session, case.id).version == before


def test_an_event_finds_the_cases_that_wait_for_its_key(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        assert session.scalars(select(Subscription)).all() == []
        complete(session, engine, case.id, "fill_in", "submit")
        assert publish(session, name="withdrawn", key="2", now=engine.now()) == 0
        assert publish(session, name="withdrawn", key="1", now=engine.now()) == 1
    assert Worker(engine).run_due() == 1
    with engine.database.read() as session:
        assert get_case(session, case.id).round == 2
        assert session.scalars(select(Subscription)).all() == []


def test_marks_of_a_return_are_kept_with_their_round(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit")
        held = hold_task(session, engine, open_task(session, case.id, "review").id)
        mark = NewMark("fill_in", "school", "校名不完整")
        held.complete(
            outcome="return",
            values={"reason": "请修改"},
            marks=[mark],
            by=REVIEWER,
            now=engine.now(),
        )
        kept = marks(session, engine.vault, case_id=case.id, subject=case.subject_key, round=1)
    assert kept == [mark]


def test_leaving_a_step_without_sending_keeps_no_submission(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        held = hold_task(session, engine, open_task(session, case.id, "fill_in").id)
        held.complete(outcome="submit", values=None, by=MEMBER, now=engine.now())
        assert submissions(session, engine.vault, case_id=case.id, subject=case.subject_key) == []


def test_a_cancelled_case_has_no_open_task_and_takes_nothing_more(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        cancel_case(
            session, engine, case_id=case.id, status="not_inspected", by=REVIEWER, now=engine.now()
        )
    with engine.database.transaction() as session:
        assert tasks(session, case) == [("fill_in", "cancelled")]
        with pytest.raises(CaseIsOver):
            send_message(
                session, engine, case_id=case.id, name="withdrawn", by=MEMBER, now=engine.now()
            )


def test_the_trail_tells_what_happened_and_holds(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit", school="浙江大学")
        complete(session, engine, case.id, "review", "approve", by=REVIEWER)
    with engine.database.read() as session:
        row = get_case(session, case.id)
        told = events(session, case.id)
        assert [event.kind for event in told] == [
            "case_started",
            "task_completed",
            "task_completed",
            "operation_done",
            "case_ended",
        ]
        assert "浙江大学" not in str([event.data for event in told])
        assert not list(
            broken_links(
                session,
                case_id=row.id,
                length=row.trail_length,
                head=row.trail_head,
                key=engine.vault.trail_key,
            )
        )


def test_a_changed_and_a_missing_event_are_noticed(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit")
        for number, event in enumerate(events(session, case.id), start=1):
            if number == 1:
                event.data = {**event.data, "release": 99}
    with engine.database.read() as session:
        row = get_case(session, case.id)
        broken = list(
            broken_links(
                session,
                case_id=row.id,
                length=row.trail_length,
                head=row.trail_head,
                key=engine.vault.trail_key,
            )
        )
    assert broken == [1]
    with engine.database.transaction() as session:
        session.delete(events(session, case.id)[-1])
    with engine.database.read() as session:
        assert list(
            broken_links(
                session,
                case_id=row.id,
                length=row.trail_length,
                head=row.trail_head,
                key=engine.vault.trail_key,
            )
        ) == [1, 2]


def test_an_expression_of_a_diagram_counts_working_days(engine: Engine) -> None:
    form = '<zeebe:formDefinition formId="review"/>'
    day = "string(add working days(today(), 3))"
    due = f'<zeebe:taskSchedule dueDate="={day} + &quot;T23:59:59+08:00&quot;"/>'
    xml = APPLICATION.replace(form, form + due)
    with engine.database.transaction() as session:
        release(session, engine, xml)
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit")
        due_at = open_task(session, case.id, "review").due_at
    # Wednesday the first of July 2026; three working days on is Monday.
    assert due_at == datetime(2026, 7, 6, 15, 59, 59, tzinfo=UTC)


def test_a_case_that_is_over_runs_anew_and_keeps_its_trail(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit", school="浙江大学")
        complete(session, engine, case.id, "review", "approve", by=REVIEWER)
        again = reopen_case(
            session,
            engine,
            case_id=case.id,
            variables={},
            reason="审核有误",
            by=REVIEWER,
            now=datetime(2026, 9, 1, 2, tzinfo=UTC),
        )
        assert (again.state, again.ended_in, again.ended_at) == ("open", None, None)
        open_task(session, case.id, "fill_in")
        with pytest.raises(CaseAlreadyOpen):
            reopen_case(
                session,
                engine,
                case_id=case.id,
                variables={},
                reason="",
                by=REVIEWER,
                now=datetime(2026, 9, 1, 2, tzinfo=UTC),
            )
    with engine.database.read() as session:
        found = get_case(session, case.id)
        said = [each for each in events(session, case.id) if each.kind == "case_reopened"]
        assert texts(session, engine.vault, case=found) == {said[0].number: "审核有误"}
        assert "审核有误" not in str(said[0].data)
        assert holds(session, engine, found)


def test_what_is_noted_beside_the_diagram_is_part_of_the_trail(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        note(
            session,
            engine,
            case_id=case.id,
            kind="task_assigned",
            by=REVIEWER,
            now=datetime(2026, 9, 1, 2, tzinfo=UTC),
            text="请协助",
            to=7,
        )
        complete(session, engine, case.id, "fill_in", "submit", school="浙江大学")
    with engine.database.read() as session:
        found = get_case(session, case.id)
        assert [each.kind for each in events(session, case.id)][:2] == [
            "case_started",
            "task_assigned",
        ]
        assert texts(session, engine.vault, case=found) == {2: "请协助"}
        assert holds(session, engine, found)


def holds(session: Session, engine: Engine, case: Case) -> bool:
    return not list(
        broken_links(
            session,
            case_id=case.id,
            length=case.trail_length,
            head=case.trail_head,
            key=engine.vault.trail_key,
        )
    )
