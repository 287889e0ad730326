"""Files to attach: pictures and documents that are what they say, and some that are not."""

from io import BytesIO
from random import Random

from PIL import Image
from playwright.sync_api import FilePayload

MB = 2**20


def picture(width: int = 240, height: int = 160, colour: str = "#1f3a68") -> bytes:
    """A small PNG."""
    return _save(Image.new("RGB", (width, height), colour), "PNG")


def big_photo(least_bytes: int) -> bytes:
    """A JPEG of noise that is bigger than this, as a phone's camera makes them."""
    side = 1800
    while True:
        noise = Random(7).randbytes(side * side * 3)
        content = _save(Image.frombytes("RGB", (side, side), noise), "JPEG", quality=95)
        if len(content) > least_bytes:
            return content
        side += 600


def document() -> bytes:
    """A PDF of one page."""
    return _save(Image.new("RGB", (300, 400), "white"), "PDF")


def payload(name: str, content: bytes, kind: str = "application/octet-stream") -> FilePayload:
    """A file as a person chooses it."""
    return {"name": name, "mimeType": kind, "buffer": content}


def _save(image: Image.Image, kind: str, **options: int) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()
