"""Workbooks to take away, of several sheets: numbers are numbers, dates dates, texts texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from flask import Response, send_file
from openpyxl import Workbook
from openpyxl.styles import Font

from web.manage.sheets import TYPE

WIDTH = 20
LONGEST_TITLE = 31


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the heads of its columns, its rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | int | date | None]]


def send_book(name: str, sheets: Sequence[Sheet]) -> Response:
    """Answer with a workbook; a text that looks like a formula is none."""
    book = Workbook()
    for place, each in enumerate(sheets):
        page = book.create_sheet(each.title[:LONGEST_TITLE]) if place else book.worksheets[0]
        page.title = each.title[:LONGEST_TITLE]
        page.freeze_panes = "A2"
        for row_number, row in enumerate([each.heads, *each.rows], start=1):
            for column_number, value in enumerate(row, start=1):
                cell = page.cell(row_number, column_number, value)
                if isinstance(value, str):
                    cell.data_type = "s"
                if row_number == 1:
                    cell.font = Font(bold=True)
                    page.column_dimensions[cell.column_letter].width = WIDTH
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return send_file(file, mimetype=TYPE, as_attachment=True, download_name=name)
