"""Workbooks to take away, as xlsx: written row by row, so that a long one needs little memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Response, send_file
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.workbook.child import INVALID_TITLE_REGEX

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 2**20
WIDTH = 20
LONGEST_TITLE = 31

Value = str | int | float | date | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the heads of its columns, its rows."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]


def send_sheets(name: str, sheets: Sequence[Sheet]) -> Response:
    """Answer with a workbook; texts stay texts, whatever they begin with."""
    book = Workbook(write_only=True)
    for each in sheets:
        page = book.create_sheet(_title(each.title))
        page.freeze_panes = "A2"
        for place in range(1, len(each.heads) + 1):
            page.column_dimensions[get_column_letter(place)].width = WIDTH
        page.append([_head(page, words) for words in each.heads])
        for row in each.rows:
            page.append([_cell(page, value) for value in row])
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed with the answer
    book.save(file)
    file.seek(0)
    return send_file(file, mimetype=TYPE, as_attachment=True, download_name=name)


def _title(words: str) -> str:
    """A sheet's title: spreadsheets have no use for some characters, nor for quotes around it."""
    fit = INVALID_TITLE_REGEX.sub(" ", ILLEGAL_CHARACTERS_RE.sub("", words))
    return fit.strip(" '")[:LONGEST_TITLE].rstrip(" '")


def _head(page: object, words: str) -> object:
    cell = WriteOnlyCell(page, words)  # type: ignore[arg-type]
    cell.font = Font(bold=True)
    return cell


def _cell(page: object, value: Value) -> object:
    if not isinstance(value, str):
        return value
    # A control character in a name is nothing that a sheet may hold.
    value = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not value.startswith("="):
        return value
    cell = WriteOnlyCell(page, value)  # type: ignore[arg-type]
    cell.data_type = "s"  # a text that looks like a formula is none
    return cell
