"""The pages of attendance: for whom they are, what they keep, what they say to what is sent."""

import io
from collections.abc import Sequence
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor, together
from tests.workflows.enrolling import BEGINS_AT, OVER_AT, School
from web.classes import attendance, attendance_door
from workflows.shared.associations import Association
from workflows.shared.enrolments import Enrolment
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.attendance.tokens import door_token

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


UNREADABLE = (
    "The workbook cannot be read. Open it in your spreadsheet program, save it as xlsx and send"
    " it again, or begin with the template."
)


class Morning:
    """The first morning of a class of five people, and who takes its attendance."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.school = School(app.extensions["engine"])
        with self.school.transaction() as session:
            query = select(Association.id).where(Association.code == "330000")
            self.school.association_id = session.scalars(query).one()
        self.training_class: TrainingClass = self.school.offer(capacity=6)
        names = ("赵一", "钱二", "孙三", "李四", "周五")
        self.people = [self.school.member(name=each) for each in names]
        self.enrolments = [self.school.sign_up(self.training_class, each) for each in self.people]
        for each in self.enrolments:
            self.school.decide(each)
        self.school.sign_up(self.training_class, self.school.member(name="吴六"))
        self.school.now = BEGINS_AT
        self.address = f"/classes/{self.training_class.id}"

    def visitor(self, login: str) -> Visitor:
        """Somebody of an association's staff."""
        found = Visitor(self.app)
        found.enter(login, kind="staff")
        return found

    def code(self, enrolment: Enrolment) -> str:
        """The address of somebody's code."""
        return f"/classes/codes/{door_token(self.school.engine.vault, enrolment.id)}"

    def said(self) -> list[str | None]:
        """What is recorded of whom."""
        return [self.school.row(each).attendance for each in self.enrolments]


@pytest.fixture
def morning(app: Flask) -> Morning:
    """A class whose first day it is."""
    return Morning(app)


@pytest.fixture
def clerk(morning: Morning) -> Visitor:
    """Who has the duty for training in Zhejiang."""
    return morning.visitor("zj_training")


def take_away(who: Visitor, address: str) -> openpyxl.Workbook:
    """A workbook that somebody takes away."""
    sent = who.client.get(address, buffered=True)
    assert (sent.status_code, sent.mimetype) == (200, XLSX)
    return openpyxl.load_workbook(io.BytesIO(sent.get_data()))


def go(page: Page, what: str, **said: str) -> MultiDict[str, str]:
    """What the form of the list sends when a button is pressed."""
    values = page.values("/classes")
    for name, value in said.items():
        values[name.replace("__", ".")] = value
    values["go"] = what
    return values


def test_only_who_takes_the_attendance_of_the_association_finds_the_pages(
    morning: Morning, visitor: Visitor, member: Visitor
) -> None:
    to_take = ("attendance/import", "attendance.xlsx", "door")
    to_see = ("attendance", "absent", "absent.xlsx")

    def found(who: Visitor, pages: Sequence[str]) -> set[int]:
        answers = [who.client.get(f"{morning.address}/{page}", buffered=True) for page in pages]
        return {each.status_code for each in answers}

    for each in (member, morning.visitor("gd_training"), morning.visitor("zj_review")):
        assert found(each, to_take + to_see) == {404}
    auditor = morning.visitor("audit")
    assert (found(auditor, to_see), found(auditor, to_take)) == ({200}, {404})
    assert auditor.open(f"{morning.address}/attendance").html.xpath("//input[@type='radio']") == []
    assert visitor.open(f"{morning.address}/door").path == "/sign-in"


def test_a_manager_takes_attendance_and_may_record_it(morning: Morning) -> None:
    manager = morning.visitor("zj_manage")
    page = manager.open(f"{morning.address}/attendance")
    first = morning.enrolments[0].id
    told = manager.send(page.path, go(page, "record", **{f"said__{first}": "present"}))
    assert "Recorded: 1 present, 0 absent." in told.text
    assert morning.said() == ["present", None, None, None, None]


