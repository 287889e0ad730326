"""The pages of training under what nobody means well with: addresses, fields, files, strangers."""

import io
import json
import random
import zipfile
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.web.conftest import READY, Visitor
from tests.web.test_attendance import Morning, go, take_away
from tests.web.test_training import offer, sign_in, sign_up

OURS = ("training.", "classes.", "output_hours.")
SOME = UUID(int=7)
HOSTILE = (
    "?page=-1&q=%25%27%22&year=-5&from=x&until=9999-12-31&office=-1&state=%00x"[:-6],
    f"?page={10**30}&year={10**30}&class={10**30}&q={'名' * 1500}&kind=x&only=ticked",
    "?page=٣&year=٢٠٢٦&opens=0001-01-01&closes=9999-12-31&start=2026-13-45&end=0000-00-00",
    "?page=1.5&name=%5C_%25&audience=%22%5D&shown=x&go=page:%E2%91%A0&state=placed",
)


def addresses(app: Flask, method: str, **known: Any) -> list[str]:
    """The addresses of training that take a method, with keys that there are."""
    values = {"class_id": 1, "enrolment_id": 1, "employee_id": 1, "member_id": 1, **known}
    values |= {"case_id": SOME, "key": SOME, "sign_ups_id": SOME, "token": "x"} | known
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(each.endpoint, {name: values[name] for name in each.arguments})
        for each in app.url_map.iter_rules()
        if each.endpoint.startswith(OURS) and method in (each.methods or ())
    ]


@pytest.mark.parametrize(
    ("login", "kind"),
    [(READY, "member"), ("33000001", "firm"), ("zj_training", "staff"), ("audit", "staff")],
)
def test_no_page_breaks_over_what_its_address_says(app: Flask, login: str, kind: str) -> None:
    class_id = offer(app, audience=["cpa", "employee", "non_practising"])
    sign_up(sign_in(app, READY), class_id)
    who = Visitor(app).enter(login, kind)
    for address in addresses(app, "GET", class_id=class_id):
        for query in HOSTILE:
            answer = who.client.get(address + query, buffered=True)
            assert answer.status_code in (200, 302, 400, 404, 410), address + query
            answer.close()


def test_nobody_sends_anything_without_the_token_of_the_page(app: Flask) -> None:
    class_id = offer(app)
    for login, kind in ((READY, "member"), ("33000001", "firm"), ("zj_training", "staff")):
        who = Visitor(app).enter(login, kind)
        for address in addresses(app, "POST", class_id=class_id):
            assert who.client.post(address).status_code == 403, address
    nobody = Visitor(app)
    for address in addresses(app, "GET", class_id=class_id):
        if "/codes/" in address:
            continue
        answer = nobody.client.get(address)
        assert "/sign-in" in (answer.location or ""), address


def strangers(app: Flask) -> Sequence[Visitor]:
    """Who has nothing to do with a class of Zhejiang's and its sign-ups."""
    return [
        Visitor(app).enter(login, kind)
        for login, kind in (
            ("gd_training", "staff"),
            ("audit", "staff"),
            ("zj_review", "staff"),
            ("33000001_cw", "firm"),
            ("440300100001", "member"),
        )
    ]


def test_strangers_change_nothing(app: Flask) -> None:
    morning = Morning(app)
    known = {"class_id": morning.training_class.id, "enrolment_id": morning.enrolments[0].id}
    open_to_all = {"/training/output-hours", "/training/firm/employees/new", "/classes"}
    for each in strangers(app):
        token = each.open("/").html.xpath("//input[@name='csrf_token']/@value")[0]
        said = {"csrf_token": token, "reason": "x", "word": "absent", "go": "record", "code": "1"}
        for address in addresses(app, "POST", **known):
            if address in open_to_all:
                continue
            status = each.client.post(address, data=said).status_code
            assert status in (403, 404), (address, status)
    assert morning.said() == [None] * 5
    assert {morning.school.row(each).state for each in morning.enrolments} == {"confirmed"}


def test_a_class_is_taken_away_whatever_it_is_called(app: Flask) -> None:
    class_id = offer(app, name="审计[一/二]：a:b*c?\\d'")
    clerk = Visitor(app).enter("zj_training", "staff")
    book = take_away(clerk, f"/classes/{class_id}/sign-ups.xlsx")
    assert book.sheetnames[0].startswith("审计")


