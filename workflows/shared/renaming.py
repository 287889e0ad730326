"""Open cases of somebody who is called otherwise now: lists show the name that stands there.

What is over keeps the name under which it was decided. A job follows each new name, because cases
are locked before whom they are about.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.cases import Case, CaseIsOver, hold_case
from engine.engine import Engine
from engine.jobs import defer_many, job
from engine.tasks import Task
from workflows.shared.register import Member

JOB = "register.rename_cases"
AT_A_TIME = 200


def follow_names(session: Session, member_ids: Collection[int], *, now: datetime) -> None:
    """Have the open cases of members take over their names once this transaction is committed."""
    ids = sorted(member_ids)
    some = [ids[begin : begin + AT_A_TIME] for begin in range(0, len(ids), AT_A_TIME)]
    defer_many(session, [(JOB, {"member_ids": each}, now, None) for each in some])


@job(JOB)
def rename_cases(engine: Engine, *, member_ids: list[int]) -> None:
    """Write the names of members into the rows of their open cases and what is open in them."""
    with engine.database.read() as session:
        outdated = session.scalars(
            select(Case.id)
            .join(Member, Member.id == Case.subject_id)
            .where(
                Case.subject_kind == "member",
                Case.subject_id.in_(member_ids),
                Case.state == "open",
                Case.subject_name != Member.name,
            )
        ).all()
    for case_id in outdated:
        with engine.database.transaction() as session:
            try:
                case = hold_case(session, case_id)
            except CaseIsOver:
                continue
            case.subject_name = session.get_one(Member, case.subject_id).name
            session.execute(
                update(Task)
                .where(Task.case_id == case.id, Task.state == "open")
                .values(subject_name=case.subject_name)
            )
