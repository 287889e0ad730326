"""The member's portal: home, applications, tasks, results, messages."""

from web.portal import appeals, applications, messages, output_hours, results, waiting
from web.portal.firm import show_firm_home
from web.portal.home import show_home
from web.portal.tasks import bp as steps

__all__ = ["blueprints", "show_firm_home", "show_home"]

blueprints = (
    applications.bp,
    waiting.bp,
    appeals.bp,
    steps,
    results.bp,
    messages.bp,
    output_hours.bp,
)
