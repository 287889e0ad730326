"""Nothing that an administrator draws is lost, whatever happens to his connection or his draft."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Enter, Errands
from tests.browser.errands import open_session
from tests.browser.test_studio_diagram import Drawing, draw
from web.sessions import COOKIE
from workflows.studio.drafts import discard_draft, get_draft, put_documents

NAME = "复核并提出意见"
STEP = "agree_ruling"
SAVED = "**/documents/**"


@pytest.fixture
def ruling(enter: Enter, errand: Errands) -> Drawing:
    """The administrator at the diagram of a small process."""
    return draw(enter("admin"), errand("admin").app, "ruling")


def rename(drawing: Drawing, name: str = NAME) -> Drawing:
    """Give a step another name."""
    drawing.choose(STEP).fill("name", name)
    return drawing


def says(drawing: Drawing, state: str) -> str:
    """Wait until the page says how saving goes; answers its words."""
    saving = drawing.person.page.locator("[data-saving]")
    expect(saving).to_have_attribute("data-state", state)
    return saving.inner_text()


def on_saving(page: Page, act: Callable[[Route], None]) -> None:
    """Do something else with what is sent to be saved."""
    page.route(
        SAVED, lambda route: act(route) if route.request.method == "PUT" else route.fallback()
    )


def discard(drawing: Drawing) -> None:
    """Throw the draft away as somebody else would."""
    draft_id = drawing.draft.id
    with drawing.app.extensions["engine"].database.transaction() as session:
        discard_draft(session, draft_id=draft_id, version=get_draft(session, draft_id).version)


def test_what_was_saved_without_an_answer_is_nobody_elses_change(ruling: Drawing) -> None:
    page = ruling.person.page

    lost: list[Route] = []

    def lose_answer(route: Route) -> None:
        if lost:
            route.fallback()
            return
        lost.append(route)
        route.fetch()
        route.abort()

    on_saving(page, lose_answer)
    rename(ruling)
    says(ruling, "failed")
    rename(ruling, NAME + "书")
    ruling.is_saved()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert ruling.step(STEP).name == NAME + "书"


@pytest.mark.parametrize("is_cookie_there", [True, False])
def test_whose_session_ended_signs_in_again_and_goes_on(
    ruling: Drawing, is_cookie_there: bool
) -> None:
    page = ruling.person.page
    (cookie,) = [each for each in page.context.cookies() if each["name"] == COOKIE]
    page.context.clear_cookies()
    if is_cookie_there:
        page.context.add_cookies([{**cookie, "value": "0" * 43}])
    rename(ruling)
    says(ruling, "failed")
    link = page.locator("[data-saving] a[target=_blank]")
    expect(link).to_have_text(ruling.person.say("Sign in"))
    page.context.add_cookies([{**cookie, "value": open_session(ruling.app, "admin")}])
    ruling.is_saved()
    assert ruling.step(STEP).name == NAME


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": "<h1>oops</h1>"},
        {"status": 429, "json": {"message": "later"}},
        {"status": 200, "body": "<h1>a network that wants to be signed in to</h1>"},
    ],
)
def test_a_server_that_could_not_is_asked_again(ruling: Drawing, answer: Any) -> None:
    page = ruling.person.page
    on_saving(page, lambda route: route.fulfill(**answer))
    rename(ruling)
    says(ruling, "failed")
    page.unroute(SAVED)
    ruling.is_saved()
    assert ruling.step(STEP).name == NAME


def test_who_draws_on_a_draft_that_is_gone_keeps_a_copy_and_can_leave(ruling: Drawing) -> None:
    page = ruling.person.page
    discard(ruling)
    rename(ruling)
    says(ruling, "failed")
    with page.expect_download() as download:
        page.locator("[data-saving] a[download]").click()
    assert NAME in download.value.path().read_text("utf-8")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator(".studio-back").click()
    page.wait_for_url("**/studio/processes/ruling")
    assert asked == ["beforeunload"]


def test_that_a_draft_is_gone_is_told_before_something_is_drawn(ruling: Drawing) -> None:
    page = ruling.person.page
    discard(ruling)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("alert").filter(visible=True)).to_have_text(
        ruling.person.say("This draft is no longer there: it was released or discarded.")
    )


def test_who_types_and_leaves_at_once_has_everything_saved(ruling: Drawing) -> None:
    page = ruling.person.page
    name = ruling.choose(STEP).entry("name")
    expect(name).to_have_value("复核")
    name.focus()
    page.keyboard.press("End")
    page.keyboard.type("！")
    page.evaluate("document.querySelector('.studio-last a').click()")
    page.wait_for_url("**/documents")
    assert ruling.step(STEP).name.endswith("！")


def test_who_types_on_while_he_is_asked_has_not_chosen(ruling: Drawing, enter: Enter) -> None:
    other = Drawing(enter("admin"), ruling.app, "ruling").open()
    rename(other, "别人的名称").is_saved()
    rename(ruling)
    dialog = ruling.person.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    ruling.person.page.keyboard.type(" a\n")
    expect(dialog).to_be_visible()
    # Closed without a choice, nothing is lost on either side, and who leaves is asked again.
    ruling.person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(ruling.at(STEP)).to_contain_text(NAME)
    ruling.person.page.locator(".studio-back").click()
    dialog.locator("button[value=mine]").click()
    ruling.person.page.wait_for_url("**/studio/processes/ruling")
    assert ruling.step(STEP).name == NAME


def test_looking_changes_nothing(enter: Enter, errand: Errands) -> None:
    drawing = draw(enter("admin"), errand("admin").app, "inspection")
    page, before = drawing.person.page, drawing.documents
    sent: list[Request] = []
    page.on("request", lambda request: request.method == "PUT" and sent.append(request))
    for path in sorted(before):
        if path.endswith((".bpmn", ".dmn", ".form")):
            page.goto(f"/studio/drafts/{drawing.draft.id}/edit/{path}")
            page.locator("[data-ready]:not(html)").wait_for()
            page.locator("#studio-steps .step, .fjs-element, [data-views] button").nth(1).click()
            expect(page.locator("[data-problems]")).not_to_be_empty()
            expect(page.locator(".problems-count")).not_to_be_empty()
    assert sent == []
    assert drawing.documents == before


STRANGE = """<bpmn:startEvent id="started" name="开始" xmlns:foo="urn:foo" foo:q="5">
  <bpmn:extensionElements><zeebe:unheardOf a="1"/><foo:thing z="2">words</foo:thing>
  </bpmn:extensionElements>"""


def test_what_the_editor_cannot_keep_is_told_and_everything_else_is_kept(
    ruling: Drawing,
) -> None:
    engine = ruling.app.extensions["engine"]
    drawn = ruling.documents[ruling.path].decode()
    drawn = drawn.replace('<bpmn:startEvent id="started" name="开始">', STRANGE)
    with engine.database.transaction() as session:
        draft = get_draft(session, ruling.draft.id)
        documents = {ruling.path: drawn.encode()}
        put_documents(session, draft=draft, documents=documents, by=1, now=engine.now())
    ruling.open()
    expect(ruling.person.page.locator("[data-problems]")).to_contain_text("zeebe:unheardOf")
    rename(ruling).is_saved()
    kept = ruling.documents[ruling.path].decode()
    for words in ('foo:q="5"', 'z="2"', "words"):
        assert words in kept
    assert "unheardOf" not in kept
