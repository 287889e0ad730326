"""Managing 管理: seasons, who has not applied, and what else an association settles itself.

A further page is a module with views on `bp` that is imported here, and an entry in `places`.
"""

from web.manage import (
    absentees,
    decision_tables,
    deliveries,
    erasures,
    numbers,
    paper_resets,
    places,
    privacy,
    reporting,
    rules,
    season_changes,
    seasons,
    security,
    staff,
    texts,
)
from web.manage.blueprint import bp

__all__ = [
    "absentees",
    "blueprints",
    "decision_tables",
    "deliveries",
    "erasures",
    "numbers",
    "paper_resets",
    "places",
    "privacy",
    "reporting",
    "rules",
    "season_changes",
    "seasons",
    "security",
    "staff",
    "texts",
]

blueprints = (bp,)
