"""The application: where settings become parts, and the parts are put together."""

from flask import Flask, request

from web import bundles, errors, languages, security
from web.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Put an application together; nothing is shared between two of them."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__)
    app.config["SETTINGS"] = settings
    app.secret_key = settings.cookie_key
    for part in (security, languages, bundles, errors):
        part.init_app(app)
    return app
