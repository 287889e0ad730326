"""Many at once: each task by itself, nothing twice, whatever happens in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

import workflows
from engine.completing import Completed
from engine.database import new_id
from engine.engine import Engine
from engine.jobs import Job, Worker
from engine.tasks import Task
from engine.trail import events
from tests.workflows.conftest import NOW
from tests.workflows.office import MEMBER, OTHER, account, applied, review_of, viewer
from tests.workflows.walking import Walk
from workflows.inbox import batch_work
from workflows.inbox.batch_work import Deciding
from workflows.inbox.batches import (
    KIND,
    MOST,
    Batch,
    NothingTicked,
    TooManyTicked,
    count_progress,
    find_offers,
    get_batch,
    list_results,
    start_batch,
    try_again,
)
from workflows.shared import many
from workflows.shared.accounts import Account, StaffDuty
from workflows.shared.many import DONE, FAILED, RUNNING, BatchNotFound, Progress, register
from workflows.shared.tasks import Tasks

FIRST, SECOND = "zj_review", "zj_review2"
THIRD = "330000100009"
ATTEMPTS = 8
WORKFLOWS = workflows.collect()


def speaking(_language: str) -> AbstractContextManager[None]:
    """Sentences as they stand in the code."""
    return nullcontext()


@dataclass(frozen=True)
class Interrupted(Tasks):
    """Tasks before and after each of which something happens."""

    before: Callable[[UUID], None] = field(default=lambda _task_id: None)
    after: Callable[[UUID], None] = field(default=lambda _task_id: None)

    def complete(self, *args: Any, task_id: UUID, **given: Any) -> Any:
        """Complete it between them."""
        self.before(task_id)
        done = super().complete(*args, task_id=task_id, **given)
        self.after(task_id)
        return done


def nothing(_task_id: UUID) -> None:
    """Let a task be."""


def let(
    engine: Engine,
    before: Callable[[UUID], None] = nothing,
    *,
    after: Callable[[UUID], None] = nothing,
) -> None:
    """Register the job, with what is to happen before and after each task."""
    tasks = Interrupted(
        engine, WORKFLOWS.form_data, WORKFLOWS.answer_checks, before=before, after=after
    )
    register(KIND, Deciding(tasks), engine, speaking)


@pytest.fixture(autouse=True)
def registered(demo_engine: Engine) -> None:
    """The job is the engine's."""
    let(demo_engine)


def start(
    engine: Engine,
    task_ids: list[UUID],
    *,
    login: str = FIRST,
    outcome: str = "approve",
    batch_id: UUID | None = None,
) -> UUID:
    """Start a batch and answer its key."""
    with engine.database.transaction() as session:
        return start_batch(
            session,
            engine,
            batch_id=batch_id or new_id(),
            outcome=outcome,
            task_ids=task_ids,
            viewer=viewer(session, login),
            language="en",
            now=NOW,
        ).id


def run(engine: Engine) -> None:
    """Do what is due."""
    Worker(engine).run_due()


def progress(engine: Engine, batch_id: UUID) -> Progress:
    """How far a batch is."""
    with engine.database.read() as session:
        return count_progress(session, batch_id)


def sentences(engine: Engine, batch_id: UUID) -> list[str]:
    """Why tasks of a batch were not decided."""
    with engine.database.read() as session:
        return [each.sentence for each in list_results(session, batch_id, state=FAILED)]


def decisions(engine: Engine, walk: Walk) -> int:
    """How often a case's review was completed, as its trail says."""
    with engine.database.read() as session:
        return sum(
            each.kind == "task_completed" and each.data["element"] == "review_application"
            for each in events(session, walk.case.id)
        )


def decide(engine: Engine, task_id: UUID, login: str, outcome: str = "approve") -> None:
    """Decide one task on its page."""
    with engine.database.transaction() as session:
        done = Tasks(engine, WORKFLOWS.form_data, WORKFLOWS.answer_checks).complete(
            session,
            task_id=task_id,
            outcome=outcome,
            posted=batch_work.Press(outcome),
            viewer=viewer(session, login),
            language="en",
            now=NOW,
        )
        assert isinstance(done, Completed)


def test_each_ticked_task_is_decided_by_its_person(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=2, done=2, failed=0)
    assert [each.case.status for each in walks] == ["passed", "passed"]
    with demo_engine.database.read() as session:
        batch = get_batch(session, batch_id, viewer=viewer(session, FIRST))
        assert (batch.state, batch.ended_at) == (DONE, NOW)
        (by,) = set(session.scalars(select(Task.completed_by).where(Task.outcome == "approve")))
        assert by == account(session, FIRST).id


