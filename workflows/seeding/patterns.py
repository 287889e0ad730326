"""The rows that a story wrote as a pattern, to be filled in for any member, date and key.

A pattern is made in a transaction that is taken back. Its member, association, season, accounts
and year are numbers that occur nowhere else, so each place where one stands is found, also
inside the engine's state, the trail and the keys of what a case waits for. Rows then come from
`itemgetter`s over one list of values per case.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.database import Base
from engine.engine import Engine
from engine.submissions import Mark, Submission, submissions
from engine.subscriptions import Subscription
from engine.tasks import Task
from engine.trail import Event
from workflows.seeding.abridging import Rows, abridge
from workflows.shared.bulk import table_of
from workflows.shared.results import YearlyResult, subject_of

MODELS: tuple[type[Base], ...] = (Case, Task, Submission, Mark, Event, Subscription)
"""What a case consists of, in the order in which rows refer to rows."""

HANDED_OUT = frozenset(
    {"assigned_to", "assigned_at", "claimed_by", "claimed_at", "nudges", "nudged_at"}
)
"""What the people of an association and the member do to a task that waits."""

_KEYS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")

Values = list[Any]


@dataclass(frozen=True)
class Marker:
    """A value of the pattern's own, and what each case has in its place."""

    value: int | str
    name: str


@dataclass
class Slots:
    """Places in the list of values from which a case's rows are made: constants, then its own."""

    constants: list[Any] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def constant(self, value: object) -> int:
        """Where a value stands that is the same for all."""
        self.constants.append(value)
        return len(self.constants) - 1

    def named(self, name: str) -> int:
        """Where a case's own value of a name stands."""
        if name not in self.names:
            self.names[name] = self.constant(None)
        return self.names[name]


@dataclass(frozen=True)
class TextPattern:
    """A text in which some places are a case's own."""

    slot: int
    parts: tuple[str, ...]
    slots: tuple[int, ...]

    def fill(self, values: Values) -> str:
        """The text of a case."""
        said = [*self.parts]
        said[1::2] = [str(values[each]) for each in self.slots]
        return "".join(said)


@dataclass(frozen=True)
class Sent:
    """A submission of the pattern: where its digest and its seal go, and what it says."""

    element_id: str
    digest: int
    sealed: int
    values: Any


@dataclass(frozen=True)
class EventPattern:
    """What an event's link of the chain is made of: places in the list of values."""

    number: int
    kind: str
    at: int
    by_kind: str
    by_id: int
    data: int
    mac: int


@dataclass
class Pattern:
    """A story's rows."""

    slots: Slots
    tables: list[tuple[Table, tuple[str, ...], list[Callable[[Values], tuple[Any, ...]]]]]
    keys: list[tuple[int, int, int, int]]
    sent: list[Sent]
    marks: list[tuple[int, bytes]]
    texts: list[TextPattern]
    state: TextPattern | None
    events: list[EventPattern]
    moments: list[int]
    dues: list[tuple[int, int]]
    result: Mapping[str, Any] | None
    record: Any
    case: int


