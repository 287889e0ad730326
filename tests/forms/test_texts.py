"""Static texts, lists, regions, masks."""

import pytest

import forms
from forms.lists import LIST_NAMES
from forms.masking import mask
from forms.regions import all_provinces, find_region_name
from forms.texts import draw_markdown
from tests.forms.documents import bind, draw


def test_paragraphs_bold_lists_headings_and_links_are_drawn() -> None:
    drawn = draw_markdown("## 标题\n\n一**二**\n三\n\n- 甲\n- [乙](https://example.com)\n\n1. 丙")
    for part in (
        '<h2 class="h3">标题</h2>',
        "<strong>二</strong><br",
        "<li>甲</li>",
        '<a href="https://example.com">乙</a>',
        "<ol>",
    ):
        assert part in drawn


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](//evil.example)",
        "[x](data:text/html,1)",
        "![x](https://example.com/a.png)",
    ],
)
def test_nothing_else_is_more_than_text(text: str) -> None:
    drawn = draw_markdown(text)
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "javascript:" not in drawn or "href" not in drawn
    assert 'href="//' not in drawn
    assert 'href="data' not in drawn


def test_a_value_in_a_text_is_no_markdown() -> None:
    text = {"type": "text", "id": "t", "text": "你好 **{{name}}** {{ 1 + 1 }}"}
    tree = draw(bind(text, context={"name": "**a** [x](https://e.com) <b>"}))
    (strong,) = tree.xpath("//strong")
    assert strong.text == "**a** [x](https://e.com) <b>"
    assert "2" in tree.text_content()
    assert tree.xpath("//a") == []


@pytest.mark.parametrize("name", sorted(LIST_NAMES))
def test_every_list_has_unique_values_and_a_label_in_both_languages(name: str) -> None:
    chinese, english = forms.get_list(name, "zh"), forms.get_list(name, "en")
    values = [option.value for option in chinese]
    assert len(values) == len(set(values))
    assert values == [option.value for option in english]
    assert all(option.label for option in chinese + english)


def test_lists_are_whole() -> None:
    assert len(forms.get_list("nations", "zh")) == 56
    assert forms.get_list("nations", "zh")[0] == forms.Option("01", "汉族")
    assert forms.get_list("nations", "en")[55].label == "Jino"
    labels = [option.label for option in forms.get_list("international_qualifications", "zh")]
    assert "澳大利亚注册会计师(CPA Australia)" in labels


def test_regions_are_all_provinces_with_their_cities() -> None:
    provinces = {province.code: province for province in all_provinces()}
    assert len(provinces) == 34
    assert len(provinces["440000"].regions) == 21
    assert [region.name for region in provinces["110000"].regions] == ["北京市"]
    assert {"710000", "810000", "820000"} <= set(provinces)
    names = [region.name for region in provinces["420000"].regions]
    assert names.count("随州市") == 1
    assert {"仙桃市", "神农架林区"} <= set(names)


@pytest.mark.parametrize(
    ("code", "name"),
    [("440300", "广东省 深圳市"), ("330000", "浙江省"), ("500000", "重庆市"), ("1", None)],
)
def test_a_region_has_the_name_of_its_province_before_it(code: str, name: str | None) -> None:
    assert find_region_name(code) == name


@pytest.mark.parametrize(
    ("kind", "text", "covered"),
    [
        ("identity", "110105194912310021", "1101051*****"),
        ("identity", "E12345678", "E1*****"),
        ("mobile", "13812345678", "138****5678"),
        ("mobile", "123", "****23"),
        ("email", "lilei@example.com", "l***@example.com"),
        ("name", "李雷", "李*"),
        ("name", "欧阳娜娜", "欧***"),
        ("address", "广东省广州市天河区1号", "广东省广州市****"),
        ("all", "任何", "****"),
        ("name", "", ""),
    ],
)
def test_masks(kind: str, text: str, covered: str) -> None:
    assert mask(kind, text) == covered
