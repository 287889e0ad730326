"""The process studio: processes are looked at, changed, checked, compared and released."""

from web.studio import diagrams, drafts, editing, processes
from web.studio.blueprint import bp

__all__ = ["blueprints", "diagrams", "drafts", "editing", "processes"]

blueprints = (bp,)
