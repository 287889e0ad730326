"""The parts of a workbook beside its sheets: where they are, styles, texts that are shared.

They are parsed as they are unpacked. A document type, and with it any entity, is refused where it
begins.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from engine.errors import Rejected
from engine.language import N_

PIECE = 2**18
MOST_UNPACKED = 600 * 2**20
"""Bytes of all parts that are read: 100,000 rows of 40 columns, and some."""

MOST_TEXTS = 2_000_000
MOST_TEXT = 60_000_000
"""Shared texts, and their characters together: they are kept while the sheet is read."""

LONGEST_CELL = 2_000
_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_RELATED = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


class WorkbookUnreadable(Rejected):
    """A workbook that cannot be read, or that is made to do harm."""

    message = N_(
        "The workbook cannot be read. Open it in your spreadsheet program, save it as xlsx and send"
        " it again, or begin with the template."
    )


class WorkbookTooLarge(Rejected):
    """It unpacks to more than is read."""

    message = N_("The workbook holds too much. Divide it into several and send them one by one.")


@dataclass(slots=True)
class Book:
    """Where the parts are that matter."""

    sheet: str = ""
    texts: str = ""
    styles: str = ""
    is_1904: bool = False


class Reader(Protocol):
    """What is done at the elements of a part; names are with their namespace."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters inside the element at hand."""


def _names(own: str) -> frozenset[str]:
    """What an element of a sheet may be called."""
    return frozenset(f"{space} {own}" for space in _NAMESPACES)


_VALUE, _TEXT, CELL, ROW = _names("v"), _names("t"), _names("c"), _names("row")
SAID = _VALUE | _TEXT
PHONETIC, _SHARED = _names("rPh"), _names("si")


def make_parser(reader: Reader) -> expat.XMLParserType:
    """A parser that knows namespaces and no document types."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise WorkbookUnreadable

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    return parser


def _parse(archive: zipfile.ZipFile, part: str, reader: Reader) -> None:
    parser = make_parser(reader)
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


@dataclass(slots=True)
class _Elements:
    """A reader that answers the attributes of a part's elements, for small parts."""

    spaces: Sequence[str]
    found: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, own = name.rpartition(" ")
        if space in self.spaces:
            self.found.append((own, attributes))
        if len(self.found) > PIECE:
            raise WorkbookTooLarge

    def end(self, name: str) -> None:
        """Nothing is to be done."""

    def text(self, data: str) -> None:
        """Nothing is to be done."""


def _list_elements(
    archive: zipfile.ZipFile, part: str, *spaces: str
) -> list[tuple[str, Mapping[str, str]]]:
    reader = _Elements(spaces or _NAMESPACES)
    _parse(archive, part, reader)
    return reader.found


def read_book(archive: zipfile.ZipFile) -> Book:
    """Where the parts of a workbook are; raises WorkbookTooLarge, WorkbookUnreadable."""
    if sum(each.file_size for each in archive.infolist()) > MOST_UNPACKED:
        raise WorkbookTooLarge
    main = _target(_relations(archive, ""), "officeDocument")
    relations = _relations(archive, main)
    book = Book(
        texts=_target(relations, "sharedStrings", needed=False),
        styles=_target(relations, "styles", needed=False),
    )
    for name, attributes in _list_elements(archive, main):
        if name == "workbookPr":
            book.is_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet" and not book.sheet:
            keys = [attributes[f"{each} id"] for each in _RELATED if f"{each} id" in attributes]
            book.sheet = next(each.part for each in relations if each.key == keys[0])
    if not book.sheet:
        raise WorkbookUnreadable
    return book


@dataclass(frozen=True, slots=True)
class _Relation:
    key: str
    kind: str
    part: str


def _relations(archive: zipfile.ZipFile, part: str) -> list[_Relation]:
    """What a part refers to inside the archive."""
    path = PurePosixPath(part)
    listed = str(path.parent / "_rels" / f"{path.name}.rels") if part else "_rels/.rels"
    return [
        _Relation(
            attributes["Id"],
            attributes["Type"].rpartition("/")[2],
            _resolve(path.parent, attributes["Target"]),
        )
        for name, attributes in _list_elements(archive, listed, _PACKAGE)
        if name == "Relationship" and attributes.get("TargetMode") != "External"
    ]


def _resolve(folder: PurePosixPath, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    steps: list[str] = []
    for step in (folder / target).parts:
        if step == "..":
            steps.pop()
        else:
            steps.append(step)
    return "/".join(steps)


def _target(relations: Sequence[_Relation], kind: str, *, needed: bool = True) -> str:
    found = next((each.part for each in relations if each.kind == kind), "")
    if needed and not found:
        raise WorkbookUnreadable
    return found


def read_styles(archive: zipfile.ZipFile, part: str) -> frozenset[str]:
    """The styles of cells whose numbers are dates, by their numbers in the part."""
    if not part:
        return frozenset()
    formats = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    dates: set[str] = set()
    count, is_inside = 0, False
    for name, attributes in _list_elements(archive, part):
        if name == "numFmt":
            formats[attributes["numFmtId"]] = attributes["formatCode"][:200]
        elif name in ("cellXfs", "cellStyles"):
            is_inside = name == "cellXfs"
        elif name == "xf" and is_inside:
            if is_date_format(formats.get(attributes.get("numFmtId", "0"), "General")):
                dates.add(str(count))
            count += 1
    return frozenset(dates)


def read_texts(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The texts that cells share, in their order; raises WorkbookTooLarge."""
    if not part or part not in archive.namelist():
        return []
    reader = _TextsReader()
    _parse(archive, part, reader)
    return reader.texts


class _TextsReader:
    """The shared texts; how parts of one are set, and how it is pronounced, is left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._is_text = self._is_phonetic = False
        self._size = 0

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name in _TEXT:
            self._is_text = not self._is_phonetic
        elif name in PHONETIC:
            self._is_phonetic = True

    def end(self, name: str) -> None:
        if name in _TEXT:
            self._is_text = False
        elif name in PHONETIC:
            self._is_phonetic = False
        elif name in _SHARED:
            text = "".join(self._pieces)[:LONGEST_CELL]
            self._pieces.clear()
            self._size += len(text)
            self.texts.append(text)
            if len(self.texts) > MOST_TEXTS or self._size > MOST_TEXT:
                raise WorkbookTooLarge

    def text(self, data: str) -> None:
        if self._is_text and len(self._pieces) < LONGEST_CELL:
            self._pieces.append(data[:LONGEST_CELL])
