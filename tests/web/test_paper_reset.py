"""The pages of the password reset on paper, in browsers without scripts."""

import io
from datetime import timedelta
from uuid import uuid4

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.cases import Case
from engine.files import StoredFile
from engine.tasks import Task
from tests.web.conftest import Page, Visitor, solve, together
from tests.workflows.conftest import NOW
from workflows.paper_password_reset.form_data import FORM_ADDRESS
from workflows.shared.deliveries import Delivery
from workflows.shared.one_time_links import derive_link

SLOTS = ("signed_form", "certificate", "identity_card")


def pdf() -> bytes:
    """A real one."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200).close()
    target = io.BytesIO()
    document.save(target)
    document.close()
    return target.getvalue()


def begin(visitor: Visitor) -> Page:
    page = visitor.open("/paper-reset")
    form = page.form("/paper-reset")
    values = page.values("/paper-reset")
    values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
    return visitor.send("/paper-reset", values)


def fill(visitor: Visitor, **changes: str) -> Page:
    page = begin(visitor)
    office = page.html.xpath("//select[@name='office']/option[contains(., 'Zhejiang')]/@value")[0]
    given = {
        "target": "here",
        "office": office,
        "user_type": "member",
        "applicant": "蔡思源",
        "login": "330000100001",
        "mobile": "13812345678",
        "reason": "更换手机后收不到验证码",
        "remark": "无",
        "channel": "sms",
        **changes,
    }
    values = page.values("/paper-reset/step")
    for name, value in given.items():
        values.setlist(name, [value])
    values["outcome"] = "continue"
    return visitor.send(page.form("/paper-reset/step").get("action"), values)


def upload(visitor: Visitor, page: Page, slot: str, content: bytes, name: str = "scan.pdf") -> Page:
    values = page.values("/paper-reset/step")
    values["action"] = f"upload:{slot}"
    address = page.form("/paper-reset/step").get("action")
    return visitor.upload(address, values, f"file.{slot}", content, name)


def apply(visitor: Visitor) -> Page:
    page = fill(visitor)
    for slot in SLOTS:
        page = upload(visitor, page, slot, pdf())
    values = page.values("/paper-reset/step")
    values["confirmed"] = "apply"
    return visitor.send(page.form("/paper-reset/step").get("action"), values)


def case_of(app: Flask) -> Case:
    with app.extensions["engine"].database.read() as session:
        query = select(Case).where(Case.process_id == "paper_password_reset")
        return session.scalars(query.order_by(Case.id.desc())).first() or Case()


def link_of(app: Flask) -> str:
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        query = select(Delivery.link_id).where(Delivery.link_id.is_not(None))
        link_id = session.scalars(query.order_by(Delivery.created_at.desc())).first()
        assert link_id is not None
        return derive_link(engine.vault, link_id, "")


def test_the_whole_application_goes_without_scripts(app: Flask, visitor: Visitor) -> None:
    page = fill(visitor)
    assert "Receipt number" in page.text
    answer = visitor.client.get(page.links()["Application form (PDF)"])
    assert answer.get_data().startswith(b"%PDF-")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"] == "no-store"
    for slot in SLOTS:
        page = upload(visitor, page, slot, pdf())
        assert page.status == 200
    values = page.values("/paper-reset/step")
    values["confirmed"] = "apply"
    page = visitor.send(page.form("/paper-reset/step").get("action"), values)
    assert "Your application was sent" in page.text
    assert case_of(app).status == "paper_in_review"


def test_the_address_of_the_form_is_the_one_that_the_panel_says(app: Flask) -> None:
    with app.test_request_context():
        from flask import url_for

        assert url_for("paper_reset.form") == FORM_ADDRESS


def test_a_step_is_its_own_browsers(app: Flask, visitor: Visitor) -> None:
    page = fill(visitor)
    stranger = Visitor(app)
    begin(stranger)
    values = page.values("/paper-reset/step")
    values["csrf_token"] = stranger.open("/paper-reset/step").values("/paper-reset/step")[
        "csrf_token"
    ]
    values["outcome"] = "withdraw"
    values["confirmed"] = "withdraw"
    answer = stranger.send(page.form("/paper-reset/step").get("action"), values)
    assert answer.status == 404
    assert stranger.open("/paper-reset/form.pdf").status == 404
    assert Visitor(app).open("/paper-reset/form.pdf").status == 422


def test_files_are_seen_by_who_attached_them_and_by_the_association(
    app: Flask, visitor: Visitor, member: Visitor
) -> None:
    apply(visitor)
    with app.extensions["engine"].database.read() as session:
        file_id = session.scalars(select(StoredFile.id)).first()
    staff = Visitor(app)
    staff.sign_in("zj_help", kind="staff")
    for each in (visitor, staff):
        with each.client.get(f"/files/{file_id}") as answer:
            assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert member.open(f"/files/{file_id}").status == 404
    assert Visitor(app).open(f"/files/{file_id}").path == "/sign-in"
    stranger = Visitor(app)
    begin(stranger)
    assert stranger.open(f"/files/{file_id}").status == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", b"<html><script>alert(1)</script></html>"),
        ("scan.exe", b"MZ" + b"\0" * 100),
        ("scan.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("scan.pdf", b""),
        ("", b""),
    ],
)
def test_what_is_no_scan_is_refused(visitor: Visitor, name: str, content: bytes) -> None:
    page = upload(visitor, fill(visitor), "signed_form", content, name)
    assert page.status == 422


def test_a_big_scan_is_taken_from_who_has_an_application_and_from_nobody_else(
    app: Flask, visitor: Visitor
) -> None:
    big = pdf() + b"%" + b"0" * (5 * 2**20)
    page = fill(visitor)
    assert upload(visitor, page, "signed_form", big).status == 200
    stranger = Visitor(app)
    pressed = {"action": "upload:signed_form"}
    address = page.form("/paper-reset/step").get("action")
    answer = stranger.upload(address, pressed, "file.signed_form", big, "scan.pdf")
    assert answer.status in (403, 413, 422)


def test_a_page_that_stayed_open_leads_back_by_the_number(app: Flask, visitor: Visitor) -> None:
    page = fill(visitor)
    app.extensions["engine"].now = lambda: NOW + timedelta(minutes=31)
    page = visitor.press(page, outcome="withdraw", confirmed="withdraw")
    assert (page.status, "I have a receipt number" in page.text) == (422, True)
    assert case_of(app).state == "open"


def test_the_link_gives_the_application_to_another_browser(app: Flask, visitor: Visitor) -> None:
    fill(visitor)
    address, other = link_of(app), Visitor(app)
    for _ in range(2):
        page = other.open(address)
        assert "Another browser in which the application is open" in page.text
    values = page.values("/l")
    values["come_back"] = "true"
    assert other.send("/l", values).path == "/paper-reset/step"
    assert visitor.open("/paper-reset/step").status == 422
    assert Visitor(app).open(address).status == 410


def test_of_two_browsers_with_the_same_link_one_has_the_application(
    app: Flask, visitor: Visitor
) -> None:
    fill(visitor)
    address, others = link_of(app), [Visitor(app), Visitor(app)]
    values = [each.open(address).values("/l") for each in others]
    for each in values:
        each["come_back"] = "true"
    pages = together(
        app,
        lambda: others[0].send("/l", values[0]),
        lambda: others[1].send("/l", values[1]),
    )
    assert sorted(page.status for page in pages) == [200, 410]


def test_the_answer_to_a_receipt_number_is_always_the_same(app: Flask, visitor: Visitor) -> None:
    page = fill(visitor)
    number = page.html.xpath("//*[@class='notice-title']/span")[0].text_content()
    other = Visitor(app)
    said = []
    for typed in (number, "2222-2222-2222", "", "x" * 500):
        values = other.open("/paper-reset/receipt").values("/paper-reset/receipt")
        values["number"] = typed
        said.append(other.send("/paper-reset/receipt", values).text)
    assert len(set(said)) == 1


def test_a_second_click_sends_one_application(app: Flask, visitor: Visitor) -> None:
    page = fill(visitor)
    for slot in SLOTS:
        page = upload(visitor, page, slot, pdf())
    values = page.values("/paper-reset/step")
    values["confirmed"] = "apply"
    address = page.form("/paper-reset/step").get("action")
    pages = together(
        app, lambda: visitor.send(address, values), lambda: visitor.send(address, values)
    )
    assert {page.status for page in pages} == {200}
    with app.extensions["engine"].database.read() as session:
        reviews = session.scalars(select(Task).where(Task.element_id == "review_paper_reset")).all()
    assert len(reviews) == 1


def test_what_is_typed_is_drawn_as_text(visitor: Visitor) -> None:
    hostile = '<script>alert("1")</script>'
    page = fill(visitor, applicant=hostile, mobile="no number")
    assert page.status == 422
    assert "<script>alert" not in page.response.get_data(as_text=True)


def test_managers_see_the_case_and_its_trail(app: Flask, visitor: Visitor) -> None:
    apply(visitor)
    manager = Visitor(app)
    manager.sign_in("zj_manage", kind="staff")
    case = case_of(app)
    page = manager.open(f"/cases/{case.id}")
    assert (page.status, "蔡思源" in page.text) == (200, True)
    assert "蔡思源" in manager.open("/cases").text
    for login in ("gd_manage", "zj_fees"):
        other = Visitor(app)
        other.sign_in(login, kind="staff")
        assert other.open(f"/cases/{case.id}").status == 404


def test_a_decided_application_is_read_with_its_reason(app: Flask, visitor: Visitor) -> None:
    apply(visitor)
    staff = Visitor(app)
    staff.sign_in("zj_help", kind="staff")
    with app.extensions["engine"].database.read() as session:
        task = session.scalars(select(Task).where(Task.element_id == "review_paper_reset")).one()
    page = staff.open(f"/inbox/{task.id}")
    (form,) = page.html.xpath("//form[@id='review']")
    values = MultiDict(form.form_values())
    values["reason"], values["confirmed"] = "证件与登记不符", "refuse"
    staff.send(f"/inbox/{task.id}", values)
    assert "证件与登记不符" in staff.open(f"/inbox/{task.id}").text
    assert "证件与登记不符" in visitor.open("/paper-reset/step").text


def test_an_application_is_no_way_into_another_kind_of_reset(visitor: Visitor) -> None:
    fill(visitor)
    assert visitor.open("/reset/step").status in (200, 302, 422)
    assert visitor.open(f"/tasks/{uuid4()}").path == "/sign-in"


def test_without_the_puzzle_nothing_begins(app: Flask, visitor: Visitor) -> None:
    page = visitor.open("/paper-reset")
    assert visitor.send("/paper-reset", page.values("/paper-reset")).status == 422
    assert visitor.send("/paper-reset", MultiDict()).status == 403
    assert case_of(app).id is None


def test_nobody_fills_the_disk_by_replacing_his_scans(app: Flask) -> None:
    visitor = Visitor(app)
    page = fill(visitor)
    sent = [upload(visitor, page, "signed_form", b"no scan").status for _ in range(31)]
    assert sent == [422] * 30 + [429]
