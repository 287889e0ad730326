"""A step's form: filled in, kept, sent, refused, overtaken."""

import pickle
import re
import socket
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest
from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from tests.web.conftest import (
    PAYS,
    READY,
    Page,
    Visitor,
    apply,
    begin,
    drawing_watched,
    go_to_settlement,
    review,
)
from workflows.shared.register import find_member_by_number, personal_fields

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>endobj\n"
    b"trailer<</Root 1 0 R>>"
)

SERVE = """
import pickle, sys
from web.serving import Server
settings = pickle.load(sys.stdin.buffer)
Server(settings, bind="fd://" + sys.argv[1], workers=1, threads=2).run()
"""


def attach(visitor: Visitor, page: Page, content: bytes | BinaryIO, name: str) -> Page:
    """Choose a file for the page's first slot and press its button."""
    (field, *_others) = page.html.xpath("//input[@type='file']/@name")
    values = page.values()
    values["action"] = f"upload:{field.removeprefix('file.')}"
    return visitor.upload(page.path, values, field, content, name)


def test_what_is_wrong_is_said_at_its_field_and_above(member: Visitor) -> None:
    page = member.press(begin(member), outcome="apply", address="")
    assert page.status == 422
    (summary,) = page.html.xpath("//div[@role='alert']")
    (link,) = summary.xpath(".//a")
    (field,) = page.html.xpath(f"//*[@id='{link.get('href')[1:]}']")
    assert field.get("aria-invalid") == "true"


def test_what_was_typed_is_kept_and_found_on_another_device(app: Flask, member: Visitor) -> None:
    page = begin(member)
    values = page.values()
    values["address"] = "1 Wen Yi Road"
    assert member.send(f"{page.path}/draft", values).status == 204
    phone = Visitor(app)
    phone.enter(READY)
    assert phone.open(page.path).values()["address"] == "1 Wen Yi Road"


@pytest.mark.parametrize("pressed", ["refused", "asked", "row"])
def test_nobody_waits_while_a_page_is_drawn(app: Flask, member: Visitor, pressed: str) -> None:
    page = begin(member)
    typed = {
        "refused": {"outcome": "apply", "address": ""},
        "asked": {"outcome": "abandon"},
        "row": {"action": "add_row:education"},
    }[pressed]
    with drawing_watched(app) as noted:
        member.press(page, **typed)
    assert noted
    assert not any(noted)


def test_ones_own_name_and_mobile_are_whole_and_the_identity_number_is_not(
    app: Flask, member: Visitor
) -> None:
    page = begin(member)
    with app.extensions["engine"].database.read() as session:
        row = find_member_by_number(session, READY)
        assert row is not None
        fields = personal_fields(session, app.extensions["engine"].vault, row)
    assert fields["name"] in page.text
    assert fields["mobile"] in page.text
    assert re.search(r"\d{7}\*{5}", page.text)
    assert not re.search(r"\d{17}[\dX]", page.text)


def test_a_step_leads_back_to_the_list(member: Visitor) -> None:
    page = begin(member)
    assert page.links()["Applications for inspection"] == "/applications"


def test_a_commitment_says_its_version_in_its_own_text(member: Visitor) -> None:
    page = member.press(begin(member), outcome="apply")
    page = member.press(page, outcome="continue")
    assert "Version 1" in page.text
    assert "Version of the commitment" not in page.text


def test_a_row_is_added_without_a_script(member: Visitor) -> None:
    page = member.press(begin(member), action="add_row:education")
    rows = page.values().getlist("education.row")
    assert len(rows) == 2


def test_what_was_hidden_for_a_while_is_still_there(member: Visitor) -> None:
    page = begin(member)
    employer = page.values()["employer"]
    page = member.press(page, action="refresh", employment="retired")
    assert "employer" not in page.values()
    page = member.press(page, action="refresh", employment="employed")
    assert page.values()["employer"] == employer


def test_a_page_that_was_overtaken_keeps_what_was_typed(app: Flask, member: Visitor) -> None:
    old = begin(member)
    apply_from(member, old)
    review(app, READY, "return", reason="Please add your house number.")
    stale = member.press(old, outcome="apply", address="2 Wen Yi Road")
    assert stale.status == 409
    assert "What you typed is kept" in stale.text
    now = member.open(stale.links()["Go to where the application stands"])
    assert now.values()["address"] == "2 Wen Yi Road"


def apply_from(visitor: Visitor, page: Page) -> None:
    """Send the application from the first step on."""
    page = visitor.press(page, outcome="apply")
    page = visitor.press(page, outcome="continue")
    page = visitor.press(page, outcome="confirm", agreed="true")
    page = visitor.press(page, outcome="continue")
    visitor.press(page, outcome="apply", confirmed="apply")


def test_pressing_twice_applies_once(member: Visitor) -> None:
    page = member.press(go_to_settlement(member), outcome="continue")
    first = member.press(page, outcome="apply", confirmed="apply")
    second = member.press(page, outcome="apply", confirmed="apply")
    assert first.status == 200
    assert second.status == 409


def test_applying_is_asked_for_once_more_without_a_script(member: Visitor) -> None:
    page = member.press(go_to_settlement(member), outcome="continue")
    asked = member.press(page, outcome="apply")
    assert asked.path == page.path
    done = member.press(asked, confirmed="apply")
    assert "Your association reviews it." in done.text


def test_cancelling_the_question_changes_nothing(member: Visitor) -> None:
    page = member.press(go_to_settlement(member), outcome="continue")
    asked = member.press(page, outcome="apply")
    assert member.press(asked, action="cancel").path == page.path


