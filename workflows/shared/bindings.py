"""Bindings: which WeChat user an account belongs to, known by the official account's openid.

The openid is sealed where it is kept and found through its keyed hash. One account has one WeChat
user; one WeChat user may have several accounts, such as a firm's two.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, UtcDateTime
from engine.vault import BY_MASTER, Erased, Vault
from workflows.shared.accounts import Account

FOLLOWING = "following"
LEFT = "left"


class Binding(Base):
    """The WeChat user of an account. `state`: following, or left when he unfollowed."""

    __tablename__ = "binding"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    openid_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_MASTER)
    openid_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    bound_at: Mapped[datetime] = mapped_column(UtcDateTime())
    state: Mapped[str] = mapped_column(String(10), default=FOLLOWING)

    @property
    def is_following(self) -> bool:
        """Whether the official account reaches the WeChat user."""
        return self.state == FOLLOWING


def hash_openid(vault: Vault, openid: str) -> bytes:
    """The keyed hash by which a WeChat user is found."""
    return vault.lookup(f"openid:{openid}")


def seal_openid(vault: Vault, openid: str) -> bytes:
    """An openid as it may be kept; `open_openid` reads it."""
    return vault.seal_text(openid)


def open_openid(vault: Vault, sealed: bytes) -> str:
    """Read what `seal_openid` sealed."""
    return vault.open_text(sealed)


def openid_of(vault: Vault, binding: Binding) -> str:
    """The openid of a binding, to send something to."""
    return open_openid(vault, binding.openid_sealed)


def bind(
    session: Session,
    vault: Vault,
    *,
    account_id: int,
    openid: str,
    now: datetime,
    is_following: bool = True,
) -> Binding:
    """Bind an account to a WeChat user; another one that it was bound to is replaced.

    The caller has made sure that this is the account's owner, and tells him.
    """
    hold_binding(session, account_id)
    return session.merge(
        Binding(
            account_id=account_id,
            openid_sealed=seal_openid(vault, openid),
            openid_hash=hash_openid(vault, openid),
            bound_at=now,
            state=FOLLOWING if is_following else LEFT,
        )
    )


def unbind(session: Session, account_id: int) -> bool:
    """Undo an account's binding; False when there was none."""
    query = delete(Binding).where(Binding.account_id == account_id).returning(Binding.account_id)
    return session.scalar(query) is not None


def find_binding(session: Session, account_id: int) -> Binding | None:
    """The binding of an account, or None."""
    return session.get(Binding, account_id)


def hold_binding(session: Session, account_id: int) -> Binding | None:
    """The binding of an account, which nobody else replaces before this transaction ends."""
    # Two binding at once wait for each other here: there may be no row yet to wait for.
    session.scalar(select(Account.id).where(Account.id == account_id).with_for_update())
    return find_binding(session, account_id)


def find_openid(vault: Vault, binding: Binding | None) -> str:
    """Where the official account reaches the WeChat user of a binding; empty if it does not."""
    if binding is not None and binding.is_following:
        with suppress(Erased):
            return openid_of(vault, binding)
    return ""


def list_bound(session: Session, vault: Vault, openid: str) -> Sequence[Account]:
    """The accounts that a WeChat user is bound to, the first bound first."""
    return session.scalars(
        select(Account)
        .join(Binding, Binding.account_id == Account.id)
        .where(Binding.openid_hash == hash_openid(vault, openid))
        .order_by(Binding.bound_at, Account.id)
    ).all()


def note_following(session: Session, vault: Vault, *, openid: str, is_following: bool) -> None:
    """A WeChat user followed or unfollowed: his bindings stay, and say whether he is reached."""
    session.execute(
        update(Binding)
        .where(Binding.openid_hash == hash_openid(vault, openid))
        .values(state=FOLLOWING if is_following else LEFT)
    )
