"""Attendance tables are read without trust, looked through line by line, and recorded once."""

import io
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from openpyxl import Workbook

from engine.actors import Actor
from engine.engine import Engine
from tests.workflows.enrolling import BEGINS_AT, OVER_AT, School, make_school
from workflows.shared.accounts import Account
from workflows.shared.enrolments import Enrolment
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.attendance import importing, reading
from workflows.training_enrolment.attendance.importing import AttendanceImport
from workflows.training_enrolment.attendance.recording import (
    NOT_PRESENT,
    PRESENT,
    ClassNotBegun,
    record_attendance,
)
from workflows.training_enrolment.attendance.understanding import Understood

HEADS = ("序号", "编号", "姓名", "单位", "出席情况")


def workbook(*rows: Sequence[Any]) -> io.BytesIO:
    """A workbook of one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def replace_part(content: io.BytesIO, name: str, part: bytes) -> io.BytesIO:
    """A workbook with one of its parts replaced."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(content) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.infolist():
            new.writestr(each.filename, part if each.filename == name else old.read(each))
    changed.seek(0)
    return changed


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    return make_school(engine)


@pytest.fixture
def clerk(school: School) -> Actor:
    """Who records attendance."""
    with school.transaction() as session:
        account = Account(
            user_type="staff", login="clerk", name="考勤岗", password_hash="", created_at=school.now
        )
        session.add(account)
    return Actor("staff", account.id)


@pytest.fixture
def training_class(school: School) -> TrainingClass:
    """A class of three confirmed people and one who is not, on its first morning."""
    made = school.offer(capacity=4)
    for number, name in (
        ("330000000101", "赵一"),
        ("330000000102", "钱二"),
        ("330000000103", "孙三"),
    ):
        school.decide(school.sign_up(made, school.member(number=number, name=name)))
    school.sign_up(made, school.member(number="330000000104", name="李四"))
    school.now = BEGINS_AT - timedelta(minutes=20)
    return made


def look_through(
    school: School,
    training_class: TrainingClass,
    by: Actor,
    content: io.BytesIO,
    *,
    key: UUID | None = None,
) -> tuple[AttendanceImport, Understood]:
    """Send a table."""
    with school.transaction() as session:
        found = importing.look_through(
            session,
            school.engine.vault,
            key=key or uuid4(),
            training_class=get_class(session, training_class.id),
            table=reading.read_table(content),
            name="考勤.xlsx",
            by=by.id or 0,
            now=school.now,
        )
        return found, importing.open_import(school.engine.vault, found)


def confirm(
    school: School, training_class: TrainingClass, by: Actor, found: AttendanceImport
) -> dict[str, Any]:
    """Record a table that was looked through; its result."""
    with school.transaction() as session:
        return importing.confirm_import(
            session,
            school.engine.vault,
            key=found.id,
            training_class=get_class(session, training_class.id),
            by=by.id or 0,
            now=school.now,
        ).result


def attendance(school: School, training_class: TrainingClass) -> dict[int, str | None]:
    """What is recorded, by number in the class."""
    with school.engine.database.read() as session:
        rows = session.query(Enrolment).filter_by(class_id=training_class.id)
        return {each.number: each.attendance for each in rows}