def test_choices_survive_paging_and_searching_and_are_recorded_together(
    morning: Morning, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "A_PAGE", 2)
    keys = [each.id for each in morning.enrolments]
    page = clerk.open(f"{morning.address}/attendance")
    assert "1 sign-up is not confirmed yet" in page.text
    page = clerk.send(page.path, go(page, "page:2", **{f"said__{keys[0]}": "present"}))
    assert "Page 2 of 3" in page.text
    page = clerk.send(page.path, go(page, "page:3", **{f"said__{keys[3]}": "absent"}))
    page = clerk.send(page.path, go(page, "search", q="钱"))
    assert "赵一" not in page.text
    page = clerk.send(page.path, go(page, "search", q="", **{f"said__{keys[1]}": "absent"}))
    values = page.values("/classes")
    assert [values.get(f"said.{key}") for key in keys] == [
        "present",
        "absent",
        None,
        "absent",
        None,
    ]
    assert morning.said() == [None] * 5
    values["go"] = "record"
    told = clerk.send(page.path, values)
    assert "Recorded: 1 present, 2 absent." in told.text
    again = clerk.send(page.path, values)
    assert "nothing was recorded" in again.text
    assert morning.said() == ["present", "absent", None, "absent", None]


def test_a_word_on_all_is_looked_through_first_and_can_be_left(
    morning: Morning, clerk: Visitor
) -> None:
    first = morning.enrolments[0].id
    page = clerk.open(f"{morning.address}/attendance")
    check = clerk.send(page.path, go(page, "rest_absent", **{f"said__{first}": "present"}))
    assert "1 present and 4 absent will be recorded." in check.text
    assert morning.said() == [None] * 5
    record, back = check.html.xpath("//main//form")
    kept = MultiDict({**dict(back.form_values()), "go": "page:1"})
    assert clerk.send(page.path, kept).values("/classes")[f"said.{first}"] == "present"
    told = clerk.send(page.path, MultiDict({**dict(record.form_values()), "go": "record"}))
    assert "Recorded: 1 present, 4 absent." in told.text
    assert morning.said() == ["present"] + ["absent"] * 4
    check = clerk.send(page.path, go(told, "all_present"))
    assert "Attendance is recorded of everybody already" in check.text


def test_after_the_end_a_word_on_all_is_said_to_be_final(morning: Morning, clerk: Visitor) -> None:
    page = clerk.open(f"{morning.address}/attendance")
    final, later = "so this is final at once", "Until the end of the class it can be changed"
    before = clerk.send(page.path, go(page, "rest_absent")).text
    assert (final in before, later in before) == (False, True)
    morning.school.now = OVER_AT
    clerk = morning.visitor("zj_training")
    page = clerk.open(page.path)
    after = clerk.send(page.path, go(page, "rest_absent")).text
    assert (final in after, later in after) == (True, False)


def test_hostile_fields_of_the_list_do_nothing(morning: Morning, clerk: Visitor) -> None:
    page = clerk.open(f"{morning.address}/attendance?page=0&shown=x&q=%25")
    assert page.status == 200
    values = go(page, "record", said__x="present", said__99999999999999999999="present")
    values[f"said.{morning.enrolments[0].id}"] = "perhaps"
    values["page"] = "-1"
    assert clerk.send(page.path, values).status == 200
    assert clerk.send(page.path, go(page, "page:99999999999")).status == 200
    assert morning.said() == [None] * 5


def test_before_the_first_day_every_way_is_closed_with_a_sentence(
    morning: Morning, clerk: Visitor
) -> None:
    page = clerk.open(f"{morning.address}/attendance")
    values = go(page, "record", **{f"said__{morning.enrolments[0].id}": "present"})
    door = clerk.open(f"{morning.address}/door").values("/classes")
    morning.school.now = BEGINS_AT - timedelta(days=1)
    sentence = "Attendance can be recorded from that day on"
    for address in ("attendance", "door", "attendance/import"):
        assert sentence in clerk.open(f"{morning.address}/{address}").text
    assert sentence in clerk.send(page.path, values).text
    door["code"] = morning.people[0].number
    refused = clerk.send(f"{morning.address}/door", door)
    assert (refused.status, sentence in refused.text) == (422, True)
    assert sentence in clerk.open(morning.code(morning.enrolments[0])).text
    assert morning.said() == [None] * 5


