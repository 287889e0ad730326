"""Deleting cases with everything of theirs: for what was begun by nobody and led nowhere.

A case that somebody is known by is never deleted: its trail is kept for ever.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.drafts import Draft
from engine.files import StoredFile
from engine.incidents import Incident
from engine.jobs import Job
from engine.noting import Note
from engine.submissions import Mark, Submission
from engine.subscriptions import Subscription
from engine.tasks import Task
from engine.trail import Event
from engine.vault import SubjectKey


def delete_cases(session: Session, case_ids: Collection[UUID]) -> None:
    """Delete cases with their rows and the keys of their subjects, who must have no others.

    Files stay in the store until they are swept.
    """
    if not case_ids:
        return
    # Everybody who moves a case locks it first.
    query = select(Case).where(Case.id.in_(case_ids)).order_by(Case.id).with_for_update()
    cases = session.scalars(query).all()
    found = [case.id for case in cases]
    for table in (Mark, Submission, Draft, Note, StoredFile, Incident, Subscription, Task, Event):
        session.execute(delete(table).where(table.case_id.in_(found)))
    locks = [f"case:{case_id}" for case_id in found]
    session.execute(delete(Job).where(Job.state == "due", Job.lock.in_(locks)))
    keys = [case.subject_key for case in cases]
    session.execute(delete(SubjectKey).where(SubjectKey.subject.in_(keys)))
    session.execute(delete(Case).where(Case.id.in_(found)))
