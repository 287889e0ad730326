"""Classes 培训班 as their associations see them: offered, changed, confirmed, counted.

A further page is a module with views on `bp` that is imported here.
"""

from web.classes import (
    attendance,
    attendance_absent,
    attendance_door,
    attendance_import,
    cancelling,
    class_page,
    confirming,
    editing,
    listing,
    sign_up_sheet,
)
from web.classes.blueprint import bp

__all__ = [
    "attendance",
    "attendance_absent",
    "attendance_door",
    "attendance_import",
    "blueprints",
    "cancelling",
    "class_page",
    "confirming",
    "editing",
    "listing",
    "sign_up_sheet",
]

blueprints = (bp,)