def test_the_door_may_use_the_camera_and_no_other_page_may(
    morning: Morning, clerk: Visitor
) -> None:
    door = clerk.open(f"{morning.address}/door").response.headers["Permissions-Policy"]
    other = clerk.open(f"{morning.address}/attendance").response.headers["Permissions-Policy"]
    assert "camera=(self)" in door
    assert "camera=()" in other


def test_a_code_at_the_door_is_said_in_a_page_or_in_a_part_of_it(
    morning: Morning, clerk: Visitor
) -> None:
    door = clerk.open(f"{morning.address}/door")
    values = door.values("/classes")
    values["code"] = "http://localhost" + morning.code(morning.enrolments[1])
    part = clerk.send(door.path, values, headers={"HX-Target": "shown"})
    assert (part.status, "Present 钱二" in part.text, part.html.xpath("//h1")) == (200, True, [])
    whole = clerk.send(door.path, values)
    assert "Marked already 钱二" in whole.text
    values["code"] = "吴六"
    refused = clerk.send(door.path, values)
    assert (refused.status, "Confirm it on the page of the class" in refused.text) == (200, True)
    values["code"] = "<script>alert(1)</script>"
    nobody = clerk.send(door.path, values)
    assert (nobody.status, nobody.html.xpath("//main//script")) == (422, [])
    assert nobody.values("/classes")["code"] == "<script>alert(1)</script>"


def test_two_doors_at_once_mark_a_person_once(morning: Morning, clerk: Visitor) -> None:
    other = morning.visitor("zj_manage")
    deeds = []
    for each in (clerk, other):
        values = each.open(f"{morning.address}/door").values("/classes")
        values["code"] = morning.people[0].number
        deeds.append(lambda each=each, values=values: each.send(f"{morning.address}/door", values))
    pages = together(morning.app, *deeds)
    outcomes = sorted("Marked already" in each.text for each in pages)
    assert ([each.status for each in pages], outcomes) == ([200, 200], [False, True])


def test_a_code_says_only_what_it_is_for_to_all_but_its_clerks(
    morning: Morning, visitor: Visitor, member: Visitor, clerk: Visitor
) -> None:
    address = morning.code(morning.enrolments[0])
    for each in (visitor, member, morning.visitor("gd_training")):
        page = each.open(address)
        assert (page.status, "2022年审计准则培训班" in page.text) == (200, True)
        assert "赵一" not in page.text
        assert page.html.xpath("//main//form") == []
    page = clerk.open(address)
    assert "赵一" in page.text
    marked = clerk.send(f"{morning.address}/door", page.values("/classes"))
    assert "Present 赵一" in marked.text
    assert "Marked present at" in clerk.open(address).text
    forged = visitor.open(address[:-1] + ("A" if address[-1] != "A" else "B"))
    assert (forged.status, "This code is not genuine" in forged.text) == (404, True)
    morning.school.now = OVER_AT
    over = visitor.open(address)
    assert (over.status, "its codes serve no more" in over.text) == (410, True)


def test_strangers_cannot_try_codes_without_end(
    morning: Morning, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance_door, "PER_MINUTE", 2)
    found = [visitor.open(f"/classes/codes/{'A' * 27}").status for _ in range(3)]
    assert found == [404, 404, 429]


