"""The editor of a form is told what expressions may read beside the form's own fields."""

import orjson

from tests.web.studio.conftest import Studio


def test_names_that_the_process_gives_are_offered(studio: Studio) -> None:
    draft = studio.open_draft("settlement")
    path = "forms/settlement/confirm_application.form"
    page = studio.visitor.open(f"/studio/drafts/{draft}/edit/{path}")
    (island,) = page.html.xpath("//script[@id='form-fields']/text()")
    assert orjson.loads(str(island))["given"] == ["year"]
