"""The page on which a process of one's own is begun, and where it is seen until it is released."""

from uuid import UUID

import pytest
from flask import Flask

from tests.web.conftest import Page, together
from tests.web.studio.conftest import Studio

NEW = "/studio/new"
CHECK = "own_check_address"


def begin(studio: Studio, **typed: str) -> Page:
    """Fill in the page and press its button."""
    values = studio.visitor.open(NEW).values(NEW)
    for name, value in ({"name": "核对地址", "english": "Check address"} | typed).items():
        values[name] = value
    return studio.visitor.send(NEW, values)


def draft_of(page: Page) -> UUID:
    (body,) = page.html.xpath("//body")
    return UUID(body.get("data-draft").rpartition("/")[2])


def release(studio: Studio, draft: UUID) -> Page:
    address = f"/studio/drafts/{draft}/release"
    page = studio.visitor.open(address)
    assert "Make release 1" in page.text
    values = page.values(address)
    values["reason"] = "新流程"
    return studio.visitor.send(address, values)


def test_a_process_is_begun_listed_exported_compared_and_released(studio: Studio) -> None:
    draft = draft_of(begin(studio))
    listed = studio.visitor.open("/studio/")
    assert listed.links()["Check address"] == f"/studio/drafts/{draft}"
    for address in ("compare", "english", "documents", "export.zip", "release"):
        assert studio.client.get(f"/studio/drafts/{draft}/{address}").status_code == 200, address
    after = release(studio, draft)
    assert after.path == f"/studio/processes/{CHECK}"
    assert "none yet" in after.text
    (row,) = studio.visitor.open("/studio/").html.xpath(
        f"//tr[.//a[@href='/studio/processes/{CHECK}']]"
    )
    assert "none yet" in row.text_content()


def test_until_then_all_that_leads_to_the_process_leads_to_the_list(studio: Studio) -> None:
    draft = draft_of(begin(studio))
    page = studio.visitor.open(f"/studio/drafts/{draft}/documents")
    assert page.links()["Processes"] == "/studio/"
    assert studio.visitor.open(f"/studio/processes/{CHECK}").status == 404
    address = f"/studio/drafts/{draft}/discard"
    values = page.values(address)
    values["sure"] = "yes"
    after = studio.visitor.send(address, values)
    assert after.path == "/studio/"
    assert "it was never released" in after.text
    assert "Check address" not in after.links()


def test_pressed_twice_it_is_begun_once(studio: Studio) -> None:
    first = begin(studio)
    again = begin(studio)
    assert draft_of(again) == draft_of(first)
    assert "was begun already" in again.text
    # One that was changed meanwhile is somebody's work.
    draft = draft_of(first)
    path = f"bpmn/{CHECK}/{CHECK}.bpmn"
    studio.token = first.html.xpath("//body")[0].get("data-csrf")
    data, version = studio.read(draft, path)
    studio.save(draft, path, data.replace("办理".encode(), "核对".encode()), version)
    refused = begin(studio)
    assert refused.status == 409
    assert "There is a process with the id “own_check_address” already." in refused.text


def test_two_at_once_make_one(app: Flask, studio: Studio) -> None:
    others = [studio, Studio(app)]
    pages = together(app, *(lambda each=each: begin(each) for each in others))
    assert {page.status for page in pages} <= {200, 409}
    assert len({draft_of(page) for page in pages if page.status == 200}) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Give the process a name in Chinese and one in English"),
        ({"english": "核对地址"}, "The id is made of small letters"),
        ({"name": "核\u202e对"}, "Give the process a name in Chinese and one in English"),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed(
    studio: Studio, typed: dict[str, str], sentence: str
) -> None:
    page = begin(studio, **typed)
    assert page.status == 422
    assert sentence in page.text
    (field,) = page.html.xpath("//input[@name='english']/@value")
    assert field == typed.get("english", "Check address")


@pytest.mark.parametrize("login", ["audit", "zj_review"])
def test_who_may_not_edit_processes_begins_none(app: Flask, login: str) -> None:
    other = Studio(app, login)
    assert other.visitor.open(NEW).status in (403, 404)
    assert NEW not in other.visitor.open("/studio/").links().values()
