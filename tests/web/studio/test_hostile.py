"""Nothing that an administrator can draw, upload or type runs, reads, reaches out or lasts long."""

import io
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import lxml.html
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.studio import hostile
from tests.web.studio.conftest import Studio

DIAGRAM = "bpmn/ruling/ruling.bpmn"
FORM = "forms/ruling/propose_ruling.form"
TABLE = "bpmn/ruling/evil.dmn"
PLACES = {DIAGRAM: hostile.entities, FORM: hostile.forms, TABLE: hostile.tables}

REFUSED = {413, 422}
LONGEST = 5.0
"""Seconds of work that one request may cost on a busy machine; most cost a hundredth."""


ON_ONE_DATABASE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
"""For what only costs time: the database does not see it."""


@pytest.fixture
def draft(studio: Studio) -> UUID:
    """A draft of the process `ruling`."""
    return studio.open_draft("ruling")


def check(studio: Studio, draft: UUID, path: str, data: bytes) -> TestResponse:
    sent = {"path": path, "content": data.decode("utf-8", "replace"), "variables": True}
    return studio.ask("POST", f"/studio/drafts/{draft}/check", json=sent)


def assert_harmless(answer: TestResponse, name: str, seconds: float) -> None:
    """It was refused with a sentence, or answered; neither took long."""
    assert answer.status_code in {200, *REFUSED}, (name, answer.status_code)
    if answer.status_code in REFUSED:
        assert answer.json["message"], name
    assert "Traceback" not in answer.text, name
    assert "root:x:" not in answer.text, name
    assert len(answer.data) < 8 * 2**20, (name, len(answer.data))
    assert seconds < LONGEST, (name, seconds)


def check_all(studio: Studio, draft: UUID, path: str, documents: Mapping[str, bytes]) -> None:
    for name, data in documents.items():
        began = time.process_time()
        answer = check(studio, draft, path, data)
        assert_harmless(answer, name, time.process_time() - began)


def test_entities_are_refused_with_a_sentence_wherever_xml_comes_in(
    studio: Studio, draft: UUID
) -> None:
    check_all(studio, draft, DIAGRAM, hostile.entities())
    _data, version = studio.read(draft, DIAGRAM)
    for name, data in hostile.entities().items():
        answer = studio.save(draft, DIAGRAM, data, version)
        if name not in {"an inclusion", "a style sheet"}:
            assert answer.status_code == 422, name
            assert "cannot be read" in answer.json["message"], name


def test_an_inclusion_is_named_and_a_style_sheet_is_nothing(studio: Studio, draft: UUID) -> None:
    found = check(studio, draft, DIAGRAM, hostile.entities()["an inclusion"]).json["problems"]
    assert any("xi:include is not supported here" in each["message"] for each in found)


@ON_ONE_DATABASE
def test_huge_diagrams_are_checked_within_bounds(studio: Studio, draft: UUID) -> None:
    check_all(studio, draft, DIAGRAM, hostile.huge())


