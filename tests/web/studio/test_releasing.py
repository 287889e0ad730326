"""The release page: what it says, its one button, and who is told what instead."""

from uuid import UUID

from flask import Flask
from lxml import etree
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor, together
from tests.web.studio.conftest import Studio

RULING = "bpmn/ruling/ruling.bpmn"
PAYMENT = "bpmn/payment/payment.bpmn"


def rename_step(studio: Studio, draft: UUID, path: str = RULING, words: str = "复核意见") -> None:
    """Give a step of a process another name."""
    data, version = studio.read(draft, path)
    old = "复核" if path == RULING else "确认应缴会费"
    changed = data.replace(f'name="{old}"'.encode(), f'name="{words}"'.encode())
    if changed == data:
        changed = data.replace(b"</bpmn:process>", f"<!--{words}--></bpmn:process>".encode())
    assert studio.save(draft, path, changed, version).status_code == 200


def values_of(page: Page, action: str) -> MultiDict[str, str]:
    """What the form that is sent to exactly this address would send."""
    (form,) = page.html.xpath(f"//main//form[@action='{action}']")
    return MultiDict(form.form_values())


def press(studio: Studio, page: Page, **typed: str) -> Page:
    """Press the button of a release page."""
    values = page.values(page.path)
    for name, value in typed.items():
        values[name] = value
    return studio.visitor.send(page.path, values)


