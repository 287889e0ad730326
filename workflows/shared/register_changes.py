"""The trail of the register: every change of a member or a firm, before and after, for good.

Whoever writes a row of the register says so here, in the same transaction: `recording` around the
writing notes what differs afterwards; `record_change` is for who knows it already. What was
changed is sealed with the subject's own key, so that it goes when he is erased; that something
was changed, by whom and from where, stays.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, BigId, Json, UtcDateTime
from engine.vault import BY_SUBJECT, Erased, Vault, seal_with
from workflows.shared.private import PRIVATE_FIELDS, read_private
from workflows.shared.register import FREE_FIELDS, Firm, Member, identity_number
from workflows.shared.renaming import follow_names

EDIT = "edit"
OWN = "own"
ADMISSION = "admission"
MOVE = "move"
ENDING = "ending"
IMPORT = "import"
APPLICATION = "application"
PROFILE_CHANGE = "profile_change"
PLATFORM = "platform"
CERTIFICATE = "certificate"
REACH = "reach"
SIGN_UP = "sign_up"
LEDGER = "ledger"
SOURCES = (
    EDIT,
    OWN,
    ADMISSION,
    MOVE,
    ENDING,
    IMPORT,
    APPLICATION,
    PROFILE_CHANGE,
    PLATFORM,
    CERTIFICATE,
    REACH,
    SIGN_UP,
    LEDGER,
)
"""From where a change came: which part of the system wrote it."""

LONGEST_REASON = 500
PAGE = 50

MEMBER_COLUMNS = (
    "number",
    "kind",
    "association_id",
    "firm_id",
    "state",
    "admission_date",
    "name",
    "sex",
    "birth_date",
    "identity_type",
    "certificate_number",
    *(name for name in FREE_FIELDS if name not in PRIVATE_FIELDS),
    "gave_birth_years",
)
FIRM_COLUMNS = (
    "number",
    "name",
    "parent_id",
    "association_id",
    "approval_number",
    "head",
    "area_code",
    "state",
)


class RegisterChange(Base):
    """One change of a member or a firm: exactly one of the two is named.

    `fields`: the names of what was changed. `said`: {"before": {…}, "after": {…}} of these,
    sealed. `association_id`: whose member it was before. `by_id`: the account; none for the system.
    """

    __tablename__ = "register_change"
    __table_args__ = (
        Index("ix_register_change_member_id_id", "member_id", "id"),
        Index("ix_register_change_firm_id_id", "firm_id", "id"),
        Index("ix_register_change_association_id_id", "association_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    fields: Mapped[list[str]] = mapped_column(Json)
    said: Mapped[bytes] = mapped_column(LargeBinary, info=BY_SUBJECT)
    source: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    case_id: Mapped[UUID | None]
    by_kind: Mapped[ActorKind] = mapped_column(String(10))
    by_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime())

    @property
    def by(self) -> Actor:
        """Who changed it."""
        return Actor(self.by_kind, self.by_id)


@dataclass(frozen=True, slots=True)
class Said:
    """What a change said, as plain values under the same names; empty once it was erased."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


def register_fields(session: Session, vault: Vault, holder: Member | Firm) -> dict[str, Any]:
    """All that the register says of a member or a firm, in clear: never for a page.

    Dates are ISO texts.
    """
    names = MEMBER_COLUMNS if isinstance(holder, Member) else FIRM_COLUMNS
    fields = {name: _plain(getattr(holder, name)) for name in names}
    if isinstance(holder, Member):
        fields["identity_number"] = identity_number(vault, holder)
    return {**fields, **read_private(session, vault, holder)}


@contextmanager
def recording(
    session: Session,
    vault: Vault,
    holder: Member | Firm,
    *,
    source: str,
    reason: str = "",
    by: Actor,
    now: datetime,
    case_id: UUID | None = None,
) -> Iterator[None]:
    """Note what the block changes of a member or a firm; nothing where it changes nothing.

    The caller holds the row: what was there before is read at the beginning.
    """
    before = register_fields(session, vault, holder)
    yield
    session.flush()
    record_change(
        session,
        vault,
        member=holder if isinstance(holder, Member) else None,
        firm=holder if isinstance(holder, Firm) else None,
        before=before,
        after=register_fields(session, vault, holder),
        source=source,
        reason=reason,
        by=by,
        now=now,
        case_id=case_id,
    )


