"""Statements that are compiled once a run, not once a database.

SQLAlchemy compiles a statement for an engine and its dialect. Each test has an engine of its
own, so the statements of a page were compiled anew for every test: a sixth of a page's test.
Compiled statements hold no values: nothing of one test reaches another one.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import Engine

from engine import database
from engine.database import Database

STATEMENTS = 3000

_models: dict[str, Engine] = {}


def share_compiled() -> None:
    """Let every database from now on be one of those that share."""
    # What the module imported for itself is put in another's place.
    database.create_engine = _create_engine  # type: ignore[attr-defined]


def be_model(made: Database) -> None:
    """Let the later databases of a kind use what this one compiled; it has been connected."""
    _models.setdefault(made.sql.dialect.name, made.sql)


def _create_engine(*given: Any, **options: Any) -> Engine:
    made = sqlalchemy.create_engine(*given, query_cache_size=STATEMENTS, **options)
    if (model := _models.get(made.dialect.name)) is not None:
        made.dialect, made._compiled_cache = model.dialect, model._compiled_cache
    return made