def test_a_number_that_only_begins_like_a_key_is_none(app: Flask) -> None:
    morning = Morning(app)
    clerk = morning.visitor("zj_training")
    page = clerk.open(f"{morning.address}/attendance")
    long = f"said__{morning.enrolments[0].id:012}{10**20}"
    assert clerk.send(page.path, go(page, "record", **{long: "present"})).status == 200
    assert clerk.send(page.path, go(page, "search", **{long: "present"})).status == 200
    assert morning.said() == [None] * 5


@pytest.mark.parametrize("text", ["\ud800", "\x00", "经" * 5000, "\u202e\u200b", "=1+1"])
def test_what_is_typed_for_people_is_kept_as_text(app: Flask, text: str) -> None:
    class_id = offer(app, audience=["cpa"], required_fields=["position"])
    firm = Visitor(app).enter("33000001", "firm")
    page = firm.open(f"/training/classes/{class_id}/people")
    person = page.html.xpath("//input[@name='person']/@value")[0]
    for key in (person, "all-0", "x\x00-1", "member-0"):
        changes = json.dumps({key: {"ticked": True, "values": {"position": text, text: text}}})
        token = page.html.xpath("//input[@name='csrf_token']/@value")[0]
        answer = firm.client.post(
            f"/training/classes/{class_id}/people/draft",
            data={"csrf_token": token, "changes": changes},
        )
        assert answer.status_code in (200, 422), key
    assert firm.open(f"/training/classes/{class_id}/people").status == 200


def spoil(content: bytes, how: int) -> bytes:
    """A workbook with some of its bytes made others, always the same for the same number."""
    dice = random.Random(how)
    spoiled = bytearray(content)
    for _ in range(dice.choice((1, 3, 30))):
        spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
    return bytes(spoiled)


def replace_part(content: bytes, name: str, part: bytes) -> bytes:
    """A workbook with another text in one of its parts."""
    sent = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sent, "w", 8) as new:
        for each in old.namelist():
            new.writestr(each, part if each == name else old.read(each))
    return sent.getvalue()


def test_spoiled_workbooks_are_refused_with_a_sentence(app: Flask) -> None:
    morning = Morning(app)
    clerk = morning.visitor("zj_training")
    book = take_away(clerk, f"{morning.address}/attendance.xlsx")
    good = io.BytesIO()
    book.save(good)
    content = good.getvalue()
    sheet = "xl/worksheets/sheet1.xml"
    many = openpyxl.Workbook(write_only=True)
    rows = many.create_sheet()
    rows.append(["Number", "Attendance"])
    for number in range(6000):
        rows.append([number, "present"])
    long = io.BytesIO()
    many.save(long)
    spoiled = [spoil(content, each) for each in range(60)]
    made = [
        replace_part(content, sheet, b" " * (40 * 2**20)),  # unpacks to far more than it weighs
        replace_part(content, sheet, b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet>&a;</worksheet>"),
        replace_part(content, sheet, b"<worksheet/>"),
        replace_part(content, "[Content_Types].xml", b"<Types/>"),
        replace_part(content, "xl/workbook.xml", b"<workbook/>"),
        content.replace(b"\x14\x00\x00\x00", b"\x14\x00\x01\x00"),  # says that it is encrypted
        content[: len(content) // 2],
        long.getvalue(),
    ]
    values = clerk.open(f"{morning.address}/attendance/import").values("/classes")
    for number, each in enumerate(spoiled + made):
        values["key"] = str(UUID(int=number + 1))
        page = clerk.upload(f"{morning.address}/attendance/import", values, "table", each, "a.xlsx")
        assert page.status in (200, 422), number
        assert page.status == 422 or number < len(spoiled), number
        if page.status == 422:
            assert page.html.get_element_by_id("table-problem").text, number
    assert morning.said() == [None] * 5


def test_a_reason_of_any_length_is_answered_with_a_sentence(app: Flask) -> None:
    class_id = offer(app)
    member = sign_in(app, READY)
    page = sign_up(member, class_id)
    (address,) = {each for each in page.links().values() if each.endswith("/cancel")}
    form = member.open(address)
    for reason in ("", " \t\n", "长" * 501, "x" * 100_000):
        values = form.values("/training")
        values["reason"] = reason
        assert member.send(address, values).status == 422
    assert (
        member.send(address, MultiDict({**form.values("/training"), "reason": "病"})).status == 200
    )
    assert (
        member.send(address, MultiDict({**form.values("/training"), "reason": "病"})).status == 200
    )
