"""Addresses of what esbuild bundled: a plain name becomes the hashed one."""

import json
from pathlib import Path

from flask import Flask, g, url_for

DIST = Path(__file__).parent / "static" / "dist"


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
    """Give templates `asset('main.css')`."""
    app.jinja_env.globals["asset"] = Bundles().url
