"""What a member is told when his association changes his entry: which fields, not their values."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from workflows.shared.field_names import name_fields
from workflows.shared.messages import Message, send_to_member
from workflows.shared.register import Member

DEAD = "dead"


def tell_member(
    session: Session,
    member: Member,
    fields: Collection[str],
    *,
    has_ended: bool = False,
    now: datetime,
) -> Message | None:
    """Tell a member which fields of his were changed; None where there is nothing to tell.

    `has_ended`: his certificate showed one of them. Nobody writes to the dead.
    """
    if not fields or member.state == DEAD:
        return None
    again = ("原会员证已失效，请重新领取。", " Your certificate has ended: please get a new one.")
    return send_to_member(
        session,
        member_id=member.id,
        template="register_changed",
        values={"fields": name_fields(fields, "zh"), "note": again[0] if has_ended else ""},
        values_en={"fields": name_fields(fields, "en"), "note": again[1] if has_ended else ""},
        case_id=None,
        now=now,
    )


def tell_of_end(session: Session, member: Member, reason: str, *, now: datetime) -> Message | None:
    """Tell somebody that his membership is over, and why."""
    if member.state == DEAD:
        return None
    return send_to_member(
        session,
        member_id=member.id,
        template="membership_ended",
        values={"reason": reason},
        case_id=None,
        now=now,
    )
