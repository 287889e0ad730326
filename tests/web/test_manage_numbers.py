"""The page of numbers, its workbook, and whose numbers one sees."""

from io import BytesIO

import openpyxl
from flask import Flask

from tests.web.offices import applied, staff


def test_the_page_says_what_is_in_review_and_bad_filters_do_no_harm(app: Flask) -> None:
    applied(app)
    manager = staff(app, "zj_manage")
    page = manager.open("/manage/numbers")
    assert "2022-09-06" in page.html.get_element_by_id("course").text_content()
    for bad in ("first=x&last=0001-01-01", "last=9999-12-31&_external=1", "year=x&kind=no&step=y"):
        assert manager.open(f"/manage/numbers?{bad}").status == 200


def test_the_workbook_has_numbers_and_dates_in_its_cells(app: Flask) -> None:
    applied(app)
    answer = staff(app, "zj_manage").client.get("/manage/numbers.xlsx", buffered=True)
    book = openpyxl.load_workbook(BytesIO(answer.data))
    assert book.sheetnames == ["Together", "By association", "Day", "Reasons for return"]
    assert book["Together"]["A2"].value == 1
    assert book["Day"]["A2"].is_date
    assert book["Day"]["B2"].value == 1
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_numbers_are_those_of_ones_own_associations(app: Flask) -> None:
    applied(app)
    assert staff(app, "zj_review").open("/manage/numbers").status == 404
    assert staff(app, "zj_review").client.get("/manage/numbers.xlsx").status_code == 404
    assert staff(app, "audit").open("/manage/numbers").status == 200
    other = staff(app, "gz_manage")
    assert "Nothing happened" in other.open("/manage/numbers").text
    assert other.open("/manage/numbers?office=1").status == 404
