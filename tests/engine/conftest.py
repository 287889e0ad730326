"""An engine with the cast's process released, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.checks.steps import check_operations
from engine.database import Database
from engine.engine import Engine
from engine.files import FileStore
from engine.vault import Vault
from tests.engine import cast


@pytest.fixture
def clock() -> cast.Clock:
    """The tests' clock."""
    return cast.Clock()


@pytest.fixture
def engine(database: Database, clock: cast.Clock, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a fresh database with the cast's process released."""
    cast.Troubles.failure, cast.Troubles.reminded, cast.Troubles.called = None, 0, 0
    made = Engine(
        database=database,
        vault=Vault(masters=[b"m" * 32], lookup_key=b"l" * 32, trail_key=b"t" * 32),
        files=FileStore(tmp_path / "files"),
        now=clock,
    )
    made.add(cast)
    made.checks.append(check_operations(made.operations))
    with database.transaction() as session:
        cast.release(session, made)
    yield made
    cast.Troubles.failure = None