def test_a_task_that_fails_stops_no_other_and_says_why(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER, THIRD)]
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    decide(demo_engine, review_of(walks[0]), SECOND)
    walks[1].withdraw()
    run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=3, done=1, failed=2)
    faster, gone = sentences(demo_engine, batch_id)
    with demo_engine.database.read() as session:
        assert faster.startswith(f"{account(session, SECOND).name} has decided this already")
    assert "went another way" in gone
    assert walks[2].case.status == "passed"


def test_a_mistake_of_the_software_is_one_tasks_failure(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    wrong = review_of(walks[0])

    def break_one(task_id: UUID) -> None:
        if task_id == wrong:
            raise KeyError("nothing")

    let(demo_engine, break_one)
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    run(demo_engine)
    assert sentences(demo_engine, batch_id) == ["This did not work."]
    assert [each.case.status for each in walks] == ["in_review", "passed"]


def test_what_fails_in_the_middle_is_taken_back_and_the_others_of_its_transaction_stay(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "AT_A_TIME", 60)
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER, THIRD)]
    wrong = review_of(walks[1])

    def break_one(task_id: UUID) -> None:
        if task_id == wrong:
            raise KeyError("nothing")

    let(demo_engine, after=break_one)
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=3, done=2, failed=1)
    assert [each.case.status for each in walks] == ["passed", "in_review", "passed"]
    assert [decisions(demo_engine, each) for each in walks] == [1, 0, 1]


def test_starting_it_again_with_the_same_page_starts_nothing(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    ids = [review_of(walk)]
    batch_id = start(demo_engine, ids)
    assert start(demo_engine, ids, batch_id=batch_id) == batch_id
    run(demo_engine)
    start(demo_engine, ids, batch_id=batch_id)
    run(demo_engine)
    assert decisions(demo_engine, walk) == 1
    assert progress(demo_engine, batch_id) == Progress(total=1, done=1, failed=0)


def test_starting_it_twice_at_once_starts_it_once(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    ids, batch_id = [review_of(each) for each in walks], new_id()
    with ThreadPoolExecutor(2) as threads:
        deeds = [threads.submit(start, demo_engine, ids, batch_id=batch_id) for _ in range(2)]
        assert [each.result() for each in deeds] == [batch_id, batch_id]
    with demo_engine.database.read() as session:
        jobs = session.scalars(select(Job).where(Job.name == "inbox.batch")).all()
        assert len(jobs) == (1 if demo_engine.database.is_sqlite else many.LANES)
    assert progress(demo_engine, batch_id).total == 2


def test_a_crash_resumes_where_it_was(demo_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "AT_A_TIME", 0)
    monkeypatch.setattr(many, "LANES", 1)
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER, THIRD)]
    seen = list[UUID]()

    class Killed(BaseException):
        pass

    def die_at_the_second(task_id: UUID) -> None:
        seen.append(task_id)
        if len(seen) == 2:
            raise Killed

    let(demo_engine, die_at_the_second)
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    with pytest.raises(Killed):
        run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=3, done=1, failed=0)
    let(demo_engine)
    with demo_engine.database.transaction() as session:  # the lease of the dead worker runs out
        session.execute(update(Job).values(claimed_until=NOW.replace(year=2021)))
    run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=3, done=3, failed=0)
    assert [decisions(demo_engine, each) for each in walks] == [1, 1, 1]


def test_more_than_a_slice_is_done_in_several_runs(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "SLICE", 1)
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER, THIRD)]
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    assert Worker(demo_engine).run_due(limit=1) == 1
    assert progress(demo_engine, batch_id) == Progress(total=3, done=1, failed=0)
    run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=3, done=3, failed=0)


def test_two_reviewers_at_the_same_tasks_decide_each_once(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER, THIRD)]
    ids = [review_of(each) for each in walks]
    batches = [start(demo_engine, ids, login=login) for login in (FIRST, SECOND)]
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(run, demo_engine) for _worker in range(2)]:
            done.result()
    run(demo_engine)
    found = [progress(demo_engine, each) for each in batches]
    assert sum(each.done for each in found) == 3
    assert sum(each.failed for each in found) == 3
    assert [decisions(demo_engine, each) for each in walks] == [1, 1, 1]
    with demo_engine.database.read() as session:
        names = [account(session, login).name for login in (SECOND, FIRST)]
    for batch_id, name in zip(batches, names, strict=True):
        assert all(each.startswith(name) for each in sentences(demo_engine, batch_id))


