"""The phone simulator: phones on a page, to see what reaches people. In development only."""

from flask import Flask

from web.simulator import codes, page, screens
from web.simulator.browsers import PhoneBrowsers

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Add the simulator to an application; in production there is no such thing."""
    settings = app.config["SETTINGS"]
    if not settings.is_development:
        return
    for blueprint in (page.bp, screens.bp, codes.bp):
        app.register_blueprint(blueprint)
    app.wsgi_app = PhoneBrowsers(app.wsgi_app, settings.public_url)  # type: ignore[method-assign]