@ON_ONE_DATABASE
def test_python_runs_nowhere_that_an_expression_can_stand(
    studio: Studio, draft: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in hostile.with_expression(hostile.PYTHON).items():
        answer = check(studio, draft, DIAGRAM, data)
        assert answer.status_code == 200, name
        assert answer.json["counts"]["errors"], name
    check_all(studio, draft, FORM, hostile.forms())
    assert list(tmp_path.rglob("hostile_was_here")) == []


@ON_ONE_DATABASE
def test_bombs_cost_little_wherever_an_expression_can_stand(studio: Studio, draft: UUID) -> None:
    for number, bomb in enumerate(hostile.BOMBS):
        documents = hostile.with_expression(bomb[:100_000])
        wanted = {
            name: data
            for name, data in documents.items()
            if name.endswith(", computed")
            and name.startswith(("a time", "a due", "a script", "a con"))
        }
        check_all(studio, draft, DIAGRAM, {f"bomb {number}, {n}": d for n, d in wanted.items()})


def test_bombs_in_tables_cost_little(studio: Studio, draft: UUID) -> None:
    check_all(studio, draft, TABLE, hostile.tables())
    for name, data in hostile.tables().items():
        began = time.process_time()
        answer = studio.save(draft, TABLE, data, None)
        assert_harmless(answer, name, time.process_time() - began)
        if answer.status_code == 200:
            page = studio.visitor.open(f"/studio/drafts/{draft}/release")
            assert page.status == 200, name
            match = f'"{answer.json["version"]}"'
            address = f"/studio/drafts/{draft}/documents/{TABLE}"
            assert studio.ask("DELETE", address, match=match).status_code == 200


@ON_ONE_DATABASE
def test_a_preview_of_a_hostile_form_runs_nothing_and_lasts_not_long(
    studio: Studio, draft: UUID
) -> None:
    for name, data in hostile.forms().items():
        for reader in ("member", "reviewer"):
            sent = {"path": FORM, "content": data.decode(), "as": reader}
            began = time.process_time()
            answer = studio.ask("POST", f"/studio/drafts/{draft}/preview", json=sent)
            assert_preview_is_harmless(answer, name)
            assert time.process_time() - began < LONGEST, name


def assert_preview_is_harmless(answer: TestResponse, name: str) -> None:
    assert answer.status_code in {200, *REFUSED}, (name, answer.status_code)
    if answer.status_code != 200:
        return
    page = lxml.html.document_fromstring(answer.text)
    assert page.xpath("//script | //iframe | //object | //embed | //img") == [], name
    assert page.xpath("//@*[starts-with(name(), 'on')]") == [], name
    links = [*page.xpath("//@href"), *page.xpath("//@src")]
    assert [
        each for each in links if each.strip().lower().startswith(("javascript:", "data:"))
    ] == []
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"], name


def test_markup_in_names_is_shown_as_it_was_typed_on_every_page(
    studio: Studio, draft: UUID
) -> None:
    data, version = studio.read(draft, DIAGRAM)
    escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"
    evil = (
        data.decode()
        .replace('name="', f'name="{escaped}')
        .replace("<bpmn:documentation>", f"<bpmn:documentation>{escaped}")
    )
    assert studio.save(draft, DIAGRAM, evil.encode(), version).status_code == 200
    _text, version = studio.read(draft, FORM)
    assert studio.save(draft, FORM, hostile.form(label=hostile.SCRIPT), version).status_code == 200
    for page in (
        f"/studio/drafts/{draft}/edit/{DIAGRAM}",
        f"/studio/drafts/{draft}/edit/{FORM}",
        f"/studio/drafts/{draft}/edit/bpmn/ruling/ruling.en.json",
        f"/studio/drafts/{draft}/release",
        f"/studio/drafts/{draft}/documents",
        f"/studio/drafts/{draft}/compare",
        f"/studio/drafts/{draft}/compare?document={DIAGRAM}",
        f"/studio/drafts/{draft}/compare?document={FORM}",
        "/studio/",
        "/studio/processes/ruling",
    ):
        shown = studio.visitor.open(page)
        assert shown.status == 200, page
        assert "<script>alert" not in shown.response.get_data(as_text=True), page
        assert shown.html.xpath("//img[@onerror]") == [], page
    answer = check(studio, draft, DIAGRAM, evil.encode())
    assert answer.mimetype == "application/json"
    raw = studio.ask("GET", f"/studio/drafts/{draft}/documents/{DIAGRAM}")
    assert raw.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in raw.headers["Content-Security-Policy"]


def test_markup_in_a_name_and_a_reason_is_shown_as_it_was_typed_in_the_history(
    studio: Studio, draft: UUID
) -> None:
    data, version = studio.read(draft, DIAGRAM)
    escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"
    evil = data.decode().replace('name="', f'name="{escaped}')
    assert studio.save(draft, DIAGRAM, evil.encode(), version).status_code == 200
    action = f"/studio/drafts/{draft}/release"
    values = studio.visitor.open(action).values(action)
    values["reason"] = hostile.SCRIPT
    assert studio.visitor.send(action, values).path == "/studio/processes/ruling"
    for page in (
        "/studio/",
        "/studio/processes/ruling",
        "/studio/processes/ruling/releases/2",
        "/studio/processes/ruling/releases/1/again",
        "/studio/processes/ruling/compare?from=1&to=2",
    ):
        shown = studio.visitor.open(page)
        assert shown.status == 200, page
        assert "<script>alert" not in shown.response.get_data(as_text=True), page
        assert shown.html.xpath("//img[@onerror]") == [], page
        assert "alert" in shown.text, page


def test_documents_go_nowhere_but_where_a_process_has_them(studio: Studio, draft: UUID) -> None:
    for path in (
        "../../etc/passwd",
        "forms/ruling/..%2f..%2fx.form",
        "forms/ruling/x.svg",
        "forms/ruling/x.html",
        "forms/other/x.form",
        "bpmn/ruling/ruling.py",
        "forms/ruling/" + "a" * 300 + ".form",
        "forms/ruling/x\x00.form",
    ):
        answer = studio.save(draft, path, b"{}", None)
        assert answer.status_code in {400, 404, 422}, path
        sent = {"path": path, "content": "{}"}
        answer = studio.ask("POST", f"/studio/drafts/{draft}/check", json=sent)
        assert answer.status_code == 422, path
        assert answer.json["message"]


def test_what_is_larger_than_a_document_is_not_even_read(studio: Studio, draft: UUID) -> None:
    _data, version = studio.read(draft, FORM)
    for size in (2**20 + 1, 5 * 2**20):
        data = b'{"x": "' + b"a" * size + b'"}'
        answer = studio.save(draft, FORM, data, version)
        assert answer.status_code in REFUSED
        answer = check(studio, draft, FORM, data)
        assert answer.status_code in REFUSED


def test_zips_with_tricks_are_refused_and_nothing_is_taken(studio: Studio, draft: UUID) -> None:
    before = studio.read(draft, FORM)
    for name, data in hostile.archives().items():
        began = time.process_time()
        answer = upload(studio, draft, data)
        assert answer.status_code in {409, *REFUSED}, (name, answer.status_code)
        assert "Traceback" not in answer.text, name
        assert time.process_time() - began < LONGEST, name
    assert studio.read(draft, FORM) == before


def upload(studio: Studio, draft: UUID, data: bytes) -> TestResponse:
    page = studio.visitor.open(f"/studio/drafts/{draft}/documents")
    action = f"/studio/drafts/{draft}/import"
    sent = {**page.values(action).to_dict(), "file": (io.BytesIO(data), "all.zip")}
    return studio.client.post(action, data=sent, headers={"Origin": "http://localhost"})


def test_what_a_zip_says_of_its_sizes_is_not_believed(studio: Studio, draft: UUID) -> None:
    lied = hostile.archive_that_lies(FORM, hostile.form())
    assert upload(studio, draft, lied).status_code == 302
    assert studio.read(draft, FORM)[0] == hostile.form()


@ON_ONE_DATABASE
def test_others_are_answered_while_a_bomb_is_checked(app: Flask, studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    other = Studio(app)
    other.visitor.open("/studio/")
    knot = hostile.huge()["a knot of joins"]
    is_over = threading.Event()

    def keep_checking() -> None:
        while not is_over.is_set():
            check(studio, draft, DIAGRAM, knot)

    worker = threading.Thread(target=keep_checking)
    worker.start()
    try:
        for _ in range(3):
            began = time.perf_counter()
            assert other.visitor.open("/studio/").status == 200
            assert time.perf_counter() - began < 2
    finally:
        is_over.set()
        worker.join()
