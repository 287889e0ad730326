"""How Alembic runs the migrations: on the database that it is handed, in one transaction."""

from alembic import context

from engine.database import Database
from web.schema import all_tables

database: Database = context.config.attributes["database"]

with database.sql.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=all_tables(),
        # SQLite cannot change a table in place: Alembic makes a new one and moves the rows.
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
