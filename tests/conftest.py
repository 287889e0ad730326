"""What all tests share: fresh databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.database import Database
from tests.databases import PostgresqlCopies, SqliteCopies, postgresql_server


@pytest.fixture(scope="session")
def sqlite_copies(tmp_path_factory: pytest.TempPathFactory) -> SqliteCopies:
    """Where SQLite databases come from."""
    return SqliteCopies(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_copies() -> Iterator[PostgresqlCopies]:
    """Where PostgreSQL databases come from; the server starts with the first one."""
    with postgresql_server() as server:
        copies = PostgresqlCopies(server)
        yield copies
        copies.close()


@pytest.fixture
def sqlite_url(sqlite_copies: SqliteCopies, tmp_path: Path) -> str:
    """A fresh SQLite database with the schema."""
    return sqlite_copies.copy_to(tmp_path)


@pytest.fixture
def postgresql_url(postgresql_copies: PostgresqlCopies) -> Iterator[str]:
    """A fresh PostgreSQL database with the schema."""
    with postgresql_copies.copy() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the schema; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the schema, opened; the test runs once on each kind."""
    database = Database(database_url)
    yield database
    database.close()
