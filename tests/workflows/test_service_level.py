"""The service level: by when an association decides, who is reminded, whom delays are told."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from engine.completing import HeldTask, hold_task
from engine.database import new_id
from engine.engine import Engine
from engine.tasks import Task
from engine.trail import events
from tests.workflows.conftest import NOW
from tests.workflows.office import IN_GUANGZHOU, MEMBER, OTHER, account, applied, review_of, viewer
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.inbox.absences import set_absence
from workflows.inbox.service import escalation
from workflows.inbox.service.escalation import SLICE, escalate, list_managers
from workflows.inbox.service.reminders import remind
from workflows.inspection.revoking import revoke
from workflows.shared.associations import Association
from workflows.shared.dates import ZONE, local_date
from workflows.shared.messages import Message, list_messages
from workflows.shared.seasons import Season
from workflows.shared.working_days import (
    end_of_working_day,
    is_working_day,
    working_days_between,
)

FIRST, SECOND, MANAGER = "zj_review", "zj_review2", "zj_manage"
MORNING = datetime(2022, 9, 14, 8, tzinfo=ZONE)  # a Wednesday; what came on the 6th was due


def due_date(walk: Walk, step: str = "review_application") -> date:
    """The day by which a step is to be decided."""
    due_at = walk.tasks()[step].due_at
    assert due_at is not None
    return local_date(due_at)


def opened(engine: Engine, walk: Walk, *, days: int) -> None:
    """Let the open review have waited for some days before now."""
    with engine.database.transaction() as session:
        at = NOW - timedelta(days=days)
        session.execute(update(Task).where(Task.id == review_of(walk)).values(opened_at=at))


def apply_again(walk: Walk) -> None:
    """Send an application anew that came back."""
    walk.do("fill_information", "apply", INFORMATION)
    walk.apply()


def assign(engine: Engine, walk: Walk, login: str) -> None:
    """Make a review somebody's."""
    with engine.database.transaction() as session:
        key = account(session, login).id
        session.execute(update(Task).where(Task.id == review_of(walk)).values(assigned_to=key))


def texts_to(engine: Engine, login: str) -> list[Message]:
    """What a person of the staff was told, the newest first."""
    with engine.database.read() as session:
        return list(list_messages(session, account_id=account(session, login).id))


def test_working_days_know_holidays_and_make_up_days() -> None:
    assert not is_working_day(date(2022, 9, 12))  # 中秋节
    assert is_working_day(date(2022, 10, 8))  # a Saturday, worked for 国庆节
    before = datetime(2022, 9, 30, 2, tzinfo=UTC)
    assert local_date(end_of_working_day(before, 1)) == date(2022, 10, 8)
    assert working_days_between(before, datetime(2022, 10, 9, 2, tzinfo=UTC)) == 2
    assert working_days_between(before, before) == 0


def test_a_year_that_is_not_announced_yet_has_its_holidays_by_law() -> None:
    assert not is_working_day(date(2040, 10, 1))
    assert is_working_day(date(2040, 10, 17))
    assert not is_working_day(date(2160, 10, 4))  # a Saturday, far beyond every calendar


def test_a_new_application_has_the_days_of_its_season(demo_engine: Engine) -> None:
    assert due_date(applied(demo_engine)) == date(2022, 9, 14)
    with demo_engine.database.transaction() as session:
        session.execute(update(Season).values(review_working_days=2))
    assert due_date(applied(demo_engine, OTHER)) == date(2022, 9, 8)


