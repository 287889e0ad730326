"""How a person or a firm is reached: what is on file for the holder of an account."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.vault import Vault
from workflows.shared.accounts import Account
from workflows.shared.private import HoldsPrivate, read_private
from workflows.shared.register import Firm, Member


@dataclass(frozen=True)
class Reach:
    """What is on file, as it stands there; empty where nothing is."""

    mobile: str = ""
    email: str = ""


def find_reach(session: Session, vault: Vault, account: Account) -> Reach:
    """How the holder of an account is reached; what was erased is not there."""
    holder: HoldsPrivate
    if account.member_id is not None:
        holder = session.get_one(Member, account.member_id)
    elif account.firm_id is not None:
        holder = session.get_one(Firm, account.firm_id)
    else:
        return Reach()
    private = read_private(session, vault, holder)
    return Reach(private["mobile"], private["email"])
