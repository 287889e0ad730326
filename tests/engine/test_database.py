"""The database: what an error of it says, and what not."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.database import Database


def test_an_error_of_the_database_carries_no_value(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised, database.transaction() as session:
        session.execute(text("SELECT :value FROM nowhere"), {"value": "330102197001011234"})

    assert "nowhere" in str(raised.value)
    assert "330102197001011234" not in str(raised.value)
