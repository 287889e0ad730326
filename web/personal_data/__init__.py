"""Personal data: covered and shown to staff, given to their owner, erased."""

from web.personal_data import unmasking
from web.personal_data.blueprint import bp

__all__ = ["blueprints", "unmasking"]

blueprints = (bp,)
