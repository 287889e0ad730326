"""The register 会员登记 for associations: members and firms, their ledgers, what was changed.

A further page is a module with views on `bp` that is imported here, and an entry in `places`.
"""

from web.register import (
    changes,
    firm_form,
    firms,
    ledgers,
    member_form,
    member_state,
    members,
    places,
    transfers,
    unmasking,
)
from web.register.blueprint import bp

__all__ = [
    "blueprints",
    "changes",
    "firm_form",
    "firms",
    "ledgers",
    "member_form",
    "member_state",
    "members",
    "places",
    "transfers",
    "unmasking",
]

blueprints = (bp,)
