"""What browsers load besides pages, and how long they keep it."""

import pytest

from tests.web.conftest import Visitor


def test_what_is_bundled_is_asked_for_once(visitor: Visitor) -> None:
    page = visitor.open("/sign-in")
    bundled = page.html.xpath("//link[@rel='stylesheet']/@href | //script/@src")
    assert len(bundled) >= 2
    for address in bundled:
        answer = visitor.client.get(address, buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("mark.svg", 200),
        ("dist/manifest.json", 200),
        ("dist/NotoSansSC-Regular.ttf", 200),
        ("dist/main-AAAAAAAA.css", 404),
    ],
)
def test_what_may_change_under_its_name_is_not_kept(
    visitor: Visitor, name: str, status: int
) -> None:
    answer = visitor.client.get(f"/static/{name}", buffered=True)
    assert answer.status_code == status
    assert "immutable" not in answer.headers.get("Cache-Control", "")
