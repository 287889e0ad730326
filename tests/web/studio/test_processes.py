"""The pages of processes and their history, files in and out, upgrades taken over."""

import io
import zipfile

import pytest
from flask import Flask

from engine.actors import Actor
from engine.engine import Engine
from engine.shipped import gather_own, list_processes
from tests.web.conftest import READY, Page, Visitor
from tests.web.studio.conftest import Studio
from web.installing import ROOT
from workflows.ruling.rulings import start_ruling
from workflows.shared.register import find_member_by_number
from workflows.studio.shipped import bring_shipped

RULING = "bpmn/ruling/ruling.bpmn"
AGAIN = "/studio/processes/ruling/releases/1/again"


def release(
    studio: Studio, process_id: str = "ruling", path: str = RULING, why: str = "改"
) -> Page:
    """Change a process and release it."""
    draft = studio.open_draft(process_id)
    data, version = studio.read(draft, path)
    changed = data.replace(b"</bpmn:process>", b"<!-- --></bpmn:process>")
    studio.save(draft, path, changed, version)
    address = f"/studio/drafts/{draft}/release"
    values = studio.visitor.open(address).values(address)
    values["reason"] = why
    return studio.visitor.send(address, values)


def test_every_process_is_listed_with_its_release_and_who_calls_it(studio: Studio) -> None:
    page = studio.visitor.open("/studio/")
    links = page.links()
    assert links["Annual inspection"] == "/studio/processes/inspection"
    (row,) = page.html.xpath("//tr[.//a[@href='/studio/processes/payment']]")
    assert "Annual inspection" in row.text_content()


def test_a_process_shows_its_diagram_its_documents_and_its_history(studio: Studio) -> None:
    release(studio, why="会费口径调整")
    page = studio.visitor.open("/studio/processes/ruling")
    assert "会费口径调整" in page.text
    assert "Release 2 At work" in page.text
    (source,) = page.html.xpath("//*[@id='diagram']/@data-source")
    diagram = studio.client.get(source)
    assert diagram.mimetype == "application/xml"
    assert 'name="复核"' not in diagram.get_data(as_text=True)
    for address in page.html.xpath("//ul[@class='part-list']//a/@href"):
        found = studio.client.get(address)
        assert found.status_code == 200
        assert found.headers["Content-Disposition"] == "attachment"


def test_the_history_says_how_many_cases_each_release_has(studio: Studio) -> None:
    engine = studio.visitor.app.extensions["engine"]
    with engine.database.transaction() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        start_ruling(
            session, engine, member=member, year=2021, by=Actor("staff", 1), now=engine.now()
        )
    page = studio.visitor.open("/studio/processes/ruling")
    assert "1 open, 0 over" in page.text
    assert "Those of all associations are counted." in page.text
    # Cases run on the releases of what calls it.
    page = studio.visitor.open("/studio/processes/review")
    assert "Those of all associations are counted." not in page.text


def test_a_caller_that_was_left_out_is_named_and_offered_again(studio: Studio) -> None:
    draft = studio.open_draft("review")
    path = "bpmn/review/review.bpmn"
    data, version = studio.read(draft, path)
    changed = data.replace(b"</bpmn:process>", b"<!-- --></bpmn:process>")
    studio.save(draft, path, changed, version)
    address = f"/studio/drafts/{draft}/release"
    values = studio.visitor.open(address).values(address)
    values.poplist("callers")
    values["reason"] = "先不动年检"
    after = studio.visitor.send(address, values)
    assert "(still with an older release of this one)" in after.text
    address = f"/studio/drafts/{studio.open_draft('review')}/release"
    values = studio.visitor.open(address).values(address)
    assert values.getlist("callers") == ["inspection"]
    values["reason"] = "年检也用"
    after = studio.visitor.send(address, values)
    assert "(still with an older release of this one)" not in after.text


def test_what_is_not_there_is_not_found(studio: Studio) -> None:
    for address in (
        "/studio/processes/nothing",
        "/studio/processes/ruling/releases/7",
        "/studio/processes/ruling/releases/1/documents/forms/review/second_review.form",
        "/studio/processes/ruling/upgrade",
        "/studio/processes/ruling/released",
    ):
        assert studio.visitor.open(address).status == 404


