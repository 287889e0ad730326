"""Rows of a table of members, compared with the register: what they change, what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.language import N_
from forms.identity import find_birth_date, find_identity_problem
from workflows.register.transfers.cells import (
    COVERED,
    Unfit,
)
from workflows.register.transfers.kinds import (
    Looking,
    uncover,
)
from workflows.register.transfers.member_columns import (
    COVERED_BY,
    DATES,
    IDENTITY,
    NEEDED_FOR_NEW,
    OWN_KEYS,
    PLAIN,
    PRIVATE,
)
from workflows.register.transfers.people import (
    AT_A_TIME,
    among,
    find_firms,
    find_rows,
    number_firms,
    open_private,
    plain,
)
from workflows.register.transfers.staging import Change, Row
from workflows.shared.bulk import table_of
from workflows.shared.register import (
    CPA,
    ERASED,
    NON_PRACTISING,
    Member,
    identity_hash,
)
from workflows.shared.supervision import OwnedElsewhere

TABLE = table_of(Member)

PROBLEMS = {
    "moves_elsewhere": N_(
        "He belongs to %(name)s. Move him on his page: his open cases go along with him."
    ),
    "kind_elsewhere": N_("He is another kind of member. Change that on his page."),
    "state_elsewhere": N_("His membership is in another state. Change that on his page."),
    "only_active": N_("Only an active member can be new."),
    "own_key": N_(
        "There is another one on file. It is a key to his account: he changes it himself, or the"
        " help desk does with him."
    ),
    "owned": OwnedElsewhere.message,
    "identity": N_("%(problem)s"),
    "identity_known": N_("Somebody with this identity number is in the register already."),
    "identity_other": N_("The identity number says something else."),
    "erased": N_("The data of this member were erased."),
    "future": N_("This date is still to come."),
}


class MemberLooking(Looking):
    """Compares rows with the members of the register."""

    def prepare(self, session: Session, rows: Sequence[Row]) -> None:
        """Look up the members, their private fields, their firms and whose identity it is."""
        vault = self.context.vault
        numbers = [each.values["number"] for each in rows if "number" in each.values]
        found = find_rows(session, TABLE, TABLE.c.number, numbers)
        self.members = {each["number"]: each for each in found}
        self.private = open_private(session, vault, Member.private_kind, found)
        wanted = {each.values["firm"] for each in rows if "firm" in each.values}
        self._firms = find_firms(session, wanted)
        self._firm_numbers = number_firms(session, [each["firm_id"] for each in found])
        self._on_file = {
            each["id"]: vault.open_text(each["identity_sealed"])
            for each in found
            if each["state"] != ERASED
        }
        hashes = {
            identity_hash(vault, said)
            for each in rows
            if (said := self._identity_to_find(each.values))
        }
        self._identities = _find_identities(session, sorted(hashes))

    def compare(self, row: Row) -> Change | None:
        """What a row changes of a member, or whom it makes; raises Unfit."""
        values = row.values
        if "number" not in values:
            raise Unfit("missing", "number")
        self.once(("number", values["number"]), row, "number")
        known = self.members.get(values["number"])
        return self._new(row) if known is None else self._changed(row, known)

    def _identity_to_find(self, values: Mapping[str, Any]) -> str:
        """The identity number that a row brings into play; none where all of it is on file."""
        said: str = values.get("identity_number", "")
        known = self.members.get(values.get("number", ""))
        if known is None:
            return "" if COVERED in said else said
        on_file = self._on_file.get(known["id"], "")
        if not said or COVERED in said:
            said = on_file
        is_same = said == on_file and all(
            plain(known[name]) == values[name]
            for name in IDENTITY - {"identity_number"}
            if name in values
        )
        return "" if is_same else said

    def _new(self, row: Row) -> Change:
        values = row.values
        for name in NEEDED_FOR_NEW:
            if name not in values:
                raise Unfit("needed_for_new", name)
        for name, kind in COVERED_BY.items():
            if name in values and not isinstance(values[name], list):
                uncover(values[name], "", kind, name)
        if values.get("state", "active") != "active":
            raise Unfit("only_active", "state")
        association_id = self.context.offices.find(values["association"])
        self.check_scope(association_id, "association")
        after = {name: values[name] for name in (*PLAIN, *PRIVATE) if name in values}
        after |= {
            "number": values["number"],
            "kind": values.get("kind", NON_PRACTISING),
            "state": "active",
            "association_id": association_id,
            "identity_number": values["identity_number"],
        }
        if "firm" in values:
            after["firm_id"] = self._find_firm(values["firm"])
        after |= _of_identity_card(after)
        self._check_identity(row, after, member_id=None)
        self._check_dates(after)
        return Change(row.line, None, values["number"], values["name"], values, {}, after)

    def _changed(self, row: Row, known: Mapping[str, Any]) -> Change | None:
        self.check_scope(known["association_id"], "number")
        if known["state"] == ERASED:
            raise Unfit("erased", "number")
        self._check_settled(row.values, known)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for name, was, now_is in self._compare_fields(row.values, known):
            if (was or None) != (now_is or None):
                before[name], after[name] = was, now_is
        if not after:
            return None
        self._check_owned(known, after)
        if not IDENTITY.isdisjoint(after):
            whole = {name: plain(known[name]) for name in PLAIN} | {
                "identity_number": self._on_file[known["id"]]
            }
            self._check_identity(row, whole | after, member_id=known["id"])
        self._check_dates(after)
        number, name = known["number"], known["name"]
        return Change(row.line, known["id"], number, name, row.values, before, after)

    def _compare_fields(
        self, values: Mapping[str, Any], known: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any, Any]]:
        """What a row says of a member's fields: name, what is on file, what it says."""
        private = self.private[known["id"]]
        for name in PLAIN:
            if name in values:
                yield name, plain(known[name]), values[name]
        for name in PRIVATE:
            if name in values:
                said = uncover(values[name], private[name], COVERED_BY[name], name)
                if name in OWN_KEYS and private[name] and said != private[name]:
                    raise Unfit("own_key", name)
                yield name, private[name], said
        if "firm" in values and values["firm"] != self._firm_numbers.get(known["firm_id"]):
            yield "firm_id", known["firm_id"], self._find_firm(values["firm"])
        if "identity_number" in values:
            on_file = self._on_file[known["id"]]
            said = uncover(values["identity_number"], on_file, "identity", "identity_number")
            yield "identity_number", on_file, said

    def _check_settled(self, values: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """Let alone what is changed with its consequences on the member's page; raises Unfit."""
        if "association" in values:
            found = self.context.offices.find(values["association"])
            if found != known["association_id"]:
                name = self.context.offices.names[known["association_id"]]
                raise Unfit("moves_elsewhere", "association", name=name)
        if values.get("kind", known["kind"]) != known["kind"]:
            raise Unfit("kind_elsewhere", "kind")
        if values.get("state", known["state"]) != known["state"]:
            raise Unfit("state_elsewhere", "state")

    def _check_owned(self, known: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Let alone what the supervision platform says of a CPA; raises Unfit."""
        if known["kind"] != CPA:
            return
        for name in after:
            if name in self.context.owned_of_cpas:
                raise Unfit("owned", name)

    def _find_firm(self, said: str) -> int:
        found = self._firms.get(said)
        if found is None or found.state != "active":
            raise Unfit("unknown_firm", "firm")
        return found.id

    def _check_identity(self, row: Row, whole: Mapping[str, Any], *, member_id: int | None) -> None:
        """The number is right, says the same as the other columns, and is nobody else's."""
        said, kind = whole["identity_number"], whole["identity_type"]
        problem = find_identity_problem(said, identity_type=kind, today=self.context.today)
        if problem is not None:
            raise Unfit("identity", "identity_number", problem=problem)
        for name, value in _of_identity_card(dict(whole, sex="", birth_date="")).items():
            if whole.get(name) and whole[name] != value:
                raise Unfit("identity_other", name)
        hashed = identity_hash(self.context.vault, said)
        if self._identities.get(hashed, member_id) != member_id:
            raise Unfit("identity_known", "identity_number")
        self.once(("identity", hashed), row, "identity_number")

    def _check_dates(self, after: Mapping[str, Any]) -> None:
        today = self.context.today.isoformat()
        for name in DATES:
            if after.get(name) and after[name] > today:
                raise Unfit("future", name)


def _of_identity_card(values: Mapping[str, Any]) -> dict[str, str]:
    """Sex and date of birth where an identity card says them and no column does."""
    said = values["identity_number"]
    if values["identity_type"] != "identity_card" or len(said) != 18 or not said[:17].isdecimal():
        return {}
    born = find_birth_date(said)
    found = {"sex": "1" if int(said[16]) % 2 else "2"}
    if born is not None:
        found["birth_date"] = born.isoformat()
    return {name: value for name, value in found.items() if not values.get(name)}


def _find_identities(session: Session, hashes: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for begin in range(0, len(hashes), AT_A_TIME):
        query = select(Member.identity_hash, Member.id).where(
            among(session, Member.identity_hash, hashes[begin : begin + AT_A_TIME]),
            Member.state == "active",
        )
        found |= dict(session.execute(query).all())
    return found
