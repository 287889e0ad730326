"""The phone simulator: phones on a page, to see what reaches people. In development only."""

from contextlib import suppress

from flask import Flask

from engine.engine import Engine
from web.official_account import make_menu
from web.settings import Settings
from web.simulator import codes, page, screens
from web.simulator.browsers import PhoneBrowsers
from workflows.channels.wechat.stand_in import StandInAccount
from workflows.shared.channels import ChannelAway, ChannelRefused, channels_of

__all__ = ["init_app", "set_menu"]


def init_app(app: Flask) -> None:
    """Add the simulator to an application; in production there is no such thing."""
    settings = app.config["SETTINGS"]
    if not settings.is_development:
        return
    for blueprint in (page.bp, screens.bp, codes.bp):
        app.register_blueprint(blueprint)
    app.wsgi_app = PhoneBrowsers(app.wsgi_app, settings.public_url)  # type: ignore[method-assign]


def set_menu(engine: Engine, settings: Settings) -> None:
    """Show simulated phones the menu; a real account's is set by the command `huiji menu`.

    A stand-in that was told to be away keeps the menu from before.
    """
    account = channels_of(engine).official_account
    if isinstance(account, StandInAccount):
        with suppress(ChannelAway, ChannelRefused):
            account.set_menu(make_menu(settings.public_url))
