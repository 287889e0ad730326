"""Drawn portraits of nobody, as a photo for a certificate has to be."""

from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw

from workflows.member_certificate.photo_rules import HEIGHT, LEAST_DPI, WIDTH

SHARPER = 3
"""Drawn so many times larger, for smooth edges."""

GRAIN = 24
"""The smaller, the coarser: without any the file would be too small."""

QUALITY = 92

_SKINS = ((224, 188, 160), (205, 164, 134), (236, 205, 182))
_CLOTHES = ((32, 52, 96), (54, 58, 66), (92, 40, 48))


def draw_portrait(seed: int) -> bytes:
    """A JPEG that keeps every rule of a photo; the same one for the same seed."""
    lots = Random(seed)  # noqa: S311 - a drawing, no secret
    skin, clothes = lots.choice(_SKINS), lots.choice(_CLOTHES)
    across, down = WIDTH * SHARPER, HEIGHT * SHARPER
    picture = Image.new("RGB", (across, down), (252, 252, 252))
    draw = ImageDraw.Draw(picture)
    middle = across // 2
    head, top = 50 * SHARPER, 38 * SHARPER
    draw.ellipse(
        (middle - 92 * SHARPER, 168 * SHARPER, middle + 92 * SHARPER, 330 * SHARPER), clothes
    )
    draw.rounded_rectangle(
        (middle - 20 * SHARPER, 130 * SHARPER, middle + 20 * SHARPER, 186 * SHARPER), 40, skin
    )
    draw.ellipse((middle - head, top, middle + head, top + 124 * SHARPER), skin)
    hair = (34, 30, 30)
    draw.pieslice(
        (middle - head - 6, top - 12, middle + head + 6, top + 116 * SHARPER), 180, 360, hair
    )
    draw.ellipse(
        (middle - head + 12, top + 34 * SHARPER, middle + head - 12, top + 92 * SHARPER), skin
    )
    picture = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    noise = Image.frombytes("L", (WIDTH, HEIGHT), lots.randbytes(WIDTH * HEIGHT))
    grain = noise.point([each // GRAIN for each in range(256)])
    picture = ImageChops.subtract(picture, Image.merge("RGB", (grain,) * 3))
    target = BytesIO()
    picture.save(target, "JPEG", quality=QUALITY, dpi=(LEAST_DPI, LEAST_DPI))
    return target.getvalue()
