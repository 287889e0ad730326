"""Training 继续教育: classes to sign up for, announcements, hours; of members, CPAs and firms."""

from web.training import announcements, cancelling, class_page, classes, hours, places, sign_up
from web.training.blueprint import bp

__all__ = [
    "announcements",
    "blueprints",
    "cancelling",
    "class_page",
    "classes",
    "hours",
    "places",
    "sign_up",
]

blueprints = (bp,)
