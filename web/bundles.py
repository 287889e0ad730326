"""Addresses of what esbuild bundled: a plain name becomes the hashed one."""

import json
import re
from pathlib import Path

from flask import Flask, Response, g, request, url_for

DIST = Path(__file__).parent / "static" / "dist"
HASHED = re.compile(r"dist/[\w-]+-[0-9A-Z]{8}\.\w+")
FOR_EVER = "public, max-age=31536000, immutable"
"""A hashed name never means another content: no page asks for the file a second time."""


class Bundles:
    """The manifest of web/static/dist, read once, or again when it changed (development)."""

    def __init__(self, folder: Path = DIST) -> None:
        self.manifest = folder / "manifest.json"
        self._read_at = 0.0
        self._names: dict[str, str] = {}

    def url(self, name: str) -> str:
        """The address of a bundled file, for example of `main.css`."""
        # Every sign of a page asks for the same file.
        known: dict[str, str] = g.setdefault("assets", {})
        if name not in known:
            known[name] = self._find(name)
        return known[name]

    def _find(self, name: str) -> str:
        changed_at = self.manifest.stat().st_mtime
        if changed_at != self._read_at:
            self._names = json.loads(self.manifest.read_text())
            self._read_at = changed_at
        return url_for("static", filename=f"dist/{self._names[name]}")


def init_app(app: Flask) -> None:
    """Give templates `asset('main.css')`, and let browsers keep what is bundled."""
    app.jinja_env.globals["asset"] = Bundles().url
    app.after_request(_let_keep)


def _let_keep(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in {200, 304}:
        filename = (request.view_args or {}).get("filename", "")
        if HASHED.fullmatch(filename):
            response.headers["Cache-Control"] = FOR_EVER
    return response
