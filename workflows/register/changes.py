"""Changing what the register says: with a reason, once, and noted in its trail."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Conflict, Rejected
from engine.language import N_
from workflows.register.fields import REASON
from workflows.register.telling import tell_member
from workflows.shared.access import Viewer, check
from workflows.shared.accounts import FINANCE, Account
from workflows.shared.certificates import supersede_certificate
from workflows.shared.channels import EMAIL, SMS
from workflows.shared.identity_facts import find_contradictions
from workflows.shared.new_reach import WHATS, What, on_file, write_reach
from workflows.shared.one_time_links import (
    NowhereToSend,
    OneTimeLink,
    expire_links,
    find_destination,
    find_live_link,
    issue_link,
)
from workflows.shared.private import read_private
from workflows.shared.register import Firm, Member
from workflows.shared.register_changes import (
    EDIT,
    RegisterChange,
    record_change,
    register_fields,
)
from workflows.shared.register_writing import (
    ACTIVE,
    IdentityTaken,
    check_identity_free,
    write_fields,
)
from workflows.shared.supervision import OwnedElsewhere, owned_fields

BETWEEN_LINKS = timedelta(minutes=1)
OTHERS = {
    "domestic_qualifications": "domestic_other",
    "international_qualifications": "international_other",
}
"""Fields that say more of the choice “other” of another one."""

IDENTITY_FACTS = ("identity_type", "identity_number", "birth_date", "sex")


class FieldWrong(Rejected):
    """A value does not fit what the register says elsewhere; `field` names it."""

    field = ""


class FirmUnknown(FieldWrong):
    """There is no such firm."""

    field = "firm_number"
    message = N_("There is no firm with this number that practises.")


class HeadOfficeUnknown(FieldWrong):
    """There is no such head office."""

    field = "parent_number"
    message = N_("There is no head office with this number.")


class IdentityNotFree(FieldWrong):
    """Somebody who is a member has this identity number."""

    field = "identity_number"
    message = N_("There is a member with this identity number already.")


class OwnedByPlatform(FieldWrong):
    """The supervision platform says this of CPAs."""

    message = OwnedElsewhere.message

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class SaysOtherwise(FieldWrong):
    """The identity number says another date of birth or another sex."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class ChangedMeanwhile(Conflict):
    """The entry is not as it was when it was looked at."""

    message = N_(
        "Somebody else changed this entry meanwhile. Nothing was saved: compare what you typed with"
        " what stands there now."
    )


class NothingChanged(Rejected):
    """What was typed is what stands there."""

    message = N_("Nothing was changed.")


class ReasonMissing(Rejected):
    """A change without a reason."""

    message = N_("Say why: it is kept in the trail of changes.")


class HasPassword(Rejected):
    """The account was activated long ago."""

    message = N_(
        "This account has a password. Whoever forgot it sets a new one by himself, or calls the"
        " help desk."
    )


class LinkJustSent(Rejected):
    """A link went out a moment ago."""

    message = N_("An activation link was sent a moment ago. Please wait a minute.")


def check_reason(reason: str) -> str:
    """The reason of a change as it is kept; raises ReasonMissing."""
    said = " ".join(reason.split())
    if not said:
        raise ReasonMissing
    return said


def version_of(session: Session, holder: Member | Firm) -> int:
    """A number that grows with every change of an entry: what was looked at is still so by it."""
    column = RegisterChange.member_id if isinstance(holder, Member) else RegisterChange.firm_id
    return session.scalar(select(func.max(RegisterChange.id)).where(column == holder.id)) or 0


def hold(session: Session, holder: Member | Firm) -> None:
    """Lock an entry, and read it as it is now."""
    session.refresh(holder, with_for_update={"key_share": True})


def find_main_account(session: Session, holder: Member | Firm) -> Account | None:
    """The account by which a member or a firm signs in; not a firm's for its reports."""
    if isinstance(holder, Member):
        return session.scalar(select(Account).where(Account.member_id == holder.id))
    query = select(Account).where(Account.firm_id == holder.id, ~Account.login.endswith(FINANCE))
    return session.scalar(query.order_by(Account.id).limit(1))


