"""Reading a workbook row by row: large ones in little memory, hostile ones not at all.

The parts of the archive are parsed as they are unpacked; of a sheet nothing is kept but the row
at hand. How large it says it is does not matter, only what is in it. Formulas count as what they
last came to. A document type, and with it any entity, is refused where it begins.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO
from xml.parsers import expat
from zlib import error as ZlibError  # noqa: N812  it is an error's name

from workflows.register.transfers.parts import (
    CELL,
    LONGEST_CELL,
    PHONETIC,
    PIECE,
    ROW,
    SAID,
    WorkbookUnreadable,
    make_parser,
    read_book,
    read_styles,
    read_texts,
)

MOST_COLUMNS = 60
PRECISE = 15
"""A number in a cell has so many digits; what was typed beyond them is lost."""

# A sheet knows no zones.
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
_BROKEN = (zipfile.BadZipFile, expat.ExpatError, ZlibError, NotImplementedError, EOFError, OSError)
_UNFIT = (ValueError, KeyError, IndexError, OverflowError, RuntimeError)
"""What the parts of a workbook that is none make the reading raise."""

Cell = str | int | float | bool | date | datetime | None


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
        book = read_book(archive)
        styles = read_styles(archive, book.styles)
        texts = read_texts(archive, book.texts)
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


class _SheetReader:
    """Rows of cells, one after the other, as the parser comes across them."""

    def __init__(self, texts: Sequence[str], dates: frozenset[str], epoch: datetime) -> None:
        self.parser = make_parser(self)
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
        if name in SAID:
            self._is_value = not self._is_phonetic
        elif name in CELL:
            place = attributes.get("r")
            self._at = len(self._cells) if place is None else self._column(place)
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
        elif name in ROW:
            # Who does not number his rows has them one after another.
            number = attributes.get("r")
            self._number = self._number + 1 if number is None else int(number)
        elif name in PHONETIC:
            self._is_phonetic = True

    def end(self, name: str) -> None:
        if name in SAID:
            self._is_value = False
        elif name in CELL:
            if self._pieces:
                self._put("".join(self._pieces)[:LONGEST_CELL])
                self._pieces.clear()
        elif name in ROW:
            if any(each is not None for each in self._cells):
                self._lines.append(Line(self._number, self._cells))
                self._cells = []
            else:
                self._cells.clear()
        elif name in PHONETIC:
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
