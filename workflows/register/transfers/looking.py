"""Looking a workbook through: a job reads it row by row and says what it would change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from openpyxl.utils import get_column_letter
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.engine import Engine
from engine.errors import Conflict, HuijiError, Rejected
from engine.jobs import job
from engine.language import N_, _
from engine.vault import Erased
from workflows.register.transfers.cells import COVERED, Column, Unfit, say
from workflows.register.transfers.every import KINDS
from workflows.register.transfers.kinds import Context, Kind, Looked, find_offices
from workflows.register.transfers.reading import Line, Sheet, open_sheet
from workflows.register.transfers.staging import (
    FAILED,
    PORTION,
    QUEUE,
    READING,
    READY,
    REFUSED,
    Change,
    ImportPortion,
    Part,
    RegisterImport,
    Row,
    Wrong,
    find_import,
    path_of,
    seal_portion,
)
from workflows.shared.access import get_viewer, transfer_associations
from workflows.shared.accounts import get_account
from workflows.shared.dates import local_date
from workflows.shared.register import CPA
from workflows.shared.sealed_files import open_file
from workflows.shared.supervision import owned_fields_of

JOB = "transfers.look_through"
ROWS_ABOVE_HEADS = 10
SAID = 100
"""How much is kept of what a wrong cell says, in characters."""
MOST_ROWS = 200_000
MOST_WRONG = 5_000
AT_A_TIME = 1_000


class ColumnsMissing(Rejected):
    """The first sheet has no row with the heads that are needed."""

    message = N_(
        "The first sheet has no column headed %(missing)s in its first rows. Begin with the"
        " template and keep its heads."
    )


class NothingToImport(Rejected):
    """There is no row below the heads."""

    message = N_("There are no rows below the heads of the columns.")


class TooManyRows(Rejected):
    """More rows than are taken over at once."""

    message = N_("The table has more than %(most)s rows. Divide it and send the parts one by one.")


class TooManyWrong(Rejected):
    """So much is wrong that it is another table."""

    message = N_(
        "More than %(most)s rows are wrong. Look whether this is the right table for this import."
    )


class SenderGone(Rejected):
    """The account of who sent it was closed meanwhile."""

    message = N_("The account of the person who sent this table was closed.")


class Overtaken(Conflict):
    """Another attempt is at this import: this one ends without a trace."""


def refuse(session: Session, found: RegisterImport, error: HuijiError, now: datetime) -> None:
    """End an import with the sentence why none of it is taken over."""
    found.state, found.ended_at = REFUSED, now
    found.problem = {
        "message": error.message,
        "values": {name: str(value) for name, value in error.values.items()},
    }
    session.flush()


def begin_run(
    session: Session, import_id: UUID, *, state: str
) -> tuple[RegisterImport, UUID] | None:
    """Take an import that waits in a state for this attempt; None where there is nothing to do."""
    found = find_import(session, import_id)
    if found is None or found.state != state:
        return None
    found.run, found.progress = new_id(), 0
    session.flush()
    return found, found.run


def move_on(session: Session, import_id: UUID, run: UUID, **columns: Any) -> None:
    """Write how far an attempt is; raises Overtaken if another one has taken its place."""
    moved = session.scalar(
        update(RegisterImport)
        .where(RegisterImport.id == import_id, RegisterImport.run == run)
        .values(**columns)
        .returning(RegisterImport.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise Overtaken


def find_context(session: Session, engine: Engine, found: RegisterImport) -> Context:
    """What an import may touch: what its sender looked after then, and does still.

    Raises SenderGone where the account cannot sign in any more.
    """
    account = get_account(session, found.account_id)
    if not account.is_active:
        raise SenderGone
    viewer = get_viewer(session, account)
    return Context(
        vault=engine.vault,
        scope=transfer_associations(viewer, found.kind) & frozenset(found.scope),
        offices=find_offices(session),
        today=local_date(engine.now()),
        owned_of_cpas=owned_fields_of(engine, CPA),
    )


def _gives_up(
    session: Session, _engine: Engine, *, now: datetime, import_id: str, **_others: object
) -> None:
    found = find_import(session, UUID(import_id))
    if found is not None and found.state == READING:
        found.state, found.ended_at = FAILED, now


@job(JOB, attempts=3, gives_up=_gives_up, queues=(QUEUE,))
def look_through(engine: Engine, *, import_id: str) -> None:
    """Read a workbook and keep what it would change; done again it begins anew."""
    key = UUID(import_id)
    with engine.database.transaction() as session:
        begun = begin_run(session, key, state=READING)
        if begun is None:
            return
        found, run = begun
        session.execute(delete(ImportPortion).where(ImportPortion.import_id == key))
    try:
        with engine.database.read() as session:
            context = find_context(session, engine, found)
        with TemporaryFile() as content:
            _open(engine, found, content)
            _Reader(engine, found, run, context).read(open_sheet(content))
    except Overtaken:
        return
    except (Rejected, Erased) as error:
        with engine.database.transaction() as session:
            current = find_import(session, key)
            if current is not None and current.run == run:
                refuse(session, current, error, engine.now())


def _open(engine: Engine, found: RegisterImport, content: IO[bytes]) -> None:
    with engine.database.read() as session:
        path = path_of(engine, found.id)
        for piece in open_file(session, engine.vault, found.vault_subject, path):
            content.write(piece)
    content.seek(0)


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one workbook."""

    engine: Engine
    found: RegisterImport
    run: UUID
    context: Context
    counts: dict[str, int] = field(
        default_factory=lambda: {"new": 0, "changed": 0, "unchanged": 0, "wrong": 0}
    )
    waiting: dict[Part, list[Change | Wrong]] = field(
        default_factory=lambda: {"new": [], "changed": [], "wrong": []}
    )
    positions: dict[Part, int] = field(default_factory=lambda: {"new": 0, "changed": 0, "wrong": 0})

    @property
    def kind(self) -> Kind:
        return KINDS[self.found.kind]

    def read(self, sheet: Sheet) -> None:
        """Read all rows; raises what `open_sheet` and its lines raise, and the refusals here."""
        columns = find_columns(self.kind, sheet.lines)
        letters = {each.key: get_column_letter(at + 1) for at, each in columns}
        looking = self.kind.begin(self.context)
        count = 0
        while lines := list(islice(sheet.lines, AT_A_TIME)):
            rows, wrong = read_rows(columns, lines)
            count += len(lines)
            if count > MOST_ROWS:
                raise TooManyRows(most=MOST_ROWS)
            with self.engine.database.read() as session:
                looked = looking.look(session, rows)
            known = {each.line: each.values for each in rows}
            looked.wrong = [self._in_words(each, known[each.line]) for each in looked.wrong]
            self._take(looked, wrong)
            if self.counts["wrong"] > MOST_WRONG:
                raise TooManyWrong(most=MOST_WRONG)
            self._keep(progress=int(sheet.read * 100), letters=letters)
        if not count:
            raise NothingToImport
        self._keep(is_last=True, state=READY, progress=100)

    def _in_words(self, wrong: Wrong, values: Mapping[str, Any]) -> Wrong:
        """A wrong row with what its cell says, not the register's code for it."""
        value = values.get(wrong.column)
        if value in (None, ""):
            return wrong
        said = self.kind.column(wrong.column).write(value, "zh")
        return replace(wrong, said="" if said is None else str(said)[:SAID])

    def _take(self, looked: Looked, wrong: Sequence[Wrong]) -> None:
        self.waiting["wrong"] += sorted([*wrong, *looked.wrong], key=lambda each: each.line)
        for change in looked.changes:
            self.waiting["new" if change.id is None else "changed"].append(change)
        self.counts["new"] += sum(1 for each in looked.changes if each.id is None)
        self.counts["changed"] += sum(1 for each in looked.changes if each.id is not None)
        self.counts["unchanged"] += looked.unchanged
        self.counts["wrong"] += len(wrong) + len(looked.wrong)

    def _keep(self, *, is_last: bool = False, **columns: Any) -> None:
        """Write whole portions down, at the end those that are not full, too."""
        with self.engine.database.transaction() as session:
            move_on(session, self.found.id, self.run, **self.counts, **columns)
            for part, rows in self.waiting.items():
                while len(rows) >= PORTION or (is_last and rows):
                    session.add(
                        ImportPortion(
                            import_id=self.found.id,
                            part=part,
                            position=self.positions[part],
                            sealed=seal_portion(
                                session, self.engine.vault, self.found, rows[:PORTION]
                            ),
                        )
                    )
                    self.positions[part] += 1
                    del rows[:PORTION]


