"""The register 会员登记 for associations: members and firms, their ledgers, what was changed.

A further page is a module with views on `bp` that is imported here, and an entry in `places`.
"""

from flask import Flask

from web.register import (
    changes,
    documents,
    firm_form,
    firms,
    ledgers,
    member_form,
    member_state,
    members,
    photo,
    places,
    transfers,
    unmasking,
)
from web.register.blueprint import bp

__all__ = [
    "blueprints",
    "changes",
    "documents",
    "firm_form",
    "firms",
    "init_app",
    "ledgers",
    "member_form",
    "member_state",
    "members",
    "photo",
    "places",
    "transfers",
    "unmasking",
]

blueprints = (bp,)


def init_app(app: Flask) -> None:
    """Let the workers of this application make documents of many."""
    documents.init_app(app)
