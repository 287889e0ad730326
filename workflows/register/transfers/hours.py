"""The hours ledger as a table: what members earned, each entry under a number of its own.

What was entered is never deleted: a row that says something else than before takes the entry back
by one of the opposite and enters it anew. Only what a table entered is changed by a table.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.language import N_
from engine.message_events import publish_many
from engine.vault import Vault
from workflows.register.transfers.cells import (
    FIRST_YEAR,
    Column,
    Unfit,
    number,
    read_date,
    read_hours,
    read_year,
    text,
    write_date,
    write_hundredths,
    write_plain,
)
from workflows.register.transfers.kinds import Context, Deed, Kind, Looking, Wanted
from workflows.register.transfers.ledgers import LedgerLooking, note_changes
from workflows.register.transfers.people import AT_A_TIME, among
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change, Row
from workflows.shared.bulk import table_of
from workflows.shared.hours import HoursEntry
from workflows.shared.register import ERASED, Member

TABLE = table_of(HoursEntry)
FIELDS = ("year", "earned_date", "hours", "title", "source")
PREFIX = "xlsx:"
"""How the keys of entries begin that a table made."""

PROBLEMS = {
    "entered_elsewhere": N_(
        "This entry comes from %(source)s and is corrected there. A table changes only what a table"
        " entered."
    ),
    "entry_of_other": N_("This entry is another member's."),
    "hours_needed": N_("Say how many hours above 0 it is."),
    "future": N_("This date is still to come."),
    "year_after": N_("Hours count for the year in which they were earned, or for an earlier one."),
    "erased": N_("The data of this member were erased."),
}

COLUMNS = (
    Column("number", (N_("Member number"), "会员编号", "会员号"), number(12), write_plain),
    Column("name", (N_("Name"), "姓名"), text(50), write_plain),
    Column("year", (N_("Year"), "年度", "计入年度"), read_year, write_plain),
    Column("earned_date", (N_("Earned on"), "取得日期", "培训日期"), read_date, write_date),
    Column("hours", (N_("Hours"), "学时"), read_hours, write_hundredths),
    Column("title", (N_("Course"), "培训课程", "课程名称", "培训内容"), text(200), write_plain),
    Column("source", (N_("Source"), "来源", "培训机构"), text(50), write_plain),
    Column("key", (N_("Number of the entry"), "记录编号", "学时记录编号"), text(100), write_plain),
)
LONGEST_KEY = 60


class Hours(Kind):
    """The hours ledger of associations' members."""

    name = "hours"
    columns = COLUMNS
    needed = ("number", "year", "earned_date", "hours")
    problems = PROBLEMS

    def begin(self, context: Context) -> Looking:
        """What compares the rows of one table."""
        return _Looking(context)

    def plan(
        self,
        session: Session,
        looking: "_Looking",
        changes: Sequence[Change],
        deed: Deed,
        to: Spool,
    ) -> None:
        """Put new entries into a spool, for changed ones the opposite and the new one."""
        entries, noted = [], []
        for each in changes:
            member = looking.members[each.number]
            stands = looking.under(member["id"], each.after["key"])
            if each.id is not None:
                entries.append(_opposite(stands))
            count = len(stands) + (1 if each.id is not None else 0)
            key = each.after["key"]
            entries.append(
                {
                    "member_id": member["id"],
                    **{name: each.after[name] for name in FIELDS},
                    "external_key": f"{key}/{count + 1}" if count else key,
                }
            )
            noted.append((member["id"], f"hours.{each.after['year']}", each))
        to.insert(TABLE, entries)
        note_changes(session, looking, noted, deed, to)
        to.noted += [str(member_id) for member_id, _name, _change in noted]

    def follow(self, session: Session, engine: Engine, noted: Sequence[Any], deed: Deed) -> None:
        """Let the cases that wait for hours look again; nobody is written to for each entry."""
        keys = sorted(set(noted))
        for begin in range(0, len(keys), AT_A_TIME):
            some = keys[begin : begin + AT_A_TIME]
            publish_many(session, name="hours_credited", keys=some, now=deed.now)

    def export(self, session: Session, vault: Vault, query: Wanted) -> Iterator[dict[str, Any]]:
        """All entries, what was taken back too, by association, number and day."""
        wanted = (
            select(
                Member.number,
                Member.name,
                HoursEntry.year,
                HoursEntry.earned_date,
                HoursEntry.hours,
                HoursEntry.title,
                HoursEntry.source,
                HoursEntry.external_key.label("key"),
            )
            .join(Member, Member.id == HoursEntry.member_id)
            .where(Member.association_id.in_(sorted(query.scope)), Member.state != ERASED)
        )
        if query.year is not None:
            wanted = wanted.where(HoursEntry.year == query.year)
        ordered = wanted.order_by(
            Member.association_id, Member.number, HoursEntry.earned_date, HoursEntry.id
        )
        found = session.execute(ordered.execution_options(yield_per=AT_A_TIME))
        for row in found.mappings():
            yield dict(row)


