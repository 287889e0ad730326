"""QR codes as answers and as parts of pages."""

from typing import Literal

from flask import Response

from workflows.shared import qr_codes

TYPES = {"svg": "image/svg+xml", "png": "image/png"}


def draw(text: str, kind: Literal["svg", "png"]) -> Response:
    """A QR code of a text, as a drawing for a page or as a picture to keep."""
    made = qr_codes.svg_of(text) if kind == "svg" else qr_codes.png_of(text)
    return Response(made, mimetype=TYPES[kind])


def picture_of(text: str) -> str:
    """A QR code of a text as a data: address, for what no address may serve."""
    return qr_codes.address_of(text)
