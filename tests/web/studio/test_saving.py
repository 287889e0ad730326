"""A draft's documents over the wire: saved with their version, never over somebody else's."""

from uuid import uuid4

from flask import Flask

from tests.web.conftest import Visitor
from tests.web.studio.conftest import Studio

DIAGRAM = "bpmn/ruling/ruling.bpmn"
FORM = "forms/ruling/propose_ruling.form"


def test_an_administrator_opens_the_one_draft_of_a_process(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    assert studio.open_draft("ruling") == draft
    data, version = studio.read(draft, DIAGRAM)
    assert data.startswith(b"<?xml")
    assert version.strip('"').isdigit()


def test_every_kind_of_document_has_its_editor(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    for path in (
        "bpmn/inspection/inspection.bpmn",
        "bpmn/inspection/hours.dmn",
        "bpmn/inspection/inspection.en.json",
        "forms/inspection/fill_information.form",
    ):
        page = studio.visitor.open(f"/studio/drafts/{draft}/edit/{path}")
        assert page.status == 200
        (body,) = page.html.xpath("//body")
        assert body.get("data-document") == path


def test_a_document_is_saved_and_has_a_new_version(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    data, version = studio.read(draft, FORM)
    changed = data.replace(b'"default"', b'"default" ')
    answer = studio.save(draft, FORM, changed, version)
    assert answer.status_code == 200
    assert f'"{answer.json["version"]}"' != version
    assert studio.read(draft, FORM) == (changed, f'"{answer.json["version"]}"')


def test_who_saves_over_somebody_elses_work_is_told_and_nothing_is_lost(
    app: Flask, studio: Studio
) -> None:
    other = Studio(app)
    draft = studio.open_draft("ruling")
    other.open_draft("ruling")
    data, version = studio.read(draft, FORM)
    studio.save(draft, FORM, data + b" ", version)
    answer = other.save(draft, FORM, data + b"  ", version)
    assert answer.status_code == 412
    assert answer.json["message"] == "Somebody has saved this document in the meantime."
    assert answer.json["changed_by"] == "系统管理员"
    assert studio.read(draft, FORM) == (data + b" ", f'"{answer.json["version"]}"')
    again = other.save(draft, FORM, data + b"  ", f'"{answer.json["version"]}"')
    assert again.status_code == 200


def test_saving_twice_what_was_saved_is_harmless(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    data, version = studio.read(draft, FORM)
    first = studio.save(draft, FORM, data + b" ", version)
    second = studio.save(draft, FORM, data + b" ", version)
    assert (second.status_code, second.json) == (200, first.json)


def test_a_form_is_added_and_removed(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    path = "forms/ruling/look_again.form"
    form = b'{"type": "default", "components": []}'
    made = studio.save(draft, path, form, None)
    assert made.status_code == 200
    assert studio.save(draft, path, form + b" ", None).status_code == 409
    address = f"/studio/drafts/{draft}/documents/{path}"
    assert studio.ask("DELETE", address, match='"1"').status_code == 412
    match = f'"{made.json["version"]}"'
    assert studio.ask("DELETE", address, match=match).status_code == 200
    assert studio.ask("DELETE", address, match=match).status_code == 200
    answer = studio.ask("GET", address)
    assert answer.status_code == 404
    assert "was removed or renamed" in answer.json["message"]


def test_the_diagram_stays(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    _data, version = studio.read(draft, DIAGRAM)
    answer = studio.ask("DELETE", f"/studio/drafts/{draft}/documents/{DIAGRAM}", match=version)
    assert (answer.status_code, answer.json) == (
        409,
        {"message": "The diagram of a process cannot be removed."},
    )


def test_windows_are_told_of_each_other(app: Flask, studio: Studio) -> None:
    other = Studio(app)
    draft = studio.open_draft("ruling")
    other.open_draft("ruling")
    address = f"/studio/drafts/{draft}/presence"
    first = studio.ask("POST", address, json={"tab": "one", "document": DIAGRAM})
    assert first.json["others"] == []
    second = other.ask("POST", address, json={"tab": "two", "document": FORM})
    (found,) = second.json["others"]
    assert found["document"] == DIAGRAM
    assert found["name"] == "系统管理员 (you, in another window)"
    assert set(second.json["versions"]) > {DIAGRAM, FORM}


def test_what_cannot_be_read_is_refused_with_a_sentence(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    _data, version = studio.read(draft, DIAGRAM)
    for path, data, said in (
        (DIAGRAM, b"<definitions", "not well-formed"),
        (DIAGRAM, b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>', "document type"),
        (FORM, b"{", "it is not JSON"),
        (FORM, b"[]", "no object"),
        (FORM, b'{"a":' * 50 + b"1" + b"}" * 50, "nested too deeply"),
        ("bpmn/ruling/ruling.en.json", b'{"a": 1}', "something else than texts"),
        (DIAGRAM, b" " * (2**20 + 1), "larger than 1 MB"),
        ("forms/review/second_review.form", b"{}", "cannot be a document of this process"),
        ("forms/ruling/../../x.form", b"{}", "cannot be a document of this process"),
        ("bpmn/ruling/other.bpmn", b"<x/>", "cannot be a document of this process"),
    ):
        answer = studio.save(draft, path, data, version)
        assert answer.status_code == 422, (path, answer.text)
        assert said in answer.json["message"]


def test_a_change_without_the_version_it_changes_is_refused(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    address = f"/studio/drafts/{draft}/documents/{FORM}"
    answer = studio.ask("PUT", address, data=b"{}")
    assert answer.status_code == 422
    assert "without the version" in answer.json["message"]


def test_a_draft_that_is_no_more_is_said_so(studio: Studio) -> None:
    studio.open_draft("ruling")
    answer = studio.save(uuid4(), FORM, b"{}", '"1"')
    assert answer.status_code == 404
    assert "was released or discarded" in answer.json["message"]


def test_scripts_are_told_in_json_that_nobody_is_signed_in_any_more(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    studio.client.delete_cookie("huiji_session")
    answer = studio.ask("GET", f"/studio/drafts/{draft}/documents/{FORM}")
    assert answer.status_code == 401
    assert "Sign in in another window" in answer.json["message"]


def test_the_auditor_reads_what_is_at_work_and_a_reviewer_finds_nothing(
    app: Flask, studio: Studio
) -> None:
    draft = studio.open_draft("ruling")
    auditor = Visitor(app).enter("audit", kind="staff")
    assert auditor.open("/studio/processes/ruling").status == 200
    assert auditor.open("/studio/processes/ruling").html.xpath("//main//form") == []
    assert auditor.open(f"/studio/drafts/{draft}").status == 403
    reviewer = Visitor(app).enter("zj_manage", kind="staff")
    assert reviewer.open("/studio/").status == 404
    assert reviewer.open(f"/studio/drafts/{draft}/documents/{FORM}").status == 404
