"""Two states of a process side by side: in words, as drawings, tables and forms, and for whom."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import lxml.html
import pytest
from flask import Flask

from tests.web.conftest import Page, Visitor
from tests.web.studio.conftest import Studio
from workflows.studio.current import documents_of
from workflows.studio.documents import own_documents
from workflows.studio.drafts import find_draft
from workflows.studio.going_back import get_release
from workflows.studio.models import SHIPPED
from workflows.studio.shipped import bring_shipped

DIAGRAM = "bpmn/output_hours/output_hours.bpmn"
TABLE = "bpmn/output_hours/limits.dmn"
FORM = "forms/output_hours/state_output.form"


def change(studio: Studio, draft: UUID, path: str, edit: Callable[[str], str]) -> None:
    """Save a document with other words in it."""
    data, version = studio.read(draft, path)
    answer = studio.save(draft, path, edit(data.decode()).encode(), version)
    assert answer.status_code == 200, answer.text


def rename(studio: Studio, draft: UUID, name: str = "复核学时") -> None:
    """Give a step another name."""
    change(studio, draft, DIAGRAM, lambda text: text.replace('name="核定学时"', f'name="{name}"'))


def release(studio: Studio, draft: UUID) -> Page:
    """Press the button of the release page."""
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    values = page.values(page.path)
    values["reason"] = "名称更准确"
    return studio.visitor.send(page.path, values)


def entries(page: Page) -> list[str]:
    """What is listed as changed in the document that is shown."""
    return [
        " ".join(each.text_content().split())
        for each in page.html.xpath("//ul[@class='compare-changes']/li")
    ]


def test_an_unchanged_draft_is_the_same_as_the_release(studio: Studio) -> None:
    draft = studio.open_draft("output_hours")
    page = studio.visitor.open(f"/studio/drafts/{draft}/compare")
    assert page.status == 200
    assert "Both are the same" in page.text


def test_what_a_draft_changes_is_said_and_shown_on_both_sides(studio: Studio) -> None:
    draft = studio.open_draft("output_hours")
    rename(studio, draft)
    page = studio.visitor.open(f"/studio/drafts/{draft}/compare")
    (entry,) = entries(page)
    assert entry.startswith("≠Changed Step of a person")
    assert entry.endswith("Name of the element before: 核定学时 → now: 复核学时")
    sides = page.html.xpath("//*[@class='compare-canvas']/@data-source")
    names = [studio.client.get(each).data.decode().count('"复核学时"') for each in sides]
    assert (len(sides), names) == (2, [0, 0])  # the page is English, and so are the drawings
    studio.client.set_cookie("huiji_language", "zh")
    names = [studio.client.get(each).data.decode().count('"复核学时"') for each in sides]
    assert names == [0, 1]


def test_the_release_page_says_the_same_words(studio: Studio) -> None:
    draft = studio.open_draft("output_hours")
    rename(studio, draft)
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    assert "before: 核定学时 → now: 复核学时" in page.text
    beside = page.links()["Compare the two side by side: Diagram"]
    assert studio.visitor.open(beside).status == 200


def test_what_is_compared_with_can_be_chosen(studio: Studio) -> None:
    draft = studio.open_draft("output_hours")
    rename(studio, draft)
    release(studio, draft)
    draft = studio.open_draft("output_hours")
    assert "Both are the same" in studio.visitor.open(f"/studio/drafts/{draft}/compare").text
    page = studio.visitor.open(f"/studio/drafts/{draft}/compare?from=1")
    assert len(entries(page)) == 1
    assert page.html.xpath("//select[@name='from']/option[@selected]/@value") == ["1"]


def test_two_releases_are_compared_from_the_history_both_ways(studio: Studio) -> None:
    draft = studio.open_draft("output_hours")
    rename(studio, draft)
    history = release(studio, draft)
    assert history.path == "/studio/processes/output_hours"
    page = studio.visitor.open(history.links()["Compare with what is at work 1"])
    assert "before: 核定学时 → now: 复核学时" in entries(page)[0]
    page = studio.visitor.open("/studio/processes/output_hours/compare?from=2&to=1")
    assert "before: 复核学时 → now: 核定学时" in entries(page)[0]
    shown = studio.visitor.open("/studio/processes/output_hours/releases/2")
    assert "before: 核定学时 → now: 复核学时" in shown.text
    again = studio.visitor.open("/studio/processes/output_hours/releases/1/again")
    assert "before: 复核学时 → now: 核定学时" in again.text


def test_a_process_with_one_release_has_nothing_different(studio: Studio) -> None:
    page = studio.visitor.open("/studio/processes/output_hours/compare")
    assert page.status == 200
    assert "Both are the same" in page.text


def test_tables_stand_beside_each_other_with_their_marks(studio: Studio) -> None:
    draft = studio.open_draft("output_hours")

    def edit(text: str) -> str:
        text = text.replace("<text>20</text>", "<text>25</text>", 1)
        begin = text.index('<rule id="book">')
        return text[:begin] + text[text.index("</rule>", begin) + len("</rule>") :]

    change(studio, draft, TABLE, edit)
    page = studio.visitor.open(f"/studio/drafts/{draft}/compare?document={TABLE}")
    old, new = page.html.xpath("//table[@class='compare-table']")
    assert old.xpath(".//tr[contains(@class, 'compare-removed')]/td/text()")[0] == "book"
    for table, value in ((old, "20"), (new, "25")):
        (cell,) = table.xpath(".//td[contains(@class, 'compare-changed')]")
        assert " ".join(cell.text_content().split()) == f"≠ {value}"
    assert not new.xpath(".//tr[contains(@class, 'compare-removed')]")


@pytest.mark.parametrize("reader", ["member", "reviewer"])
def test_forms_stand_beside_each_other_with_their_marks(studio: Studio, reader: str) -> None:
    draft = studio.open_draft("output_hours")

    def edit(text: str) -> str:
        form = json.loads(text)
        form["components"] = [
            {**each, "label": "题目"} if each.get("key") == "title" else each
            for each in form["components"]
            if each.get("key") != "publisher"
        ]
        new = {"type": "textfield", "id": "isbn", "key": "isbn", "label": "书号"}
        return json.dumps({**form, "components": [new, *form["components"]]})

    change(studio, draft, FORM, edit)
    page = studio.visitor.open(f"/studio/drafts/{draft}/compare?document={FORM}&as={reader}")
    frames = page.html.xpath("//iframe")
    assert {each.get("sandbox") for each in frames} == {"allow-same-origin"}
    marks = []
    for frame in frames:
        answer = studio.client.get(frame.get("src"))
        assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
        shown = lxml.html.document_fromstring(answer.get_data(as_text=True))
        marks.append(
            [
                next(
                    kind
                    for kind in each.classes
                    if kind.startswith("compare-") and "-mark" not in kind
                )
                for each in shown.find_class("compare-mark")
            ]
        )
    assert marks == [["compare-changed", "compare-removed"], ["compare-added", "compare-changed"]]


def test_names_with_html_come_out_as_text(studio: Studio) -> None:
    draft = studio.open_draft("output_hours")
    rename(studio, draft, "&lt;script&gt;alert(1)&lt;/script&gt;")
    hostile = "<img src=x onerror=alert(1)>"
    change(studio, draft, FORM, lambda text: text.replace("成果名称", hostile))
    change(studio, draft, TABLE, lambda text: text.replace('"paper"', '"&lt;b&gt;paper"'))
    for document in ("", DIAGRAM, FORM, TABLE):
        for page in ("compare", "release"):
            shown = studio.visitor.open(f"/studio/drafts/{draft}/{page}?document={document}")
            assert shown.status == 200
            assert not shown.html.xpath("//script[contains(., 'alert')] | //img[@onerror] | //td/b")
    assert "<script>alert(1)</script>" in shown.text
    studio.client.set_cookie("huiji_language", "zh")
    side = studio.visitor.open(f"/studio/drafts/{draft}/compare/new/{FORM}")
    assert not side.html.xpath("//img[@onerror]")
    assert hostile in side.text


def test_what_an_upgrade_brought_is_compared_with_the_draft(studio: Studio, app: Flask) -> None:
    engine = app.extensions["engine"]
    draft = studio.open_draft("output_hours")
    rename(studio, draft)
    release(studio, draft)
    draft = studio.open_draft("output_hours")
    change(studio, draft, DIAGRAM, lambda text: text.replace("开始新一轮", "进入下一轮"))
    with engine.database.read() as session:
        first = get_release(session, process_id="output_hours", number=1)
        own = dict(own_documents("output_hours", documents_of(session, first.id)))
    own[DIAGRAM] = own[DIAGRAM].replace("登记学时".encode(), "记入台账".encode())
    bring_shipped(engine, {"output_hours": own}, reason="as shipped")
    with engine.database.read() as session:
        shipped = find_draft(session, "output_hours", origin=SHIPPED)
    assert shipped is not None
    page = studio.visitor.open(f"/studio/drafts/{shipped.id}/compare")
    assert page.html.xpath("//select[@name='from']/option[@selected]/@value") == ["draft"]
    assert len(entries(page)) == 3
    for number, count in ((2, 2), (1, 1)):
        page = studio.visitor.open(f"/studio/drafts/{shipped.id}/compare?from={number}")
        assert len(entries(page)) == count
    merge = studio.visitor.open("/studio/processes/output_hours/upgrade")
    beside = merge.links()["Compare the two side by side: Diagram"]
    assert len(entries(studio.visitor.open(beside))) == 3


@pytest.mark.parametrize(
    "address",
    [
        "/studio/processes/output_hours/compare?from=7",
        "/studio/processes/output_hours/compare?from=x",
        "/studio/processes/output_hours/compare?to=%D9%A1",
        "/studio/processes/output_hours/compare?to=99999999999999999999",
        "/studio/processes/nothing/compare",
        "/studio/processes/output_hours/compare?from=draft",
        f"/studio/processes/output_hours/compare/new/{TABLE}",
        "/studio/processes/output_hours/compare/new/forms/output_hours/none.form",
        "/studio/processes/output_hours/compare/other/forms/output_hours/state_output.form",
        "/studio/drafts/00000000-0000-0000-0000-000000000000/compare",
    ],
)
def test_what_there_is_not_cannot_be_compared(studio: Studio, address: str) -> None:
    assert studio.visitor.open(address).status == 404


def test_the_auditor_compares_releases_and_others_nothing(studio: Studio, app: Flask) -> None:
    draft = studio.open_draft("output_hours")
    rename(studio, draft)
    addresses = {
        "releases": "/studio/processes/output_hours/compare",
        "side": f"/studio/processes/output_hours/compare/new/{DIAGRAM}",
        "draft": f"/studio/drafts/{draft}/compare",
        "side of draft": f"/studio/drafts/{draft}/compare/new/{DIAGRAM}",
    }

    def ask(login: str) -> dict[str, Any]:
        client = Visitor(app).enter(login, kind="staff").client
        return {name: client.get(each).status_code for name, each in addresses.items()}

    assert ask("audit") == {"releases": 200, "side": 200, "draft": 403, "side of draft": 403}
    assert set(ask("zj_manage").values()) == {404}
    assert Visitor(app).client.get(addresses["releases"]).status_code in (302, 303)


def test_documents_that_no_form_or_table_can_be_read_of_are_still_compared(
    studio: Studio,
) -> None:
    draft = studio.open_draft("output_hours")
    change(studio, draft, FORM, lambda _text: '{"components": [{"type": "nothing"}, 7, null]}')
    page = studio.visitor.open(f"/studio/drafts/{draft}/compare?document={FORM}")
    assert page.status == 200
    for source in page.html.xpath("//iframe/@src"):
        assert studio.visitor.open(source).status == 200