def test_every_wrong_line_is_named_with_its_column_and_why(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    table = workbook(
        ("2022年审计准则培训班 考勤表",),
        HEADS,
        (1, 330000000101, "赵一", "", "出席"),
        (2, "330000000102", "钱二", "", "未到"),
        (3, "330000000103", "孙三", "", None),
        (4, "330000000104", "李四", "", "出席"),
        (9, "330000000999", "吴九", "", "出席"),
        (1, "330000000101", "赵一", "", "缺席"),
        (3, "330000000103", "孙山", "", "出席"),
        (2, "330000000103", "孙三", "", "出席"),
        (None, None, "无号", "", "出席"),
        (3, "330000000103", "孙三", "", "请假"),
        (None, None, None, None, None),
    )
    found, understood = look_through(school, training_class, clerk, table)
    assert [(each.line, each.name, each.word) for each in understood.right] == [
        (3, "赵一", PRESENT),
        (4, "钱二", NOT_PRESENT),
    ]
    assert (understood.unchanged, understood.empty) == (0, 1)
    assert [(each.line, each.column, each.said, each.why) for each in understood.wrong] == [
        (6, "B", "330000000104", "reserved"),
        (7, "B", "330000000999", "unknown"),
        (8, "B", "330000000101", "twice"),
        (9, "C", "孙山", "other_name"),
        (10, "A", "2", "other_place"),
        (11, "B", "", "no_number"),
        (12, "B", "330000000103", "twice"),
    ]
    sentences = [each.sentence for each in understood.wrong]
    assert sentences[2] == "This person stands in the table twice, first in line 3."
    assert sentences[3] == "The name does not belong to this number: 孙三 was expected."
    assert set(attendance(school, training_class).values()) == {None}
    assert confirm(school, training_class, clerk, found) == {
        "present": 1,
        "absent": 1,
        "left_out": [],
    }
    assert attendance(school, training_class) == {1: PRESENT, 2: NOT_PRESENT, 3: None, 4: None}


def test_a_word_that_is_neither_present_nor_absent_is_named(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    table = workbook(("Number", "Attendance"), ("330000000101", "=1+1"), ("330000000102", "病假"))
    _found, understood = look_through(school, training_class, clerk, table)
    assert understood.right == []
    assert [each.sentence for each in understood.wrong] == ["“病假” is neither present nor absent."]


def test_confirming_twice_is_once_and_a_table_again_says_nothing_new(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    rows = (HEADS, (1, "330000000101", "赵一", "", "√"))
    found, _understood = look_through(school, training_class, clerk, workbook(*rows))
    first = confirm(school, training_class, clerk, found)
    school.now += timedelta(minutes=3)
    assert confirm(school, training_class, clerk, found) == first
    _found, again = look_through(school, training_class, clerk, workbook(*rows))
    assert (again.right, again.unchanged) == ([], 1)


def test_another_table_from_the_same_page_takes_the_place_of_the_first_until_it_is_confirmed(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    key, rest = uuid4(), (1, "330000000101", "赵一", "")
    first, _wrong = look_through(
        school, training_class, clerk, workbook(HEADS, (*rest, "缺席")), key=key
    )
    found, mended = look_through(
        school, training_class, clerk, workbook(HEADS, (*rest, "出席")), key=key
    )
    assert (found.id, mended.right[0].word) == (first.id, PRESENT)
    confirm(school, training_class, clerk, found)
    _found, late = look_through(
        school, training_class, clerk, workbook(HEADS, (*rest, "缺席")), key=key
    )
    assert late == mended
    with pytest.raises(importing.ImportNotFound):
        look_through(school, training_class, Actor("staff", 77), workbook(HEADS), key=key)


def test_what_somebody_else_recorded_meanwhile_is_not_overwritten(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    table = workbook(
        HEADS, (1, "330000000101", "", "", "缺席"), (2, "330000000102", "", "", "出席")
    )
    found, understood = look_through(school, training_class, clerk, table)
    key = understood.right[0].enrolment_id
    with school.transaction() as session:
        record_attendance(
            session,
            training_class=get_class(session, training_class.id),
            said={key: PRESENT},
            by=clerk.id or 0,
            now=school.now,
        )
    assert confirm(school, training_class, clerk, found) == {
        "present": 1,
        "absent": 0,
        "left_out": [{"line": 2, "why": "changed"}],
    }
    assert attendance(school, training_class)[1] == PRESENT


def test_a_number_that_two_people_of_the_class_have_needs_the_place_number(
    school: School, clerk: Actor
) -> None:
    training_class = school.offer(capacity=2)
    for _each in range(2):
        firm = school.firm()
        employee = school.employee(firm)
        with school.transaction() as session:
            session.merge(employee).number = "E7"
            employee.number = "E7"
        school.decide(school.sign_up(training_class, employee, firm=firm))
    school.now = BEGINS_AT
    table = workbook(HEADS, ("", "e7", "", "", "出席"), (2, "E7", "", "", "出席"))
    _found, understood = look_through(school, training_class, clerk, table)
    assert [each.why for each in understood.wrong] == ["several"]
    assert [each.line for each in understood.right] == [3]


def test_a_table_with_other_columns_is_refused_with_the_names_of_those_that_miss(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    with pytest.raises(reading.ColumnsMissing, match="“Attendance”"):
        look_through(school, training_class, clerk, workbook(("编号", "姓名"), ("1", "赵一")))
    with pytest.raises(reading.ColumnsMissing, match="“Number”, “Attendance”"):
        look_through(school, training_class, clerk, workbook())


def test_a_table_before_the_first_day_is_refused(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    school.now = BEGINS_AT - timedelta(days=1)
    with pytest.raises(ClassNotBegun):
        look_through(school, training_class, clerk, workbook(HEADS))


def test_who_has_hours_already_is_left_out_and_told_apart(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    rows = (HEADS, (1, "330000000101", "", "", "出席"))
    found, _understood = look_through(school, training_class, clerk, workbook(*rows))
    confirm(school, training_class, clerk, found)
    school.at(OVER_AT)
    table = workbook(HEADS, (1, "330000000101", "", "", "缺席"))
    _found, understood = look_through(school, training_class, clerk, table)
    assert [each.why for each in understood.wrong] == ["completed"]


def bomb() -> io.BytesIO:
    """A workbook that unpacks to far more than it is."""
    good = workbook(HEADS)
    return replace_part(good, "xl/worksheets/sheet1.xml", b" " * (reading.MOST_UNPACKED + 1))


def entities() -> io.BytesIO:
    """A workbook whose sheet declares entities that grow."""
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    said = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{lines}]><worksheet>&a8;</worksheet>'
    )
    return replace_part(workbook(HEADS), "xl/worksheets/sheet1.xml", said.encode())


def entities_in_two_bytes() -> io.BytesIO:
    """The same in UTF-16, where no letter stands alone."""
    said = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    return replace_part(workbook(HEADS), "xl/worksheets/sheet1.xml", said.encode("utf-16"))


def broken() -> io.BytesIO:
    """A workbook whose sheet ends in the middle."""
    return replace_part(workbook(HEADS), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>")


def of_lies() -> io.BytesIO:
    """A workbook that names parts that it does not have."""
    content = workbook(HEADS)
    return replace_part(content, "xl/_rels/workbook.xml.rels", b"<Relationships/>")


def damaged() -> io.BytesIO:
    """A workbook of which some bytes were changed on the way."""
    content = workbook(HEADS)
    with zipfile.ZipFile(content) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    raw = bytearray(content.getvalue())
    begin = part.header_offset + 30 + len(part.filename)
    raw[begin : begin + 20] = b"\xff" * 20
    return io.BytesIO(bytes(raw))


def locked() -> io.BytesIO:
    """A workbook of which every part says that it has a password."""
    raw = bytearray(workbook(HEADS).getvalue())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = raw.find(sign)
        while begin >= 0:
            raw[begin + at] |= 1
            begin = raw.find(sign, begin + 4)
    return io.BytesIO(bytes(raw))


def no_workbook() -> io.BytesIO:
    """Something else."""
    return io.BytesIO(b"PK\x03\x04 not a workbook at all")


@pytest.mark.parametrize(
    "hostile",
    [bomb, entities, entities_in_two_bytes, broken, of_lies, damaged, locked, no_workbook],
)
def test_a_hostile_workbook_gets_a_sentence(hostile: Any) -> None:
    with pytest.raises(reading.WorkbookUnreadable):
        reading.read_table(hostile())


def test_rows_far_below_and_columns_far_to_the_right_are_not_walked_to() -> None:
    book = Workbook()
    book.active.append(["编号", "出席情况"])
    book.active.cell(row=1_048_576, column=16_384, value="x")
    content = io.BytesIO()
    book.save(content)
    assert reading.read_table(content).rows == []


def test_more_rows_than_a_class_has_people_are_refused() -> None:
    rows = [("编号", "出席情况"), *[(each, "出席") for each in range(reading.MOST_ROWS + 1)]]
    with pytest.raises(reading.TooManyRows, match="5000"):
        reading.read_table(workbook(*rows))


def test_a_table_is_forgotten_after_a_day(
    school: School, clerk: Actor, training_class: TrainingClass
) -> None:
    rows = (HEADS, (1, "330000000101", "", "", "出席"))
    found, _understood = look_through(school, training_class, clerk, workbook(*rows))
    school.now += timedelta(days=1, minutes=1)
    with school.transaction() as session:
        importing.sweep_imports(session, school.now)
    with pytest.raises(importing.ImportNotFound):
        confirm(school, training_class, clerk, found)
    assert set(attendance(school, training_class).values()) == {None}
