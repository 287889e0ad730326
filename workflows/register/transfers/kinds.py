"""What every kind of transfer has: columns, rows that are compared, writes that are planned.

To have another kind: a module with a `Kind` and its name in `transfers.every`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.language import N_
from engine.vault import Vault
from forms.masking import mask
from workflows.register.transfers.cells import COVERED, Column, Unfit
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change, Row, Wrong
from workflows.shared.associations import Association

PROBLEMS = {
    "missing": N_("There is nothing here. This column is needed."),
    "needed_for_new": N_("There is nothing here. For somebody new it is needed."),
    "twice": N_("This stands in the table twice, first in line %(first)s."),
    "unknown_member": N_("There is no member of this number."),
    "unknown_firm": N_("There is no firm of this number."),
    "unknown_office": N_("There is no association of this name or code."),
    "not_yours": N_("This belongs to an association that you do not look after."),
    "other_name": N_("The name does not belong to this number: %(name)s was expected."),
}
"""What can be wrong with a row of any kind, by code."""


@dataclass(frozen=True, slots=True)
class Offices:
    """The associations, by everything that a cell may say of one, and their names."""

    known: Mapping[str, int]
    names: Mapping[int, str]

    def find(self, said: str) -> int:
        """The key of an association; raises Unfit."""
        found = self.known.get(said)
        if found is None:
            raise Unfit("unknown_office", "association")
        return found


@dataclass(frozen=True, slots=True)
class Context:
    """Whose import it is: the associations that it may touch, and what it needs besides.

    `owned_of_cpas`: the fields of CPAs that the supervision platform owns.
    """

    vault: Vault
    scope: frozenset[int]
    offices: Offices
    today: date
    owned_of_cpas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Deed:
    """An import that is carried out: by whom, why, when."""

    by: Actor
    reason: str
    now: datetime


@dataclass(slots=True)
class Looked:
    """What became of some rows when they were compared with the register."""

    changes: list[Change] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    unchanged: int = 0


class Looking:
    """Compares the rows of one table with the register, some hundred at a time."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._lines: dict[object, int] = {}

    def look(self, session: Session, rows: Sequence[Row]) -> Looked:
        """Sort rows into those that change something, those that do not, and wrong ones."""
        looked = Looked()
        self.prepare(session, rows)
        for row in rows:
            try:
                change = self.compare(row)
            except Unfit as unfit:
                looked.wrong.append(Wrong(row.line, unfit.column, "", unfit.why, unfit.values))
                continue
            if change is None:
                looked.unchanged += 1
            else:
                looked.changes.append(change)
        return looked

    def prepare(self, session: Session, rows: Sequence[Row]) -> None:
        """Look up what some rows are compared with."""
        raise NotImplementedError

    def compare(self, row: Row) -> Change | None:
        """What a row changes, if anything; raises Unfit."""
        raise NotImplementedError

    def once(self, key: object, row: Row, column: str) -> None:
        """Let a key stand in one row only; raises Unfit at the second."""
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            raise Unfit("twice", column, first=str(first))

    def check_scope(self, association_id: int, column: str) -> None:
        """Raises Unfit for what belongs to an association of somebody else."""
        if association_id not in self.context.scope:
            raise Unfit("not_yours", column)


class Kind:
    """One kind of transfer: what a table of it says, and how it gets into the register.

    `needed`: the columns without which a table says nothing. `filters`: by which values of its
    columns a table may be taken away.
    """

    name: str
    columns: tuple[Column, ...]
    needed: tuple[str, ...]
    problems: Mapping[str, str]
    filters: Mapping[str, Sequence[str]] = {}

    def begin(self, context: Context) -> Looking:
        """What compares the rows of one table."""
        raise NotImplementedError

    def plan(
        self, session: Session, looking: Any, changes: Sequence[Change], deed: Deed, to: Spool
    ) -> None:
        """Put all that some changes write into a spool, and what must still be so then.

        `looking`: what compared them, and only them, just before.
        """
        raise NotImplementedError

    def follow(self, session: Session, engine: Engine, noted: Sequence[Any], deed: Deed) -> None:
        """Do what comes of changes that were written, of what `plan` noted of them.

        It is in the same transaction.
        """

    def export(self, session: Session, vault: Vault, query: "Wanted") -> Iterator[dict[str, Any]]:
        """The rows of a table to take away, by the keys of the columns."""
        raise NotImplementedError

    def column(self, key: str) -> Column:
        """The column of a key."""
        return next(each for each in self.columns if each.key == key)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows somebody takes away: of these associations, and of what he filtered by."""

    scope: frozenset[int]
    kind: str = ""
    state: str = ""
    year: int | None = None


def find_offices(session: Session) -> Offices:
    """All associations."""
    rows = session.execute(
        select(Association.id, Association.code, Association.name, Association.name_en)
    ).all()
    known: dict[str, int] = {}
    for each in rows:
        for said in filter(None, (each.code, each.name, each.name_en)):
            known.setdefault(said, each.id)
    return Offices(known, {each.id: each.name for each in rows})


def uncover(said: str, known: str, kind: str, column: str) -> str:
    """What a cell says of a value that may be covered in it; raises Unfit."""
    if COVERED not in said:
        return said
    if known and said == mask(kind, known):
        return known
    raise Unfit("covered", column)
