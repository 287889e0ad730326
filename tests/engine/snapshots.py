"""Everything that is in a database, to compare, and whether a case's rows explain each other."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.database import Base, Database
from engine.engine import Engine
from engine.spiff import Deferred, Instance
from engine.submissions import Submission
from engine.subscriptions import Subscription
from engine.tasks import Task
from engine.trail import broken_links, events


def snapshot(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def contradictions(session: Session, engine: Engine, case: Case) -> Iterator[str]:
    """What in a case's rows is not explained by its trail."""
    if list(
        broken_links(
            session,
            case_id=case.id,
            length=case.trail_length,
            head=case.trail_head,
            key=engine.vault.trail_key,
        )
    ):
        yield "the chain is broken"
    told = events(session, case.id)
    completions = [event.data for event in told if event.kind == "task_completed"]
    tasks = list(session.scalars(select(Task).where(Task.case_id == case.id)))
    if {UUID(data["task"]) for data in completions} != {
        task.id for task in tasks if task.state == "completed"
    }:
        yield "the completed tasks are not those of the trail"
    sent = set(session.scalars(select(Submission.id).where(Submission.case_id == case.id)))
    if {UUID(data["submission"]) for data in completions if data["submission"]} != sent:
        yield "the submissions are not those of the trail"
    open_rows = {task.id for task in tasks if task.state == "open"}
    if case.state != "open":
        if open_rows or case.engine_state:
            yield "it is over and something is still open"
        if told[-1].kind not in {"case_ended", "case_cancelled"}:
            yield "its trail does not tell how it ended"
        return
    release = engine.releases.get(session, case.release_id)
    instance = Instance.load(
        release.model, case.engine_state, run_operation=lambda _: Deferred(), now=engine.now
    )
    if {task.id for task in instance.open_tasks} != open_rows:
        yield "the open tasks are not those of the process"
    waiting = {(wait.name, wait.key) for wait in instance.waits if wait.kind == "message"}
    rows = session.execute(
        select(Subscription.name, Subscription.key).where(Subscription.case_id == case.id)
    )
    if {tuple(row) for row in rows} != waiting:
        yield "the subscriptions are not those of the process"
    returns = sum(data["outcome"] == "return" for data in completions)
    if case.round != 1 + returns:
        yield "the round is not one more than the returns"
