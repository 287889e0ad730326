"""The process studio: processes are looked at, changed, checked, compared and released."""

from web.studio import (
    beginning,
    checking,
    comparing,
    diagram_editor,
    diagrams,
    documents,
    drafts,
    editing,
    english,
    exchange,
    form_editor,
    history,
    merging,
    previews,
    processes,
    releasing,
    templates,
)
from web.studio.blueprint import bp

__all__ = [
    "beginning",
    "blueprints",
    "checking",
    "comparing",
    "diagram_editor",
    "diagrams",
    "documents",
    "drafts",
    "editing",
    "english",
    "exchange",
    "form_editor",
    "history",
    "merging",
    "previews",
    "processes",
    "releasing",
    "templates",
]

blueprints = (bp,)
