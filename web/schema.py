"""The database's schema: every table there is, and the migrations that lead to it."""

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

import engine
import workflows
from engine.database import Base, Database
from engine.vault import Vault

MIGRATIONS = Path(__file__).parent / "migrations"


def all_tables() -> MetaData:
    """Every table of Huiji, whichever module it is written in."""
    for package in (engine, workflows):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return Base.metadata


def migrate(database: Database, vault: Vault | None = None) -> None:
    """Bring a database to the schema of this code; one that is there already is left alone.

    A migration that seals what stands in rows asks for the `vault`; an empty database needs none.
    """
    if not is_current(database):
        config = _config(database)
        config.attributes["vault"] = vault
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the database has the schema of this code."""
    head = ScriptDirectory.from_config(_config(database)).get_current_head()
    with database.sql.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database"] = database
    return config
