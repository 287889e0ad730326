"""Where somebody is reached on each channel, by what is on file now."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from sqlalchemy.orm import Session

from engine.vault import Vault
from forms.formats import FORMATS
from workflows.shared.accounts import Account
from workflows.shared.bindings import find_binding, find_openid
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS, Channels
from workflows.shared.mobiles import NotAMobile, to_e164
from workflows.shared.reach import find_reach


def find_destinations(
    session: Session, vault: Vault, account: Account, channels: Iterable[str]
) -> dict[str, str]:
    """Where an account's holder is reached, by channel; a malformed number is no destination."""
    reach = find_reach(session, vault, account)
    on_file = {SMS: reach.mobile, EMAIL: reach.email}
    found = {
        channel: find_openid(vault, find_binding(session, account.id))
        if channel == OFFICIAL_ACCOUNT
        else valid_destination(channel, on_file[channel])
        for channel in channels
    }
    return {channel: to for channel, to in found.items() if to}


def valid_destination(channel: str, to: str) -> str:
    """A destination as its channel takes it, or empty: a mobile number in E.164."""
    if channel == SMS:
        with suppress(NotAMobile):
            return to_e164(to)
        return ""
    if channel == EMAIL:
        return "" if FORMATS["email"].check(to) else to
    return to


def installed(channels: Channels) -> Mapping[str, object]:
    """The channels that an installation has, by name."""
    known = {
        OFFICIAL_ACCOUNT: channels.official_account,
        SMS: channels.sms,
        EMAIL: channels.mail,
    }
    return {name: channel for name, channel in known.items() if channel is not None}
