"""Reading an attendance table: a workbook that anybody may have made, read without trusting it.

It is read row by row, within limits of size and number; formulas count as what they last came
to; parts that a workbook does not need (document types, entities) are not read at all.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import openpyxl
from lxml.etree import LxmlError
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from engine.errors import Rejected
from engine.language import N_, _

MOST_BYTES = 2 * 2**20
MOST_UNPACKED = 32 * 2**20
MOST_ROWS = 5_000
MOST_COLUMNS = 40
ROWS_ABOVE_HEADS = 10
LONGEST = 100

NUMBER = "number"
NAME = "name"
PLACE = "place"
ATTENDANCE = "attendance"

HEADS = {
    PLACE: (N_("Place no."), "序号", "报名序号"),
    NUMBER: (N_("Number"), "编号", "会员编号", "注册会计师编号", "执业证书编号", "member number"),
    NAME: (N_("Name"), "姓名", "注册会计师姓名"),
    ATTENDANCE: (N_("Attendance"), "出席情况", "出席", "考勤", "到场情况"),
}
"""How the columns may be headed; the first is what the template says, in the reader's language."""

NEEDED = (NUMBER, ATTENDANCE)

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    LxmlError,
    SyntaxError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    RuntimeError,
    OSError,
    EOFError,
)
"""What openpyxl and what it reads with raise at workbooks that are none."""


class WorkbookUnreadable(Rejected):
    """A workbook that cannot be read, or that is made to do harm."""

    message = N_(
        "The workbook cannot be read. Open it in your spreadsheet program, save it as xlsx and send"
        " it again, or begin with the template."
    )


class ColumnsMissing(Rejected):
    """The first sheet has no row with the heads that are needed."""

    message = N_(
        "The first sheet has no column headed %(missing)s in its first rows. Begin with the"
        " template and keep its heads."
    )


class TooManyRows(Rejected):
    """More rows than a class has people."""

    message = N_("The table has more than %(most)s rows. Take the rows of this class only.")


@dataclass(frozen=True, slots=True)
class Row:
    """A row below the heads: its line in the sheet, and what its cells say as text."""

    line: int
    cells: dict[str, str]

    def say(self, column: str) -> str:
        """What stands in a column; empty where there is nothing or no such column."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: the letters of its columns, by what they are, and its rows."""

    letters: dict[str, str]
    rows: Sequence[Row]


def read_table(content: BinaryIO) -> Table:
    """Read the first sheet of a workbook. Raises WorkbookUnreadable, ColumnsMissing, TooManyRows.

    Rows in which nothing stands are left out.
    """
    try:
        _check_parts(content)
        content.seek(0)
        book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
        try:
            return _read(book.worksheets[0])
        finally:
            book.close()
    except _BROKEN as error:
        raise WorkbookUnreadable from error


def _check_parts(content: BinaryIO) -> None:
    """Refuse what unpacks to too much, and documents that declare types or entities."""
    with zipfile.ZipFile(content) as archive:
        parts = archive.infolist()
        if sum(each.file_size for each in parts) > MOST_UNPACKED:
            raise WorkbookUnreadable
        for each in parts:
            # UTF-16 has a zero byte beside each letter.
            said = archive.read(each).replace(b"\x00", b"")
            if b"<!DOCTYPE" in said or b"<!ENTITY" in said:
                raise WorkbookUnreadable


def _read(sheet: Any) -> Table:
    sheet.reset_dimensions()  # what a sheet says of its size need not be true
    last = ROWS_ABOVE_HEADS + MOST_ROWS + 1
    lines = enumerate(
        sheet.iter_rows(max_row=last, max_col=MOST_COLUMNS, values_only=True), start=1
    )
    columns = _find_heads(lines)
    rows = [Row(line, cells) for line, cells in _read_rows(lines, columns) if any(cells.values())]
    if len(rows) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    return Table({kind: get_column_letter(at + 1) for kind, at in columns.items()}, rows)


def _find_heads(lines: Iterator[tuple[int, Sequence[object]]]) -> dict[str, int]:
    """Read until the heads; where each column stands. Raises ColumnsMissing."""
    known = {_fold(words): kind for kind, heads in HEADS.items() for words in (*heads, _(heads[0]))}
    best: dict[str, int] = {}
    for line, values in lines:
        found: dict[str, int] = {}
        for at, value in enumerate(values):
            kind = known.get(_fold(_say(value)))
            if kind is not None:
                found.setdefault(kind, at)
        if len(found) > len(best):
            best = found
        if all(kind in best for kind in NEEDED):
            return best
        if line > ROWS_ABOVE_HEADS:
            break
    missing = [f"“{_(HEADS[kind][0])}”" for kind in NEEDED if kind not in best]
    raise ColumnsMissing(missing=_(", ").join(missing))


def _read_rows(
    lines: Iterator[tuple[int, Sequence[object]]], columns: dict[str, int]
) -> Iterator[tuple[int, dict[str, str]]]:
    for line, values in lines:
        yield (
            line,
            {kind: _say(values[at]) if at < len(values) else "" for kind, at in columns.items()},
        )


def _say(value: object) -> str:
    """A cell as text: a number without a fraction is said without one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())[:LONGEST]


def _fold(words: str) -> str:
    return words.strip(" *:：").casefold()
