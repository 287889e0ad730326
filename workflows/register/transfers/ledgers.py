"""What the tables of fees and hours share: whose a row is, what is noted of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.register.transfers.cells import Unfit
from workflows.register.transfers.identifiers import find_keys
from workflows.register.transfers.kinds import Deed, Looking
from workflows.register.transfers.people import AT_A_TIME, among
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change, Row
from workflows.shared.bulk import table_of
from workflows.shared.register import Member
from workflows.shared.register_changes import IMPORT, RegisterChange, change_columns
from workflows.shared.results import subject_of

CHANGES = table_of(RegisterChange)


class LedgerLooking(Looking):
    """Compares rows of a ledger; each is about a member of whom it says the number."""

    def prepare(self, session: Session, rows: Sequence[Row]) -> None:
        """Look up the members."""
        numbers = {each.values["number"] for each in rows if "number" in each.values}
        self.members: dict[str, Mapping[str, Any]] = {}
        wanted = sorted(numbers)
        for begin in range(0, len(wanted), AT_A_TIME):
            query = select(
                Member.id, Member.number, Member.name, Member.association_id, Member.state
            ).where(among(session, Member.number, wanted[begin : begin + AT_A_TIME]))
            for row in session.execute(query).mappings():
                self.members[row["number"]] = dict(row)

    def find_member(self, row: Row, *needed: str) -> Mapping[str, Any]:
        """Whose row it is; raises Unfit, also where a column is missing."""
        values = row.values
        for name in ("number", *needed):
            if name not in values:
                raise Unfit("missing", name)
        found = self.members.get(values["number"])
        if found is None:
            raise Unfit("unknown_member", "number")
        self.check_scope(found["association_id"], "number")
        if "name" in values and values["name"] != found["name"]:
            raise Unfit("other_name", "name", name=found["name"])
        return found


def note_changes(
    session: Session,
    looking: LedgerLooking,
    noted: Sequence[tuple[int, str, Change]],
    deed: Deed,
    to: Spool,
) -> None:
    """Have changes of a ledger noted: of whom, under which name, and what."""
    ids = sorted({member_id for member_id, _name, _change in noted})
    keys = find_keys(session, looking.context.vault, [subject_of(each) for each in ids], to)
    offices = {each["id"]: each["association_id"] for each in looking.members.values()}
    rows = [
        change_columns(
            keys[subject_of(member_id)],
            member_id=member_id,
            association_id=offices[member_id],
            before={name: change.before},
            after={name: change.after},
            source=IMPORT,
            reason=deed.reason,
            by=deed.by,
            now=deed.now,
        )
        for member_id, name, change in noted
    ]
    to.insert(CHANGES, [each for each in rows if each is not None])
