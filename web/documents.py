"""Where documents that the server makes find their fonts: beside what browsers load."""

from pathlib import Path

from flask import Flask

from workflows.shared.documents import SERVICE, Documents

FONTS = Path(__file__).parent / "static" / "dist"


def init_app(app: Flask) -> None:
    """Let the processes of this application make documents."""
    app.extensions["engine"].services[SERVICE] = Documents(FONTS)
