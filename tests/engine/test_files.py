"""Contents come to disk whole or not at all, and those that nobody knows are removed."""

import io
import os
from datetime import timedelta

import pytest

from engine.engine import Engine
from engine.files import add_file, sweep_files
from tests.engine.cast import MEMBER, begin

DAY = timedelta(days=1)


class BrokenStream(io.BytesIO):
    """Gives some bytes and then breaks."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if not found:
            raise ConnectionError
        return found


def test_a_content_is_counted_and_hashed_on_its_way(engine: Engine) -> None:
    received = engine.files.receive(io.BytesIO("会籍".encode()))
    assert received.size == 6
    assert received.path.read_bytes().decode() == "会籍"
    assert len(received.sha256) == 64


def test_a_content_that_breaks_off_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(ConnectionError):
        engine.files.receive(BrokenStream(b"half"))
    assert list(engine.files.folder.glob("*/*")) == []


def test_only_old_contents_that_no_row_knows_are_swept(engine: Engine) -> None:
    known, forgotten, fresh = (engine.files.receive(io.BytesIO(b"x")) for _ in range(3))
    stray = known.path.with_name("notes.txt")
    stray.write_text("not ours")
    with engine.database.transaction() as session:
        case = begin(session, engine)
        add_file(
            session,
            known,
            case_id=case.id,
            name="a.pdf",
            kind="pdf",
            by=MEMBER,
            now=engine.now(),
        )
    old = (engine.now() - 2 * DAY).timestamp()
    for each in (known.path, forgotten.path, stray):
        os.utime(each, (old, old))
    os.utime(fresh.path, (engine.now().timestamp(),) * 2)
    with engine.database.transaction() as session:
        assert sweep_files(session, engine.files, now=engine.now(), age=DAY) == 1
    assert not forgotten.path.exists()
    assert known.path.exists()
    assert fresh.path.exists()
    assert stray.exists()
