"""Taking an update over: each field once, in the order of the platform's own versions.

Calls come twice, late and in any order. A field takes the value of the newest version that named
it: what comes late changes only what nothing newer has said, and what came before changes nothing.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import SYSTEM
from engine.database import Base, BigId, Json, UtcDateTime
from engine.engine import Engine
from engine.errors import Conflict, NotFound, Rejected
from engine.language import N_
from workflows.shared.certificates import supersede_certificate
from workflows.shared.field_names import name_fields
from workflows.shared.identity_facts import find_contradictions
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member, find_member_by_number, hold_member
from workflows.shared.register_changes import PLATFORM, recording, register_fields
from workflows.shared.register_writing import IdentityTaken, check_identity_free, write_fields
from workflows.shared.supervision import owned_fields
from workflows.supervision_platform.reading import Update, WrongFields

Outcome = Literal["applied", "nothing_new", "known"]
"""`known`: this version was taken before; `nothing_new`: it says what stands there, or less new."""


class NobodyKnown(NotFound):
    """The call is about somebody who is not in the register."""

    message = N_("There is no member with this number.")


class NotOwned(Rejected):
    """The platform says nothing of people who are no CPAs, or whose membership is over."""

    message = N_("The platform does not keep the data of this member.")


class VersionUsed(Conflict):
    """Two calls with the same version say different things."""

    message = N_("This version was used for something else.")


class PlatformUpdate(Base):
    """A call that was taken. `fields`: the names it said; `digest`: of all that it said, keyed.

    What it changed stands in the trail of the register.
    """

    __tablename__ = "platform_update"
    __table_args__ = (UniqueConstraint("member_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    version: Mapped[int] = mapped_column(BigId)
    fields: Mapped[list[str]] = mapped_column(Json)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime())


def take_update(
    session: Session, engine: Engine, *, update: Update, now: datetime
) -> tuple[Outcome, Sequence[str]]:
    """Take an update over and tell the CPA; answers what became of it and which fields changed.

    Raises NobodyKnown, NotOwned, VersionUsed, WrongFields where it does not fit the rest.
    """
    member = find_member_by_number(session, update.member_number)
    if member is None:
        raise NobodyKnown
    hold_member(session, member.id)
    if member.state != "active" or not owned_fields(engine, member):
        raise NotOwned
    digest = _digest(engine, update)
    known = session.scalar(
        select(PlatformUpdate).where(
            PlatformUpdate.member_id == member.id, PlatformUpdate.version == update.version
        )
    )
    if known is not None:
        if known.digest != digest:
            raise VersionUsed
        return "known", []
    wanted = _leave_newer(session, member, update)
    today = register_fields(session, engine.vault, member)
    changed = {
        name: value for name, value in wanted.items() if (today[name] or None) != (value or None)
    }
    _check_fit(session, engine, member, today, changed)
    session.add(
        PlatformUpdate(
            member_id=member.id,
            version=update.version,
            fields=sorted(update.fields),
            digest=digest,
            at=now,
        )
    )
    session.flush()
    if not changed:
        return "nothing_new", []
    with recording(
        session,
        engine.vault,
        member,
        source=PLATFORM,
        reason=f"#{update.version}",
        by=SYSTEM,
        now=now,
    ):
        write_fields(session, engine.vault, member, changed)
    ended = supersede_certificate(session, member.id, changed, now)
    _tell(session, member, changed, has_ended=ended is not None, now=now)
    return "applied", sorted(changed)


def _leave_newer(session: Session, member: Member, update: Update) -> dict[str, Any]:
    """What of an update no newer one has said."""
    newer = session.scalars(
        select(PlatformUpdate.fields).where(
            PlatformUpdate.member_id == member.id, PlatformUpdate.version > update.version
        )
    )
    said = {name for fields in newer for name in fields}
    return {name: value for name, value in update.fields.items() if name not in said}


def _check_fit(
    session: Session,
    engine: Engine,
    member: Member,
    today: dict[str, Any],
    changed: dict[str, Any],
) -> None:
    if changed.keys() & {"identity_type", "identity_number", "birth_date", "sex"}:
        errors = find_contradictions({**today, **changed})
        if errors:
            raise WrongFields(errors)
    if number := changed.get("identity_number"):
        try:
            check_identity_free(session, engine.vault, number=number, member_id=member.id)
        except IdentityTaken as taken:
            raise WrongFields({"identity_number": str(taken)}) from taken


def _digest(engine: Engine, update: Update) -> bytes:
    """Of what was said: keyed, because a name or a number is easily guessed."""
    said = orjson.dumps(dict(update.fields), option=orjson.OPT_SORT_KEYS)
    return engine.vault.lookup("platform:" + hashlib.sha256(said).hexdigest())


def _tell(
    session: Session,
    member: Member,
    changed: dict[str, Any],
    *,
    has_ended: bool,
    now: datetime,
) -> None:
    again = ("原会员证已失效，请重新领取。", " Your certificate has ended: please get a new one.")
    send_to_member(
        session,
        member_id=member.id,
        template="platform_updated",
        values={"fields": name_fields(changed, "zh"), "note": again[0] if has_ended else ""},
        values_en={"fields": name_fields(changed, "en"), "note": again[1] if has_ended else ""},
        case_id=None,
        now=now,
    )
