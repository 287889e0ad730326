"""The access token of the official account: one for all workers, refreshed by one of them.

It stands in the database, sealed. Whoever finds that it is about to end claims the refreshing with
one UPDATE … RETURNING; the others go on with the old one while it is good, else wait for the
new one. Who claimed and died is forgotten after a while.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, UtcDateTime
from engine.engine import Engine
from engine.vault import BY_MASTER, Erased
from workflows.shared.channels import ChannelAway

EARLY = timedelta(minutes=4)
"""How long before its end a token is refreshed: from five minutes on, WeChat gives a new one
and lets the old one live."""

CLAIM = timedelta(seconds=20)
"""How long a refreshing may take; longer than its call's time limit."""

PATIENCE = 10.0
PAUSE = 0.05


class AccessToken(Base):
    """The token of an official account. `number` counts the tokens there were."""

    __tablename__ = "access_token"

    app_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_MASTER)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime())


@dataclass(frozen=True)
class Token:
    """A token that was good when it was read; `number` tells which one it was."""

    text: str
    number: int


@dataclass(frozen=True)
class FreshToken:
    """A token as WeChat gives it."""

    text: str
    lives: timedelta


@dataclass(frozen=True)
class Tokens:
    """The tokens of one official account; `fetch` asks WeChat for one."""

    engine: Engine = field(repr=False)
    app_id: str
    fetch: Callable[[], FreshToken]
    wait: Callable[[float], None] = time.sleep

    def get(self, *, refused: Token | None = None) -> Token:
        """The token; a newer one than that which WeChat refused. Raises ChannelAway."""
        after = -1 if refused is None else refused.number
        waited_for = None
        for _try in range(int(PATIENCE / PAUSE)):
            row = self._read()
            token = self._open(row, after, EARLY)
            if token is not None:
                return token
            if waited_for == row.number and row.claimed_until is None:
                # Whoever was asking for all of us gave up: asking again at once is no better.
                raise ChannelAway
            if self._claim(row):
                return self._refresh(row)
            token = self._open(row, after, timedelta())
            if token is not None:
                return token
            waited_for = row.number
            self.wait(PAUSE)
        raise ChannelAway

    def _read(self) -> AccessToken:
        with self.engine.database.read() as session:
            row = session.get(AccessToken, self.app_id)
        if row is not None:
            return row
        with self.engine.database.transaction() as session:
            _add_row(session, self.app_id, is_sqlite=self.engine.database.is_sqlite)
            return session.get_one(AccessToken, self.app_id)

    def _open(self, row: AccessToken, after: int, early: timedelta) -> Token | None:
        """The token of a row, None if it is not good or the key that sealed it is gone."""
        if row.sealed is None or row.ends_at is None or row.number <= after:
            return None
        if self.engine.now() >= row.ends_at - early:
            return None
        try:
            return Token(self.engine.vault.open_text(row.sealed), row.number)
        except Erased:
            return None

    def _claim(self, row: AccessToken) -> bool:
        now = self.engine.now()
        is_free = or_(AccessToken.claimed_until.is_(None), AccessToken.claimed_until <= now)
        claim = (
            update(AccessToken)
            .where(AccessToken.app_id == self.app_id, AccessToken.number == row.number, is_free)
            .values(claimed_until=now + CLAIM)
            .returning(AccessToken.app_id)
        )
        with self.engine.database.transaction() as session:
            return session.scalar(claim) is not None

    def _refresh(self, row: AccessToken) -> Token:
        found = None
        try:
            found = self.fetch()
        finally:
            # A call that failed gives its claim back, whatever it failed of.
            self._keep(row, found)
        return Token(found.text, row.number + 1)

    def _keep(self, row: AccessToken, found: FreshToken | None) -> None:
        kept: dict[str, object] = {"claimed_until": None}
        if found is not None:
            kept["number"] = row.number + 1
            kept["sealed"] = self.engine.vault.seal_text(found.text)
            kept["ends_at"] = self.engine.now() + found.lives
        with self.engine.database.transaction() as session:
            session.execute(
                update(AccessToken)
                .where(AccessToken.app_id == self.app_id, AccessToken.number == row.number)
                .values(**kept)
            )


def _add_row(session: Session, app_id: str, *, is_sqlite: bool) -> None:
    insert = sqlite.insert if is_sqlite else postgresql.insert
    session.execute(insert(AccessToken).values(app_id=app_id, number=0).on_conflict_do_nothing())
