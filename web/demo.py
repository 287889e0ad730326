"""The demo: an installation with invented members, ledgers and staff to look around in."""

import json
from dataclasses import asdict

from web.app import create_app
from web.installing import release_shipped
from web.schema import migrate
from web.settings import Settings
from workflows import demo

PASSWORD = "huiji-demo"  # noqa: S105  nobody's
"""Of all demo accounts: they are nobody's, and exist in development only."""


def make_demo(settings: Settings) -> demo.Demo | None:
    """Make the tables, release the processes and fill in the demo; None when it is there."""
    app = create_app(settings)
    engine = app.extensions["engine"]
    try:
        migrate(engine.database)
        release_shipped(engine, reason="as shipped", only_missing=True)
        with engine.database.transaction() as session:
            if demo.is_seeded(session):
                return None
            made = demo.seed(session, engine, password=PASSWORD, now=engine.now())
        accounts = [asdict(account) for account in made.accounts]
        settings.demo_list.write_text(
            json.dumps({"password": PASSWORD, "accounts": accounts}, ensure_ascii=False)
        )
        return made
    finally:
        engine.database.close()
