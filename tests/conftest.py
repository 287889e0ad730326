"""What all tests share: fresh databases."""

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from engine.database import Database
from tests.addresses import share_builders
from tests.databases import PostgresqlCopies, SqliteCopies, postgresql_server
from tests.page_templates import share_templates
from tests.statements import share_compiled
from workflows.shared import accounts

MEMORY = Path("/dev/shm")
ENOUGH = 3 * 2**30


def pytest_configure() -> None:
    """Spare every test what costs most: the disk, compiling, and hashing that is slow on purpose.

    What tests write stays in memory if there is room: each has a database of its own.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        tempfile.tempdir = str(MEMORY)
    accounts.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    share_compiled()
    share_builders()
    share_templates()


def pytest_collection_finish() -> None:
    """Let the garbage collector pass by what stays to the end: modules and the tests themselves.

    They are most of the objects that there are, and were looked through several times a test.
    What a test leaves behind is looked for less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


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
