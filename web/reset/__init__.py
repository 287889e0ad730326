"""找回密码 for people who are not signed in: the first page, the steps, the way to the phone."""

from web.reset import carrying, starting, steps, watching
from web.reset.blueprint import bp

__all__ = ["blueprints", "carrying", "starting", "steps", "watching"]

blueprints = (bp,)
