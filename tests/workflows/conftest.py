"""The domain's tests work on a small engine, and on the demo where they need people."""

from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session

import workflows
from engine.actors import SYSTEM
from engine.database import Database
from engine.engine import Engine
from engine.files import FileStore
from engine.releases import make_release
from engine.shipped import gather_unit, list_processes
from engine.vault import Vault
from tests.databases import PostgresqlCopies, SqliteCopies
from workflows import demo
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.seasons import Season, find_season

ROOT = Path(__file__).parents[2]
NOW = datetime(2022, 9, 6, 9, 32, 45, tzinfo=UTC)
PASSWORD = "correct horse battery"


def make_engine(database: Database, folder: Path) -> Engine:
    """An engine with the domain's operations and jobs, always with the same keys."""
    vault = Vault(masters=[b"m" * 32], lookup_key=b"l" * 32, trail_key=b"t" * 32)
    engine = Engine(
        database=database, vault=vault, files=FileStore(folder / "files"), now=lambda: NOW
    )
    workflows.collect().install(engine)
    return engine


@pytest.fixture
def engine(database: Database, tmp_path: Path) -> Engine:
    """An engine on an empty database."""
    return make_engine(database, tmp_path)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A transaction on an empty database."""
    with engine.database.transaction() as session:
        yield session


def fill(url: str, folder: Path) -> None:
    """Put the demo and the shipped processes into an empty database."""
    database = Database(url)
    engine = make_engine(database, folder)
    with database.transaction() as session:
        for process_id in list_processes(ROOT):
            make_release(
                session,
                process_id=process_id,
                documents=gather_unit(process_id, ROOT),
                checks=engine.checks,
                reason="as shipped",
                by=SYSTEM,
                now=NOW,
            )
        demo.seed(session, engine, password=PASSWORD, now=NOW)
    database.close()


@pytest.fixture(scope="session")
def sqlite_demo(
    sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory
) -> SqliteCopies:
    """Where SQLite databases with the demo come from: filled once a run, then copied."""
    folder = tmp_path_factory.mktemp("sqlite-demo")
    fill(sqlite_copies.copy_to(folder), folder)
    filled = copy(sqlite_copies)
    filled.template = folder / "huiji.sqlite3"
    return filled


@pytest.fixture(scope="session")
def postgresql_demo(
    postgresql_copies: PostgresqlCopies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresqlCopies]:
    """Where PostgreSQL databases with the demo come from."""
    with postgresql_copies.copy() as url:
        fill(url, tmp_path_factory.mktemp("postgresql-demo"))
        filled = copy(postgresql_copies)
        filled.template = make_url(url).database or ""
        yield filled


@pytest.fixture(params=["sqlite", "postgresql"])
def demo_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine with the demo in its database and the shipped processes released."""
    if request.param == "sqlite":
        copies: SqliteCopies = request.getfixturevalue("sqlite_demo")
        database = Database(copies.copy_to(tmp_path))
        yield make_engine(database, tmp_path)
        database.close()
        return
    others: PostgresqlCopies = request.getfixturevalue("postgresql_demo")
    with others.copy() as url:
        database = Database(url)
        yield make_engine(database, tmp_path)
        database.close()


@pytest.fixture
def seeded(demo_engine: Engine) -> Iterator[Session]:
    """A transaction on a database with the demo in it."""
    with demo_engine.database.transaction() as session:
        yield session


Cast = Callable[[str], tuple[Member, Season]]


@pytest.fixture
def cast(seeded: Session) -> Cast:
    """Finds a demo member by his number, with his season."""

    def find(number: str) -> tuple[Member, Season]:
        member = find_member_by_number(seeded, number)
        assert member is not None
        season = find_season(seeded, association_id=member.association_id, day=NOW.date())
        assert season is not None
        return member, season

    return find
