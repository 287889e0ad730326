"""What a photo for a certificate must be like, said with the measured values.

A photo that breaks a rule is not compared and uses nothing up.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from engine.language import N_, _

K = 1024
WIDTH, HEIGHT = 178, 220
LEAST_BYTES, MOST_BYTES = 10 * K, 20 * K
LEAST_DPI = 96

COLOURS = frozenset({"RGB", "L"})
"""How a picture says its colours: as screens do, or grey."""

SHARPEST = 4
"""So many times the pixels of the rules may be printed of a photo that others had on file."""

ORIENTATION = 0x0112
"""Where a file says how the camera was held."""

PRINTED_DPI, PRINTED_QUALITY = 600, 88

MOST_PIXELS = 40_000_000
"""Of what is only measured: nobody's camera makes more, and no picture is unfolded for it."""

LONGEST_FILE = 20 * K * K


@dataclass(frozen=True)
class Measured:
    """What a file is. `kind`: the format's name, empty for what is no picture; dpi None: unsaid.

    `mode`: how it says its colours; empty where nobody looked.
    """

    kind: str
    size: int
    width: int = 0
    height: int = 0
    dpi: tuple[float, float] | None = None
    mode: str = ""


def measure(content: bytes) -> Measured:
    """Measure a file; what is no picture that can be read as a whole has no kind."""
    if len(content) > LONGEST_FILE:
        return Measured("", len(content))
    try:
        with Image.open(BytesIO(content)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                return Measured(picture.format or "", len(content), width, height)
            dpi = picture.info.get("dpi")
            picture.load()
            return Measured(
                picture.format or "", len(content), width, height, _read_dpi(dpi), picture.mode
            )
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return Measured("", len(content))


def check_photo(content: bytes) -> list[str]:
    """What is wrong with a photo, a sentence for each rule that it breaks; empty when all is well.

    What a rule asks for is judged by a person: white, bare-headed, of the last year.
    """
    found = measure(content)
    if not found.kind:
        return [_("This file is no picture that can be read.")]
    wrong = []
    if found.kind != "JPEG":
        wrong.append(_("The photo must be a JPEG; this file is %(kind)s.", kind=found.kind))
    if not LEAST_BYTES <= found.size <= MOST_BYTES:
        wrong.append(
            _(
                "The file must have %(least)s to %(most)s K; this one has %(size)s K.",
                least=LEAST_BYTES // K,
                most=MOST_BYTES // K,
                size=_say_size(found.size),
            )
        )
    if (found.width, found.height) != (WIDTH, HEIGHT):
        wrong.append(
            _(
                "The photo must have %(width)s × %(height)s pixels; this one has"
                " %(found_width)s × %(found_height)s.",
                width=WIDTH,
                height=HEIGHT,
                found_width=found.width,
                found_height=found.height,
            )
        )
    wrong.extend(_check_dpi(found))
    if found.kind == "JPEG" and found.mode and found.mode not in COLOURS:
        wrong.append(
            _("The photo must be in RGB colours or grey; this one is in %(mode)s.", mode=found.mode)
        )
    return wrong


def fit_photo(content: bytes) -> bytes | None:
    """A photo that others had on file as it can be printed; None for what is no whole JPEG.

    One that is larger, in inks or on its side is made anew; every other one stays as it is.
    """
    if measure(content).kind != "JPEG":
        return None
    most = (SHARPEST * WIDTH, SHARPEST * HEIGHT)
    with Image.open(BytesIO(content)) as picture:
        is_upright = picture.getexif().get(ORIENTATION, 1) == 1
        fits = picture.width <= most[0] and picture.height <= most[1]
        if fits and is_upright and picture.mode in COLOURS:
            return content
        if picture.width * picture.height > MOST_PIXELS:
            return None
        upright = ImageOps.exif_transpose(picture)
        plain = upright if upright.mode in COLOURS else upright.convert("RGB")
        plain.thumbnail(most, Image.Resampling.LANCZOS)
    target = BytesIO()
    plain.save(target, "JPEG", quality=PRINTED_QUALITY, dpi=(PRINTED_DPI, PRINTED_DPI))
    return target.getvalue()


def _check_dpi(found: Measured) -> list[str]:
    if found.dpi is None:
        return [
            _(
                "The resolution must be at least %(least)s dpi; this file does not say its own.",
                least=LEAST_DPI,
            )
        ]
    across, down = found.dpi
    if min(across, down) < LEAST_DPI:
        return [
            _(
                "The resolution must be at least %(least)s × %(least)s dpi; this photo has"
                " %(across)s × %(down)s.",
                least=LEAST_DPI,
                across=f"{across:g}",
                down=f"{down:g}",
            )
        ]
    return []


def _say_size(size: int) -> str:
    """A size in K that never reads as a figure that would be right."""
    if size < LEAST_BYTES:
        return f"{int(size / K * 10) / 10:g}"
    return f"{-(-size * 10 // K) / 10:g}"


def _read_dpi(said: object) -> tuple[float, float] | None:
    """The resolution that a file says; a file that only says its proportions says none."""
    if not isinstance(said, tuple) or len(said) != 2:
        return None
    across, down = (round(float(each), 2) for each in said)
    # 37.8 dots a centimetre are 96 dpi: what is written in centimetres is whole numbers of dots.
    if across <= 1 or down <= 1:
        return None
    return across, down


RULES = N_("JPEG, %(least)s to %(most)s K, %(width)s × %(height)s pixels, at least %(dpi)s dpi.")
"""The rules that a file can break, in one line."""


def say_rules() -> str:
    """The rules in one line, in the reader's language."""
    return _(
        RULES,
        least=LEAST_BYTES // K,
        most=MOST_BYTES // K,
        width=WIDTH,
        height=HEIGHT,
        dpi=LEAST_DPI,
    )
