"""The domain's tests work on a small engine, and on the demo where they need people."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from engine.database import Database
from engine.engine import Engine
from engine.files import FileStore
from engine.vault import Vault
from workflows import demo

NOW = datetime(2022, 9, 6, 9, 32, 45, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture
def engine(database: Database, tmp_path: Path) -> Engine:
    """An engine on a fresh database."""
    vault = Vault(masters=[b"m" * 32], lookup_key=b"l" * 32, trail_key=b"t" * 32)
    return Engine(
        database=database, vault=vault, files=FileStore(tmp_path / "files"), now=lambda: NOW
    )


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A transaction on a fresh database."""
    with engine.database.transaction() as session:
        yield session


@pytest.fixture
def seeded(session: Session, engine: Engine) -> Session:
    """A transaction on a database with the demo in it."""
    demo.seed(session, engine, password=PASSWORD, now=NOW)
    return session
