"""Accounts: who signs in, with which duties, and what a password must be."""

from collections.abc import Sequence
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, BigId, UtcDateTime
from engine.errors import Conflict, NotFound, Rejected
from engine.language import N_

MEMBER = "member"
CPA = "cpa"
FIRM = "firm"
STAFF = "staff"
USER_TYPES = (MEMBER, CPA, FIRM, STAFF)

DUTIES = ("review", "fees", "photos", "training", "help_desk", "manage", "admin", "audit")

SHORTEST_PASSWORD = 10

HASHER = PasswordHasher()
"""argon2id with the library's parameters; a hash says with which ones it was made."""


class AccountNotFound(NotFound):
    """There is no such account."""

    message = N_("There is no such account.")


class PasswordTooShort(Rejected):
    """A new password has too few characters."""

    message = N_("A password has at least %(length)s characters.")


class PasswordTooPlain(Rejected):
    """A new password can be guessed from the account."""

    message = N_("The password must not contain the account or consist of one character.")


class PasswordHasChanged(Conflict):
    """Somebody else who is signed in with the account was faster."""

    message = N_("The password was changed in the meantime. Please sign in again.")


class Account(Base):
    """Somebody who can sign in: a member, a firm or a person of an association's staff.

    `login` is the member number, the firm number or a staff name; unique per user type.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("user_type", "login"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_type: Mapped[str] = mapped_column(String(10))
    login: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), unique=True)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    locale: Mapped[str] = mapped_column(String(10), default="zh_CN")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def actor(self) -> Actor:
        """The account as the one who acts."""
        kind: ActorKind = "member" if self.user_type in (MEMBER, CPA) else "staff"
        return Actor("firm" if self.user_type == FIRM else kind, self.id)


class StaffDuty(Base):
    """A duty that a person of the staff has for an association and those below it."""

    __tablename__ = "staff_duty"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    association_id: Mapped[int] = mapped_column(
        ForeignKey("association.id"), primary_key=True, index=True
    )
    duty: Mapped[str] = mapped_column(String(20), primary_key=True)


def get_account(session: Session, account_id: int) -> Account:
    """The account of a key; raises AccountNotFound."""
    found = session.get(Account, account_id)
    if found is None:
        raise AccountNotFound
    return found


def find_account(session: Session, *, user_type: str, login: str) -> Account | None:
    """The account of a user type and login, or None."""
    return session.scalar(
        select(Account).where(Account.user_type == user_type, Account.login == login.strip())
    )


def list_duties(session: Session, *, account_id: int) -> Sequence[StaffDuty]:
    """A staff account's duties."""
    return session.scalars(select(StaffDuty).where(StaffDuty.account_id == account_id)).all()


def give_duty(session: Session, *, account_id: int, association_id: int, duty: str) -> None:
    """Give a person of the staff a duty; having it already is fine."""
    if duty not in DUTIES:
        raise ValueError(f"no duty is called {duty}")
    session.merge(StaffDuty(account_id=account_id, association_id=association_id, duty=duty))
    session.flush()


def hash_password(password: str) -> str:
    """Hash a password with argon2id."""
    return HASHER.hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Whether a password is the hashed one; takes the same time either way."""
    try:
        return HASHER.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def check_new_password(password: str, *, account: Account) -> None:
    """Check a new password; raises PasswordTooShort or PasswordTooPlain.

    Password policy: at least 10 characters, not the account; all of one character is no
    password either.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(length=SHORTEST_PASSWORD)
    if account.login.casefold() in password.casefold() or len(set(password)) == 1:
        raise PasswordTooPlain


def change_password(session: Session, *, account_id: int, known: str | None, hashed: str) -> None:
    """Set an account's password; raises PasswordHasChanged if the hash is not `known` any more.

    The caller checks and hashes the password before, outside a transaction: hashing is slow.
    Whoever was signed in with the old one is for the caller.
    """
    query = update(Account).where(Account.id == account_id, Account.password_hash == known)
    changed = session.execute(
        query.values(password_hash=hashed, must_change_password=False).returning(Account.id)
    )
    if changed.one_or_none() is None:
        raise PasswordHasChanged
