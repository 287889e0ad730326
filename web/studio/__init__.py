"""The process studio: processes are looked at, changed, checked, compared and released."""

from web.studio import (
    beginning,
    checking,
    comparing,
    diagram_editor,
    documents,
    editing,
    element_templates,
    english,
    exchange,
    form_editor,
    history,
    merging,
    previews,
    processes,
    releasing,
    saving,
)
from web.studio.blueprint import bp

__all__ = [
    "beginning",
    "blueprints",
    "checking",
    "comparing",
    "diagram_editor",
    "documents",
    "editing",
    "element_templates",
    "english",
    "exchange",
    "form_editor",
    "history",
    "merging",
    "previews",
    "processes",
    "releasing",
    "saving",
]

blueprints = (bp,)
