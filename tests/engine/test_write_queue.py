"""Who writes much to SQLite sees who waits, and lets him go first."""

import threading
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from engine.database import Database
from engine.write_queue import WriteQueue, in_no_hurry

LONG = 30.0


def test_nobody_is_let_go_who_does_not_wait(tmp_path: Path) -> None:
    with closing(WriteQueue(tmp_path / "a.db")) as queue:
        began = time.monotonic()
        queue.let_others_go(at_most=LONG)
        assert time.monotonic() - began < LONG


def test_who_waits_is_let_go_and_who_never_comes_keeps_nobody(tmp_path: Path) -> None:
    with (
        closing(WriteQueue(tmp_path / "a.db")) as queue,
        closing(WriteQueue(tmp_path / "a.db")) as other,
    ):
        with other.waiting():
            began = time.monotonic()
            queue.let_others_go(at_most=0.05)
            assert time.monotonic() - began >= 0.05
        began = time.monotonic()
        queue.let_others_go(at_most=LONG)
        assert time.monotonic() - began < LONG


def test_two_may_wait_and_neither_keeps_the_other_out(tmp_path: Path) -> None:
    with (
        closing(WriteQueue(tmp_path / "a.db")) as one,
        closing(WriteQueue(tmp_path / "a.db")) as other,
        one.waiting(),
        other.waiting(),
    ):
        assert list(tmp_path.iterdir()) == [tmp_path / "a.db-queue"]


def test_a_writer_is_through_before_who_gave_way_writes_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE written (by TEXT)"))

    def write(by: str) -> None:
        with database.transaction() as session:
            session.execute(text("INSERT INTO written VALUES (:by)"), {"by": by})

    other = threading.Thread(target=write, args=("other",))
    with database.transaction() as session:
        session.execute(text("INSERT INTO written VALUES ('first')"))
        other.start()
        with closing(WriteQueue(tmp_path / "a.db")) as queue:
            while not queue.is_awaited():
                time.sleep(0)
    database.give_way(at_most=LONG)
    write("second")
    other.join()
    with database.read() as session:
        assert list(session.scalars(text("SELECT by FROM written"))) == [
            "first",
            "other",
            "second",
        ]
    database.close()


def test_what_is_in_no_hurry_waits_without_a_sign(tmp_path: Path) -> None:
    with (
        closing(WriteQueue(tmp_path / "a.db")) as queue,
        closing(WriteQueue(tmp_path / "a.db")) as other,
    ):
        with in_no_hurry(), other.waiting():
            assert not queue.is_awaited()
        with other.waiting():
            assert queue.is_awaited()
