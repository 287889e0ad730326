"""Training 继续教育: classes to sign up for, announcements, hours; of members, CPAs and firms."""

from web.training import classes
from web.training.blueprint import bp

__all__ = ["blueprints", "classes"]

blueprints = (bp,)
