"""Documents: made from templates in a sandbox, with fonts of their own, read back."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from engine.engine import Engine
from engine.write_queue import in_no_hurry
from tests.pdfs import check_archivable, codes_in, codes_of, fonts_of, pages_of
from workflows.paper_password_reset.documents import (
    Application,
    Office,
    Target,
    make_application_form,
)
from workflows.shared import qr_codes
from workflows.shared.documents import (
    MAKERS,
    SERVICE,
    CharactersLacking,
    DocumentFault,
    Documents,
    DocumentTooLarge,
    documents_of,
)
from workflows.shared.pictures_of import png_of
from workflows.shared.qr_codes import svg_of

FONTS = Path(__file__).parents[2] / "web" / "static" / "dist"

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = date(2022, 9, 6)
SHENZHEN = Office("深圳市注册会计师协会", "ywj@szicpa.org", "0755-83515412")


@pytest.fixture(scope="module")
def documents() -> Iterator[Documents]:
    """The fonts are read once."""
    made = Documents(FONTS)
    yield made
    made.close()


def application(**changes: Any) -> Application:
    given: dict[str, Any] = {
        "target": "platform",
        "applicant": "蔡思源",
        "login": "330000100001",
        "mobile": "13812345678",
        "applied_date": date(2022, 9, 6),
        "reason": "更换手机后无法接收短信验证码。",
        "remark": "无",
        "receipt_number": "7K3M-QX2P-9RTA",
    }
    return Application(**{**given, **changes})


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ("platform", "注册会计师行业统一监管平台密码重置申请表"),
        ("here", "注册会计师行业管理信息系统密码重置申请表"),
    ],
)
def test_the_application_form_has_every_item_on_one_page(
    documents: Documents, target: Target, title: str
) -> None:
    (page,) = pages_of(make_application_form(documents, application(target=target), SHENZHEN))
    for item in (
        title,
        "申请人蔡思源",
        "登录帐号（证书编号）330000100001",
        "手机号码13812345678",
        "申请日期2022年9月6日",
        "密码重置原因更换手机后无法接收短信验证码。",
        "申请人签名（手写）：",
        "备注无",
        "该表格所有项目为必填项，必须账号所有人本人签名确认。",
        "邮箱：ywj@szicpa.org",
        "联系电话0755-83515412",
        "受理号7K3M-QX2P-9RTA",
    ):
        assert item in page


def test_an_association_without_a_mail_address_names_none(documents: Documents) -> None:
    office = Office("浙江省注册会计师协会", "", "0571-00000000")
    (page,) = pages_of(make_application_form(documents, application(), office))
    assert "邮箱" not in page
    assert "联系电话0571-00000000" in page


def test_the_longest_answers_still_fit(documents: Documents) -> None:
    full = application(applicant="阿卜杜热合曼·" * 6, reason="原" * 300, remark="备" * 200)
    pages = pages_of(make_application_form(documents, full, SHENZHEN))
    assert len(pages) == 1
    assert "原" * 300 in pages[0]


def test_what_was_typed_is_text_and_no_markup(documents: Documents) -> None:
    typed = "<img src='http://192.0.2.1/x'><style>*{display:none}</style>{{ 7 * 7 }}"
    (page,) = pages_of(make_application_form(documents, application(reason=typed), SHENZHEN))
    assert "".join(typed.split()) in page


def test_the_fonts_are_in_the_file_and_no_others(documents: Documents) -> None:
    fonts = fonts_of(make_application_form(documents, application(), SHENZHEN))
    assert {is_embedded for _name, is_embedded in fonts} == {True}
    # Our own name for them: a font of the system would have its own.
    assert {name.partition("+")[2] for name, _embedded in fonts} == {"Document", "Document-Bold"}


@pytest.mark.parametrize("rare", ["喆", "龑", "㛃", "䶮", "·", "Ａ"])
def test_characters_of_names_are_there(documents: Documents, rare: str) -> None:
    (page,) = pages_of(make_application_form(documents, application(applicant=rare), SHENZHEN))
    assert rare in page


def test_a_character_that_the_fonts_lack_is_said_and_never_a_box(documents: Documents) -> None:
    with pytest.raises(CharactersLacking) as refused:
        make(documents, "<p>{{ who.name }}</p>", who={"name": "𠮷田🙂吉", "lines": ["A\n\u3000B"]})
    assert refused.value.values == {"characters": "🙂𠮷"}
    # Of spaces, selectors and what joins nothing is seen.
    assert make(documents, "<p>{{ name }}</p>", name="葛\ufe00\u00a0\u200b\t田")


def test_the_file_says_its_language_and_title_and_is_tagged(documents: Documents) -> None:
    pdf = make_application_form(documents, application(), SHENZHEN)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "zh-CN"
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.StructTreeRoot)
    title = "注册会计师行业统一监管平台密码重置申请表"
    check_archivable(pdf, title=title, author="深圳市注册会计师协会")


@pytest.mark.parametrize(
    "asked",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="https://example.com/x.png">',
        '<img src="file:///etc/passwd">',
        '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<link rel="attachment" href="file:///etc/passwd">',
        "<style>@import url(http://127.0.0.1:9/x.css);</style>",
        '<style>@font-face{font-family:x;src:url("file:///etc/passwd")}</style>',
        "<style>p{background:url(file:///etc/passwd)}</style><p>x</p>",
        '<object data="file:///etc/passwd"></object>',
        '<embed src="font:../../secrets.json">',
    ],
)
def test_nothing_is_fetched_from_anywhere(documents: Documents, asked: str) -> None:
    with pytest.raises(DocumentFault, match="FatalURLFetchingError"):
        documents.make(
            f"<!doctype html><html><body>{asked}</body></html>",
            {},
            title="试",
            author="会",
            dated=DAY,
        )


def test_a_drawing_in_a_document_shows_no_files_either(
    documents: Documents, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    Image.new("RGB", (40, 40), "red").save(picture)
    drawing = f'<svg width="40" height="40"><image href="{picture.as_uri()}"/></svg>'
    made = documents.make(
        f'<html lang="zh-CN"><body><p>字</p>{drawing}</body></html>',
        {},
        title="试",
        author="会",
        dated=DAY,
    )
    with pikepdf.open(io.BytesIO(made)) as document:
        assert document.pages[0].get_images() == {}


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ value.append(1) }}",
        "{{ lipsum.__globals__['os'] }}",
        "{% for each in range(99999999) %}{% endfor %}",
        "{{ nothing }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_template_reaches_nothing_but_its_values(documents: Documents, template: str) -> None:
    with pytest.raises(
        DocumentFault, match=r"SecurityError|UndefinedError|OverflowError|TypeError"
    ):
        documents.make(template, {"value": [1]}, title="试", author="会", dated=DAY)


@pytest.mark.parametrize("value", [object(), {"deep": [{"deeper": Path()}]}, b"bytes", {1, 2}, NOW])
def test_a_document_is_given_plain_values_only(documents: Documents, value: Any) -> None:
    with pytest.raises(TypeError):
        documents.make("<p>x</p>", {"value": value}, title="试", author="会", dated=DAY)


def test_an_installation_says_what_makes_its_documents(
    engine: Engine, documents: Documents
) -> None:
    with pytest.raises(LookupError):
        documents_of(engine)
    engine.services[SERVICE] = documents
    assert documents_of(engine) is documents


def test_a_document_says_its_own_day_and_is_the_same_file_again(documents: Documents) -> None:
    made = [make_application_form(documents, application(), SHENZHEN) for _time in range(2)]
    assert made[0] == made[1]
    title = "注册会计师行业统一监管平台密码重置申请表"
    check_archivable(made[0], title=title, author=SHENZHEN.name, dated="20220906")
    at = datetime(2026, 11, 21, 16, 5, 6, 789, tzinfo=UTC)
    pdf = documents.make("<p>字</p>", {}, title="试", author="会", dated=at)
    check_archivable(pdf, title="试", author="会", dated="20261121160506")


def make(documents: Documents, template: str, **values: Any) -> bytes:
    return documents.make(template, values, title="试", author="会", dated=DAY)


def test_what_takes_too_long_is_refused_and_the_next_one_is_made(documents: Documents) -> None:
    table = "<table>{% for each in rows %}<tr><td>{{ each }}</td></tr>{% endfor %}</table>"
    with pytest.raises(DocumentTooLarge):
        make(documents, table, rows=["字" * 20] * 20_000)
    assert pages_of(make(documents, table, rows=["好"])) == ["好"]


def test_what_needs_too_much_memory_is_refused_and_the_next_one_is_made(
    documents: Documents,
) -> None:
    with pytest.raises(DocumentTooLarge):
        make(documents, "<p>{{ (value * 300000000)|length }}</p>", value="字")
    assert pages_of(make(documents, "<p>{{ value }}</p>", value="好")) == ["好"]


def test_a_request_that_is_too_big_is_not_even_sent(documents: Documents) -> None:
    with pytest.raises(DocumentTooLarge):
        make(documents, "<p>{{ value }}</p>", value="字" * 10_000_000)


def test_a_process_that_went_while_nobody_needed_it_is_followed_by_another() -> None:
    documents = Documents(FONTS)
    make(documents, "<p>一</p>")
    process = documents._places[-1]._maker._process  # type: ignore[union-attr]
    process.kill()
    process.wait()
    assert pages_of(make(documents, "<p>二</p>")) == ["二"]
    documents.close()


def test_the_process_that_makes_documents_knows_no_secrets(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIJI_SECRET_MASTER", "a secret")
    of_its_own = Documents(FONTS)
    make(of_its_own, "<p>一</p>")
    told = Path(f"/proc/{of_its_own._places[-1]._maker._process.pid}/environ").read_bytes()  # type: ignore[union-attr]
    of_its_own.close()
    assert b"SECRET" not in told


def test_several_at_once_are_all_made(documents: Documents) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = threads.map(lambda number: make(documents, "<p>{{ n }}</p>", n=number), range(8))
    assert [pages_of(pdf) for pdf in made] == [[str(number)] for number in range(8)]


def test_who_waits_for_one_document_goes_before_who_makes_many(documents: Documents) -> None:
    taken: list[str] = []

    def take(name: str, waiting: AbstractContextManager[None]) -> None:
        with waiting, documents._place():
            taken.append(name)

    with ThreadPoolExecutor() as threads, ExitStack() as held:
        for _number in range(MAKERS - 1):
            held.enter_context(documents._place())
        with documents._place():
            late = threads.submit(take, "one of many", in_no_hurry())
            first = threads.submit(take, "a single one", nullcontext())
            while not documents._in_a_hurry:
                assert not first.done()
        late.result()
    assert taken == ["a single one", "one of many"]


def test_two_documents_are_made_side_by_side(documents: Documents) -> None:
    with ExitStack() as held:
        for _number in range(MAKERS - 1):
            held.enter_context(documents._place())
        assert pages_of(make(documents, "<p>好</p>")) == ["好"]


ADDRESS = "https://huiji.example.org/v/" + "x" * 40


def test_pictures_that_are_given_are_shown_and_no_others(documents: Documents) -> None:
    page = '<p>证</p><img src="picture:photo"><img src="picture:code" style="width: 30mm">'
    photo = io.BytesIO()
    Image.new("RGB", (178, 220), "white").save(photo, "JPEG", dpi=(96, 96))
    pictures = {"photo": photo.getvalue(), "code": svg_of(ADDRESS)}
    pdf = documents.make(page, {}, title="试", author="会", dated=DAY, pictures=pictures)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        (found,) = document.pages[0].get_images().values()
        assert (int(found.Width), int(found.Height)) == (178, 220)
    assert codes_of(pdf) == [ADDRESS]
    check_archivable(pdf, title="试", author="会")
    with pytest.raises(DocumentFault, match="FatalURLFetchingError"):
        documents.make(
            page, {}, title="试", author="会", dated=DAY, pictures={"photo": photo.getvalue()}
        )


def test_a_document_is_a_picture_too(documents: Documents) -> None:
    shown = '<img src="picture:code" style="width: 2in">'
    page = f"<style>@page {{ size: 4in 3in; margin: 0 }}</style>{shown}"
    pictures = {"code": svg_of(ADDRESS)}
    pdf = documents.make(page, {}, title="试", author="会", dated=DAY, pictures=pictures)
    png = png_of(pdf, dpi=150)
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.width) == ("PNG", 600)
        assert [round(each) for each in picture.info["dpi"]] == [150, 150]
    assert codes_in(png) == [ADDRESS]
    assert codes_in(qr_codes.png_of(ADDRESS)) == [ADDRESS]
