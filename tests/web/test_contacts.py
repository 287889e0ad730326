"""各地注协联系方式: public, searched, the reader's own association first."""

import pytest
from flask import Flask

from tests.web.conftest import Page, Visitor
from tests.web.offices import staff

GUANGDONG = [
    *("省注协", "广州", "珠海", "汕头", "韶关", "佛山", "江门", "湛江", "茂名", "肇庆", "潮州"),
    *("揭阳", "汕尾", "惠州", "梅州", "阳江", "东莞", "中山", "清远", "河源", "云浮"),
]


def areas(page: Page) -> list[str]:
    """The areas in their order."""
    return [each.text_content().strip() for each in page.html.xpath("//td[1]//strong")]


@pytest.fixture
def reader(app: Flask) -> Visitor:
    """Somebody who reads Chinese and is not signed in."""
    visitor = Visitor(app)
    visitor.client.set_cookie("huiji_language", "zh")
    return visitor


def test_everybody_reads_all_of_guangdong_with_address_and_telephone(reader: Visitor) -> None:
    page = reader.open("/contacts")
    shown = areas(page)
    assert [each for each in shown if each in GUANGDONG] == GUANGDONG
    assert "东莞市南城区胜和路3号胜和广场B栋10楼10B" in page.text
    assert page.html.xpath("//a[@href='tel:0769-22990059']")
    assert page.html.xpath("//a[@href='tel:22995509']")


@pytest.mark.parametrize(
    ("said", "found"),
    [("佛山", ["佛山"]), ("山", None), ("珠海市香洲区", ["珠海"]), ("深圳市注册", ["深圳"])],
)
def test_part_of_a_name_or_an_address_finds_it(
    reader: Visitor, said: str, found: list[str] | None
) -> None:
    shown = areas(reader.open(f"/contacts?area={said}"))
    if found is None:
        assert {"佛山", "中山"} <= set(shown)
    else:
        assert shown == found


@pytest.mark.parametrize("said", ["%", "_", "火星", "'", "\\"])
def test_what_finds_nothing_says_so(reader: Visitor, said: str) -> None:
    page = reader.open("/contacts", query_string={"area": said})
    assert areas(page) == []
    assert said in page.text


def test_ones_own_comes_first_then_those_above_it(app: Flask) -> None:
    for visitor, expected in (
        (Visitor(app).enter("440100100001"), ["广州", "省注协", "全国"]),
        (staff(app, "gz_review"), ["广州", "省注协", "全国"]),
        (Visitor(app).enter("33000001", "firm"), ["浙江", "全国"]),
    ):
        visitor.client.set_cookie("huiji_language", "zh")
        page = visitor.open("/contacts")
        assert areas(page)[: len(expected)] == expected
        assert len(page.html.xpath("//tr[contains(@class, 'is-own')]")) == 1
