"""The fee ledger as a table: what each member owes for a year, or that he need not.

A row says how a year stands, and never more than once. What was paid through the system stays what
it was: a year that is settled is opened again on the member's page only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.language import N_
from engine.message_events import publish_many
from engine.vault import Vault
from forms.lists import Language
from forms.options import Option
from workflows.register.transfers.cells import (
    Column,
    Unfit,
    choice,
    number,
    read_money,
    read_year,
    text,
    write_choice,
    write_hundredths,
    write_plain,
)
from workflows.register.transfers.kinds import Context, Deed, Kind, Looking, Wanted
from workflows.register.transfers.ledgers import LedgerLooking, note_changes
from workflows.register.transfers.people import AT_A_TIME, among
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change, Row
from workflows.shared.bulk import table_of
from workflows.shared.fees import (
    CONFIRMED,
    EXEMPT,
    PENDING,
    SETTLED,
    TO_PAY,
    FeeEntry,
    FeePayment,
    fee_key,
)
from workflows.shared.register import ERASED, Member

TABLE = table_of(FeeEntry)
FIELDS = ("status", "amount", "exempt_reason")

PROBLEMS = {
    "settled": N_("This year is settled. Change it on the member's page."),
    "pending": N_("Whether this is paid is being looked into. Decide that in the inbox first."),
    "only_pending": N_("A table says to be paid, paid or exempt: pending is what the system says."),
    "amount_needed": N_("Say how much it is: an amount above 0."),
    "reason_needed": N_("Say why he is exempt."),
    "year_twice": N_(
        "This year of this member stands in the table twice, first in line %(first)s."
    ),
    "erased": N_("The data of this member were erased."),
}


def _statuses(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option(TO_PAY, "待缴费" if zh else "To pay"),
        Option(CONFIRMED, "已缴费" if zh else "Paid"),
        Option(EXEMPT, "免会费" if zh else "Exempt"),
        Option(PENDING, "待确认" if zh else "Pending"),
    )


COLUMNS = (
    Column("number", (N_("Member number"), "会员编号", "会员号", "编号"), number(12), write_plain),
    Column("name", (N_("Name"), "姓名"), text(50), write_plain),
    Column("year", (N_("Year"), "年度", "会费年度"), read_year, write_plain),
    Column(
        "status",
        (N_("State of the fee"), "缴费状态", "缴费情况"),
        choice(_statuses),
        write_choice(_statuses),
    ),
    Column(
        "amount",
        (N_("Amount (yuan)"), "金额（元）", "应缴金额", "会费金额"),
        read_money,
        write_hundredths,
    ),
    Column(
        "exempt_reason",
        (N_("Reason of the exemption"), "免缴原因", "减免原因"),
        text(200),
        write_plain,
    ),
)


class Fees(Kind):
    """The fee ledger of associations' members."""

    name = "fees"
    columns = COLUMNS
    needed = ("number", "year", "status")
    problems = PROBLEMS
    filters: Mapping[str, Sequence[str]] = {"status": (TO_PAY, PENDING, CONFIRMED, EXEMPT)}

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
        """Put new years and changed ones into a spool, each with its trail."""
        members = {each.number: looking.members[each.number]["id"] for each in changes}
        new, known, changed = [], [], []
        for each in changes:
            columns = {**each.after, "updated_at": deed.now}
            if each.id is None:
                key = {"member_id": members[each.number], "year": each.values["year"]}
                new.append({**key, "amount": 0, "exempt_reason": "", **columns})
            else:
                known.append(looking.entries[members[each.number], each.values["year"]])
                changed.append({"id": each.id, **columns})
        to.insert(TABLE, new)
        to.update(TABLE, known, changed)
        noted = [(members[each.number], f"fee.{each.values['year']}", each) for each in changes]
        note_changes(session, looking, noted, deed, to)
        to.noted += [fee_key(member_id, each.values["year"]) for member_id, _, each in noted]

    def follow(self, session: Session, engine: Engine, noted: Sequence[Any], deed: Deed) -> None:
        """Let the cases that wait for a fee look again."""
        for begin in range(0, len(noted), AT_A_TIME):
            some = noted[begin : begin + AT_A_TIME]
            publish_many(session, name="payment_received", keys=some, now=deed.now)

    def export(self, session: Session, vault: Vault, query: Wanted) -> Iterator[dict[str, Any]]:
        """The ledger's rows, by association, number and year."""
        wanted = (
            select(
                Member.number,
                Member.name,
                FeeEntry.year,
                FeeEntry.status,
                FeeEntry.amount,
                FeeEntry.exempt_reason,
            )
            .join(Member, Member.id == FeeEntry.member_id)
            .where(Member.association_id.in_(sorted(query.scope)), Member.state != ERASED)
        )
        if query.year is not None:
            wanted = wanted.where(FeeEntry.year == query.year)
        if query.state:
            wanted = wanted.where(FeeEntry.status == query.state)
        ordered = wanted.order_by(Member.association_id, Member.number, FeeEntry.year)
        found = session.execute(ordered.execution_options(yield_per=AT_A_TIME))
        for row in found.mappings():
            yield dict(row)


class _Looking(LedgerLooking):
    """Compares rows with the fee ledger."""

    def prepare(self, session: Session, rows: Sequence[Row]) -> None:
        """Look up the members and their years, and for which money came in."""
        super().prepare(session, rows)
        ids = [each["id"] for each in self.members.values()]
        years = {each.values["year"] for each in rows if "year" in each.values}
        self.entries: dict[tuple[int, int], dict[str, Any]] = {}
        self._paid: set[tuple[int, int]] = set()
        for begin in range(0, len(ids), AT_A_TIME):
            some = ids[begin : begin + AT_A_TIME]
            query = select(*TABLE.c).where(
                among(session, TABLE.c.member_id, some), TABLE.c.year.in_(years)
            )
            for row in session.execute(query).mappings():
                self.entries[row["member_id"], row["year"]] = dict(row)
            paid = select(FeePayment.member_id, FeePayment.year).where(
                among(session, FeePayment.member_id, some), FeePayment.year.in_(years)
            )
            self._paid.update(session.execute(paid))

    def compare(self, row: Row) -> Change | None:
        """What a row changes of a year; raises Unfit."""
        member = self.find_member(row, "year", "status")
        if member["state"] == ERASED:
            raise Unfit("erased", "number")
        values = row.values
        key = (member["id"], values["year"])
        try:
            self.once(key, row, "year")
        except Unfit as twice:
            raise Unfit("year_twice", "year", **twice.values) from None
        entry = self.entries.get(key)
        said = {name: values[name] for name in FIELDS if name in values}
        before = {} if entry is None else {name: entry[name] for name in FIELDS}
        after = {"amount": 0, "exempt_reason": ""} | before | said
        if after == before:
            return None
        if entry is not None and (entry["status"] in SETTLED or key in self._paid):
            raise Unfit("settled", "status")
        if entry is not None and entry["status"] == PENDING:
            raise Unfit("pending", "status")
        after = _check(after)
        entry_id = None if entry is None else entry["id"]
        number, name = member["number"], member["name"]
        return Change(row.line, entry_id, number, name, values, before, after)


def _check(after: dict[str, Any]) -> dict[str, Any]:
    """What a year says, whole; raises Unfit."""
    match after["status"]:
        case "exempt":
            if not after["exempt_reason"]:
                raise Unfit("reason_needed", "exempt_reason")
            return after | {"amount": 0}
        case "pending":
            raise Unfit("only_pending", "status")
        case _:
            if after["amount"] <= 0:
                raise Unfit("amount_needed", "amount")
            return after | {"exempt_reason": ""}
