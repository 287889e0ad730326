"""Tables for the register: made, sent, looked through and taken over, as a person would."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from engine.database import new_id
from engine.engine import Engine
from engine.jobs import Worker
from tests.workflows.office import viewer
from workflows.register.transfers import applying, exporting, sending, staging
from workflows.register.transfers.writing import Sheet, write_book

Rows = Sequence[Sequence[Any]]


def make_book(rows: Rows) -> BytesIO:
    """A workbook with these rows on its first sheet, heads and all."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    made = BytesIO()
    book.save(made)
    made.seek(0)
    return made


class Table:
    """One import of somebody of the staff."""

    def __init__(self, engine: Engine, kind: str, login: str = "zj_manage") -> None:
        self.engine, self.kind, self.login = engine, kind, login
        self.id = new_id()

    def send(self, content: Rows | BytesIO) -> "Table":
        """Send it and have it looked through."""
        book = content if isinstance(content, BytesIO) else make_book(content)
        with self.engine.database.transaction() as session:
            sending.send_import(
                session,
                self.engine,
                import_id=self.id,
                kind=self.kind,
                viewer=viewer(session, self.login),
                content=book,
                name="表.xlsx",
                now=self.engine.now(),
            )
        return self.work()

    def confirm(self, reason: str = "省注协换届核对", *, without_wrong: bool = False) -> "Table":
        """Have it taken over."""
        with self.engine.database.transaction() as session:
            applying.confirm_import(
                session,
                import_id=self.id,
                account_id=viewer(session, self.login).account_id,
                reason=reason,
                without_wrong=without_wrong,
                now=self.engine.now(),
            )
        return self.work()

    def work(self) -> "Table":
        """Do what waits."""
        Worker(self.engine).run_due(queue=staging.QUEUE)
        return self

    @property
    def found(self) -> staging.RegisterImport:
        """The import as it is now."""
        with self.engine.database.read() as session:
            return session.get_one(staging.RegisterImport, self.id)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """New, changed, unchanged and wrong rows."""
        found = self.found
        return found.new, found.changed, found.unchanged, found.wrong

    def part(self, part: staging.Part) -> list[Any]:
        """The rows of a part."""
        with self.engine.database.read() as session:
            found = session.get_one(staging.RegisterImport, self.id)
            portions = staging.read_portions(session, self.engine.vault, found, part)
            return [each for portion in portions for each in portion]

    @property
    def wrong(self) -> list[tuple[int, str, str]]:
        """Line, letter of the column, and why."""
        letters = self.found.letters
        return [(each.line, letters.get(each.column, ""), each.why) for each in self.part("wrong")]


def take_away(
    engine: Engine, kind: str, *, login: str = "zj_manage", is_in_full: bool = True
) -> BytesIO:
    """A table as somebody takes it away."""
    with engine.database.transaction() as session:
        wanted = exporting.begin_export(
            session,
            kind=kind,
            viewer=viewer(session, login),
            association_id=None,
            wanted={},
            reason="核对",
            is_in_full=is_in_full,
            address="",
            now=engine.now(),
        )
    rows = exporting.export_rows(
        engine, kind=kind, wanted=wanted, is_in_full=is_in_full, language="zh"
    )
    return BytesIO(b"".join(write_book([Sheet(kind, exporting.head_columns(kind), rows)])))