def test_the_clock_stands_still_while_the_case_is_with_the_member(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    opened(demo_engine, walk, days=1)  # the association takes one working day of its five
    walk.do("review_application", "return", {"reason": "请补充"}, by=REVIEWER)
    apply_again(walk)
    assert due_date(walk) == date(2022, 9, 13)


def test_at_least_one_working_day_remains(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    opened(demo_engine, walk, days=30)
    walk.withdraw()
    apply_again(walk)
    assert due_date(walk) == date(2022, 9, 7)


def test_a_second_level_has_days_of_its_own(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        session.execute(update(Season).values(review_levels=2))
    walk = applied(demo_engine, IN_GUANGZHOU)
    opened(demo_engine, walk, days=30)
    walk.do("review_application", "approve", by=REVIEWER)
    assert due_date(walk, "second_review") == date(2022, 9, 14)


def test_a_reviewer_is_reminded_once_a_day_of_all_that_is_due(demo_engine: Engine) -> None:
    for number in (MEMBER, OTHER):
        assign(demo_engine, applied(demo_engine, number), FIRST)
    early = MORNING - timedelta(days=2, hours=24)
    remind(demo_engine, early)
    assert texts_to(demo_engine, FIRST) == []
    for _run in range(2):
        remind(demo_engine, MORNING)
    (told,) = texts_to(demo_engine, FIRST)
    assert (told.template, told.title) == ("tasks_due", "2项待办即将到期")
    assert texts_to(demo_engine, SECOND) == []
    remind(demo_engine, MORNING + timedelta(days=1))
    assert len(texts_to(demo_engine, FIRST)) == 2


def test_who_covers_is_reminded_and_on_holidays_nobody(demo_engine: Engine) -> None:
    assign(demo_engine, applied(demo_engine), FIRST)
    with demo_engine.database.transaction() as session:
        set_absence(
            session,
            account_id=account(session, FIRST).id,
            from_date=date(2022, 9, 13),
            until_date=date(2022, 9, 20),
            cover_id=account(session, SECOND).id,
            viewer=viewer(session, FIRST),
            now=NOW,
        )
    remind(demo_engine, MORNING.replace(day=17))  # a Saturday
    assert [each.template for each in texts_to(demo_engine, SECOND)] == ["cover_asked"]
    remind(demo_engine, MORNING)
    assert texts_to(demo_engine, SECOND)[0].template == "tasks_due"
    assert texts_to(demo_engine, FIRST) == []


def test_overdue_cases_are_locked_newest_first_as_everybody_does(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    held = list[UUID]()

    def hold(session: Session, engine: Engine, task_id: UUID) -> HeldTask:
        found = hold_task(session, engine, task_id)
        held.append(found.case.id)
        return found

    monkeypatch.setattr(escalation, "hold_task", hold)
    with demo_engine.database.transaction() as session:
        # The elder case waits with the younger task.
        elder = session.get_one(Task, review_of(walks[0]))
        assert elder.due_at is not None
        elder.due_at -= timedelta(minutes=1)
    escalate(demo_engine, MORNING + timedelta(days=1))
    assert held == [each.case_id for each in reversed(walks)]


def test_what_is_assigned_to_nobody_reminds_nobody(demo_engine: Engine) -> None:
    applied(demo_engine)
    remind(demo_engine, MORNING)
    with demo_engine.database.read() as session:
        assert session.scalars(select(Message).where(Message.template == "tasks_due")).all() == []


def test_managers_are_told_once_what_is_overdue_as_one_message(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    escalate(demo_engine, MORNING)
    assert texts_to(demo_engine, MANAGER) == []
    late = MORNING + timedelta(days=1)
    for _run in range(2):
        escalate(demo_engine, late)
    (told,) = texts_to(demo_engine, MANAGER)
    assert told.template == "tasks_overdue"
    assert "2项" in told.text
    for walk in walks:
        assert walk.tasks()["review_application"].escalated_at == late
        with demo_engine.database.read() as session:
            kinds = [each.kind for each in events(session, walk.case.id)]
        assert kinds.count("task_escalated") == 1
    escalate(demo_engine, late + timedelta(days=1))
    assert len(texts_to(demo_engine, MANAGER)) == 1


def test_what_becomes_overdue_later_is_told_the_next_day(demo_engine: Engine) -> None:
    _first, second = (applied(demo_engine, number) for number in (MEMBER, OTHER))
    with demo_engine.database.transaction() as session:
        later = NOW + timedelta(days=10)
        session.execute(update(Task).where(Task.id == review_of(second)).values(due_at=later))
    escalate(demo_engine, MORNING + timedelta(days=1))
    escalate(demo_engine, datetime(2022, 9, 19, 8, 30, tzinfo=ZONE))
    newest, oldest = texts_to(demo_engine, MANAGER)
    assert "1项" in newest.text
    assert "2项" in newest.text
    assert "1项" in oldest.text


def test_an_interrupted_day_is_made_up_for(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    late = MORNING + timedelta(days=1)
    with demo_engine.database.transaction() as session:  # marked, and then the server died
        marked = update(Task).where(Task.id == review_of(walks[0])).values(escalated_at=late)
        session.execute(marked)
    escalate(demo_engine, late)
    (told,) = texts_to(demo_engine, MANAGER)
    assert "2项" in told.text


def test_more_than_a_slice_is_marked_in_one_run(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    with demo_engine.database.transaction() as session:
        task = session.get_one(Task, review_of(walk))
        columns = {each.key: getattr(task, each.key) for each in Task.__table__.columns}
        for _copy in range(SLICE + 1):
            session.add(Task(**{**columns, "id": new_id()}))
    escalate(demo_engine, MORNING + timedelta(days=1))
    with demo_engine.database.read() as session:
        late = select(Task).where(Task.escalated_at.is_(None), Task.due_at.is_not(None))
        assert session.scalars(late.where(Task.state == "open")).all() == []
    (told,) = texts_to(demo_engine, MANAGER)
    assert f"{SLICE + 2}项" in told.text


def test_an_association_without_a_manager_has_the_one_above(demo_engine: Engine) -> None:
    with demo_engine.database.read() as session:
        codes = dict(session.execute(select(Association.code, Association.id)).all())
        zhejiang = next(key for code, key in codes.items() if code.startswith("33"))
        assert list_managers(session, zhejiang)[0] == account(session, MANAGER).id


def test_looking_for_what_is_late_uses_the_index(demo_engine: Engine) -> None:
    if not demo_engine.database.is_sqlite:
        pytest.skip("PostgreSQL reads a small table as a whole")
    asked = list[tuple[str, object]]()

    def note(_c: object, _cursor: object, sql: str, given: object, *_more: object) -> None:
        asked.append((sql, given))

    event.listen(demo_engine.database.sql, "before_cursor_execute", note)
    escalate(demo_engine, MORNING + timedelta(days=1))
    remind(demo_engine, MORNING)
    event.remove(demo_engine.database.sql, "before_cursor_execute", note)
    plans = list[str]()
    with demo_engine.database.sql.connect() as connection:
        for sql, given in asked:
            if sql.startswith("SELECT task") or "sum(" in sql:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)  # type: ignore[arg-type]
                plans.append(" ".join(str(row) for row in rows))
    assert plans
    assert all("ix_task_punctual" in each or "ix_task_escalated_at" in each for each in plans), (
        plans
    )


def test_a_decision_that_was_taken_back_is_made_anew_in_full_time(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    opened(demo_engine, walk, days=4)
    walk.do("review_application", "approve", by=REVIEWER)
    with demo_engine.database.transaction() as session:
        revoke(
            session,
            demo_engine,
            case_id=walk.case_id,
            reason="学时复核有误。",
            by=REVIEWER,
            now=NOW,
        )
    assert due_date(walk) == due_date(applied(demo_engine, OTHER))
