"""Pages that the official account's menu opens inside WeChat."""

from web.official_account import pages
from web.official_account.menu import make_menu

__all__ = ["blueprints", "make_menu"]

blueprints = (pages.bp,)