def test_the_page_says_what_changes_and_what_happens_to_cases(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    rename_step(studio, draft)
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    assert page.status == 200
    assert "Cases that are running stay on theirs" in page.text
    assert "Make release 2" in page.text
    assert "Nothing is wrong that can be found." in page.text


def test_a_draft_is_released_with_its_reason_and_its_callers(studio: Studio) -> None:
    draft = studio.open_draft("payment")
    rename_step(studio, draft, PAYMENT)
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    ticked = page.html.xpath("//input[@name='callers'][@checked]/@value")
    assert ticked == ["inspection", "settlement"]
    after = press(studio, page, reason="会费口径调整")
    assert after.path == "/studio/processes/payment"
    assert "Release 2 is at work" in after.text
    assert "2 processes that call it have new releases, too." in after.text
    assert "会费口径调整" in after.text


def test_without_a_reason_nothing_is_released_and_what_was_ticked_stays(studio: Studio) -> None:
    draft = studio.open_draft("payment")
    rename_step(studio, draft, PAYMENT)
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    values = page.values(page.path)
    values.setlist("callers", ["settlement"])
    again = studio.visitor.send(page.path, values)
    assert again.status == 422
    assert "Say in a sentence why" in again.text
    assert again.html.xpath("//input[@name='callers'][@checked]/@value") == ["settlement"]


def test_a_draft_with_errors_has_no_button_and_says_where_they_are(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    data, version = studio.read(draft, RULING)
    changed = data.replace(b'type="ruling.record"', b'type="ruling.vanished"')
    studio.save(draft, RULING, changed, version)
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    assert "calls the operation ruling.vanished, which does not exist" in page.text
    (link,) = page.html.xpath("//main//a[contains(@href, '#record_ruling')]/@href")
    assert link == f"/studio/drafts/{draft}/edit/{RULING}#record_ruling"
    assert page.html.xpath("//main//button[contains(., 'Make release')]") == []
    assert page.html.xpath("//main//a[@href='#problems-title']")
    sent = press(studio, page, reason="不管了")
    assert sent.status == 422
    assert "vanished" in sent.text


def test_where_there_is_nothing_to_release_the_page_says_so(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    assert "There is nothing to release yet" in page.text
    assert page.html.xpath("//main//button[contains(., 'Make release')]") == []


def test_a_caller_that_cannot_take_it_is_named_and_may_be_left_out(
    app: Flask, studio: Studio
) -> None:
    del app.extensions["engine"].operations.by_name["inspection.tell_refused"]
    draft = studio.open_draft("review")
    rename_step(studio, draft, "bpmn/review/review.bpmn")
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    assert "It cannot take this as it is." in page.text
    refused = press(studio, page, reason="改名")
    assert refused.status == 422
    assert "Nothing was released: the errors" in refused.text
    values = refused.values(page.path)
    values.poplist("callers")
    after = studio.visitor.send(page.path, values)
    assert "Release 2 is at work" in after.text


def test_what_was_saved_meanwhile_is_shown_before_it_is_released(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    rename_step(studio, draft)
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    data, version = studio.read(draft, RULING)
    studio.save(draft, RULING, data.replace("不同意".encode(), "驳回".encode()), version)
    again = press(studio, page, reason="改名")
    assert again.status == 409
    assert "Nothing was released" in again.text
    assert "改名" in again.text
    after = press(studio, again)
    assert after.path == "/studio/processes/ruling"


def test_who_takes_back_what_was_released_meanwhile_says_that_he_knows(
    app: Flask, studio: Studio
) -> None:
    draft = studio.open_draft("inspection")
    rename_step(studio, draft, "bpmn/inspection/inspection.bpmn")
    other = Studio(app)
    review = other.open_draft("review")
    rename_step(other, review, "bpmn/review/review.bpmn")
    press(other, other.visitor.open(f"/studio/drafts/{review}/release"), reason="先发")
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    assert "Somebody released this process since the draft was begun" in page.text
    assert "先发" in page.text
    refused = press(studio, page, reason="再发")
    assert refused.status == 422
    assert "Say that you have seen" in refused.text
    after = press(studio, refused, reason="再发", knows_moved="yes")
    assert after.path == "/studio/processes/inspection"


def test_pressing_twice_makes_one_release(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    rename_step(studio, draft)
    page = studio.visitor.open(f"/studio/drafts/{draft}/release")
    press(studio, page, reason="改名")
    again = press(studio, page, reason="改名")
    assert again.path == "/studio/processes/ruling"
    assert "was released or discarded" in again.text
    assert "Release 3" not in again.text


def test_two_who_press_at_once_make_one_release(app: Flask, studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    rename_step(studio, draft)
    other = Studio(app)
    pages = [each.visitor.open(f"/studio/drafts/{draft}/release") for each in (studio, other)]
    answers = together(
        app,
        lambda: press(studio, pages[0], reason="甲"),
        lambda: press(other, pages[1], reason="乙"),
    )
    assert sorted("Release 2 is at work" in each.text for each in answers) == [False, True]
    assert {each.path for each in answers} == {"/studio/processes/ruling"}


def test_only_administrators_of_the_national_association_release(
    app: Flask, studio: Studio
) -> None:
    draft = studio.open_draft("ruling")
    auditor = Visitor(app).enter("audit", kind="staff")
    page = auditor.open(f"/studio/drafts/{draft}/release")
    assert page.status == 403
    assert "Processes are the same for all associations" in page.text


def test_documents_are_made_called_otherwise_and_taken_out(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    address = f"/studio/drafts/{draft}/documents"
    page = studio.visitor.open(address)
    values = values_of(page, address)
    values["title"], values["name"] = "补充说明", "explain_more"
    made = studio.visitor.send(address, values)
    assert made.path == f"/studio/drafts/{draft}/edit/forms/ruling/explain_more.form"
    assert studio.visitor.send(address, values).path == made.path
    values["title"] = "别的说明"
    again = studio.visitor.send(address, values)
    assert (again.status, "There is a document" in again.text) == (409, True)
    values["kind"], values["title"], values["name"] = "table", "等级", "levels"
    studio.visitor.send(address, values)
    table, _version = studio.read(draft, "bpmn/ruling/levels.dmn")
    assert etree.fromstring(table).get("name") == "等级"
    page = studio.visitor.open(address)
    rename = f"{address}/forms/ruling/explain_more.form/rename"
    values = values_of(page, rename)
    values["name"] = "explain"
    renamed = studio.visitor.send(rename, values)
    assert "It is called explain now." in renamed.text
    assert studio.visitor.send(rename, values).status == 409
    remove = f"{address}/forms/ruling/explain.form/remove"
    values = values_of(renamed, remove)
    gone = studio.visitor.send(remove, values)
    assert "It was taken out of the draft." in gone.text
    assert studio.visitor.send(remove, values).status == 200


def test_a_discarded_draft_is_gone(studio: Studio) -> None:
    draft = studio.open_draft("ruling")
    address = f"/studio/drafts/{draft}/documents"
    page = studio.visitor.open(address)
    discard = f"/studio/drafts/{draft}/discard"
    unsure = studio.visitor.send(discard, values_of(page, discard))
    assert (unsure.status, "Tick that the draft may be lost" in unsure.text) == (422, True)
    values = values_of(page, discard)
    values["sure"] = "yes"
    after = studio.visitor.send(discard, values)
    assert after.path == "/studio/processes/ruling"
    assert studio.visitor.open(address).status == 404
    assert studio.visitor.send(discard, values).status == 404
