"""Member certificates 会员证: issued with a number and a code, superseded, revoked.

What is printed is kept as it was printed, sealed with the member's key; the certificate's page
and the public page of its code say what it is worth today.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.engine import Engine
from engine.errors import NotFound, Rejected
from engine.language import N_
from engine.vault import BY_SUBJECT, Erased, Vault
from forms.masking import mask
from workflows.shared.associations import Association, get_association
from workflows.shared.dates import local_date
from workflows.shared.photos import Photo, find_photo
from workflows.shared.public_codes import CodeNotGenuine, token_of
from workflows.shared.register import ERASED, Member, hold_member
from workflows.shared.results import subject_of

State = Literal["valid", "superseded", "revoked"]

KIND = "certificate"
"""The kind of its public codes."""

PRINTED_FIELDS = ("name", "sex", "number", "admission_date", "association_id")
"""The register's fields that a certificate shows: when one changes, it is not right any more."""

REISSUED = "reissued"
"""Why a certificate was superseded when another one took its place."""

_IS_VALID = text("state = 'valid'")


class NoPhoto(Rejected):
    """A certificate cannot be printed without a photo."""

    message = N_("There is no photo for the certificate yet.")


class CertificateNotFound(NotFound):
    """There is no such certificate."""

    message = N_("There is no such certificate.")


class Certificate(Base):
    """A certificate; a member has one valid one at most. `printed`: what it shows, sealed JSON.

    `pdf_file_id`: its PDF, once somebody asked for it. `ended_reason`: the name of the field that
    changed, `reissued`, or why the membership ended.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index(
            "uq_certificate_valid",
            "member_id",
            unique=True,
            sqlite_where=_IS_VALID,
            postgresql_where=_IS_VALID,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"), index=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    code: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, default=lambda: secrets.token_bytes(16)
    )
    state: Mapped[State] = mapped_column(String(10), default="valid")
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime())
    printed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_SUBJECT)
    # No foreign keys: whoever is erased loses his files first.
    photo_file_id: Mapped[UUID | None]
    pdf_file_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_reason: Mapped[str] = mapped_column(String(200), default="")
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))


@dataclass(frozen=True)
class Verification:
    """All that a stranger who scans a certificate's QR code is told."""

    state: State
    association: str
    association_en: str
    masked_name: str


def issue_certificate(
    session: Session, engine: Engine, *, member: Member, case_id: UUID, now: datetime
) -> Certificate:
    """Issue a certificate of what the register says now; the one before is superseded.

    The same case issues once: asked again it gives what it issued. Raises NoPhoto.
    """
    hold_member(session, member.id)
    issued = session.scalar(select(Certificate).where(Certificate.case_id == case_id))
    if issued is not None:
        return issued
    photo = find_photo(session, member.id)
    if photo is None:
        raise NoPhoto
    _end(session, member.id, state="superseded", reason=REISSUED, now=now)
    query = select(func.count()).where(Certificate.member_id == member.id)
    before = session.scalar(query) or 0
    number = f"{member.number}-{before + 1:02d}"
    said = orjson.dumps({**printed_fields(session, member, now=now), "number": number})
    certificate = Certificate(
        member_id=member.id,
        association_id=member.association_id,
        number=number,
        issued_at=now,
        printed=engine.vault.seal(session, subject_of(member.id), said),
        photo_file_id=photo.file_id,
        case_id=case_id,
    )
    session.add(certificate)
    session.flush()
    return certificate


def printed_fields(session: Session, member: Member, *, now: datetime) -> dict[str, Any]:
    """What a certificate of today would show, but for its number: plain values."""
    office = get_association(session, member.association_id)
    return {
        "name": member.name,
        "sex": member.sex,
        "member_number": member.number,
        "admission_date": member.admission_date.isoformat() if member.admission_date else "",
        "association": office.name,
        "association_en": office.name_en,
        "issued_date": local_date(now).isoformat(),
    }


def digest_printed(printed: Mapping[str, Any], photo: Photo | None) -> str:
    """What tells apart what a member looks at before he confirms it; the day is not part of it."""
    shown = {name: value for name, value in printed.items() if name != "issued_date"}
    said = orjson.dumps(
        {**shown, "photo": photo and str(photo.file_id)}, option=orjson.OPT_SORT_KEYS
    )
    return hashlib.sha256(said).hexdigest()


def read_printed(session: Session, vault: Vault, certificate: Certificate) -> dict[str, Any]:
    """What a certificate shows, as `printed_fields` with `number`; empty once it was erased."""
    if certificate.printed is None:
        return {}
    try:
        said = vault.open(session, subject_of(certificate.member_id), certificate.printed)
    except Erased:
        return {}
    fields: dict[str, Any] = orjson.loads(said)
    return fields


def supersede_certificate(
    session: Session, member_id: int, fields: Collection[str], now: datetime
) -> Certificate | None:
    """End the valid certificate if it shows one of the register's fields that changed."""
    shown = [each for each in PRINTED_FIELDS if each in fields]
    if not shown:
        return None
    return _end(session, member_id, state="superseded", reason=" ".join(shown), now=now)


def revoke_certificates(
    session: Session, member_id: int, reason: str, now: datetime
) -> Certificate | None:
    """End the valid certificate for good: the membership ended. Again changes nothing."""
    return _end(session, member_id, state="revoked", reason=reason, now=now)


def find_certificate(session: Session, member_id: int) -> Certificate | None:
    """A member's valid certificate, or None."""
    return session.scalar(
        select(Certificate).where(Certificate.member_id == member_id, Certificate.state == "valid")
    )


def get_certificate(session: Session, certificate_id: int) -> Certificate:
    """The certificate of a key; raises CertificateNotFound."""
    found = session.get(Certificate, certificate_id)
    if found is None:
        raise CertificateNotFound
    return found


def list_certificates(session: Session, member_id: int) -> Sequence[Certificate]:
    """A member's certificates, the newest first."""
    query = select(Certificate).where(Certificate.member_id == member_id)
    return session.scalars(query.order_by(Certificate.id.desc())).all()


def certificate_token(vault: Vault, certificate: Certificate) -> str:
    """The token in the QR code's address."""
    return token_of(vault, KIND, certificate.code)


def verify_certificate(session: Session, code: bytes) -> Verification:
    """What the public page shows of a certificate; raises CodeNotGenuine."""
    row = session.execute(
        select(
            Certificate.state,
            Member.name,
            Member.state.label("membership"),
            Association.name.label("association"),
            Association.name_en.label("association_en"),
        )
        .join(Member, Member.id == Certificate.member_id)
        .join(Association, Association.id == Certificate.association_id)
        .where(Certificate.code == code)
    ).one_or_none()
    if row is None:
        raise CodeNotGenuine
    return Verification(
        state=row.state,
        association=row.association,
        association_en=row.association_en,
        masked_name=row.name if row.membership == ERASED else mask("name", row.name),
    )


def _end(
    session: Session, member_id: int, *, state: State, reason: str, now: datetime
) -> Certificate | None:
    hold_member(session, member_id)
    found = find_certificate(session, member_id)
    if found is None:
        return None
    found.state, found.ended_at, found.ended_reason = state, now, reason[:200]
    session.flush()
    return found