def record_change(
    session: Session,
    vault: Vault,
    *,
    member: Member | None = None,
    firm: Firm | None = None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    source: str,
    reason: str = "",
    by: Actor,
    now: datetime,
    case_id: UUID | None = None,
) -> RegisterChange | None:
    """Note a change; what is the same before and after is left out, nothing changed is none.

    Values are plain JSON or dates. Empty is the same as absent: {} before is an admission. The
    open cases of somebody who got another name follow.
    """
    holder = cast(Member | Firm, member or firm)
    difference = _find_difference(before, after)
    if difference is None:
        return None
    said = vault.seal(session, holder.vault_subject, _write(difference))
    association_id = before.get("association_id") or holder.association_id
    change = RegisterChange(
        member_id=member and member.id,
        firm_id=firm and firm.id,
        said=said,
        **_columns(
            difference,
            association_id=association_id,
            source=source,
            reason=reason,
            by=by,
            now=now,
            case_id=case_id,
        ),
    )
    session.add(change)
    session.flush()
    if member is not None and difference.before.get("name"):
        follow_names(session, [member.id], now=now)
    return change


def change_columns(
    key: bytes,
    *,
    member_id: int | None = None,
    firm_id: int | None = None,
    association_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    source: str,
    reason: str = "",
    by: Actor,
    now: datetime,
    case_id: UUID | None = None,
) -> dict[str, Any] | None:
    """The columns of a change, for whoever writes rows by the thousand with their subjects' keys.

    None where nothing was changed.
    """
    difference = _find_difference(before, after)
    if difference is None:
        return None
    return {
        "member_id": member_id,
        "firm_id": firm_id,
        "said": seal_with(key, _write(difference)),
        **_columns(
            difference,
            association_id=association_id,
            source=source,
            reason=reason,
            by=by,
            now=now,
            case_id=case_id,
        ),
    }


def list_changes(
    session: Session,
    *,
    member_id: int | None = None,
    firm_id: int | None = None,
    before_id: int | None = None,
    limit: int = PAGE,
) -> Sequence[RegisterChange]:
    """The changes of a member or a firm, the newest first; those before one of them."""
    query = select(RegisterChange)
    if member_id is not None:
        query = query.where(RegisterChange.member_id == member_id)
    else:
        query = query.where(RegisterChange.firm_id == firm_id)
    if before_id is not None:
        query = query.where(RegisterChange.id < before_id)
    return session.scalars(query.order_by(RegisterChange.id.desc()).limit(limit)).all()


def list_changes_of_offices(
    session: Session,
    *,
    association_ids: Collection[int],
    before_id: int | None = None,
    limit: int = PAGE,
) -> Sequence[RegisterChange]:
    """The changes of the members and firms of associations, the newest first."""
    query = select(RegisterChange).where(RegisterChange.association_id.in_(sorted(association_ids)))
    if before_id is not None:
        query = query.where(RegisterChange.id < before_id)
    return session.scalars(query.order_by(RegisterChange.id.desc()).limit(limit)).all()


def read_changes(
    session: Session, vault: Vault, changes: Sequence[RegisterChange]
) -> Mapping[int, Said]:
    """What some changes said, in clear, by their keys: one statement for the vault's keys."""
    vault.read_keys(session, {_subject_of(each) for each in changes})
    return {each.id: _read(session, vault, each) for each in changes}


def _read(session: Session, vault: Vault, change: RegisterChange) -> Said:
    try:
        said = orjson.loads(vault.open(session, _subject_of(change), change.said))
    except Erased:
        return Said({}, {})
    return Said(said["before"], said["after"])


def _subject_of(change: RegisterChange) -> str:
    if change.member_id is not None:
        return f"{Member.private_kind}:{change.member_id}"
    return f"{Firm.private_kind}:{change.firm_id}"


def _find_difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Said | None:
    was = {name: _plain(value) for name, value in before.items()}
    now_is = {name: _plain(value) for name, value in after.items()}
    names = [
        name
        for name in {**was, **now_is}
        # Nothing on file is written as "", [] or None.
        if (was.get(name) or None) != (now_is.get(name) or None)
    ]
    if not names:
        return None
    return Said({name: was.get(name) for name in names}, {name: now_is.get(name) for name in names})


def _columns(
    difference: Said,
    *,
    association_id: int,
    source: str,
    reason: str,
    by: Actor,
    now: datetime,
    case_id: UUID | None,
) -> dict[str, Any]:
    if source not in SOURCES:
        raise ValueError(f"no source is called {source}")
    return {
        "association_id": association_id,
        "fields": list(difference.after),
        "source": source,
        "reason": reason.strip()[:LONGEST_REASON],
        "case_id": case_id,
        "by_kind": by.kind,
        "by_id": by.id,
        "at": now,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _write(difference: Said) -> bytes:
    return orjson.dumps({"before": difference.before, "after": difference.after})
