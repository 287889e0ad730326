"""Personal data: covered and shown to staff, given to their owner, erased."""

from web.personal_data import own, unmasking
from web.personal_data.blueprint import bp

__all__ = ["blueprints", "own", "unmasking"]

blueprints = (bp,)
