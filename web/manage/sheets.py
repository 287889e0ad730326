"""Tables to take away, as xlsx: written row by row, so that a long one needs little memory."""

from collections.abc import Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Response, send_file
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 2**20
WIDTH = 18

Value = str | int | float | None


def send_sheet(
    name: str, *, title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]
) -> Response:
    """Answer with a workbook of one sheet; texts stay texts, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place in range(len(heads)):
        sheet.column_dimensions[chr(ord("A") + place)].width = WIDTH
    cells = [WriteOnlyCell(sheet, each) for each in heads]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for row in rows:
        sheet.append([_cell(sheet, each) for each in row])
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed with the answer
    book.save(file)
    file.seek(0)
    return send_file(file, mimetype=TYPE, as_attachment=True, download_name=name)


def _cell(sheet: object, value: Value) -> object:
    if not isinstance(value, str):
        return value
    # A control character in a name is nothing that a sheet may hold.
    value = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not value.startswith("="):
        return value
    cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
    cell.data_type = "s"  # a text that looks like a formula is none
    return cell
