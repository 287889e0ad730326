"""What no page of ours sends: each is answered with a sentence, none with an error of ours."""

from uuid import UUID

import pytest

from tests.web.studio.conftest import Studio

FORM = "forms/ruling/propose_ruling.form"
HALF = "\ud800"
"""Half a character, which JSON can write and no text can hold."""

DEEP = b"[" * 100_000
JSON = "application/json"


@pytest.fixture
def draft(studio: Studio) -> UUID:
    """A draft of the process `ruling`."""
    return studio.open_draft("ruling")


@pytest.mark.parametrize("strange", [HALF, "\x00", "\u202e", "\ufeff", "a" * 100_000])
def test_strange_texts_are_refused_or_harmless(studio: Studio, draft: UUID, strange: str) -> None:
    base = f"/studio/drafts/{draft}"
    field = {"type": "textfield", "id": "a", "key": "a", "label": strange}
    form = '{"type": "default", "id": "x", "schemaVersion": 18, "components": []}'
    for address, sent in (
        (f"{base}/presence", {"tab": "one", "document": strange}),
        (f"{base}/presence", {"tab": strange, "document": FORM}),
        (f"{base}/check", {"path": FORM, "content": strange}),
        (f"{base}/check", {"path": strange, "content": "{}"}),
        (f"{base}/preview", {"path": FORM, "content": strange, "as": "member"}),
        (f"{base}/preview", {"path": strange + ".form", "content": form, "as": "member"}),
        (f"{base}/preview", {"path": FORM, "content": form, "as": strange}),
        (
            f"{base}/preview",
            {"path": FORM, "content": form, "as": "member", "typed": [["a", strange]]},
        ),
        (f"{base}/preview", {"path": FORM, "content": f"{field}", "as": "reviewer"}),
    ):
        answer = studio.ask("POST", address, json=sent)
        assert answer.status_code in {200, 400, 413, 422}, (address, list(sent), answer.text[:200])


def test_what_is_typed_into_a_preview_may_be_no_text(studio: Studio, draft: UUID) -> None:
    content = studio.read(draft, FORM)[0].decode()
    for typed in ([["reason", HALF]], [[HALF, "a"]], [["reason", "\x00"]], [[1, 2], 3, []]):
        sent = {"path": FORM, "content": content, "as": "member", "typed": typed}
        answer = studio.ask("POST", f"/studio/drafts/{draft}/preview", json=sent)
        assert answer.status_code in {200, 422}, (typed, answer.text[:200])


@pytest.mark.parametrize("what", ["presence", "check", "preview"])
@pytest.mark.parametrize("data", [DEEP, b"\xff", b"", b"null", b"1e999", b'{"path": 1}'])
def test_what_is_no_request_is_told_so(studio: Studio, draft: UUID, what: str, data: bytes) -> None:
    address = f"/studio/drafts/{draft}/{what}"
    answer = studio.ask("POST", address, data=data, content_type=JSON)
    assert answer.status_code in {200, 422}, answer.text[:200]
    assert answer.status_code == 422 or (what, data) == ("check", b"")


@pytest.mark.parametrize(
    "address",
    [
        "processes/%00",
        "processes/ruling%00/compare",
        "processes/%ED%A0%80",
        "processes/ruling/releases/1/documents/%00",
        "processes/ruling/releases/2147483647",
        "processes/ruling/releases/99999999999999999999",
        "processes/ruling/compare?from=99999999999&to=-1",
        "processes/ruling/compare?from=1&to=x",
        "drafts/{draft}/documents/%00",
        "drafts/{draft}/documents/%ED%A0%80",
        "drafts/{draft}/edit/%00",
        "drafts/{draft}/edit/%F0%9F%92%A3.form",
        "drafts/{draft}/compare/old/%00",
        "drafts/{draft}/compare?document=%00",
        "drafts/{draft}/compare?from=99999999999",
        "drafts/00000000-0000-0000-0000-000000000000",
    ],
)
def test_there_is_nothing_at_a_strange_address(studio: Studio, draft: UUID, address: str) -> None:
    page = studio.visitor.open(f"/studio/{address.format(draft=draft)}")
    assert page.status in {200, 400, 404, 422}, page.text[:300]


@pytest.mark.parametrize(
    "match", ["*", 'W/"2"x', "2", '""', '"-1"', '"99999999999999999999"', '"1", "2"', "\u0662", ""]
)
def test_a_version_that_is_none_changes_nothing(studio: Studio, draft: UUID, match: str) -> None:
    before = studio.read(draft, FORM)
    answer = studio.save(draft, FORM, b"{}", match)
    assert answer.status_code == 422
    assert answer.json["message"]
    address = f"/studio/drafts/{draft}/documents/{FORM}"
    assert studio.ask("DELETE", address, match=match).status_code == 422
    assert studio.read(draft, FORM) == before


def test_a_weak_version_counts_and_a_new_document_is_not_laid_over_another(
    studio: Studio, draft: UUID
) -> None:
    data, version = studio.read(draft, FORM)
    assert studio.save(draft, FORM, data + b" ", None).status_code == 409
    assert studio.save(draft, FORM, data + b" ", f"W/{version}").status_code == 200
    address = f"/studio/drafts/{draft}/documents/{FORM}"
    assert studio.ask("PUT", address, data=data).status_code == 422
    assert studio.ask("PUT", address, match=version, data=data + b"  ").status_code == 412