def test_one_goes_back_with_a_reason_and_pressing_twice_does_it_once(studio: Studio) -> None:
    release(studio)
    page = studio.visitor.open(AGAIN)
    assert "becomes release 3" in page.text
    values = page.values(AGAIN)
    refused = studio.visitor.send(AGAIN, values)
    assert (refused.status, "Say in a sentence why" in refused.text) == (422, True)
    values["reason"] = "新版有误"
    after = studio.visitor.send(AGAIN, values)
    assert "Release 3 is at work" in after.text
    again = studio.visitor.send(AGAIN, values)
    assert again.status == 409
    assert "Release 4" not in studio.visitor.open("/studio/processes/ruling").text


def test_a_release_whose_operation_is_gone_says_so_on_its_page(app: Flask, studio: Studio) -> None:
    del app.extensions["engine"].operations.by_name["ruling.tell"]
    page = studio.visitor.open("/studio/processes/ruling")
    assert "has errors by now" in page.text
    assert "ruling.tell, which does not exist" in page.text


def test_a_process_goes_out_as_a_zip_and_comes_in_again(studio: Studio) -> None:
    sent = studio.client.get("/studio/processes/ruling/releases/1/export.zip")
    assert sent.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(sent.data)) as archive:
        assert {each: archive.read(each) for each in archive.namelist()} == gather_own(
            "ruling", ROOT
        )
    draft = studio.open_draft("ruling")
    address = f"/studio/drafts/{draft}/import"
    values = studio.visitor.open(f"/studio/drafts/{draft}/documents").values(address)
    taken = studio.visitor.upload(address, values, "file", sent.data, "ruling.zip")
    assert "4 documents were taken into the draft." in taken.text
    again = studio.visitor.upload(address, values, "file", sent.data, "ruling.zip")
    assert (again.status, "Nothing was taken" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.zip", b"PK", "cannot be unpacked"),
        ("a.svg", b"<svg/>", "is none of .zip"),
        ("ruling.bpmn", b"<!DOCTYPE a []><a/>", "document type"),
        ("a.zip", b"0" * (2**21 + 1), "larger than 2 MB"),
    ],
)
def test_other_files_are_refused_with_a_sentence(
    studio: Studio, name: str, data: bytes, said: str
) -> None:
    draft = studio.open_draft("ruling")
    address = f"/studio/drafts/{draft}/import"
    values = studio.visitor.open(f"/studio/drafts/{draft}/documents").values(address)
    page = studio.visitor.upload(address, values, "file", data, name)
    assert page.status == 422
    assert said in page.text


def test_an_upgrade_is_taken_over_document_by_document_or_discarded(
    app: Flask, studio: Studio
) -> None:
    engine: Engine = app.extensions["engine"]
    shipped = {name: gather_own(name, ROOT) for name in list_processes(ROOT)}
    bring_shipped(engine, shipped, reason="as shipped")
    release(studio)
    path = "forms/ruling/propose_ruling.form"
    for data in (shipped["ruling"][path] + b" ", shipped["ruling"][path] + b"  "):
        newer = {**shipped, "ruling": {**shipped["ruling"], path: data}}
        bring_shipped(engine, newer, reason="as shipped")
        assert "An upgrade waits" in studio.visitor.open("/studio/").text
        address = studio.visitor.open("/studio/processes/ruling").links()["Look at the upgrade"]
        page = studio.visitor.open(address)
        assert page.html.xpath("//input[@name='paths'][@checked]/@value") == [path]
        beside = page.html.xpath("//main//a[contains(@href, '/compare?')]/@href")
        assert {studio.visitor.open(each).status for each in beside} == {200}
        values = page.values(address)
        if not data.endswith(b"  "):
            values["action"] = "discard"
            after = studio.visitor.send(address, values)
            assert "The process stays as it is." in after.text
            continue
        after = studio.visitor.send(address, values)
        assert after.path.endswith("/release")
        assert "What you ticked is in the draft." in after.text
        again = studio.visitor.send(address, values)
        assert "There is nothing to take over any more" in again.text


def test_the_auditor_reads_everything_and_is_offered_nothing_to_change(
    app: Flask, studio: Studio
) -> None:
    release(studio)
    auditor = Visitor(app).enter("audit", kind="staff")
    for address in ("/studio/", "/studio/processes/ruling", "/studio/processes/ruling/releases/1"):
        page = auditor.open(address)
        assert page.status == 200
        assert page.html.xpath("//main//form | //main//a[contains(@href, 'again')]") == []
    assert auditor.open(AGAIN).status == 403
    assert auditor.client.get("/studio/processes/ruling/releases/1/export.zip").status_code == 200
