"""Who waits to write to an SQLite database: its lock keeps no queue, so here is a sign of one.

A file beside the database is locked (flock), shared, by everybody for as long as he waits, in
whatever process; the lock keeps nobody out. Who has much to write looks whether somebody waits
and lets him go first. A process that dies waits no more.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_IN_NO_HURRY: ContextVar[bool] = ContextVar("in_no_hurry", default=False)

GLANCE = 0.001
"""Seconds between two looks."""


@contextmanager
def in_no_hurry() -> Iterator[None]:
    """Wait without a sign in this thread, for as long as the block takes."""
    before = _IN_NO_HURRY.set(True)
    try:
        yield
    finally:
        _IN_NO_HURRY.reset(before)


def is_in_no_hurry() -> bool:
    """Whether this thread works in the background: people who wait go first."""
    return _IN_NO_HURRY.get()


class WriteQueue:
    """One place of somebody who waits, or looks who does; for one thread at a time."""

    def __init__(self, database: Path) -> None:
        self._file = os.open(f"{database}-queue", os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Be seen to wait for as long as the block takes, except in the background."""
        if _IN_NO_HURRY.get():
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def let_others_go(self, *, at_most: float) -> None:
        """Come back when nobody waits, or after so many seconds."""
        until = time.monotonic() + at_most
        while self.is_awaited() and time.monotonic() < until:
            time.sleep(GLANCE)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def is_awaited(self) -> bool:
        """Whether somebody waits."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return False
