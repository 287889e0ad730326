"""QR codes, dark on white with the quiet zone that scanners need."""

import io

import segno


def svg_of(text: str, *, scale: int = 8) -> bytes:
    """A QR code of a text as a drawing; in a document it is a picture like any other."""
    target = io.BytesIO()
    _make(text).save(
        target, kind="svg", scale=scale, border=4, light="#fff", xmldecl=False, svgclass=None
    )
    return target.getvalue()


def png_of(text: str, *, scale: int = 16) -> bytes:
    """A QR code of a text as a picture to keep; `scale`: pixels of one of its squares."""
    target = io.BytesIO()
    _make(text).save(target, kind="png", scale=scale, border=4)
    return target.getvalue()


def address_of(text: str) -> str:
    """A QR code of a text as a data: address, for what no address may serve."""
    return _make(text).svg_data_uri(scale=5, border=4, light="#fff")


def _make(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
