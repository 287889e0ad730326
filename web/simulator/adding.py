"""New simulated phones: of somebody with an account, or of a stranger."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import N_
from engine.vault import Vault
from workflows.channels import phones
from workflows.channels.phones import SimulatedPhone
from workflows.shared.accounts import Account
from workflows.shared.mobiles import NotAMobile, to_e164
from workflows.shared.reach import find_reach

STRANGERS = "+8615488"
"""How strangers' numbers begin: no operator has such numbers, nor has anybody of the demo."""


class NoSuchAccount(NotFound):
    """The login that a phone was to be made for is nobody's."""

    message = N_("There is no account with this login.")


def add_owners_phone(
    session: Session, vault: Vault, *, login: str, now: datetime
) -> SimulatedPhone:
    """The phone of an account's owner, with the mobile and e-mail on file; made if need be.

    Where no usable number is on file he has a stranger's, as he would in life. Raises
    NoSuchAccount.
    """
    query = select(Account).where(Account.login == login.strip()).order_by(Account.id)
    account = session.scalars(query).first()
    if account is None:
        raise NoSuchAccount
    reach = find_reach(session, vault, account)
    try:
        mobile = to_e164(reach.mobile)
    except NotAMobile:
        mobile = _draw_mobile()
    found = session.scalar(select(SimulatedPhone).where(SimulatedPhone.mobile == mobile))
    if found is not None:
        return found
    return _add(session, name=account.name, mobile=mobile, email=reach.email, now=now)


def add_strangers_phone(session: Session, *, name: str, now: datetime) -> SimulatedPhone:
    """A phone that nobody in the register knows."""
    return _add(session, name=name.strip()[:60], mobile=_draw_mobile(), email="", now=now)


def _add(session: Session, *, name: str, mobile: str, email: str, now: datetime) -> SimulatedPhone:
    openid = f"oSim{secrets.token_hex(12)}"
    return phones.add_phone(session, name=name, mobile=mobile, email=email, openid=openid, now=now)


def _draw_mobile() -> str:
    return f"{STRANGERS}{secrets.randbelow(10**6):06}"
