"""One-time codes: six digits that prove that somebody has a telephone or reads a mailbox.

Only the row of a code is kept: its digits are derived from its key when they are sent and when
they are compared. Whatever is typed for an account that does not exist takes the same way: the
same limits, the same statements, and never the right code.
"""

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.attempts import Attempt, count_attempt
from engine.database import Base, UtcDateTime, new_id
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_, ngettext
from engine.vault import Vault
from workflows.shared.deliveries import deliver_code, mask_destination

DIGITS = 6
LIVES = timedelta(minutes=5)
BETWEEN = timedelta(seconds=60)
DAY = timedelta(days=1)
MOST_A_DAY = 5
MOST_WRONG = 5
"""Password policy: 6 digits, 5 minutes, 60 s between sends, 5 a day; 5 wrong ones end the case."""

CodeResult = Literal["right", "wrong", "used_up"]


class CodeTooSoon(Rejected):
    """A code was sent a moment ago; `seconds` until the next one may be."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds

    def __str__(self) -> str:
        return ngettext(
            "A code was just sent. You can ask for another one in %(n)s second.",
            "A code was just sent. You can ask for another one in %(n)s seconds.",
            self.seconds,
        )


class TooManyCodes(Rejected):
    """As many codes were sent, or typed wrong, as are allowed in a day."""

    message = N_("No more codes are sent today. Please try again tomorrow or call for help.")


class OneTimeCode(Base):
    """The code of an owner: whatever asks for it, such as a case; there is one at a time.

    `account_id` is None for an account that does not exist: no code is right then. `wrong` counts
    what was typed, before it is looked at.
    """

    __tablename__ = "one_time_code"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    owner: Mapped[str] = mapped_column(String(80), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str] = mapped_column(String(20))
    to_masked: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    wrong: Mapped[int]
    limit_key: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class IssuedCode:
    """What may be said of a code: where it goes, until when it serves, when another is sent."""

    to_masked: str
    expires_at: datetime
    next_at: datetime


def issue_code(
    engine: Engine,
    *,
    purpose: str,
    owner: str,
    account_id: int | None,
    channel: str,
    to: str,
    limit_on: str,
    now: datetime,
    to_masked: str | None = None,
) -> IssuedCode:
    """Have a new code sent to `to`; the owner's earlier one serves no more.

    Opens its own transactions: what is asked for is counted first. `limit_on` is what was typed,
    such as `individual:330000100001`, so that unknown accounts have the same limits; they pass
    no account, an empty `to` and the `to_masked` that their page shows. What was typed wrong
    stays counted over several codes of a day. Raises CodeTooSoon, TooManyCodes.
    """
    limit_key = engine.vault.lookup("code:" + _fold(limit_on))
    _count(engine, limit_key, now)
    code = OneTimeCode(
        id=new_id(),
        purpose=purpose,
        owner=owner,
        account_id=account_id,
        channel=channel,
        to_masked=mask_destination(channel, to) if to_masked is None else to_masked,
        created_at=now,
        expires_at=now + LIVES,
        used_at=None,
        wrong=0,
        limit_key=limit_key,
    )
    with engine.database.transaction() as session:
        # What was refused leaves no delivery behind: the transaction is given up.
        if _replace(session, engine, code) >= MOST_WRONG:
            raise TooManyCodes
        deliver_code(session, engine, code, to=to, now=now)
    return IssuedCode(code.to_masked, code.expires_at, now + BETWEEN)


def try_code(engine: Engine, *, owner: str, typed: str, now: datetime) -> CodeResult:
    """Whether what was typed is the owner's code; the right one serves once.

    Opens its own transactions. Each guess is counted before it is looked at, in one statement,
    so however many come at once, five are looked at. `used_up`: this was the last guess, or
    there was none left; the caller ends what the code was for.
    """
    count = (
        update(OneTimeCode)
        .where(
            OneTimeCode.owner == owner,
            OneTimeCode.wrong < MOST_WRONG,
            OneTimeCode.used_at.is_(None),
        )
        .values(wrong=OneTimeCode.wrong + 1)
        .returning(OneTimeCode)
    )
    with engine.database.transaction() as session:
        code = session.scalars(count).one_or_none()
    if code is None:
        return _say_why_not(engine, owner)
    expected = derive_code(engine.vault, code.id)
    is_same = hmac.compare_digest(expected.encode(), _fold(typed).encode())
    if (
        is_same
        and code.account_id is not None
        and now < code.expires_at
        and _use(engine, code, now)
    ):
        return "right"
    return "wrong" if code.wrong < MOST_WRONG else "used_up"


def forget_code(session: Session, *, owner: str) -> None:
    """Remove an owner's code: what it was for is over."""
    session.execute(delete(OneTimeCode).where(OneTimeCode.owner == owner))


def forget_old_codes(session: Session, *, now: datetime) -> None:
    """Remove codes whose day is over: no limit depends on them any more."""
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at <= now - DAY))


def derive_code(vault: Vault, code_id: UUID) -> str:
    """The digits of a code."""
    signed = vault.sign("one-time-code", code_id.bytes)
    return f"{int.from_bytes(signed) % 10**DIGITS:0{DIGITS}}"


def _count(engine: Engine, limit_key: bytes, now: datetime) -> None:
    soon = f"code-soon:{limit_key.hex()}"
    if count_attempt(engine.database, soon, window=BETWEEN, now=now) > 1:
        with engine.database.read() as session:
            since = session.scalar(select(Attempt.since).where(Attempt.key == soon)) or now
        raise CodeTooSoon(max(1, ceil((since + BETWEEN - now).total_seconds())))
    day = f"code-day:{limit_key.hex()}"
    if count_attempt(engine.database, day, window=DAY, now=now) > MOST_A_DAY:
        raise TooManyCodes


def _replace(session: Session, engine: Engine, code: OneTimeCode) -> int:
    """Put a code in the place of its owner's earlier one; what was typed wrong so far today."""
    insert = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    columns = [each.name for each in OneTimeCode.__table__.columns]
    statement = insert(OneTimeCode).values({name: getattr(code, name) for name in columns})
    is_of_today = OneTimeCode.created_at > code.created_at - DAY
    carried = case((OneTimeCode.used_at.is_(None) & is_of_today, OneTimeCode.wrong), else_=0)
    statement = statement.on_conflict_do_update(
        index_elements=[OneTimeCode.owner],
        set_={**{name: statement.excluded[name] for name in columns}, "wrong": carried},
    )
    return session.scalars(statement.returning(OneTimeCode.wrong)).one()


def _use(engine: Engine, code: OneTimeCode, now: datetime) -> bool:
    """Let the right code serve; of two at once one succeeds."""
    used = (
        update(OneTimeCode)
        .where(OneTimeCode.id == code.id, OneTimeCode.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeCode.id)
    )
    with engine.database.transaction() as session:
        return session.scalar(used) is not None


def _say_why_not(engine: Engine, owner: str) -> CodeResult:
    with engine.database.read() as session:
        wrong = session.scalar(select(OneTimeCode.wrong).where(OneTimeCode.owner == owner))
    return "used_up" if (wrong or 0) >= MOST_WRONG else "wrong"


def _fold(typed: str) -> str:
    """What was typed, whatever the width of its characters and the spaces between them."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).casefold()
