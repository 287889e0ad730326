"""What new and changed members write: their rows, keys, accounts and trail."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.vault import SubjectKey
from workflows.register.transfers.identifiers import find_keys, reserve_ids
from workflows.register.transfers.kinds import (
    Context,
    Deed,
)
from workflows.register.transfers.member_columns import DATES, PLAIN, PRIVATE
from workflows.register.transfers.member_rows import MemberLooking
from workflows.register.transfers.people import name_accounts
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change
from workflows.shared import certificates
from workflows.shared.accounts import CPA, MEMBER, Account
from workflows.shared.bulk import table_of
from workflows.shared.private import private_columns
from workflows.shared.register import (
    NON_PRACTISING,
    Member,
    identity_hash,
)
from workflows.shared.register_changes import IMPORT, RegisterChange, change_columns
from workflows.shared.results import subject_of

TABLE, KEYS = table_of(Member), table_of(SubjectKey)
ACCOUNTS, CHANGES = table_of(Account), table_of(RegisterChange)


def plan_new(
    session: Session, context: Context, changes: Sequence[Change], deed: Deed, to: Spool
) -> None:
    """Put new members into a spool: who signs in has an account and sets a password himself."""
    vault = context.vault
    ids = reserve_ids(session, TABLE, len(changes))
    members, keys, accounts, trail = [], [], [], []
    for change, member_id in zip(changes, ids, strict=True):
        after = change.after
        key, wrapped = vault.make_key(subject_of(member_id))
        said = after["identity_number"]
        members.append(
            {
                "id": member_id,
                "number": after["number"],
                "association_id": after["association_id"],
                "firm_id": after.get("firm_id"),
                **{name: after.get(name, _EMPTY[name]) for name in PLAIN},
                "education": [],
                "domestic_other": "",
                "international_other": "",
                "gave_birth_years": [],
                "identity_sealed": vault.seal_text(said),
                "identity_hash": identity_hash(vault, said),
                **private_columns(vault, key, after),
            }
        )
        keys.append({"subject": subject_of(member_id), "wrapped": wrapped})
        accounts.append(
            {
                "user_type": CPA if after["kind"] == CPA else MEMBER,
                "login": after["number"],
                "name": after["name"],
                "must_change_password": False,
                "is_active": True,
                "member_id": member_id,
                "locale": "",
                "created_at": deed.now,
            }
        )
        trail.append(
            change_columns(
                key,
                member_id=member_id,
                association_id=after["association_id"],
                before={},
                after=after,
                source=IMPORT,
                reason=deed.reason,
                by=deed.by,
                now=deed.now,
            )
        )
    hashes = [each["identity_hash"] for each in members]
    to.expect_none(TABLE, "identity_hash", hashes, state="active")
    to.insert(TABLE, members)
    to.insert(KEYS, keys)
    to.insert(ACCOUNTS, accounts)
    to.insert(CHANGES, [each for each in trail if each is not None])


def plan_changed(
    session: Session, looking: MemberLooking, changes: Sequence[Change], deed: Deed, to: Spool
) -> None:
    """Put what changes of members into a spool, with what it rests on."""
    vault = looking.context.vault
    found = [looking.members[each.number] for each in changes]
    known = {each["id"]: each for each in found}
    private = looking.private
    keys = find_keys(session, vault, [subject_of(each) for each in known], to)
    rows, trail, hashes = [], [], []
    named: dict[int, str] = {}
    for change in changes:
        member_id, after = change.id or 0, change.after
        row: dict[str, Any] = {"id": member_id}
        for name in (*PLAIN, "firm_id"):
            if name in after:
                row[name] = after[name]
        if not after.keys().isdisjoint(PRIVATE):
            merged = private[member_id] | {name: after[name] for name in PRIVATE if name in after}
            row |= private_columns(vault, keys[subject_of(member_id)], merged)
        if "identity_number" in after:
            row["identity_sealed"] = vault.seal_text(after["identity_number"])
            row["identity_hash"] = identity_hash(vault, after["identity_number"])
            hashes.append(row["identity_hash"])
        if "name" in after:
            named[member_id] = after["name"]
        printed = [name for name in certificates.PRINTED_FIELDS if name in after]
        if printed:
            to.noted.append((member_id, printed))
        rows.append(row)
        trail.append(
            change_columns(
                keys[subject_of(member_id)],
                member_id=member_id,
                association_id=known[member_id]["association_id"],
                before=change.before,
                after=after,
                source=IMPORT,
                reason=deed.reason,
                by=deed.by,
                now=deed.now,
            )
        )
    to.expect_none(TABLE, "identity_hash", hashes, state="active")
    to.update(TABLE, found, rows)
    to.update(ACCOUNTS, *name_accounts(session, Account.member_id, named))
    to.insert(CHANGES, [each for each in trail if each is not None])


_EMPTY: Mapping[str, Any] = {
    name: None
    if name in DATES
    else []
    if name.endswith("qualifications")
    else NON_PRACTISING
    if name == "kind"
    else ""
    for name in PLAIN
}
"""What a new member has in a column that his row leaves empty."""
