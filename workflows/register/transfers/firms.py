"""Firms as a table: new ones with their accounts, and changed ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.language import N_
from engine.vault import SubjectKey, Vault
from forms.lists import Language
from forms.options import Option
from workflows.register.transfers.cells import (
    Column,
    Unfit,
    choice,
    number,
    read_mobile,
    read_region,
    text,
    write_choice,
    write_plain,
    write_region,
)
from workflows.register.transfers.identifiers import find_keys, reserve_ids
from workflows.register.transfers.kinds import (
    Context,
    Deed,
    Kind,
    Looking,
    Wanted,
    find_offices,
    uncover,
)
from workflows.register.transfers.people import (
    AT_A_TIME,
    find_firms,
    find_rows,
    name_accounts,
    number_firms,
    open_private,
)
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change, Row
from workflows.shared.accounts import FINANCE, FIRM, Account
from workflows.shared.bulk import table_of
from workflows.shared.private import private_columns
from workflows.shared.register import Firm
from workflows.shared.register_changes import IMPORT, RegisterChange, change_columns

TABLE, KEYS = table_of(Firm), table_of(SubjectKey)
ACCOUNTS, CHANGES = table_of(Account), table_of(RegisterChange)

PROBLEMS = {
    "firm_moves_elsewhere": N_("It belongs to %(name)s. Move it on its page."),
    "firm_state_elsewhere": N_("It is in another state. Change that on its page."),
    "only_active_firm": N_("Only an active firm can be new."),
    "unknown_head_office": N_(
        "There is no head office of this number. Import head offices first, then branches."
    ),
    "firm_key": N_(
        "There is another one on file. It is a key to the firm's account: change it on its page."
    ),
}


def _states(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option("active", "执业中" if zh else "Active"),
        Option("closed", "已终止" if zh else "Closed"),
    )


COLUMNS = (
    Column("number", (N_("Firm number"), "事务所编号", "编号"), number(20), write_plain),
    Column("name", (N_("Name of the firm"), "事务所名称", "名称"), text(100), write_plain),
    Column(
        "association",
        (N_("Association"), "地方注协", "所属注协", "所属协会"),
        text(200),
        write_plain,
    ),
    Column("state", (N_("State of the firm"), "执业状态"), choice(_states), write_choice(_states)),
    Column("parent", (N_("Head office's number"), "总所编号"), number(20), write_plain),
    Column(
        "approval_number",
        (N_("Approval number"), "成立批准文号", "批准文号"),
        text(50),
        write_plain,
    ),
    Column(
        "head",
        (
            N_("Head of the firm"),
            "主任会计师/首席合伙人",
            "首席合伙人（主任会计师、分所负责人）",
            "主任会计师",
            "负责人",
        ),
        text(50),
        write_plain,
    ),
    Column("mobile", (N_("Mobile number"), "手机号码", "手机"), read_mobile, write_plain, "mobile"),
    Column("area_code", (N_("Region"), "所在地区"), read_region, write_region),
)
PLAIN = ("name", "approval_number", "head", "area_code", "state")
NEEDED_FOR_NEW = ("name", "association")


class Firms(Kind):
    """The firms of associations."""

    name = "firms"
    columns = COLUMNS
    needed = ("number", "name")
    problems = PROBLEMS
    filters: Mapping[str, Sequence[str]] = {"state": ("active", "closed")}

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
        """Put new firms and changed ones into a spool, each with its trail."""
        _plan_new(session, looking.context, [each for each in changes if each.id is None], deed, to)
        _plan_changed(session, looking, [each for each in changes if each.id is not None], deed, to)

    def export(self, session: Session, vault: Vault, query: Wanted) -> Iterator[dict[str, Any]]:
        """Firms with everything on file, by association and number."""
        offices = find_offices(session)
        wanted = select(*TABLE.c).where(Firm.association_id.in_(sorted(query.scope)))
        if query.state:
            wanted = wanted.where(Firm.state == query.state)
        found = session.execute(wanted.order_by(Firm.association_id, Firm.number)).mappings()
        for some in found.partitions(AT_A_TIME):
            private = open_private(session, vault, Firm.private_kind, some)
            parents = number_firms(session, [each["parent_id"] for each in some])
            for row in some:
                yield {
                    **{name: row[name] for name in PLAIN},
                    "number": row["number"],
                    "association": offices.names[row["association_id"]],
                    "parent": parents.get(row["parent_id"], ""),
                    "mobile": private[row["id"]]["mobile"],
                }


class _Looking(Looking):
    """Compares rows with the firms of the register."""

    def prepare(self, session: Session, rows: Sequence[Row]) -> None:
        """Look up the firms, their mobile numbers and their head offices."""
        numbers = [each.values["number"] for each in rows if "number" in each.values]
        found = find_rows(session, TABLE, TABLE.c.number, numbers)
        self.firms = {each["number"]: each for each in found}
        self.private = open_private(session, self.context.vault, Firm.private_kind, found)
        wanted = {each.values["parent"] for each in rows if "parent" in each.values}
        self._heads = find_firms(session, wanted)

    def compare(self, row: Row) -> Change | None:
        """What a row changes of a firm, or which it makes; raises Unfit."""
        values = row.values
        if "number" not in values:
            raise Unfit("missing", "number")
        self.once(values["number"], row, "number")
        known = self.firms.get(values["number"])
        return self._new(row) if known is None else self._changed(row, known)

    def _new(self, row: Row) -> Change:
        values = row.values
        for name in NEEDED_FOR_NEW:
            if name not in values:
                raise Unfit("needed_for_new", name)
        if values.get("state", "active") != "active":
            raise Unfit("only_active_firm", "state")
        association_id = self.context.offices.find(values["association"])
        self.check_scope(association_id, "association")
        after = {name: values[name] for name in PLAIN if name in values}
        after |= {
            "number": values["number"],
            "state": "active",
            "association_id": association_id,
        }
        if "parent" in values:
            after["parent_id"] = self._find_head(values, None)
        if "mobile" in values:
            after["mobile"] = uncover(values["mobile"], "", "mobile", "mobile")
        return Change(row.line, None, values["number"], values["name"], values, {}, after)

    def _changed(self, row: Row, known: Mapping[str, Any]) -> Change | None:
        values = row.values
        self.check_scope(known["association_id"], "number")
        if "association" in values:
            found = self.context.offices.find(values["association"])
            if found != known["association_id"]:
                name = self.context.offices.names[known["association_id"]]
                raise Unfit("firm_moves_elsewhere", "association", name=name)
        if values.get("state", known["state"]) != known["state"]:
            raise Unfit("firm_state_elsewhere", "state")
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for name, was, now_is in self._compare_fields(values, known):
            if (was or None) != (now_is or None):
                before[name], after[name] = was, now_is
        if not after:
            return None
        return Change(row.line, known["id"], known["number"], known["name"], values, before, after)

    def _compare_fields(
        self, values: Mapping[str, Any], known: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any, Any]]:
        for name in PLAIN:
            if name in values:
                yield name, known[name], values[name]
        if "parent" in values:
            yield "parent_id", known["parent_id"], self._find_head(values, known["id"])
        if "mobile" in values:
            mobile = self.private[known["id"]]["mobile"]
            said = uncover(values["mobile"], mobile, "mobile", "mobile")
            if mobile and said != mobile:
                raise Unfit("firm_key", "mobile")
            yield "mobile", mobile, said

    def _find_head(self, values: Mapping[str, Any], firm_id: int | None) -> int:
        found = self._heads.get(values["parent"])
        if found is None or found.parent_id is not None or found.id == firm_id:
            raise Unfit("unknown_head_office", "parent")
        return found.id


def _plan_new(
    session: Session, context: Context, changes: Sequence[Change], deed: Deed, to: Spool
) -> None:
    if not changes:
        return
    firms, keys, accounts, trail = [], [], [], []
    ids = reserve_ids(session, TABLE, len(changes))
    for change, firm_id in zip(changes, ids, strict=True):
        after = change.after
        subject = f"{Firm.private_kind}:{firm_id}"
        key, wrapped = context.vault.make_key(subject)
        firms.append(
            {
                "id": firm_id,
                "number": after["number"],
                "association_id": after["association_id"],
                "parent_id": after.get("parent_id"),
                **{name: after.get(name, "") for name in PLAIN},
                **private_columns(context.vault, key, after),
            }
        )
        keys.append({"subject": subject, "wrapped": wrapped})
        accounts += [
            {
                "user_type": FIRM,
                "login": f"{after['number']}{ending}",
                "name": after["name"],
                "must_change_password": False,
                "is_active": True,
                "firm_id": firm_id,
                "locale": "",
                "created_at": deed.now,
            }
            for ending in ("", FINANCE)
        ]
        trail.append(_note(key, firm_id, after["association_id"], change, deed))
    to.insert(TABLE, firms)
    to.insert(KEYS, keys)
    to.insert(ACCOUNTS, accounts)
    to.insert(CHANGES, [each for each in trail if each is not None])


def _plan_changed(
    session: Session, looking: _Looking, changes: Sequence[Change], deed: Deed, to: Spool
) -> None:
    if not changes:
        return
    vault = looking.context.vault
    found = [looking.firms[each.number] for each in changes]
    known = {each["id"]: each for each in found}
    private = looking.private
    keys = find_keys(session, vault, [f"{Firm.private_kind}:{each}" for each in known], to)
    rows, trail, named = [], [], {}
    for change in changes:
        firm_id, after = change.id or 0, change.after
        key = keys[f"{Firm.private_kind}:{firm_id}"]
        row = {"id": firm_id} | {
            name: after[name] for name in (*PLAIN, "parent_id") if name in after
        }
        if "mobile" in after:
            merged = private[firm_id] | {"mobile": after["mobile"]}
            row |= private_columns(vault, key, merged)
        if "name" in after:
            named[firm_id] = after["name"]
        rows.append(row)
        trail.append(_note(key, firm_id, known[firm_id]["association_id"], change, deed))
    to.update(TABLE, found, rows)
    to.update(ACCOUNTS, *name_accounts(session, Account.firm_id, named))
    to.insert(CHANGES, [each for each in trail if each is not None])


def _note(
    key: bytes, firm_id: int, association_id: int, change: Change, deed: Deed
) -> dict[str, Any] | None:
    return change_columns(
        key,
        firm_id=firm_id,
        association_id=association_id,
        before=change.before,
        after=change.after,
        source=IMPORT,
        reason=deed.reason,
        by=deed.by,
        now=deed.now,
    )
