"""Proving by a one-time code, as every kind of reset does: on the phone or the official account."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import N_, _
from engine.vault import Vault
from forms.masking import mask
from workflows.shared.bindings import find_binding, openid_of
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS
from workflows.shared.codes import (
    BETWEEN,
    CodeTooSoon,
    OneTimeCode,
    TooManyCodes,
    issue_code,
    try_code,
)
from workflows.shared.dates import ZONE
from workflows.shared.mobiles import NotAMobile, is_mainland, to_e164
from workflows.shared.proofs import Facts, Given, Wrong
from workflows.shared.resets import get_reset, note_try, owner_of_code, read_shown

NOT_YOURS = N_("This does not fit the number shown above. Type all of its digits.")
NO_CODE = N_("Have a code sent first.")
WRONG_CODE = N_("The code is wrong or too old. Check it, or have another one sent.")


def find_file_mobile(mobile: str) -> str:
    """A number on file in E.164; empty when there is none, or none that works."""
    try:
        return to_e164(mobile) if mobile else ""
    except NotAMobile:
        return ""


def mask_mobile(e164: str) -> str:
    """A number as its owner may recognise it: without +86, its first and last digits."""
    return mask("mobile", e164.removeprefix("+86") if is_mainland(e164) else e164)


def hash_mobile(vault: Vault, e164: str) -> str:
    """What a reset keeps of the number on file, to compare with what is typed."""
    return vault.lookup(f"reset-mobile:{e164}").hex()


def send_to_mobile(engine: Engine, given: Given) -> Wrong | None:
    """Send a code to the number that was typed in full, if it is the one on file.

    It is never said whether it is: whoever does not have the phone learns nothing.
    """
    typed = given.secrets.get("mobile")
    with engine.database.read() as session:
        shown = read_shown(session, engine.vault, given.case)
    try:
        number = to_e164(typed) if isinstance(typed, str) else ""
    except NotAMobile:
        number = ""
    if not number or mask_mobile(number) != shown["mobile"]:
        return Wrong({"mobile": _(NOT_YOURS)})
    is_own = hash_mobile(engine.vault, number) == shown["mobile_hash"]
    return send_reset_code(
        engine, given, SMS, to=number if is_own else "", to_masked=shown["mobile"]
    )


def send_to_official_account(engine: Engine, given: Given) -> Wrong | None:
    """Send a code to the official account that the account is bound to."""
    with engine.database.read() as session:
        reset = get_reset(session, given.case)
        binding = find_binding(session, reset.account_id or 0)
        to = "" if binding is None else openid_of(engine.vault, binding)
    return send_reset_code(engine, given, OFFICIAL_ACCOUNT, to=to, to_masked="")


def prove_code(engine: Engine, given: Given, *, channel: str) -> Facts | Wrong:
    """Try the code that was typed; `check` is `right`, or `used_up` when the case must end."""
    owner = owner_of_code(given.case)
    with engine.database.read() as session:
        sent = session.scalar(
            select(OneTimeCode.id).where(OneTimeCode.owner == owner, OneTimeCode.channel == channel)
        )
    if sent is None:
        return Wrong({"code": _(NO_CODE)})
    result = try_code(engine, owner=owner, typed=given.secrets["code"] or "", now=given.now)
    note_try(engine, given, branch=channel, result=result)
    return Wrong({"code": _(WRONG_CODE)}) if result == "wrong" else {"check": result}


def show_code(session: Session, *, case: Case, channel: str, now: datetime) -> dict[str, Any]:
    """What the panel `code` shows: where a code went, until when, when there is another one."""
    code = session.scalar(
        select(OneTimeCode).where(
            OneTimeCode.owner == owner_of_code(case), OneTimeCode.channel == channel
        )
    )
    if code is None or code.used_at is not None:
        return {"is_sent": False, "channel": channel}
    return {
        "is_sent": True,
        "channel": channel,
        "to": code.to_masked,
        "until": f"{code.expires_at.astimezone(ZONE):%H:%M}",
        "is_over": code.expires_at <= now,
        "wait": max(0, int((code.created_at + BETWEEN - now).total_seconds())),
    }


def send_reset_code(
    engine: Engine, given: Given, channel: str, *, to: str, to_masked: str
) -> Wrong | None:
    """Send the code of a reset, to nobody if `to` is empty; a sentence if none may be sent now."""
    with engine.database.read() as session:
        reset = get_reset(session, given.case)
    try:
        issue_code(
            engine,
            purpose="reset",
            owner=owner_of_code(given.case),
            account_id=reset.account_id if to else None,
            channel=channel,
            to=to,
            to_masked=to_masked,
            limit_on=reset.typed,
            now=given.now,
        )
    except (CodeTooSoon, TooManyCodes) as error:
        note_try(engine, given, branch=channel, result=type(error).__name__, kind="code_asked")
        return Wrong({"code": str(error)})
    note_try(engine, given, branch=channel, result="sent", kind="code_asked")
    return None