def find_columns(kind: Kind, lines: Iterator[Line]) -> list[tuple[int, Column]]:
    """Read until the heads; the columns and where they stand. Raises ColumnsMissing."""
    known = {fold(words): each for each in kind.columns for words in each.heads}
    best: dict[str, tuple[int, Column]] = {}
    for line in lines:
        found: dict[str, tuple[int, Column]] = {}
        for at, cell in enumerate(line.cells):
            column = known.get(fold(say(cell)))
            if column is not None:
                found.setdefault(column.key, (at, column))
        if len(found) > len(best):
            best = found
        if all(key in best for key in kind.needed):
            return list(best.values())
        if line.number > ROWS_ABOVE_HEADS:
            break
    missing = [_(kind.column(key).heads[0]) for key in kind.needed if key not in best]
    raise ColumnsMissing(missing=_(", ").join(f"“{each}”" for each in missing))


def read_rows(
    columns: Sequence[tuple[int, Column]], lines: Sequence[Line]
) -> tuple[list[Row], list[Wrong]]:
    """The cells of lines as values; a line of which one cannot be read is wrong."""
    rows: list[Row] = []
    wrong: list[Wrong] = []
    for line in lines:
        values: dict[str, Any] = {}
        cells, count = line.cells, len(line.cells)
        for at, column in columns:
            cell = cells[at] if at < count else None
            if cell is None or cell == "" or (type(cell) is str and cell.isspace()):
                continue
            if column.covers and isinstance(cell, str) and COVERED in cell:
                # Whether it covers what is on file is for who compares.
                values[column.key] = say(cell)[:SAID]
                continue
            try:
                values[column.key] = column.read(cell)
            except Unfit as unfit:
                said = say(cell)[:SAID]
                wrong.append(Wrong(line.number, column.key, said, unfit.why, unfit.values))
                break
        else:
            if values:
                rows.append(Row(line.number, values))
    return rows, wrong


def fold(words: str) -> str:
    """A head as it is compared."""
    return words.strip(" *:：").replace(" ", "").casefold()
