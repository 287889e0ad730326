"""The register: the people and firms of the profession, as the associations know them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId
from engine.errors import NotFound, Rejected
from engine.language import N_
from engine.vault import BY_MASTER, Vault
from forms.masking import mask
from workflows.shared.private import (
    PRIVATE_FIELDS,
    HoldsPrivate,
    email_hash,
    mobile_hash,
    read_private,
    write_private,
)

NON_PRACTISING = "non_practising"
CPA = "cpa"

ERASED = "erased"
"""The state of a member whose data were erased: what was decided about him stays, and no more."""

LOCKED_FIELDS = (
    "name",
    "nation",
    "sex",
    "birth_date",
    "identity_type",
    "identity_number",
    "certificate_number",
)
"""Inspection policy: these stand in the register and change only through a profile change."""

FREE_FIELDS = (
    "political_status",
    "region",
    "household_region",
    "mobile",
    "email",
    "address",
    "postal_code",
    "telephone",
    "emergency_contact",
    "employment",
    "employer",
    "employer_kind",
    "department",
    "position",
    "professional_title",
    "work_started_date",
    "employer_telephone",
    "archive_holder",
    "education",
    "qualified_date",
    "domestic_qualifications",
    "domestic_other",
    "international_qualifications",
    "international_other",
)
"""What the member tells in 完善信息 and the register takes over when the year is decided."""

KEY_FIELDS = frozenset({"mobile", "email"})
"""Registry policy: keys to the account; they change only with a code, never by an application."""

DATE_FIELDS = frozenset({"birth_date", "work_started_date", "qualified_date"})


ERASED_NAME = "已删除"
"""What stands in the place of the name of somebody who was erased."""


_HAS_FIRM = text("firm_id IS NOT NULL")


class NotAMember(Rejected):
    """The membership has ended."""

    message = N_("Your membership has ended. Please contact your association.")


class MemberNotFound(NotFound):
    """There is no such member."""

    message = N_("There is no such member.")


class FirmNotFound(NotFound):
    """There is no such firm."""

    message = N_("There is no such firm.")


class Firm(HoldsPrivate, Base):
    """An accounting firm, a head office or a branch 分所 of one; its mobile number is private."""

    __tablename__ = "firm"
    private_kind = "firm"
    __table_args__ = (
        Index(
            "ix_firm_association_id_name_pattern",
            "association_id",
            "name",
            postgresql_ops={"name": "varchar_pattern_ops"},
        ),
        Index("ix_firm_association_id_number", "association_id", "number", "state"),
        Index("ix_firm_parent_id", "parent_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    approval_number: Mapped[str] = mapped_column(String(50), default="")
    head: Mapped[str] = mapped_column(String(50), default="")
    area_code: Mapped[str] = mapped_column(String(6), default="")
    state: Mapped[str] = mapped_column(String(10), default="active")


class Member(HoldsPrivate, Base):
    """A person of the profession: a non-practising member or a practising CPA.

    `state`: active, moved, resigned, dead, left, erased. The identity number is sealed with the
    register's key; `identity_hash` finds it by exact match. What else is nobody's business is
    sealed with his own key (`PRIVATE_FIELDS`).
    """

    __tablename__ = "member"
    private_kind = "member"
    __table_args__ = (
        # Found by how a name begins: on PostgreSQL compared by code points, whatever its locale.
        Index(
            "ix_member_association_id_name_pattern",
            "association_id",
            "name",
            postgresql_ops={"name": "varchar_pattern_ops"},
        ),
        # In the order of their numbers; what else a list asks for is looked up in the index.
        Index("ix_member_association_id_number", "association_id", "number", "kind", "state"),
        # Whom a firm signs up for classes; most members belong to none.
        Index(
            "ix_member_firm_id",
            "firm_id",
            "number",
            sqlite_where=_HAS_FIRM,
            postgresql_where=_HAS_FIRM,
        ),
        # Whom a season asks to apply.
        Index("ix_member_to_inspect", "association_id", "kind", "state", "admission_date"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    kind: Mapped[str] = mapped_column(String(20), default=NON_PRACTISING)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    state: Mapped[str] = mapped_column(String(10), default="active")
    admission_date: Mapped[date | None]

    name: Mapped[str] = mapped_column(String(50))
    sex: Mapped[str] = mapped_column(String(10), default="")
    birth_date: Mapped[date | None]
    identity_type: Mapped[str] = mapped_column(String(20), default="identity_card")
    identity_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_MASTER)
    identity_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    certificate_number: Mapped[str] = mapped_column(String(50), default="")

    region: Mapped[str] = mapped_column(String(20), default="")
    employment: Mapped[str] = mapped_column(String(20), default="")
    employer: Mapped[str] = mapped_column(String(100), default="")
    employer_kind: Mapped[str] = mapped_column(String(30), default="")
    department: Mapped[str] = mapped_column(String(100), default="")
    position: Mapped[str] = mapped_column(String(100), default="")
    professional_title: Mapped[str] = mapped_column(String(50), default="")
    work_started_date: Mapped[date | None]
    archive_holder: Mapped[str] = mapped_column(String(100), default="")

    education: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    qualified_date: Mapped[date | None]
    domestic_qualifications: Mapped[list[str]] = mapped_column(JSON, default=list)
    domestic_other: Mapped[str] = mapped_column(String(100), default="")
    international_qualifications: Mapped[list[str]] = mapped_column(JSON, default=list)
    international_other: Mapped[str] = mapped_column(String(100), default="")

    gave_birth_years: Mapped[list[int]] = mapped_column(JSON, default=list)


def get_member(session: Session, member_id: int) -> Member:
    """The member of a key; raises MemberNotFound."""
    found = session.get(Member, member_id)
    if found is None:
        raise MemberNotFound
    return found


def get_firm(session: Session, firm_id: int) -> Firm:
    """The firm of a key; raises FirmNotFound."""
    found = session.get(Firm, firm_id)
    if found is None:
        raise FirmNotFound
    return found


def hold_member(session: Session, member_id: int) -> None:
    """Let no other transaction hold the member before this one ends, and read him as he is now.

    What is decided from several of his rows is decided once: his payments and claims. What was
    read of him before might be what another transaction has changed meanwhile.
    """
    # SQLite has one writer anyway; on PostgreSQL rows that only refer to him may still be added.
    held = select(Member).where(Member.id == member_id).with_for_update(key_share=True)
    session.scalars(held.execution_options(populate_existing=True)).one_or_none()


def find_member_by_number(session: Session, number: str) -> Member | None:
    """The member of a member number, or None."""
    return session.scalar(select(Member).where(Member.number == number.strip()))


def find_member_by_identity(session: Session, vault: Vault, number: str) -> Member | None:
    """The member of an identity number, by exact match through its keyed hash."""
    wanted = identity_hash(vault, number)
    return session.scalar(select(Member).where(Member.identity_hash == wanted))


def find_members_by_mobile(session: Session, vault: Vault, mobile: str) -> Sequence[Member]:
    """The members with a mobile number on file, by exact match through its keyed hash."""
    wanted = mobile_hash(vault, mobile)
    return session.scalars(select(Member).where(Member.mobile_hash == wanted)).all()


def find_members_by_email(session: Session, vault: Vault, email: str) -> Sequence[Member]:
    """The members with an e-mail address on file, by exact match through its keyed hash."""
    wanted = email_hash(vault, email)
    return session.scalars(select(Member).where(Member.email_hash == wanted)).all()


def identity_hash(vault: Vault, number: str) -> bytes:
    """The keyed hash that stands for an identity number; x and X are the same."""
    return vault.lookup("identity:" + number.strip().upper())


def identity_number(vault: Vault, member: Member) -> str:
    """The identity number in clear: for checks only, never for a page."""
    return vault.open_text(member.identity_sealed)


def personal_fields(session: Session, vault: Vault, member: Member) -> dict[str, Any]:
    """The fields of 完善信息 as plain values; dates as ISO text, the identity number masked."""
    private = read_private(session, vault, member)
    fields: dict[str, Any] = {"identity_number": mask("identity", identity_number(vault, member))}
    for name in (*LOCKED_FIELDS, *FREE_FIELDS):
        if name in fields:
            continue
        value = private[name] if name in private else getattr(member, name)
        fields[name] = value.isoformat() if isinstance(value, date) else value
    return fields


def apply_fields(session: Session, vault: Vault, member: Member, values: Mapping[str, Any]) -> None:
    """Take a member's free fields over; locked ones and the account's keys are left alone."""
    free = {
        name: _column_value(name, values[name])
        for name in FREE_FIELDS
        if name in values and name not in KEY_FIELDS
    }
    private = {name: value for name, value in free.items() if name in PRIVATE_FIELDS}
    write_private(session, vault, member, private)
    for name in free.keys() - private.keys():
        setattr(member, name, free[name])


def _column_value(name: str, value: Any) -> Any:
    if name in DATE_FIELDS:
        if isinstance(value, str):
            return date.fromisoformat(value) if value else None
        return value
    if value is None:
        return [] if name.endswith("qualifications") or name == "education" else ""
    return value
