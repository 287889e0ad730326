"""The member's portal: home, applications, tasks, results, messages."""

from web.portal import applications, messages, results, tasks
from web.portal.home import show_home

__all__ = ["blueprints", "show_home"]

blueprints = (applications.bp, tasks.bp, results.bp, messages.bp)