class _Looking(LedgerLooking):
    """Compares rows with the hours ledger."""

    def prepare(self, session: Session, rows: Sequence[Row]) -> None:
        """Look up the members and all their entries, by what they stand under."""
        super().prepare(session, rows)
        self._by_key: dict[str, dict[str, Any]] = {}
        self._under: dict[tuple[int, str], list[dict[str, Any]]] = {}
        ids = [each["id"] for each in self.members.values()]
        for begin in range(0, len(ids), AT_A_TIME):
            some = ids[begin : begin + AT_A_TIME]
            query = (
                select(*TABLE.c).where(among(session, TABLE.c.member_id, some)).order_by(TABLE.c.id)
            )
            for row in session.execute(query).mappings():
                entry = dict(row)
                self._by_key[entry["external_key"]] = entry
                begins = entry["external_key"].rpartition("/")[0] or entry["external_key"]
                base = begins if begins in self._by_key else entry["external_key"]
                self._under.setdefault((entry["member_id"], base), []).append(entry)

    def under(self, member_id: int, key: str) -> Sequence[Mapping[str, Any]]:
        """What was entered under a key and what was taken back since, in order."""
        return self._under.get((member_id, key), ())

    def compare(self, row: Row) -> Change | None:
        """What a row enters or changes; raises Unfit."""
        member = self.find_member(row, "year", "earned_date", "hours")
        if member["state"] == ERASED:
            raise Unfit("erased", "number")
        values = row.values
        said = {name: values[name] for name in FIELDS if name in values}
        known = self._by_key.get(values.get("key", ""))
        if known is not None and known["member_id"] == member["id"] and not _differs(known, said):
            # Also what takes hours back stands in a table that was taken away.
            self.once(values["key"], row, "key")
            return None
        key = self._find_key(member["number"], said, values.get("key", ""), known)
        self.once(key, row, "key" if "key" in values else "number")
        self._check(said)
        stands = self.under(member["id"], key)
        number, name = member["number"], member["name"]
        if not sum(each["hours"] for each in stands):
            after = {"title": "", "source": ""} | said | {"key": key}
            return Change(row.line, None, number, name, values, {}, after)
        if not _differs(stands[-1], said):
            return None
        before = _says(stands[-1])
        after = before | said | {"key": key}
        return Change(row.line, stands[-1]["id"], number, name, values, before, after)

    def _find_key(
        self, number: str, said: Mapping[str, Any], typed: str, known: Mapping[str, Any] | None
    ) -> str:
        """Under which key the entry of a row stands, or is to stand; raises Unfit."""
        if typed.startswith(PREFIX):
            if not typed.startswith(f"{PREFIX}{number}:"):
                raise Unfit("entry_of_other", "key")
            # What was entered anew after it was taken back stands under the same key.
            return typed.rpartition("/")[0] or typed
        if known is not None:
            raise Unfit("entered_elsewhere", "key", source=known["source"] or "–")
        if len(typed) > LONGEST_KEY:
            raise Unfit("too_long", "key", most=str(LONGEST_KEY))
        # Without a number of its own an entry is known by what it says.
        own = (
            typed.replace("/", "-")
            or blake2b(repr(sorted(said.items())).encode(), digest_size=12).hexdigest()
        )
        return f"{PREFIX}{number}:{own}"

    def _check(self, said: Mapping[str, Any]) -> None:
        if said["hours"] <= 0:
            raise Unfit("hours_needed", "hours")
        if said["earned_date"] > self.context.today.isoformat():
            raise Unfit("future", "earned_date")
        if not FIRST_YEAR <= said["year"] <= date.fromisoformat(said["earned_date"]).year + 1:
            raise Unfit("year_after", "year")


def _says(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in FIELDS} | {
        "earned_date": entry["earned_date"].isoformat()
    }


def _differs(entry: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether a row says something else than an entry."""
    return any(value != said.get(name, value) for name, value in _says(entry).items())


def _opposite(stands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entry that takes back what stands under a key."""
    last = stands[-1]
    return {
        "member_id": last["member_id"],
        **{name: last[name] for name in FIELDS},
        "hours": -sum(each["hours"] for each in stands),
        "external_key": f"{stands[0]['external_key']}/{len(stands) + 1}",
    }
