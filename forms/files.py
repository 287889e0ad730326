"""Uploaded files: read within a limit, and recognised by what they contain.

Storing them is somebody else's; here is only what decides whether they may be stored.
"""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

import olefile
import pikepdf
from PIL import Image, UnidentifiedImageError

from engine.errors import Rejected
from engine.language import N_, _

CHUNK = 64 * 1024
MOST_PIXELS = 80_000_000
MOST_UNPACKED = 200 * 2**20
MOST_PARTS = 10_000
LONGEST_NAME = 120


class UploadRefused(Rejected):
    """A file that is not stored."""


class FileTooLarge(UploadRefused):
    """The file is larger than its slot takes."""

    message = N_("The file is larger than %(size)s MB.")


class FileEmpty(UploadRefused):
    """There is nothing in the file."""

    message = N_("The file is empty.")


class FileKindRefused(UploadRefused):
    """The content is of a kind that the slot does not take."""

    message = N_("Only these kinds of files can be used: %(kinds)s.")


class HeicRefused(UploadRefused):
    """A picture in the format of some phones, which many programs cannot show."""

    message = N_(
        "Pictures in the HEIC format cannot be used. Save the picture as JPEG, or set the camera"
        " to “most compatible”."
    )


class FileNameMisleads(UploadRefused):
    """The name promises another kind than the content is."""

    message = N_("The file's name ends with %(extension)s, but its content is %(kind)s.")


class FileEncrypted(UploadRefused):
    """The file opens only with a password."""

    message = N_("The file is protected with a password. Remove the password and send it again.")


class FileBroken(UploadRefused):
    """The file cannot be opened."""

    message = N_("The file is damaged and cannot be opened.")


class PictureTooLarge(UploadRefused):
    """A picture that would take too much memory to show."""

    message = N_("The picture has too many pixels. Send it smaller.")


class MacrosRefused(UploadRefused):
    """A workbook with programs in it."""

    message = N_("The workbook contains macros. Save it without macros and send it again.")


class FileKind(NamedTuple):
    """What a file is, whatever it is called."""

    kind: str
    content_type: str
    extensions: tuple[str, ...]


KINDS: dict[str, FileKind] = {
    "pdf": FileKind("pdf", "application/pdf", (".pdf",)),
    "jpg": FileKind("jpg", "image/jpeg", (".jpg", ".jpeg")),
    "png": FileKind("png", "image/png", (".png",)),
    "xls": FileKind("xls", "application/vnd.ms-excel", (".xls",)),
    "xlsx": FileKind(
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)
    ),
}


class LimitedStream:
    """A stream that counts what is read of it and stops at a limit. Raises `FileTooLarge`."""

    def __init__(self, stream: BinaryIO, *, max_size: int) -> None:
        self._stream = stream
        self._max_size = max_size
        self.size = 0

    def read(self, size: int = CHUNK) -> bytes:
        """Read at most so many bytes; never more than one beyond the limit."""
        wanted = min(size if size >= 0 else CHUNK, self._max_size - self.size + 1)
        chunk = self._stream.read(wanted)
        self.size += len(chunk)
        if self.size > self._max_size:
            raise FileTooLarge(size=f"{self._max_size / 2**20:g}")
        return chunk


def clean_file_name(name: str) -> str:
    """Return a name that is safe to show and to offer for download: no path, nothing invisible."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    stem, dot, extension = name.strip(" .").rpartition(".")
    if not dot:
        return name.strip(" .")[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension[:10]}"


def check_upload(
    content: BinaryIO,
    name: str,
    *,
    accept: Collection[str],
    max_size: int,
    most_unpacked: int = MOST_UNPACKED,
) -> FileKind:
    """Return what a file is, by its content. Raises `UploadRefused` with the reason.

    `content` can be sought in; `accept` are kinds such as `pdf`. The file is read in pieces.
    `most_unpacked`: bytes that a workbook may unpack to, for who reads it row by row.
    """
    size = content.seek(0, 2)
    if size == 0:
        raise FileEmpty
    if size > max_size:
        raise FileTooLarge(size=f"{max_size / 2**20:g}")
    content.seek(0)
    kind = _recognise(content.read(2048), content)
    if kind is None or kind not in accept:
        raise FileKindRefused(kinds=_(", ").join(accept))
    found = KINDS[kind]
    extension = PurePosixPath(name).suffix.lower()
    if extension not in found.extensions:
        raise FileNameMisleads(extension=extension or "–", kind=found.kind)
    content.seek(0)
    if kind == "xlsx":
        _check_xlsx(content, most_unpacked)
    else:
        _CHECKS[kind](content)
    content.seek(0)
    return found


_HEIF_BRANDS = re.compile(rb".{4}ftyp(?:hei[cmsx]|hev[cmx]|mif1|msf1)", re.DOTALL)


def _recognise(head: bytes, content: BinaryIO) -> str | None:
    if _HEIF_BRANDS.match(head):
        raise HeicRefused
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx" if _is_workbook(content) else None
    if head.startswith(olefile.MAGIC):
        return _recognise_ole(content)
    return None


def _is_workbook(content: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(content) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def _recognise_ole(content: BinaryIO) -> str | None:
    content.seek(0)
    try:
        with olefile.OleFileIO(content) as container:
            if container.exists("EncryptedPackage"):
                raise FileEncrypted
            return "xls" if container.exists("Workbook") or container.exists("Book") else None
    except OSError as error:
        raise FileBroken from error


def _check_pdf(content: BinaryIO) -> None:
    try:
        with pikepdf.open(content) as document:
            if len(document.pages) == 0:
                raise FileBroken
    except pikepdf.PasswordError as error:
        raise FileEncrypted from error
    except pikepdf.PdfError as error:
        raise FileBroken from error


def _check_picture(content: BinaryIO) -> None:
    try:
        with Image.open(content, formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureTooLarge
            # Eight times smaller where the format can: all of it is read, little of it is kept.
            picture.draft("L", (picture.width // 8, picture.height // 8))
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise FileBroken from error


def _check_xlsx(content: BinaryIO, most_unpacked: int) -> None:
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileBroken from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_unpacked:
        raise FileBroken
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise MacrosRefused


def _check_xls(content: BinaryIO) -> None:
    with olefile.OleFileIO(content) as container:
        if container.exists("_VBA_PROJECT_CUR"):
            raise MacrosRefused


_CHECKS: dict[str, Callable[[BinaryIO], None]] = {
    "pdf": _check_pdf,
    "jpg": _check_picture,
    "png": _check_picture,
    "xls": _check_xls,
}