def test_a_step_that_is_done_leads_to_the_next(member: Visitor) -> None:
    first = begin(member)
    second = member.press(first, outcome="apply")
    assert member.open(first.path).path == second.path


def test_a_file_is_attached_shown_and_removed(app: Flask, member: Visitor) -> None:
    page = attach(member, go_to_settlement(member), PDF, "证明.pdf")
    assert "证明.pdf" in page.text
    (address,) = page.html.xpath("//a[starts-with(@href, '/files/')]/@href")
    answer = member.client.get(address, buffered=True)
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    other = Visitor(app)
    other.enter(PAYS)
    assert other.open(address).status == 404
    assert Visitor(app).open(address).path == "/sign-in"
    (remove,) = page.html.xpath("//button[starts-with(@value, 'remove_file:')]/@value")
    assert "证明.pdf" not in member.press(page, action=remove).text


def test_the_reviewer_sees_an_attached_file(app: Flask, member: Visitor) -> None:
    page = attach(member, go_to_settlement(member), PDF, "proof.pdf")
    (address,) = page.html.xpath("//a[starts-with(@href, '/files/')]/@href")
    staff = Visitor(app)
    staff.enter("zj_manage", kind="staff")
    assert staff.client.get(address, buffered=True).status_code == 200
    elsewhere = Visitor(app)
    elsewhere.enter("sz_review", kind="staff")
    assert elsewhere.client.get(address, buffered=True).status_code == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"hello", "proof.pdf"),
        (b"", "empty.pdf"),
        (PDF, "proof.exe"),
        (PDF + bytes(5 * 2**20), "big.pdf"),
    ],
    ids=["no pdf", "empty", "wrong name", "too big"],
)
def test_a_wrong_file_is_refused_at_its_slot(
    app: Flask, member: Visitor, content: bytes, name: str
) -> None:
    page = attach(member, go_to_settlement(member), content, name)
    assert page.status == 422
    assert page.html.xpath("//input[@type='file' and @aria-invalid='true']")
    assert f"“{name}”" in page.text
    stored = [path for path in app.extensions["engine"].files.folder.rglob("*") if path.is_file()]
    assert stored == []


@pytest.mark.parametrize(("megabytes", "status"), [(50, 422), (51, 413)])
def test_a_big_file_is_refused_and_never_in_memory(
    app: Flask, member: Visitor, tmp_path: Path, megabytes: int, status: int
) -> None:
    page = go_to_settlement(member)
    with (tmp_path / "big.pdf").open("wb+") as content:
        content.write(PDF)
        content.truncate(megabytes * 2**20)
        content.seek(0)
        tracemalloc.start()
        refused = attach(member, page, content, "big.pdf")
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert refused.status == status
    assert ("larger than" in refused.text) or ("bigger than" in refused.text)
    assert most < 20 * 2**20
    stored = [path for path in app.extensions["engine"].files.folder.rglob("*") if path.is_file()]
    assert stored == []


def test_the_server_refuses_a_big_body_that_it_never_received(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, number = listening.getsockname()[1], listening.fileno()
        serve = [sys.executable, "-c", SERVE, str(number)]
        with subprocess.Popen(serve, stdin=subprocess.PIPE, pass_fds=[number]) as server:
            assert server.stdin is not None
            with server.stdin:
                pickle.dump(settings, server.stdin)
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=60) as browser:
                    browser.sendall(
                        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 53477376\r\n"
                        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
                    )
                    answer = browser.recv(20)
            finally:
                server.terminate()
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_request_beyond_the_biggest_file_is_not_read(app: Flask, member: Visitor) -> None:
    cookie = member.client.get_cookie("huiji_session")
    assert cookie is not None
    environ = create_environ(begin(member).path, method="POST")
    read = []

    def give(size: int = -1) -> bytes:
        read.append(size)
        return bytes(max(size, 0))

    environ |= {
        "HTTP_COOKIE": f"huiji_session={cookie.value}",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(60 * 2**20),
        "wsgi.input": SimpleNamespace(read=give, readline=give, readinto=None),
    }
    _body, status, _headers = run_wsgi_app(app, environ, buffered=True)
    assert status.startswith("413")
    assert sum(read) < 2**20


def test_switching_to_a_deferral(member: Visitor) -> None:
    page = member.press(begin(member), outcome="defer")
    assert "Apply: Deferral" in page.text
    page = member.press(page, outcome="confirm", agreed="true")
    page = attach(member, page, PDF, "proof.pdf")
    (ground, *_others) = page.html.xpath("//select[@name='ground']/option[@value!='']/@value")
    page = member.press(page, outcome="apply", ground=ground, explanation="Abroad until May.")
    assert "Your association reviews it." in page.text
    assert "Deferral" in member.open("/applications").text


def test_abandoning_is_asked_for_and_leads_home(member: Visitor) -> None:
    asked = member.press(begin(member), outcome="abandon")
    home = member.press(asked, confirmed="abandon")
    assert home.path == "/"
    assert "Start the inspection" in home.text


def test_a_returned_application_is_changed_and_sent_again(app: Flask, member: Visitor) -> None:
    apply(member)
    review(app, READY, "return", reason="Please add your house number.")
    page = member.open(member.open("/").links()["Apply again"])
    page = member.press(page, outcome="apply", address="3 Wen Yi Road")
    page = member.press(page, outcome="continue")
    done = member.press(page, outcome="apply", confirmed="apply")
    assert "Your association reviews it." in done.text
    sent = member.open(done.links()["Show the application as sent"])
    assert "Zhejiang Institute of Certified Public Accountants" in sent.text
    assert "Hours and fee" in sent.text
    assert "3 Wen Yi Road" in sent.text