def test_the_template_comes_back_filled_in_and_is_recorded_once(
    morning: Morning, clerk: Visitor
) -> None:
    book = take_away(clerk, f"{morning.address}/attendance.xlsx")
    sheet = book.worksheets[0]
    assert [each.value for each in sheet[1]] == [
        "Place no.",
        "Number",
        "Name",
        "Firm",
        "Attendance",
    ]
    assert [each.value for each in sheet["C"]][1:] == [each.name for each in morning.people]
    sheet["E2"], sheet["E3"], sheet["E4"] = "Present", "absent", "ill"
    filled = io.BytesIO()
    book.save(filled)
    page = clerk.open(f"{morning.address}/attendance/import")
    values = page.values("/classes")

    def send(content: bytes, name: str = "filled.xlsx") -> Page:
        return clerk.upload(page.path, values, "table", content, name)

    check = send(filled.getvalue())
    assert send(filled.getvalue()).path == check.path  # a second click
    assert "“ill” is neither present nor absent." in check.text
    assert [
        each.text_content() for each in check.html.xpath("//dl[@class='attendance-tally']/div")
    ] == [
        "To be recorded2",
        "Known already0",
        "Empty2",
        "Wrong lines1",
    ]
    assert morning.said() == [None] * 5
    done = clerk.send(check.path, check.values("/classes"))
    assert "Recorded: 1 present, 1 absent." in done.text
    again = clerk.send(check.path, check.values("/classes"))
    assert "Recorded: 1 present, 1 absent." in again.text
    assert morning.said() == ["present", "absent", None, None, None]
    other = morning.visitor("gd_training")
    assert other.open(check.path).status == 404


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.xlsx", "The file is empty."),
        (b"%PDF-1.4", "a.pdf", "Only these kinds of files can be used: xlsx."),
        (b"PK\x03\x04", "a.xlsx", UNREADABLE),
    ],
    ids=["empty", "pdf", "broken"],
)
def test_a_file_that_is_no_table_is_refused_at_its_field(
    morning: Morning, clerk: Visitor, content: bytes, name: str, sentence: str
) -> None:
    page = clerk.open(f"{morning.address}/attendance/import")
    values = page.values("/classes")
    refused = clerk.upload(page.path, values, "table", content, name)
    assert (refused.status, refused.html.get_element_by_id("table-problem").text) == (422, sentence)
    nothing = clerk.send(page.path, values, content_type="multipart/form-data")
    assert (nothing.status, "Choose a file first." in nothing.text) == (422, True)


def test_who_was_absent_is_listed_and_taken_away_and_corrected_with_a_reason(
    morning: Morning, clerk: Visitor
) -> None:
    second = morning.enrolments[1]
    page = clerk.open(f"{morning.address}/attendance")
    clerk.send(page.path, go(page, "record", **{f"said__{second.id}": "absent"}))
    address = f"{morning.address}/attendance/{second.id}/correction"
    assert "change the attendance in the list" in clerk.open(address).text
    morning.school.at(OVER_AT)
    clerk.enter("zj_training", kind="staff")
    assert "nothing is recorded of 4 people" in clerk.open(morning.address).text
    listed = clerk.open(f"{morning.address}/absent")
    assert "钱二" in listed.text
    assert "赵一" not in listed.text
    sheet = take_away(clerk, f"{morning.address}/absent.xlsx").worksheets[0]
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["钱二"]
    form = clerk.open(address).values()
    refused = clerk.send(address, form)
    assert (refused.status, "Say why the attendance is corrected" in refused.text) == (422, True)
    form["reason"] = "签到表上有本人签名"
    told = clerk.send(address, form)
    assert "Corrected: 钱二 was present." in told.text
    assert clerk.send(address, form).status == 200  # a second click
    assert morning.school.row(second).hours == 1600
    assert "Nobody is recorded as absent" in clerk.open(f"{morning.address}/absent").text
    elsewhere = morning.school.offer(name="别的班")
    assert clerk.open(f"/classes/{elsewhere.id}/attendance/{second.id}/correction").status == 404


def test_a_cancelled_class_has_no_attendance(morning: Morning, clerk: Visitor) -> None:
    with morning.school.transaction() as session:
        get_class(session, morning.training_class.id).cancelled_at = morning.school.now
    page = clerk.open(f"{morning.address}/attendance")
    assert "there is no attendance to record" in page.text
    assert page.html.xpath("//input[@type='radio']") == []
