"""A new password in the place of one that was forgotten, or that there never was.

Who may set it was proved before: by codes, by answers, by a link. Here it is checked, written,
and told to the account's owner.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.vault import Vault
from workflows.shared.accounts import Account, check_new_password
from workflows.shared.messages import tell
from workflows.shared.register import Firm, Member, identity_number
from workflows.shared.sign_in import end_other_sessions, forget_failures

TOLD = "password_reset"
"""The template by which the owner hears of it."""


def check_password_of(session: Session, vault: Vault, *, account: Account, password: str) -> None:
    """Check a new password against what is known of the account's owner.

    Raises what `check_new_password` raises.
    """
    name = number = ""
    if account.member_id is not None:
        number = identity_number(vault, session.get_one(Member, account.member_id))
    elif account.firm_id is not None:
        name = session.get_one(Firm, account.firm_id).head
    check_new_password(password, account=account, name=name, identity_number=number)


def replace_password(
    session: Session, engine: Engine, *, account: Account, hashed: str, now: datetime
) -> None:
    """Give an account its new password; whoever was signed in with the old one is so no more.

    Earlier failures are forgotten, and the owner is told on every channel that is on file.
    """
    session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(password_hash=hashed, must_change_password=False)
    )
    end_other_sessions(session, account_id=account.id)
    forget_failures(session, engine.vault, user_type=account.user_type, login=account.login)
    tell(session, engine, account=account, template=TOLD, values={}, now=now)