class Recorder:
    """Makes a pattern of what a story wrote."""

    def __init__(
        self,
        session: Session,
        engine: Engine,
        case: Case,
        markers: Sequence[Marker],
        moments: Sequence[datetime],
        *,
        is_whole: bool,
    ) -> None:
        self.session, self.engine, self.case = session, engine, case
        self.is_whole = is_whole
        self.slots = Slots()
        self.markers = {each.value: each.name for each in markers}
        texts = sorted((str(each.value) for each in markers), key=len, reverse=True)
        self.places = re.compile("|".join([_KEYS.pattern, *map(re.escape, texts)]))
        self.by_text = {str(each.value): each.name for each in markers}
        self.moments = {at: number for number, at in enumerate(moments)}
        self.ids: dict[UUID, int] = {}
        self.texts: list[TextPattern] = []
        self.dues: list[tuple[int, int]] = []

    def record(self) -> Pattern:
        """The pattern."""
        case, session = self.case, self.session
        session.expire_all()
        self._key(case.id)
        found = self._find_rows()
        digests = _digests(found[Event])
        subject = case.subject_key
        sent = [
            each
            for each in submissions(session, self.engine.vault, case_id=case.id, subject=subject)
            if found[Submission]
        ]
        self.by_text |= {digest: f"digest:{key.hex}" for key, digest in digests.items()}
        self.places = re.compile(
            "|".join([*digests.values(), self.places.pattern]) if digests else self.places.pattern
        )
        tables = []
        marks: list[tuple[int, bytes]] = []
        events: list[EventPattern] = []
        state: TextPattern | None = None
        for model in MODELS:
            table = table_of(model)
            columns = tuple(each.name for each in table.columns)
            getters: list[Callable[[Values], tuple[Any, ...]]] = []
            for row in found[model]:
                places = {name: self._place(model, name, row) for name in columns}
                if model is Case and row["engine_state"]:
                    state = self._text(row["engine_state"].decode(), self.slots.constant(None))
                    places["engine_state"] = state.slot
                if model is Mark:
                    opened = self.engine.vault.open(session, subject, row["sealed"])
                    marks.append((places["sealed"], opened))
                if model is Event:
                    events.append(_event(row, places))
                getters.append(itemgetter(*(places[name] for name in columns)))
            tables.append((table, columns, getters))
        result = session.scalar(select(YearlyResult).where(YearlyResult.case_id == case.id))
        return Pattern(
            slots=self.slots,
            tables=tables,
            keys=self._keys(),
            sent=[
                Sent(
                    each.element_id,
                    self.slots.named(f"digest:{each.id.hex}"),
                    self.slots.named(f"sealed:{each.id.hex}"),
                    dict(each.values),
                )
                for each in sent
            ],
            marks=marks,
            texts=self.texts,
            state=state,
            events=events,
            moments=[self.slots.named(f"moment:{each}") for each in self.moments.values()],
            dues=self.dues,
            result=_describe(result),
            record=None
            if result is None or result.record is None or not self.is_whole
            else orjson.loads(
                self.engine.vault.open(session, subject_of(result.member_id), result.record)
            ),
            case=self._key(case.id),
        )

    def _place(self, model: type, name: str, row: Mapping[str, Any]) -> int:
        """Where a column's value stands in the list of values."""
        value = row[name]
        if model is Task and name in HANDED_OUT and _waits(row):
            return self.slots.named(name)
        if isinstance(value, UUID):
            return self._key(value)
        if name == "due_at" and value is not None:
            place = self.slots.constant(None)
            self.dues.append((place, self._moment(row["opened_at"])))
            return place
        if isinstance(value, datetime):
            return self._moment(value)
        if name in ("mac", "trail_head") or (model is Mark and name == "sealed"):
            return self.slots.named("head") if name == "trail_head" else self.slots.constant(None)
        if model is Submission and name == "sealed":
            return self.slots.named(f"sealed:{row['id'].hex}")
        if model is Event and name == "data":
            said = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
            return self._text(said, self.slots.constant(None), is_kept=True).slot
        if isinstance(value, int | str) and value in self.markers:
            return self.slots.named(self.markers[value])
        if isinstance(value, str) and self.places.search(value):
            return self._text(value, self.slots.constant(None), is_kept=True).slot
        return self.slots.constant(value)

    def _text(self, said: str, slot: int, *, is_kept: bool = False) -> TextPattern:
        parts: list[str] = []
        slots: list[int] = []
        at = 0
        for found in self.places.finditer(said):
            parts += [said[at : found.start()], ""]
            slots.append(self._named(found.group()))
            at = found.end()
        made = TextPattern(slot, (*parts, said[at:]), tuple(slots))
        if is_kept:
            self.texts.append(made)
        return made

    def _named(self, found: str) -> int:
        if found in self.by_text:
            return self.slots.named(self.by_text[found])
        key = UUID(found)
        self._key(key)
        return self.slots.named(f"{'text' if '-' in found else 'hex'}:{key.hex}")

    def _key(self, key: UUID) -> int:
        if key not in self.ids:
            self.ids[key] = self.slots.named(f"key:{key.hex}")
        return self.ids[key]

    def _moment(self, at: datetime) -> int:
        return self.slots.named(f"moment:{self.moments[at]}")

    def _keys(self) -> list[tuple[int, int, int, int]]:
        """Each key with where its spellings stand (-1: nowhere), and of which moment it is."""
        opened = {
            row.id: row.opened_at
            for row in self.session.execute(
                select(Task.id, Task.opened_at).where(Task.case_id == self.case.id)
            )
        } | {
            row.id: row.at
            for row in self.session.execute(
                select(Submission.id, Submission.at).where(Submission.case_id == self.case.id)
            )
        }
        names = self.slots.names
        return [
            (
                place,
                names.get(f"hex:{key.hex}", -1),
                names.get(f"text:{key.hex}", -1),
                self._moment(opened.get(key, self.case.started_at)),
            )
            for key, place in sorted(self.ids.items())
        ]

    def _find_rows(self) -> Mapping[type[Base], Rows]:
        """What the story wrote, or what of it a former system hands over."""
        rows: dict[type[Base], Rows] = {}
        for model in MODELS:
            table = table_of(model)
            key = table.c.id if model is Case else table.c.case_id
            query = select(table).where(key == self.case.id)
            found = self.session.execute(query.order_by(*table.primary_key.columns))
            rows[model] = [dict(each) for each in found.mappings()]
        return rows if self.is_whole else abridge(rows)


def _digests(events: Rows) -> dict[UUID, str]:
    return {
        UUID(each["data"]["submission"]): each["data"]["digest"]
        for each in events
        if each["data"].get("digest")
    }


def _waits(row: Mapping[str, Any]) -> bool:
    return bool(row["state"] == "open" and row["lane"] != row["subject_kind"])


def _event(row: Mapping[str, Any], places: Mapping[str, int]) -> EventPattern:
    return EventPattern(
        number=row["number"],
        kind=row["kind"],
        at=places["at"],
        by_kind=row["by_kind"],
        by_id=places["by_id"],
        data=places["data"],
        mac=places["mac"],
    )


def _describe(result: YearlyResult | None) -> Mapping[str, Any] | None:
    if result is None:
        return None
    return {
        "kind": result.kind,
        "status": result.status,
        "hours_required": result.hours_required,
        "hours_done": result.hours_done,
        "fee_status": result.fee_status,
    }
