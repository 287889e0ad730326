"""How many cases a process's releases have: what still runs on an old one is seen by it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.releases import Release


@dataclass(frozen=True)
class CaseCount:
    """The cases of one release: those that run, and those that are over."""

    open: int = 0
    ended: int = 0


def count_cases(session: Session, process_id: str) -> Mapping[int, CaseCount]:
    """The cases of all associations by the key of their release, in one query.

    They are numbers only: who may read processes need not be allowed to read cases. A release
    that has none is left out, as are all of a process that is only called.
    """
    is_open = func.count().filter(Case.state == "open")
    query = (
        select(Case.release_id, is_open.label("open"), func.count().label("all"))
        .join(Release, Release.id == Case.release_id)
        .where(Release.process_id == process_id)
        .group_by(Case.release_id)
    )
    return {
        row.release_id: CaseCount(open=row.open, ended=row.all - row.open)
        for row in session.execute(query)
    }
