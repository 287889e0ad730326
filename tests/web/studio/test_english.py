"""The page of English texts: plain, complete, and safe when two people write at once."""

import orjson
import pytest
from werkzeug.datastructures import MultiDict

from tests.web.conftest import READY, Page
from tests.web.studio.conftest import Studio

PATH = "bpmn/inspection/inspection.en.json"
KEY = "fill_information.mobile.label"


class Texts:
    """The page of a draft's English texts."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.draft = studio.open_draft("inspection")
        self.address = f"/studio/drafts/{self.draft}/english"

    def open(self) -> Page:
        return self.studio.visitor.open(self.address)

    def values(self) -> MultiDict[str, str]:
        return self.open().values(self.address)

    def save(self, values: MultiDict[str, str]) -> Page:
        return self.studio.visitor.send(self.address, values)

    def kept(self) -> dict[str, str]:
        data, _version = self.studio.read(self.draft, PATH)
        texts: dict[str, str] = orjson.loads(data)
        return texts

    def put(self, **texts: str) -> None:
        data, version = self.studio.read(self.draft, PATH)
        changed = {
            **orjson.loads(data),
            **{key.replace("__", "."): text for key, text in texts.items()},
        }
        kept = {key: text for key, text in changed.items() if text}
        assert self.studio.save(self.draft, PATH, orjson.dumps(kept), version).status_code == 200


@pytest.fixture
def texts(studio: Studio) -> Texts:
    return Texts(studio)


def test_every_text_stands_beside_its_english(texts: Texts) -> None:
    page = texts.open()
    assert page.status == 200
    assert "All texts have their English" in page.text
    rows = page.html.xpath("//*[@data-key]/@data-key")
    assert set(rows) == set(texts.kept())
    assert "手机号码" in page.text


def test_texts_without_english_come_first(texts: Texts) -> None:
    texts.put(**{KEY.replace(".", "__"): ""})
    page = texts.open()
    assert "1 text without English" in page.text
    assert page.html.xpath("//*[@data-key]/@data-key")[0] == KEY


def test_the_tab_of_the_draft_leads_here(texts: Texts) -> None:
    page = texts.studio.visitor.open(f"/studio/drafts/{texts.draft}/edit/{PATH}")
    assert page.path == texts.address


def test_a_draft_without_english_gets_its_document_when_something_is_written(
    texts: Texts,
) -> None:
    _data, version = texts.studio.read(texts.draft, PATH)
    address = f"/studio/drafts/{texts.draft}/documents/{PATH}"
    assert texts.studio.ask("DELETE", address, match=version).status_code == 200
    values = texts.values()
    values[f"text.{KEY}"] = "Mobile"
    assert texts.save(values).status == 200
    assert texts.kept() == {KEY: "Mobile"}


def test_what_is_typed_is_kept_and_all_else_stays(texts: Texts) -> None:
    before = texts.kept()
    values = texts.values()
    values[f"text.{KEY}"] = "  Pocket telephone "
    page = texts.save(values)
    assert page.status == 200
    assert "The English texts are saved." in page.text
    assert texts.kept() == {**before, KEY: "Pocket telephone"}


def test_a_page_that_is_sent_twice_is_saved_once(texts: Texts) -> None:
    values = texts.values()
    values[f"text.{KEY}"] = "Pocket telephone"
    texts.save(values)
    _data, version = texts.studio.read(texts.draft, PATH)
    assert texts.save(values).status == 200
    assert texts.studio.read(texts.draft, PATH)[1] == version


def test_texts_that_somebody_else_wrote_meanwhile_are_kept_beside_mine(texts: Texts) -> None:
    values = texts.values()
    texts.put(inspection="Yearly inspection")
    values[f"text.{KEY}"] = "Pocket telephone"
    assert texts.save(values).status == 200
    assert texts.kept()["inspection"] == "Yearly inspection"
    assert texts.kept()[KEY] == "Pocket telephone"


def test_one_text_that_two_people_wrote_is_told_before_it_is_replaced(texts: Texts) -> None:
    values = texts.values()
    texts.put(**{KEY.replace(".", "__"): "Handset"})
    values[f"text.{KEY}"] = "Pocket telephone"
    page = texts.save(values)
    assert page.status == 409
    assert "Now it says: Handset" in page.text
    assert texts.kept()[KEY] == "Handset"
    again = page.values(texts.address)
    assert again[f"text.{KEY}"] == "Pocket telephone"
    assert texts.save(again).status == 200
    assert texts.kept()[KEY] == "Pocket telephone"


def test_english_that_is_left_over_goes_when_it_is_ticked(texts: Texts) -> None:
    texts.put(gone__label="Gone long ago")
    page = texts.open()
    assert "Gone long ago" in page.text
    values = page.values(texts.address)
    values.add("drop", "gone.label")
    texts.save(values)
    assert "gone.label" not in texts.kept()


def test_other_values_than_in_the_chinese_text_are_told(texts: Texts) -> None:
    texts.put(**{KEY.replace(".", "__"): "Mobile of {{name}}"})
    assert "not the same as in the Chinese text" in texts.open().text


def test_english_is_never_html(texts: Texts) -> None:
    texts.put(**{KEY.replace(".", "__"): '"><script>alert(1)</script>'})
    page = texts.open()
    assert page.values(texts.address)[f"text.{KEY}"] == '"><script>alert(1)</script>'
    assert not page.html.xpath("//script[contains(text(), 'alert')]")


@pytest.mark.parametrize(
    ("login", "kind"), [("zj_review", "staff"), ("audit", "staff"), (READY, "member")]
)
def test_only_who_edits_processes_writes_their_english(texts: Texts, login: str, kind: str) -> None:
    values = texts.values()
    texts.studio.visitor.enter(login, kind=kind)
    token = texts.studio.visitor.open("/account").html.xpath("//input[@name='csrf_token']/@value")
    values["csrf_token"] = token[0]
    values[f"text.{KEY}"] = "Pocket telephone"
    assert texts.save(values).status in {403, 404}
    assert texts.open().status in {403, 404}
