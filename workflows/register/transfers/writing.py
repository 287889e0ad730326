"""Writing a workbook while it is sent: row by row, so that a hundred thousand need no memory.

Texts stay texts, whatever they begin with.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import RawIOBase
from typing import IO, cast
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from workflows.register.transfers.cells import Value

PIECE = 2**16
LONGEST_TITLE = 31
WIDTH = 20

_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_HEAD, _DATE, _AMOUNT = 1, 2, 3
"""Styles of cells, in the order in which the workbook's part of styles names them."""

_STYLES = (
    f'{_DECLARED}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    "<fonts><font><sz val='11'/></font><font><b/><sz val='11'/></font></fonts>"
    "<fills><fill><patternFill patternType='none'/></fill>"
    "<fill><patternFill patternType='gray125'/></fill></fills>"
    "<borders><border/></borders>"
    "<cellStyleXfs><xf numFmtId='0' fontId='0' fillId='0' borderId='0'/></cellStyleXfs>"
    "<cellXfs>"
    "<xf numFmtId='49' fontId='0' fillId='0' borderId='0' xfId='0' applyNumberFormat='1'/>"
    "<xf numFmtId='49' fontId='1' fillId='0' borderId='0' xfId='0' applyFont='1'/>"
    "<xf numFmtId='164' fontId='0' fillId='0' borderId='0' xfId='0' applyNumberFormat='1'/>"
    "<xf numFmtId='2' fontId='0' fillId='0' borderId='0' xfId='0' applyNumberFormat='1'/>"
    "</cellXfs><cellStyles><cellStyle name='Normal' xfId='0' builtinId='0'/></cellStyles>"
    "</styleSheet>"
)
_EPOCH = date(1899, 12, 30).toordinal()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its title, the heads of its columns, its rows."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]


class _Outlet(RawIOBase):
    """What an archive is written into, to be taken away meanwhile."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(cast(bytes, data))
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        said = b"".join(self._pieces)
        self._pieces.clear()
        return said


def write_book(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """A workbook, piece by piece; the rows are asked for as they are written."""
    outlet = _Outlet()
    with ZipFile(cast(IO[bytes], outlet), "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, said in _parts(sheets).items():
            archive.writestr(name, said)
        for place, sheet in enumerate(sheets, start=1):
            with archive.open(f"xl/worksheets/sheet{place}.xml", "w") as part:
                for piece in _write_sheet(sheet):
                    part.write(piece)
                    yield outlet.take()
    yield outlet.take()


def _write_sheet(sheet: Sheet) -> Iterator[bytes]:
    count = len(sheet.heads)
    letters = [get_column_letter(place) for place in range(1, count + 1)]
    begin = (
        f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f'</sheetView></sheetViews><cols><col min="1" max="{count}" width="{WIDTH}" style="0"'
        ' customWidth="1"/></cols><sheetData>'
    )
    waiting = [begin, _write_row(1, letters, sheet.heads, style=_HEAD)]
    size = 0
    for number, row in enumerate(sheet.rows, start=2):
        written = _write_row(number, letters, row)
        waiting.append(written)
        size += len(written)
        if size > PIECE:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    waiting.append("</sheetData></worksheet>")
    yield "".join(waiting).encode()


def _write_row(number: int, letters: Sequence[str], row: Sequence[Value], *, style: int = 0) -> str:
    cells = [
        _write_cell(f"{letter}{number}", value, style)
        for letter, value in zip(letters, row, strict=False)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _write_cell(place: str, value: Value, style: int) -> str:
    if isinstance(value, str):
        # A control character in a name is nothing that a sheet may hold.
        said = escape(ILLEGAL_CHARACTERS_RE.sub("", value))
        text = f'<is><t xml:space="preserve">{said}</t></is>'
        return f'<c r="{place}" s="{style}" t="inlineStr">{text}</c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{_DATE}"><v>{value.toordinal() - _EPOCH}</v></c>'
    return f'<c r="{place}" s="{_AMOUNT if isinstance(value, float) else 0}"><v>{value!r}</v></c>'


def _parts(sheets: Sequence[Sheet]) -> dict[str, str]:
    """The parts of a workbook beside its sheets."""
    places = range(1, len(sheets) + 1)
    named = "".join(
        f"<sheet name={quoteattr(_NOT_IN_TITLES.sub(' ', sheet.title)[:LONGEST_TITLE])}"
        f' sheetId="{place}" r:id="rId{place}"/>'
        for place, sheet in zip(places, sheets, strict=True)
    )
    typed = "".join(
        f'<Override PartName="/xl/worksheets/sheet{place}.xml"'
        f' ContentType="{_TYPES}.worksheet+xml"/>'
        for place in places
    )
    related = "".join(
        f'<Relationship Id="rId{place}" Type="{_OFFICE}/worksheet"'
        f' Target="worksheets/sheet{place}.xml"/>'
        for place in places
    )
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    return {
        "[Content_Types].xml": (
            f'{_DECLARED}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
            f"{typed}</Types>"
        ),
        "_rels/.rels": (
            f'{_DECLARED}{relations}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{_DECLARED}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f"<sheets>{named}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{_DECLARED}{relations}{related}<Relationship Id="rIdStyles" Type="{_OFFICE}/styles"'
            ' Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": _STYLES,
    }
