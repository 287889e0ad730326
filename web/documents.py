"""Documents that the server makes: where they find their fonts, and how they are answered."""

from io import BytesIO
from pathlib import Path

from flask import Flask, Response, send_file

from workflows.shared.documents import SERVICE, Documents
from workflows.shared.signing import find_sign

FONTS = Path(__file__).parent / "static" / "dist"

PDF, PNG = "application/pdf", "image/png"


def init_app(app: Flask) -> None:
    """Let the processes of this application make documents, signed where there is a key."""
    sign = find_sign(app.config["SETTINGS"].services)
    app.extensions["engine"].services[SERVICE] = Documents(FONTS, sign=sign)


def send_document(content: bytes, name: str, *, kind: str = PDF) -> Response:
    """Answer with a document, or a picture of one, to keep under a name."""
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
