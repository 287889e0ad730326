"""Every case's trail held against its chain, a few cases at a time."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.trail import broken_links

AT_ONCE = 200
"""Cases looked at in one transaction: none stays open while all of them are read."""


def hold_still(session: Session, engine: Engine) -> None:
    """Let a session, before its first statement, look at one state of the database only.

    A case that moves between two statements must not look broken.
    """
    if not engine.database.is_sqlite:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def find_broken_links(session: Session, engine: Engine, case: Case) -> list[int]:
    """The numbers of the events at which a case's chain does not hold; none when it is whole."""
    return list(
        broken_links(
            session,
            case_id=case.id,
            length=case.trail_length,
            head=case.trail_head,
            key=engine.vault.trail_key,
        )
    )


def check_trails(engine: Engine) -> Iterator[tuple[UUID, list[int]]]:
    """Every case with the numbers of the events at which its chain does not hold."""
    after: UUID | None = None
    while True:
        with engine.database.read() as session:
            hold_still(session, engine)
            query = select(Case.id, Case.trail_length, Case.trail_head).order_by(Case.id)
            if after is not None:
                query = query.where(Case.id > after)
            found = session.execute(query.limit(AT_ONCE)).all()
            for case_id, length, head in found:
                key = engine.vault.trail_key
                links = broken_links(session, case_id=case_id, length=length, head=head, key=key)
                yield case_id, list(links)
        if len(found) < AT_ONCE:
            return
        after = found[-1].id
