"""A new binding and the end of one: written, noted, and told to the account's owner."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from workflows.shared.accounts import Account
from workflows.shared.bindings import bind, find_openid, hash_openid, hold_binding, unbind
from workflows.shared.channels import OFFICIAL_ACCOUNT
from workflows.shared.messages import tell
from workflows.shared.security_events import note_event


def bind_own(
    session: Session,
    engine: Engine,
    *,
    account: Account,
    openid: str,
    is_following: bool,
    address: str,
    now: datetime,
) -> None:
    """Bind an account to the WeChat user of its owner, who has proved himself.

    He is told on all his channels when it is another one than before, and so is that one: it may
    be his own, and the new one somebody else's.
    """
    before = hold_binding(session, account.id)
    old = find_openid(engine.vault, before)
    is_known = before is not None and before.openid_hash == hash_openid(engine.vault, openid)
    bind(
        session,
        engine.vault,
        account_id=account.id,
        openid=openid,
        is_following=is_following,
        now=now,
    )
    note_event(
        session,
        what="bound",
        account_id=account.id,
        actor=account.actor,
        address=address,
        now=now,
    )
    if not is_known:
        tell(
            session,
            engine,
            account=account,
            template="bound",
            values={},
            also_to={OFFICIAL_ACCOUNT: old} if old else {},
            now=now,
        )


def unbind_own(
    session: Session, engine: Engine, *, account: Account, by: Actor, address: str, now: datetime
) -> bool:
    """Undo an account's binding and tell its owner; False when there was none."""
    if not unbind(session, account.id):
        return False
    note_event(session, what="unbound", account_id=account.id, actor=by, address=address, now=now)
    tell(session, engine, account=account, template="unbound", values={}, now=now)
    return True