def edit_entry(
    session: Session,
    engine: Engine,
    *,
    holder: Member | Firm,
    typed: Mapping[str, Any],
    version: int,
    viewer: Viewer,
    address: str,
    now: datetime,
) -> list[str]:
    """Put what was typed in the place of what stands there; answers the names of what changed.

    `typed`: the values of the form, its reason among them. A mobile number or an e-mail address is
    told to the old one, too; a member is told what was changed of him. Raises ChangedMeanwhile,
    FieldWrong, NothingChanged.
    """
    check(viewer, "edit", holder)
    hold(session, holder)
    if version_of(session, holder) != version:
        raise ChangedMeanwhile
    reason = check_reason(str(typed.get(REASON) or ""))
    values = read_values(session, holder, typed)
    if isinstance(holder, Member) and "identity_number" in values:
        check_identity(session, engine, values, member_id=holder.id)
    account = find_main_account(session, holder)
    reach = _take_reach(session, engine, holder, values) if account is not None else {}
    before = register_fields(session, engine.vault, holder)
    if isinstance(holder, Member):
        _check_owned(engine, holder, before, values)
        check_facts(values, before)
    write_fields(session, engine.vault, holder, values)
    noted = record_change(
        session,
        engine.vault,
        member=holder if isinstance(holder, Member) else None,
        firm=holder if isinstance(holder, Firm) else None,
        before=before,
        after=register_fields(session, engine.vault, holder),
        source=EDIT,
        reason=reason,
        by=viewer.actor,
        now=now,
    )
    for what, new in reach.items():
        write_reach(
            session,
            engine,
            account=cast(Account, account),
            what=what,
            new=new,
            address=address,
            proof="register",
            by=viewer.actor,
            now=now,
            reason=reason,
        )
    changed = [*(noted.fields if noted else ()), *reach]
    if not changed:
        raise NothingChanged
    if account is not None and set(WHATS) & set(changed):
        expire_links(session, account_id=account.id, now=now)
    if isinstance(holder, Member):
        ended = supersede_certificate(session, holder.id, changed, now)
        # Who is reached otherwise is told so in words of its own.
        written = [each for each in changed if each not in reach]
        tell_member(session, holder, written, has_ended=ended is not None, now=now)
    return changed


def send_activation(
    session: Session,
    engine: Engine,
    *,
    holder: Member | Firm,
    viewer: Viewer,
    address: str,
    now: datetime,
) -> OneTimeLink:
    """Send the link by which somebody sets his first password; an earlier one serves no more.

    By text message or, where there is no mobile number, by e-mail. Raises HasPassword,
    LinkJustSent, NowhereToSend.
    """
    check(viewer, "edit", holder)
    hold(session, holder)
    account = find_main_account(session, holder)
    if account is None:
        raise NowhereToSend
    if account.password_hash is not None:
        raise HasPassword
    live = find_live_link(session, account_id=account.id, now=now)
    if live is not None and live.created_at > now - BETWEEN_LINKS:
        raise LinkJustSent
    to_mobile = find_destination(session, engine.vault, account, SMS)
    return issue_link(
        session,
        engine,
        account_id=account.id,
        purpose="activation",
        channel=SMS if to_mobile else EMAIL,
        by=viewer.actor,
        address=address,
        now=now,
    )


def read_values(
    session: Session, holder: Member | Firm, typed: Mapping[str, Any]
) -> dict[str, Any]:
    """What was typed as fields of the register: numbers of firms become their keys.

    Raises FirmUnknown, HeadOfficeUnknown.
    """
    values = {name: value for name, value in typed.items() if name != REASON}
    if "firm_number" in values:
        firm = _find_firm(session, values.pop("firm_number"))
        if firm is not None and firm.state != ACTIVE and firm.id != holder_firm(holder):
            raise FirmUnknown
        values["firm_id"] = firm and firm.id
    if "parent_number" in values:
        number = values.pop("parent_number")
        try:
            parent = _find_firm(session, number)
        except FirmUnknown:
            raise HeadOfficeUnknown from None
        if parent is not None and (parent.parent_id is not None or parent.id == holder.id):
            raise HeadOfficeUnknown
        values["parent_id"] = parent and parent.id
    for chosen, other in OTHERS.items():
        # What was said of another qualification goes with it.
        if chosen in values and "other" not in (values[chosen] or ()):
            values[other] = ""
    return values


def holder_firm(holder: Member | Firm) -> int | None:
    """The firm where a member practises."""
    return holder.firm_id if isinstance(holder, Member) else None


def check_identity(
    session: Session, engine: Engine, values: Mapping[str, Any], *, member_id: int | None = None
) -> None:
    """Let an identity number be a member's; raises IdentityNotFree."""
    try:
        check_identity_free(
            session, engine.vault, number=str(values["identity_number"]), member_id=member_id
        )
    except IdentityTaken:
        raise IdentityNotFree from None


def _check_owned(
    engine: Engine, member: Member, before: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    owned = owned_fields(engine, member)
    for name, value in values.items():
        if name in owned and (before[name] or None) != (value or None):
            raise OwnedByPlatform(name)


def check_facts(values: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Let an identity number say the same as the rest; raises SaysOtherwise.

    What stands there already and is not changed is left alone.
    """
    whole = {**before, **values}
    if all((before.get(name) or None) == (whole.get(name) or None) for name in IDENTITY_FACTS):
        return
    for name, sentence in find_contradictions(whole).items():
        raise SaysOtherwise(name, sentence)


def _find_firm(session: Session, number: object) -> Firm | None:
    said = str(number or "").strip().upper()
    if not said:
        return None
    found = session.scalar(select(Firm).where(Firm.number == said))
    if found is None:
        raise FirmUnknown
    return found


def _take_reach(
    session: Session, engine: Engine, holder: Member | Firm, values: dict[str, Any]
) -> dict[What, str]:
    """Take the new keys to the account out of the values: they are told to the old ones, too."""
    private = read_private(session, engine.vault, holder)
    new: dict[What, str] = {}
    for what in WHATS:
        said = on_file(what, str(values.get(what) or ""))
        if said and said != private[what]:
            new[what] = said
            del values[what]
    return new
