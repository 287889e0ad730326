"""Workbooks of others are read without trusting them; our own are read by other programs."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from tests.workflows.tables import make_book
from workflows.register.transfers import parts
from workflows.register.transfers.parts import WorkbookTooLarge, WorkbookUnreadable
from workflows.register.transfers.reading import open_sheet
from workflows.register.transfers.writing import Sheet, write_book

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(book: BytesIO) -> list[tuple[int, list[Any]]]:
    """All lines of a workbook."""
    return [(each.number, list(each.cells)) for each in open_sheet(book).lines]


def rebuilt(book: BytesIO, **changed: str | None) -> BytesIO:
    """A workbook with parts changed, by the beginnings of their names, or left out."""
    made = BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            own = name.rpartition("/")[2].partition(".")[0]
            content = changed.get(own, old.read(name))
            if content is not None:
                new.writestr(name, content)
    made.seek(0)
    return made


def with_texts(texts: str, rows: str) -> BytesIO:
    """A workbook whose cells refer to texts that they share."""
    made = rebuilt(make_book([("甲",)]), sheet1=sheet_of(rows))
    changed = BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name == "xl/_rels/workbook.xml.rels":
                related = f'<Relationship Id="texts" Type="{OFFICE}/sharedStrings" Target="t.xml"/>'
                content = content.replace("</Relationships>", f"{related}</Relationships>")
            new.writestr(name, content)
        new.writestr("xl/t.xml", f'<sst xmlns="{MAIN}">{texts}</sst>')
    changed.seek(0)
    return changed


def sheet_of(rows: str) -> str:
    """The part of a sheet with these rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def test_cells_of_every_kind_are_read_as_what_they_are() -> None:
    moment = datetime(2024, 3, 15, 8, 30)  # noqa: DTZ001  a sheet knows no zones
    rows = [
        ("文字", 330000000001, 7.5, date(2024, 3, 15), moment, True, None, "  两  格 "),
        (),
        (None, "=1+1", "第三行", "<&>"),
    ]
    found = read(make_book(rows))
    assert found[0] == (
        1,
        ["文字", 330000000001, 7.5, date(2024, 3, 15), moment, True, None, "  两  格 "],
    )
    # A formula that no program worked out says nothing.
    assert found[1] == (3, [None, None, "第三行", "<&>"])


def test_texts_that_are_shared_set_in_parts_or_pronounced_are_read_plainly() -> None:
    texts = "<si><r><t>王</t></r><r><t>五</t></r><rPh><t>wang</t></rPh></si><si><t>李四</t></si>"
    cells = "".join(f'<c t="s"><v>{each}</v></c>' for each in (0, 0, 1))
    assert read(with_texts(texts, f"<row>{cells}</row>")) == [(1, ["王五", "王五", "李四"])]


def test_what_is_written_is_read_by_other_programs() -> None:
    rows = [
        ("=1+1", "a\x00b<>&\"'", 7.5, 3, date(2024, 3, 15), None),
        ("二", None, 1.0, 0, None, ""),
    ]
    book = BytesIO(b"".join(write_book([Sheet("会员/名单", ["一"] * 6, rows)])))
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert sheet.title == "会员 名单"
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert values[0][:2] == ["=1+1", "ab<>&\"'"]
    assert sheet["A2"].data_type == "s"
    assert values[0][2:5] == [7.5, 3, datetime(2024, 3, 15)]  # noqa: DTZ001
    assert [line.cells for line in open_sheet(book).lines][2] == ["二", None, 1, 0]


def test_rows_that_say_no_places_follow_one_another() -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    assert read(rebuilt(make_book([("甲",)]), sheet1=sheet_of(rows))) == [(1, [1, 2]), (2, [3])]


