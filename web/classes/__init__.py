"""Classes 培训班 as their associations see them: offered, changed, confirmed, counted.

A further page is a module with views on `bp` that is imported here.
"""

from web.classes import attendance_door, listing
from web.classes.blueprint import bp

__all__ = ["attendance_door", "blueprints", "listing"]

blueprints = (bp,)
