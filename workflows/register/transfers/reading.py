"""Reading a workbook row by row: large ones in little memory, hostile ones not at all.

The parts of the archive are parsed as they are unpacked; of a sheet nothing is kept but the row
at hand. How large it says it is does not matter, only what is in it. Formulas count as what they
last came to. A document type, and with it any entity, is refused where it begins.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol
from xml.parsers import expat
from zlib import error as ZlibError  # noqa: N812  it is an error's name

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from engine.errors import Rejected
from engine.language import N_

PIECE = 2**18
MOST_UNPACKED = 600 * 2**20
"""Bytes of all parts that are read: 100,000 rows of 40 columns, and some."""

MOST_TEXTS = 2_000_000
MOST_TEXT = 60_000_000
"""Shared texts, and their characters together: they are kept while the sheet is read."""

MOST_COLUMNS = 60
LONGEST_CELL = 2_000
PRECISE = 15
"""A number in a cell has so many digits; what was typed beyond them is lost."""

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_RELATED = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# A sheet knows no zones.
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
_BROKEN = (zipfile.BadZipFile, expat.ExpatError, ZlibError, NotImplementedError, EOFError, OSError)
_UNFIT = (ValueError, KeyError, IndexError, OverflowError, RuntimeError)
"""What the parts of a workbook that is none make the reading raise."""

Cell = str | int | float | bool | date | datetime | None


class WorkbookUnreadable(Rejected):
    """A workbook that cannot be read, or that is made to do harm."""

    message = N_(
        "The workbook cannot be read. Open it in your spreadsheet program, save it as xlsx and send"
        " it again, or begin with the template."
    )


class WorkbookTooLarge(Rejected):
    """It unpacks to more than is read."""

    message = N_("The workbook holds too much. Divide it into several and send them one by one.")


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number in the sheet, from 1, and its cells from the first column on."""

    number: int
    cells: Sequence[Cell]


@dataclass(slots=True)
class Sheet:
    """The first sheet of a workbook, to be read once; `read` says how much was, from 0 to 1."""

    lines: Iterator[Line]
    _counted: Callable[[], float]

    @property
    def read(self) -> float:
        """The share of the sheet that was read."""
        return self._counted()


def open_sheet(content: BinaryIO) -> Sheet:
    """The first sheet of a workbook. Raises WorkbookUnreadable, WorkbookTooLarge.

    Its lines raise them, too.
    """
    try:
        archive = zipfile.ZipFile(content)
        book = _read_book(archive)
        styles = _read_styles(archive, book.styles)
        texts = _read_texts(archive, book.texts)
        part = archive.getinfo(book.sheet)
    except (*_BROKEN, *_UNFIT) as error:
        raise WorkbookUnreadable from error
    reader = _SheetReader(texts, styles, _EPOCH_1904 if book.is_1904 else _EPOCH)
    size, read = max(part.file_size, 1), 0

    def lines() -> Iterator[Line]:
        nonlocal read
        try:
            with archive.open(part) as stream:
                while piece := stream.read(PIECE):
                    read += len(piece)
                    reader.parser.Parse(piece, False)
                    yield from reader.take()
                reader.parser.Parse(b"", True)
            yield from reader.take()
        except (*_BROKEN, *_UNFIT) as error:
            raise WorkbookUnreadable from error

    return Sheet(lines(), lambda: min(read / size, 1.0))


@dataclass(slots=True)
class _Book:
    """Where the parts are that matter."""

    sheet: str = ""
    texts: str = ""
    styles: str = ""
    is_1904: bool = False


class _Reader(Protocol):
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


_VALUE, _TEXT, _CELL, _ROW = _names("v"), _names("t"), _names("c"), _names("row")
_SAID = _VALUE | _TEXT
_PHONETIC, _SHARED = _names("rPh"), _names("si")


def _make_parser(reader: _Reader) -> expat.XMLParserType:
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


def _parse(archive: zipfile.ZipFile, part: str, reader: _Reader) -> None:
    parser = _make_parser(reader)
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


def _read_book(archive: zipfile.ZipFile) -> _Book:
    if sum(each.file_size for each in archive.infolist()) > MOST_UNPACKED:
        raise WorkbookTooLarge
    main = _target(_relations(archive, ""), "officeDocument")
    relations = _relations(archive, main)
    book = _Book(
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


def _read_styles(archive: zipfile.ZipFile, part: str) -> frozenset[str]:
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


def _read_texts(archive: zipfile.ZipFile, part: str) -> list[str]:
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
        elif name in _PHONETIC:
            self._is_phonetic = True

    def end(self, name: str) -> None:
        if name in _TEXT:
            self._is_text = False
        elif name in _PHONETIC:
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


class _SheetReader:
    """Rows of cells, one after the other, as the parser comes across them."""

    def __init__(self, texts: Sequence[str], dates: frozenset[str], epoch: datetime) -> None:
        self.parser = _make_parser(self)
        self._texts, self._dates, self._epoch = texts, dates, epoch
        self._lines: list[Line] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._at = 0
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._is_value = self._is_phonetic = False
        self._columns: dict[str, int] = {}

    def take(self) -> list[Line]:
        """The rows that were read since the last time."""
        lines, self._lines = self._lines, []
        return lines

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _SAID:
            self._is_value = not self._is_phonetic
        elif name in _CELL:
            place = attributes.get("r")
            self._at = len(self._cells) if place is None else self._column(place)
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
        elif name in _ROW:
            # Who does not number his rows has them one after another.
            number = attributes.get("r")
            self._number = self._number + 1 if number is None else int(number)
        elif name in _PHONETIC:
            self._is_phonetic = True

    def end(self, name: str) -> None:
        if name in _SAID:
            self._is_value = False
        elif name in _CELL:
            if self._pieces:
                self._put("".join(self._pieces)[:LONGEST_CELL])
                self._pieces.clear()
        elif name in _ROW:
            if any(each is not None for each in self._cells):
                self._lines.append(Line(self._number, self._cells))
                self._cells = []
            else:
                self._cells.clear()
        elif name in _PHONETIC:
            self._is_phonetic = False

    def text(self, data: str) -> None:
        if self._is_value and len(self._pieces) < LONGEST_CELL:
            self._pieces.append(data[:LONGEST_CELL])

    def _put(self, said: str) -> None:
        at = self._at
        if at >= MOST_COLUMNS:
            return
        cells = self._cells
        if at < len(cells):
            raise WorkbookUnreadable
        while len(cells) < at:
            cells.append(None)
        cells.append(self._value(said))

    def _value(self, said: str) -> Cell:
        match self._kind:
            case "s":
                return self._texts[int(said)]
            case "inlineStr" | "str" | "e":
                return said
            case "b":
                return said.strip() == "1"
            case "d":
                return datetime.fromisoformat(said)
            case _:
                number = float(said)
                if self._style in self._dates:
                    return _to_date(self._epoch, number)
                return _plain_number(said, number)

    def _column(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            found = 0
            for letter in letters:
                if not "A" <= letter <= "Z" or len(letters) > 3:
                    raise WorkbookUnreadable
                found = found * 26 + ord(letter) - 64
            found -= 1
            self._columns[letters] = found
        return found


def _plain_number(said: str, number: float) -> int | float:
    """A number as it was typed: 330000000001 is no fraction."""
    if said.isdecimal() and len(said) <= 20:
        return int(said)
    return int(number) if number.is_integer() and abs(number) < 10**PRECISE else number


def _to_date(epoch: datetime, number: float) -> Cell:
    try:
        moment = epoch + timedelta(seconds=round(number * 86_400))
    except OverflowError:
        return number
    return moment.date() if number == int(number) else moment
