"""Tables to take away hold whatever the register holds."""

from io import BytesIO

from flask import Flask
from openpyxl import load_workbook

from web.sheets import Sheet, send_sheets


def test_texts_stay_texts_and_control_characters_are_left_out(app: Flask) -> None:
    rows = [["张\x0b三\x00", "=1+1"], ["\x01=1+1", 7], [None, "第一行\n第二行"]]
    with (
        app.test_request_context(),
        send_sheets("a.xlsx", [Sheet("名单", ["姓名", "数"], rows)]) as answer,
    ):
        answer.direct_passthrough = False
        sheet = load_workbook(BytesIO(answer.get_data())).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert cells == [["张三", "=1+1"], ["=1+1", 7], [None, "第一行\n第二行"]]
    assert {sheet["B2"].data_type, sheet["A3"].data_type} == {"s"}


def test_a_sheet_has_a_title_that_spreadsheets_take(app: Flask) -> None:
    with (
        app.test_request_context(),
        send_sheets(
            "a.xlsx", [Sheet("'审计[一/二]：a:b*c?\\d\x01" + "长" * 40, ["数"], [])]
        ) as answer,
    ):
        answer.direct_passthrough = False
        book = load_workbook(BytesIO(answer.get_data()))
    assert book.sheetnames == ["审计 一 二 ：a b c  d" + "长" * 15]
