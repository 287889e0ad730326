"""Putting another mobile number or e-mail address on file: what they must be, who is told."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.vault import Vault
from forms.formats import FORMATS
from workflows.shared.accounts import Account
from workflows.shared.channels import EMAIL, SMS
from workflows.shared.deliveries import mask_destination
from workflows.shared.messages import tell
from workflows.shared.mobiles import NotAMobile, to_e164
from workflows.shared.one_time_links import expire_links
from workflows.shared.private import write_private
from workflows.shared.reach import find_reach
from workflows.shared.register import Firm, Member, hold_member
from workflows.shared.register_changes import REACH, recording
from workflows.shared.security_events import note_event

What = Literal["mobile", "email"]
WHATS: tuple[What, ...] = ("mobile", "email")
CHANNELS: dict[What, str] = {"mobile": SMS, "email": EMAIL}


class NothingNew(Rejected):
    """The new one is the old one."""

    message = N_("This is what is on file already.")


class NotUsable(Rejected):
    """What was typed is no mobile number, or no e-mail address."""

    message = N_("Enter a mobile number or an e-mail address that exists.")


def find_old(session: Session, vault: Vault, account: Account, what: What) -> str:
    """What is on file now, as it stands there."""
    reach = find_reach(session, vault, account)
    return reach.mobile if what == "mobile" else reach.email


def write_reach(
    session: Session,
    engine: Engine,
    *,
    account: Account,
    what: What,
    new: str,
    address: str,
    proof: str,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Put a mobile number or e-mail address on file and tell the old one, too.

    The caller has made sure whose it is; `proof` says how, and for the register's trail
    `reason` says why. Links that were sent to the old one serve no more.
    """
    holder: Member | Firm
    if account.member_id is not None:
        hold_member(session, account.member_id)
        holder = session.get_one(Member, account.member_id)
    else:
        holder = session.get_one(
            Firm, account.firm_id, with_for_update=True, populate_existing=True
        )
    before = find_old(session, engine.vault, account, what)
    vault = engine.vault
    with recording(session, vault, holder, source=REACH, reason=reason, by=by, now=now):
        write_private(session, vault, holder, {what: on_file(what, new)})
    expire_links(session, account_id=account.id, now=now)
    masked = {
        "before": mask_destination(CHANNELS[what], before) or "–",
        "after": mask_destination(CHANNELS[what], new),
    }
    old = find_usable(what, before)
    tell(
        session,
        engine,
        account=account,
        template=f"{what}_changed",
        values=masked,
        also_to={CHANNELS[what]: old} if old else {},
        now=now,
    )
    note_event(
        session,
        what=f"{what}_changed",
        account_id=account.id,
        actor=by,
        address=address,
        details={**masked, "proof": proof},
        now=now,
    )


def find_usable(what: What, text: str) -> str:
    """The number in E.164 or the cleaned address, to send something to; empty if it is none."""
    text = text.strip()
    if what == "mobile":
        try:
            return to_e164(text)
        except NotAMobile:
            return ""
    return "" if not text or FORMATS["email"].check(text) else text


def on_file(what: What, new: str) -> str:
    """How the register writes it: numbers of the mainland without the country's."""
    return FORMATS["mobile"].clean(new) if what == "mobile" else new
