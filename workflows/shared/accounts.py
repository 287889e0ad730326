"""Accounts: who signs in, with which duties, and what a password must be."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from zxcvbn import zxcvbn

from engine.actors import Actor, ActorKind
from engine.database import Base, BigId, UtcDateTime
from engine.errors import Conflict, NotFound, Rejected
from engine.language import N_

MEMBER = "member"
CPA = "cpa"
FIRM = "firm"
STAFF = "staff"
USER_TYPES = (MEMBER, CPA, FIRM, STAFF)

FINANCE = "_cw"
"""How the login of a firm's account for its financial reports ends."""

DUTIES = ("review", "fees", "photos", "training", "help_desk", "manage", "admin", "audit")

SHORTEST_PASSWORD = 10

_IS_STAFF = text("user_type = 'staff'")
LONGEST_PASSWORD = 200

COMMON_WORDS = (
    "huiji", "huiyuan", "cicpa", "zhuxie", "kuaiji", "kuaijishi", "zhuce", "shenji", "caiwu",
    "mima", "zhongguo", "woaini", "aini", "1314", "520", "5201314", "nihao", "renming",
)  # fmt: skip
"""What passwords of this system are likely to be made of, besides what zxcvbn knows anyway."""

FEW_GUESSES = 10_000_000
"""A password that a guesser who knows lists and habits finds within so many is a common one."""

LONGEST_ESTIMATE = 72
"""zxcvbn looks at no longer one."""

HASHER = PasswordHasher()
"""argon2id with the library's parameters; a hash says with which ones it was made."""


class AccountNotFound(NotFound):
    """There is no such account."""

    message = N_("There is no such account.")


class PasswordTooShort(Rejected):
    """A new password has too few characters."""

    message = N_("A password has at least %(length)s characters.")


class PasswordTooLong(Rejected):
    """A new password has too many characters."""

    message = N_("A password has at most %(length)s characters.")


class PasswordTooPlain(Rejected):
    """A new password says whose it is."""

    message = N_("The password must not contain the account, the name or the identity number.")


class PasswordTooCommon(Rejected):
    """Many people have the new password, or one like it."""

    message = N_(
        "This password is easily guessed. Use several words, or letters and digits in no order."
    )


class PasswordHasChanged(Conflict):
    """Somebody else who is signed in with the account was faster."""

    message = N_("The password was changed in the meantime. Please sign in again.")


class Account(Base):
    """Somebody who can sign in: a member, a firm or a person of an association's staff.

    `login` is the member number, the firm number or a staff name; unique per user type.
    `locale`: the language chosen, empty where none was. `consented_version`: of the privacy
    notice that was agreed to last.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("user_type", "login"),
        # Colleagues are few among hundreds of thousands.
        Index("ix_account_staff", "id", sqlite_where=_IS_STAFF, postgresql_where=_IS_STAFF),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_type: Mapped[str] = mapped_column(String(10))
    login: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), unique=True)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    locale: Mapped[str] = mapped_column(String(10), default="")
    consented_version: Mapped[int | None]
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


def get_account(session: Session, account_id: int, *, for_update: bool = False) -> Account:
    """The account of a key; raises AccountNotFound.

    `for_update`: no other transaction changes it before this one ends.
    """
    found = session.get(Account, account_id, with_for_update=for_update or None)
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


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with other parameters than one would be made with today."""
    return HASHER.check_needs_rehash(hashed)


def check_new_password(
    password: str, *, account: Account, name: str = "", identity_number: str = ""
) -> None:
    """Check a new password; raises PasswordTooShort, -TooLong, -TooPlain or -TooCommon.

    Password policy: at least 10 characters, not a common one, not the account, the name or the
    identity number. Any characters are fine, and nothing is asked of their kinds. `name`: of the
    person, where it is not the account's (the head of a firm). For an account that does not exist
    one is made up: the same is done for it.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(length=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(length=LONGEST_PASSWORD)
    own = [_fold(each) for each in (account.login, account.name, name, identity_number) if each]
    folded = _fold(password)
    # Part of an identity number is what everybody tries first, too.
    if any(len(each) > 1 and (each in folded or folded in each) for each in own):
        raise PasswordTooPlain
    known = [*own, *COMMON_WORDS]
    if zxcvbn(folded[:LONGEST_ESTIMATE], user_inputs=known)["guesses"] < FEW_GUESSES:
        raise PasswordTooCommon


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


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
