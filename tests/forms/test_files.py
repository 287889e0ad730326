"""Files are recognised by their content and refused with the reason."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pikepdf
import pytest
from PIL import Image

from forms.files import (
    FileBroken,
    FileEmpty,
    FileEncrypted,
    FileKindRefused,
    FileNameMisleads,
    FileTooLarge,
    HeicRefused,
    LimitedStream,
    MacrosRefused,
    PictureTooLarge,
    UploadRefused,
    check_upload,
    clean_file_name,
)

ALL = ("pdf", "jpg", "png", "xls", "xlsx")
MEGABYTE = 2**20
SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def pdf(password: str | None = None, owner: str = "") -> bytes:
    document, target = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    if password is None:
        document.save(target)
    else:
        document.save(target, encryption=pikepdf.Encryption(user=password, owner=owner or "owner"))
    return target.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, kind)
    return target.getvalue()


def workbook() -> bytes:
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    return target.getvalue()


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return target.getvalue()


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        encoded,
        len(encoded) + 2,
        kind,
        1,
        FREE,
        FREE,
        child,
        b"",
        0,
        0,
        0,
        start,
        size,
    )


def compound(stream: str) -> bytes:
    """A compound file of Windows with one stream of 4,096 bytes."""
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        1,
        1,
        0,
        4096,
        END,
        0,
        END,
        0,
        0,
    ) + struct.pack("<108I", *[FREE] * 108)
    content = [*range(3, 10), END]
    table = struct.pack("<128I", FAT, END, *content, *[FREE] * (126 - len(content)))
    folder = _entry("Root Entry", 5, 1, END, 0) + _entry(stream, 2, FREE, 2, 4096)
    return header + table + folder.ljust(SECTOR, b"\0") + b"x" * 4096


def huge_png() -> bytes:
    """A PNG that says it is 20,000 pixels wide and high."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = [
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in (head, data)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def check(content: bytes, name: str, **given: object) -> str:
    options = {"accept": ALL, "max_size": 5 * MEGABYTE, **given}
    return check_upload(io.BytesIO(content), name, **options).kind  # type: ignore[arg-type]


RIGHT = [
    (pdf(), "a.pdf", "pdf"),
    (pdf(password=""), "A.PDF", "pdf"),
    (b"\n\n" + pdf(), "a.pdf", "pdf"),
    (picture("JPEG"), "a.jpeg", "jpg"),
    (picture("JPEG"), "a.jpg", "jpg"),
    (picture("PNG"), "a.png", "png"),
    (workbook(), "a.xlsx", "xlsx"),
    (compound("Workbook"), "a.xls", "xls"),
    (compound("Book"), "a.xls", "xls"),
]


@pytest.mark.parametrize(("content", "name", "kind"), RIGHT, ids=[each[1] for each in RIGHT])
def test_a_file_is_what_its_content_says(content: bytes, name: str, kind: str) -> None:
    assert check(content, name) == kind


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50
KINDS = "Only these kinds of files can be used: pdf, jpg, png, xls, xlsx."
PROTECTED = "The file is protected with a password. Remove the password and send it again."
WRONG = [
    (b"", "a.pdf", FileEmpty, "The file is empty."),
    (b"MZ" + b"\0" * 100, "a.pdf", FileKindRefused, KINDS),
    (b"<html>", "a.png", FileKindRefused, None),
    (b"PK\x05\x06" + b"\0" * 18, "a.xlsx", FileKindRefused, None),
    (archive("word/document.xml"), "a.xlsx", FileKindRefused, None),
    (b"PK\x03\x04rubbish", "a.xlsx", FileKindRefused, None),
    (compound("WordDocument"), "a.xls", FileKindRefused, None),
    (compound("EncryptedPackage"), "a.xlsx", FileEncrypted, None),
    (compound("Workbook")[:600], "a.xls", FileBroken, None),
    (pdf(), "a.png", FileNameMisleads, "The file's name ends with .png, but its content is pdf."),
    (pdf(), "pdf", FileNameMisleads, "The file's name ends with –, but its content is pdf."),
    (pdf(password="secret"), "a.pdf", FileEncrypted, PROTECTED),
    (b"%PDF-1.7\nrubbish", "a.pdf", FileBroken, "The file is damaged and cannot be opened."),
    (picture("JPEG", (900, 900))[:2000], "a.jpg", FileBroken, None),
    (picture("PNG")[:50], "a.png", FileBroken, None),
    (huge_png(), "a.png", PictureTooLarge, "The picture has too many pixels. Send it smaller."),
    (archive("xl/workbook.xml", "xl/vbaProject.bin"), "a.xlsx", MacrosRefused, None),
    (HEIC, "a.jpg", HeicRefused, None),
    (HEIC, "a.heic", HeicRefused, None),
]  # fmt: skip


@pytest.mark.parametrize(("content", "name", "error", "sentence"), WRONG)
def test_a_wrong_file_is_refused_with_the_reason(
    content: bytes, name: str, error: type[UploadRefused], sentence: str | None
) -> None:
    with pytest.raises(error) as caught:
        check(content, name)
    assert str(caught.value)
    if sentence is not None:
        assert str(caught.value) == sentence


def test_a_kind_that_the_slot_does_not_take_is_refused() -> None:
    with pytest.raises(FileKindRefused, match=r"files can be used: pdf\.$"):
        check(picture("PNG"), "a.png", accept=("pdf",))


def test_the_limit_counts_mebibytes_and_the_limit_itself_is_allowed() -> None:
    content = pdf()
    assert check(content, "a.pdf", max_size=len(content)) == "pdf"
    with pytest.raises(FileTooLarge, match=r"^The file is larger than 5 MB\.$"):
        check(content + b"\n" * (5 * MEGABYTE), "a.pdf")


class Endless(io.RawIOBase):
    """A sender that never stops; it knows how much was taken of it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert 0 <= size <= 2**20
        self.taken += size
        return b"x" * size


def test_a_stream_is_not_read_beyond_the_limit() -> None:
    source = Endless()
    stream = LimitedStream(source, max_size=3 * MEGABYTE)  # type: ignore[arg-type]
    while source.taken < 3 * MEGABYTE:
        assert stream.read()
    with pytest.raises(FileTooLarge, match=r"^The file is larger than 3 MB\.$"):
        stream.read()
    assert source.taken == 3 * MEGABYTE + 1


def test_a_stream_within_the_limit_arrives_whole() -> None:
    stream = LimitedStream(io.BytesIO(b"x" * 100), max_size=100)
    assert stream.read(60) + stream.read(60) + stream.read() == b"x" * 100
    assert stream.size == 100


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\Users\\li\\证明.pdf", "证明.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_safe_to_show(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean
