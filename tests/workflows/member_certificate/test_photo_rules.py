"""What a photo must be like: each rule at its border, each said with the measured value."""

from io import BytesIO

import pytest
from PIL import Image

from tests.workflows.certifying import PHOTO, make_photo
from workflows.member_certificate.photo_rules import check_photo, fit_photo, measure, say_rules

K = 1024


def padded(size: int, photo: bytes = PHOTO) -> bytes:
    """The photo with so long a comment that its file has this size."""
    missing = size - len(photo)
    comments = b""
    while missing > 4 + 65_000:
        comments += b"\xff\xfe" + (65_002).to_bytes(2) + bytes(65_000)
        missing -= 65_004
    comments += b"\xff\xfe" + (missing - 2).to_bytes(2) + bytes(missing - 4)
    return photo[:2] + comments + photo[2:]


SMALL = make_photo(grain=4, quality=60)


def test_a_photo_that_keeps_every_rule_is_taken() -> None:
    assert check_photo(PHOTO) == []
    found = measure(PHOTO)
    assert (found.kind, found.width, found.height, found.dpi) == ("JPEG", 178, 220, (96.0, 96.0))


@pytest.mark.parametrize("size", [10 * K, 20 * K])
def test_ten_and_twenty_k_are_allowed_themselves(size: int) -> None:
    content = padded(size, SMALL)
    assert len(content) == size
    assert check_photo(content) == []


@pytest.mark.parametrize(
    ("size", "said"), [(10 * K - 1, "9.9 K"), (20 * K + 1, "20.1 K"), (300 * K, "300 K")]
)
def test_a_size_beyond_the_borders_is_said_as_one_that_is_wrong(size: int, said: str) -> None:
    (sentence,) = check_photo(padded(size, SMALL))
    assert sentence == f"The file must have 10 to 20 K; this one has {said}."


@pytest.mark.parametrize("size", [(177, 220), (178, 221), (220, 178), (356, 440)])
def test_other_pixels_are_said(size: tuple[int, int]) -> None:
    wrong = check_photo(make_photo(size=size))
    assert f"178 × 220 pixels; this one has {size[0]} × {size[1]}." in " ".join(wrong)


@pytest.mark.parametrize("dpi", [(96, 96), (300, 300), (96, 120)])
def test_enough_dots_per_inch_are_allowed(dpi: tuple[int, int]) -> None:
    assert check_photo(make_photo(dpi=dpi)) == []


@pytest.mark.parametrize(("dpi", "said"), [((72, 72), "72 × 72"), ((300, 95), "300 × 95")])
def test_too_few_dots_per_inch_are_said(dpi: tuple[int, int], said: str) -> None:
    assert said in check_photo(make_photo(dpi=dpi))[0]


@pytest.mark.parametrize("dpi", [None, (1, 1)])
def test_a_file_that_says_no_resolution_is_told_so(dpi: tuple[int, int] | None) -> None:
    (sentence,) = check_photo(make_photo(dpi=dpi))
    assert "does not say its own" in sentence


def test_a_grey_photo_is_taken_and_one_in_inks_is_told_so() -> None:
    assert check_photo(padded(12 * K, make_photo(grain=4, quality=60, mode="L"))) == []
    inks = make_photo(grain=4, quality=60, mode="CMYK")
    sentences = " ".join(check_photo(inks))
    assert "The photo must be in RGB colours or grey; this one is in CMYK." in sentences


def test_what_is_on_file_elsewhere_is_made_small_enough_and_of_plain_colours() -> None:
    huge = make_photo(size=(1780, 2200), grain=4, quality=60, mode="CMYK")
    fitted = fit_photo(huge)
    assert fitted is not None
    with Image.open(BytesIO(fitted)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (712, 880))
        assert all(abs(each - 214) < 12 for each in picture.getpixel((300, 300)))
        assert picture.info["dpi"] == (600, 600)


def test_what_lies_on_its_side_is_set_upright() -> None:
    lying = Image.new("RGB", (220, 178), "white")
    exif = lying.getexif()
    exif[0x0112] = 6
    target = BytesIO()
    lying.save(target, "JPEG", exif=exif)
    fitted = fit_photo(target.getvalue())
    assert fitted is not None
    with Image.open(BytesIO(fitted)) as picture:
        assert picture.size == (178, 220)
        assert not picture.getexif()


def test_what_fits_stays_as_it_is_and_no_picture_is_none() -> None:
    assert fit_photo(PHOTO) == PHOTO
    assert fit_photo(make_photo(kind="PNG")) is None
    assert fit_photo(PHOTO[:4000]) is None


def test_dots_a_centimetre_are_taken_for_what_they_are() -> None:
    # JFIF with unit 2: 38 dots a centimetre are 96.52 dpi, 37 are not enough.
    assert PHOTO[6:11] == b"JFIF\0"
    for dots, is_right in ((38, True), (37, False)):
        content = PHOTO[:13] + b"\x02" + dots.to_bytes(2) * 2 + PHOTO[18:]
        assert (check_photo(content) == []) is is_right


def test_every_rule_that_is_broken_is_said_at_once() -> None:
    wrong = check_photo(make_photo(size=(900, 1200), kind="PNG", dpi=None))
    assert len(wrong) == 4
    assert wrong[0] == "The photo must be a JPEG; this file is PNG."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        PHOTO[:200],
        PHOTO[:-2000],
        b"\xff\xd8\xff" + bytes(20_000),
    ],
    ids=["empty", "pdf", "svg", "head", "cut", "noise"],
)
def test_what_is_no_whole_picture_is_none(content: bytes) -> None:
    assert check_photo(content) == ["This file is no picture that can be read."]


def test_a_picture_that_would_fill_the_memory_is_not_unfolded() -> None:
    target = BytesIO()
    Image.new("1", (9000, 9000)).save(target, "PNG")
    assert measure(target.getvalue()).dpi is None
    assert "9000 × 9000" in " ".join(check_photo(target.getvalue()))


def test_the_rules_stand_in_one_line() -> None:
    assert say_rules() == "JPEG, 10 to 20 K, 178 × 220 pixels, at least 96 dpi."