def test_a_sheet_that_says_it_is_endless_costs_what_is_in_it() -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'
        '<row r="1048576"><c r="A1048576"><v>3</v></c></row>'
    )
    found = read(rebuilt(make_book([("甲",)]), sheet1=sheet_of(rows)))
    assert found == [(1, [1]), (1048576, [3])]


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>' + sheet_of("<row><c><v>&a;</v></c></row>"),
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + sheet_of(""),
        sheet_of("<row><c><v>1</v></c>"),
        sheet_of('<row><c t="s"><v>99</v></c></row>'),
        sheet_of("<row><c><v>none</v></c></row>"),
        sheet_of('<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'),
        sheet_of('<row r="x"><c><v>1</v></c></row>'),
        "\x00\x01",
        "",
    ],
)
def test_a_hostile_sheet_is_refused(sheet: str) -> None:
    with pytest.raises(WorkbookUnreadable):
        read(rebuilt(make_book([("甲",)]), sheet1=sheet))


@pytest.mark.parametrize("part", ["workbook", "sheet1", ""])
def test_a_workbook_without_a_part_is_refused(part: str) -> None:
    """Without its book, its sheet, or the part that leads to them."""
    with pytest.raises(WorkbookUnreadable):
        read(rebuilt(make_book([("甲",)]), **{part: None}))


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(WorkbookUnreadable):
        read(BytesIO(b"PK\x03\x04 no workbook"))


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = rebuilt(make_book([("甲",)]), sheet1=sheet_of(" " * 2_000_000))
    assert len(bomb.getvalue()) < 20_000
    monkeypatch.setattr(parts, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(WorkbookTooLarge):
        read(bomb)


def test_shared_texts_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_TEXTS", 20)
    with pytest.raises(WorkbookTooLarge):
        read(with_texts("<si><t>长</t></si>" * 50, "<row><c><v>1</v></c></row>"))


def test_a_cell_of_megabytes_is_cut_off_as_it_is_read() -> None:
    text = "长" * 5_000_000
    book = rebuilt(
        make_book([("甲",)]),
        sheet1=sheet_of(f'<row><c t="inlineStr"><is><t>{text}</t></is></c><c><v>1</v></c></row>'),
    )
    assert read(book) == [(1, ["长" * parts.LONGEST_CELL, 1])]


def test_what_a_formula_came_to_is_what_its_cell_says() -> None:
    cells = '<c t="str"><f>A9&amp;"乙"</f><v>甲乙</v></c><c><f>1+1</f><v>2</v></c><c><f>3</f></c>'
    book = rebuilt(make_book([("甲",)]), sheet1=sheet_of(f"<row>{cells}</row>"))
    assert read(book) == [(1, ["甲乙", 2])]


def test_a_workbook_with_a_password_is_refused() -> None:
    """Locked ones are no archives but compound files; archives have a mark of their own for it."""
    with pytest.raises(WorkbookUnreadable):
        read(BytesIO(bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 4096))
    locked = bytearray(make_book([("甲",)]).getvalue())
    at = -1
    while (at := locked.find(b"PK\x01\x02", at + 1)) >= 0:
        locked[at + 8] |= 1
    with pytest.raises(WorkbookUnreadable):
        read(BytesIO(bytes(locked)))


def test_a_workbook_that_was_damaged_on_its_way_is_refused() -> None:
    book = make_book([(f"会员{number}", number) for number in range(500)]).getvalue()
    at = book.index(b"xl/worksheets/sheet1.xml") + 200
    for damaged in (book[: len(book) // 2], book[:at] + bytes(40) + book[at + 40 :]):
        with pytest.raises(WorkbookUnreadable):
            read(BytesIO(damaged))


def test_an_archive_that_makes_itself_smaller_than_it_is_unpacks_no_further() -> None:
    bomb = bytearray(rebuilt(make_book([("甲",)]), sheet1=sheet_of(" " * 2_000_000)).getvalue())
    at = -1
    while (at := bomb.find(b"PK\x01\x02", at + 1)) >= 0:
        size = int.from_bytes(bomb[at + 24 : at + 28], "little")
        bomb[at + 24 : at + 28] = min(size, 5000).to_bytes(4, "little")
    with pytest.raises(WorkbookUnreadable):
        read(BytesIO(bytes(bomb)))
