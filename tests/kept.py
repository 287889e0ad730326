"""Everything that a database keeps, as texts to look for secrets in."""

from collections.abc import Iterator

from sqlalchemy import select

from engine.cases import Case
from engine.database import Base
from engine.drafts import Draft
from engine.engine import Engine
from engine.submissions import Mark, Submission
from workflows.shared.resets import Reset


def everything_kept(engine: Engine) -> Iterator[tuple[str, str]]:
    """Each row with its table's name, and what is sealed of cases opened: it would hide it."""
    with engine.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield table.name, " ".join(_write(each) for each in row)
        for case in session.scalars(select(Case)):
            for kind in (Submission, Mark, Draft):
                for sealed in session.scalars(select(kind.sealed).where(kind.case_id == case.id)):
                    opened = engine.vault.open(session, case.subject_key, sealed)
                    yield f"opened {kind.__tablename__}", _write(opened)
        for reset in session.scalars(select(Reset)):
            opened = engine.vault.open(session, f"visitor:{reset.visit_id}", reset.shown_sealed)
            yield "opened reset", _write(opened)


def _write(value: object) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