def test_a_job_that_fails_for_good_ends_its_batch_which_is_tried_again_by_hand(
    demo_engine: Engine,
) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    wrong = review_of(walks[1])

    def lose_the_database(task_id: UUID) -> None:
        if task_id == wrong:
            raise OperationalError("SELECT", {}, Exception("away"))

    let(demo_engine, lose_the_database)
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    for hours in range(ATTEMPTS):
        demo_engine.now = lambda hours=hours: NOW + timedelta(hours=2 * hours)  # type: ignore[misc]
        run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=2, done=1, failed=1)
    assert sentences(demo_engine, batch_id) == ["This did not work."]
    let(demo_engine)
    with demo_engine.database.transaction() as session:
        mine = viewer(session, FIRST)
        assert get_batch(session, batch_id, viewer=mine).state == DONE
        try_again(session, batch_id=batch_id, viewer=mine, now=NOW)
    run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=2, done=2, failed=0)


def test_a_duty_that_was_taken_away_meanwhile_stops_what_is_left(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    with demo_engine.database.transaction() as session:
        mine = StaffDuty.account_id == account(session, FIRST).id
        session.execute(delete(StaffDuty).where(mine))
    run(demo_engine)
    assert progress(demo_engine, batch_id).failed == 2
    assert {each.case.status for each in walks} == {"in_review"}


def test_a_closed_account_decides_nothing_any_more(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    batch_id = start(demo_engine, [review_of(walk)])
    with demo_engine.database.transaction() as session:
        session.execute(update(Account).where(Account.login == FIRST).values(is_active=False))
    run(demo_engine)
    assert sentences(demo_engine, batch_id) == ["The account was closed."]


def test_only_the_outcome_that_the_diagram_allows_is_given_to_many(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    with demo_engine.database.read() as session:
        (offer,) = find_offers(session, demo_engine, [review_of(walk)])
        assert (offer.outcome, offer.task_ids) == ("approve", (review_of(walk),))
    batch_id = start(demo_engine, [review_of(walk)], outcome="return")
    run(demo_engine)
    assert sentences(demo_engine, batch_id) == ["This step is decided one by one: open the task."]
    assert walk.case.status == "in_review"


def test_what_failed_is_tried_again_and_what_is_done_is_not(demo_engine: Engine) -> None:
    walks = [applied(demo_engine, number) for number in (MEMBER, OTHER)]
    wrong = review_of(walks[0])

    def break_one(task_id: UUID) -> None:
        if task_id == wrong:
            raise KeyError("nothing")

    let(demo_engine, break_one)
    batch_id = start(demo_engine, [review_of(each) for each in walks])
    run(demo_engine)
    let(demo_engine)
    with demo_engine.database.transaction() as session:
        mine = viewer(session, FIRST)
        assert try_again(session, batch_id=batch_id, viewer=mine, now=NOW).state == RUNNING
    with demo_engine.database.transaction() as session:
        try_again(session, batch_id=batch_id, viewer=mine, now=NOW)
        assert len(session.scalars(select(Job).where(Job.name == "inbox.batch")).all()) == 1
    run(demo_engine)
    assert progress(demo_engine, batch_id) == Progress(total=2, done=2, failed=0)
    assert [decisions(demo_engine, each) for each in walks] == [1, 1]
    with demo_engine.database.transaction() as session:
        assert try_again(session, batch_id=batch_id, viewer=mine, now=NOW).state == DONE


def test_a_batch_is_its_persons_own(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    batch_id = start(demo_engine, [review_of(walk)])
    with demo_engine.database.transaction() as session:
        colleague = viewer(session, SECOND)
        with pytest.raises(BatchNotFound):
            get_batch(session, batch_id, viewer=colleague)
        with pytest.raises(BatchNotFound):
            try_again(session, batch_id=batch_id, viewer=colleague, now=NOW)
    with pytest.raises(BatchNotFound):
        start(demo_engine, [review_of(walk)], login=SECOND, batch_id=batch_id)


def test_tasks_of_others_are_left_out_as_if_there_were_none(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    with pytest.raises(NothingTicked):
        start(demo_engine, [review_of(walk)], login="gd_review")
    with pytest.raises(NothingTicked):
        start(demo_engine, [new_id()])
    with pytest.raises(NothingTicked):
        start(demo_engine, [])
    with pytest.raises(TooManyTicked):
        start(demo_engine, [new_id() for _ in range(MOST + 1)])
    with demo_engine.database.read() as session:
        assert session.scalars(select(Batch)).all() == []
