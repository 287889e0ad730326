"""The process studio: processes are looked at, changed, checked, compared and released."""

from web.studio import diagrams, drafts, editing, english, form_editor, previews, processes
from web.studio.blueprint import bp

__all__ = [
    "blueprints",
    "diagrams",
    "drafts",
    "editing",
    "english",
    "form_editor",
    "previews",
    "processes",
]

blueprints = (bp,)
