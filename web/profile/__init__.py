"""基本情况: what the register says of oneself, and how each of it is changed."""

from web.profile import changes, editing, own
from web.profile.blueprint import bp

__all__ = ["blueprints", "changes", "editing", "own"]

blueprints = (bp,)
