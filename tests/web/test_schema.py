"""The migrations lead to the tables that the code speaks of."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.database import Database
from web.schema import all_tables, is_current, migrate


def test_the_migrations_lead_to_the_tables_of_the_models(database: Database) -> None:
    migrate(database)
    with database.sql.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, all_tables()) == []


def test_migrating_twice_is_migrating_once(database: Database) -> None:
    migrate(database)
    migrate(database)
    assert is_current(database)
