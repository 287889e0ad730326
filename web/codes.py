"""QR codes, as drawings for a page and as pictures to keep."""

import io
from typing import Literal

import segno
from flask import Response

TYPES = {"svg": "image/svg+xml", "png": "image/png"}


def draw(text: str, kind: Literal["svg", "png"]) -> Response:
    """A QR code of a text, dark on white with the quiet zone that scanners need."""
    target = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    if kind == "svg":
        code.save(target, kind="svg", scale=8, border=4, light="#fff", xmldecl=False, svgclass=None)
    else:
        code.save(target, kind="png", scale=16, border=4)
    return Response(target.getvalue(), mimetype=TYPES[kind])


def picture_of(text: str) -> str:
    """A QR code of a text as a data: address, for what no address may serve."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=5, border=4, light="#fff")
