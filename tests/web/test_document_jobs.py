"""Documents of many members at once, made by a job and taken away as one archive."""

import io
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from tests.pdfs import pages_of
from tests.web.conftest import READY, Page, Visitor, run_jobs
from tests.workflows.certifying import Certifying, put_on_file, with_photo_service
from tests.workflows.conftest import NOW
from workflows.shared import document_jobs
from workflows.shared.certificates import revoke_certificates
from workflows.shared.document_jobs import DocumentBatch, DocumentItem
from workflows.shared.register import Member
from workflows.shared.security_events import SecurityEvent

OTHER, GONE = "330000100002", "330000100003"
YEAR = 2020
MOST = 3


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is true of three documents is true of a thousand, and takes less time."""
    monkeypatch.setattr(document_jobs, "MOST", MOST)


@pytest.fixture
def manager(app: Flask) -> Visitor:
    return Visitor(app).enter("zj_manage", kind="staff")


def ask(visitor: Visitor, **chosen: str) -> Page:
    """Ask for the confirmations of a year, as the page's form does."""
    page = visitor.open("/register/documents")
    values = page.values("/register/documents")
    for name, value in {"kind": "year", "year": str(YEAR), "from": READY, **chosen}.items():
        values[name] = value
    return visitor.send("/register/documents", values)


def test_a_years_confirmations_are_made_and_taken_away(app: Flask, manager: Visitor) -> None:
    asked = ask(manager)
    assert "Under way" in asked.text
    run_jobs(app)
    page = manager.open(asked.path)
    assert "Done" in page.text
    answer = manager.client.get(page.links()["Download (zip)"])
    assert answer.mimetype == "application/zip"
    with ZipFile(io.BytesIO(answer.get_data())) as archive:
        names = archive.namelist()
        first = archive.read(names[0])
    answer.close()
    assert len(names) == len(set(names)) == MOST
    assert all(each.startswith(f"{YEAR}年度检查确认单-33") for each in names)
    assert names[0] == f"{YEAR}年度检查确认单-{READY}.pdf"
    assert READY in pages_of(first)[0]
    with app.extensions["engine"].database.read() as session:
        event = session.scalars(
            select(SecurityEvent).where(SecurityEvent.what == "data_given")
        ).one()
        assert event.details == {"documents": "year", "year": YEAR, "count": len(names)}


def test_the_certificates_that_hold_are_made_and_taken_away(app: Flask, manager: Visitor) -> None:
    engine = with_photo_service(app.extensions["engine"])
    for number in (READY, OTHER, GONE):
        put_on_file(engine, number)
        walk = Certifying(engine, number).begin()
        walk.do("confirm_information", "issue")
    with engine.database.transaction() as session:
        revoke_certificates(session, walk.member.id, "退会", NOW)
    asked = ask(manager, kind="certificates")
    run_jobs(app)
    answer = manager.client.get(manager.open(asked.path).links()["Download (zip)"])
    with ZipFile(io.BytesIO(answer.get_data())) as archive:
        made = {name: archive.read(name) for name in archive.namelist()}
    answer.close()
    assert sorted(made) == [f"会员证-{number}-01.pdf" for number in (READY, OTHER)]
    for number in (READY, OTHER):
        (page,) = pages_of(made[f"会员证-{number}-01.pdf"])
        assert f"会员编号{number}" in page


def test_the_same_page_sent_twice_is_one_archive(app: Flask, manager: Visitor) -> None:
    values = manager.open("/register/documents").values("/register/documents")
    values["kind"], values["year"] = "year", str(YEAR)
    first = manager.send("/register/documents", values)
    again = manager.send("/register/documents", values)
    assert first.path == again.path
    with app.extensions["engine"].database.read() as session:
        assert len(session.scalars(select(DocumentBatch.id)).all()) == 1


def test_nobody_takes_away_what_others_had_made(app: Flask, manager: Visitor) -> None:
    asked = ask(manager)
    run_jobs(app)
    other = Visitor(app).enter("zj_review", kind="staff")
    for address in (asked.path, f"{asked.path}/archive.zip"):
        assert other.open(address).status == 404
    assert Visitor(app).enter(READY).open("/register/documents").status in (403, 404)


def test_an_archive_is_over_once_its_files_were_swept(app: Flask, manager: Visitor) -> None:
    asked = ask(manager)
    assert manager.open(f"{asked.path}/archive.zip").status == 404
    run_jobs(app)
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        file_id = session.scalars(select(DocumentItem.file_id)).first()
    assert isinstance(file_id, UUID)
    engine.files.path(file_id).unlink()
    assert "The day of this archive is over." in manager.open(asked.path).text
    assert manager.open(f"{asked.path}/archive.zip").status == 404


def test_who_is_chosen_and_has_no_document_is_said(manager: Visitor) -> None:
    page = ask(manager, **{"from": "999999999999"})
    assert page.status == 422
    assert "There is no such document of anybody who was chosen." in page.text


def test_one_that_cannot_be_made_stops_no_other(app: Flask, manager: Visitor) -> None:
    asked = ask(manager)
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        member = session.scalars(select(Member).where(Member.number == READY)).one()
        elsewhere = select(Member.association_id).where(Member.number.startswith("44"))
        member.association_id = session.scalars(elsewhere).first() or 0
    run_jobs(app)
    page = manager.open(asked.path)
    assert "You may not read this member's entry any more." in page.text
    assert "Download (zip)" in page.links()


def test_an_archive_has_nobody_who_was_moved_since(app: Flask, manager: Visitor) -> None:
    asked = ask(manager)
    run_jobs(app)
    with app.extensions["engine"].database.transaction() as session:
        member = session.scalars(select(Member).where(Member.number == READY)).one()
        elsewhere = select(Member.association_id).where(Member.number.startswith("44"))
        member.association_id = session.scalars(elsewhere).first() or 0
    answer = manager.client.get(f"{asked.path}/archive.zip")
    with ZipFile(io.BytesIO(answer.get_data())) as archive:
        names = archive.namelist()
    answer.close()
    assert len(names) == MOST - 1
    assert not any(READY in each for each in names)


def test_a_form_without_its_key_starts_nothing(manager: Visitor) -> None:
    values = manager.open("/register/documents").values("/register/documents")
    values["batch"] = "nothing"
    assert manager.send("/register/documents", values).status == 404
