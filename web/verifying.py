"""Every case's trail held against its chain, a few cases at a time."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from engine.cases import Case
from engine.engine import Engine
from engine.trail import broken_links

AT_ONCE = 200
"""Cases looked at in one transaction: none stays open while all of them are read."""


def check_trails(engine: Engine) -> Iterator[tuple[UUID, list[int]]]:
    """Every case with the numbers of the events at which its chain does not hold."""
    after: UUID | None = None
    while True:
        with engine.database.read() as session:
            if not engine.database.is_sqlite:
                # A case that moves between two statements must not look broken.
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
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
