"""Who came to a class is recorded, at the door or from a list, and corrected with a reason."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from engine.actors import Actor
from engine.engine import Engine
from engine.noting import texts
from engine.timers import fire_timers
from engine.trail import events
from tests.workflows.enrolling import BEGINS_AT, OVER_AT, School, make_school
from workflows.shared.accounts import Account
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import list_hours
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.attendance import correcting, door, recording
from workflows.training_enrolment.attendance.people import (
    count_expected,
    count_unconfirmed,
    list_absent,
    list_expected,
    tally_attendance,
)
from workflows.training_enrolment.attendance.recording import NOT_PRESENT, PRESENT, Recorded, Word
from workflows.training_enrolment.attendance.tokens import (
    DoorCodeNotGenuine,
    door_token,
    read_door_token,
)

AT_THE_DOOR = BEGINS_AT - timedelta(minutes=30)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    return make_school(engine)


@pytest.fixture
def clerk(school: School) -> Actor:
    """Who records attendance."""
    with school.transaction() as session:
        account = Account(
            user_type="staff",
            login="clerk",
            name="考勤岗",
            password_hash="",
            created_at=school.now,
        )
        session.add(account)
    return Actor("staff", account.id)


def confirmed(
    school: School, count: int, **differs: object
) -> tuple[TrainingClass, list[Enrolment]]:
    """A class with some who have a confirmed place in it, at its first morning."""
    training_class = school.offer(capacity=count, **differs)
    enrolments = [school.sign_up(training_class, each) for each in school.members(count)]
    for each in enrolments:
        school.decide(each)
    school.at(AT_THE_DOOR)
    return training_class, enrolments


def record(
    school: School, training_class: TrainingClass, by: Actor, said: dict[int, Word]
) -> Recorded:
    """Record attendance from a list."""
    with school.transaction() as session:
        return recording.record_attendance(
            session,
            training_class=get_class(session, training_class.id),
            said=said,
            by=by.id or 0,
            now=school.now,
        )


def show(school: School, training_class: TrainingClass, by: Actor, shown: str) -> door.Shown:
    """Show something at the door of a class."""
    with school.transaction() as session:
        return door.mark_present(
            session,
            school.engine.vault,
            training_class=get_class(session, training_class.id),
            shown=shown,
            by=by.id or 0,
            now=school.now,
        )


def correct(
    school: School, enrolment: Enrolment, by: Actor, word: Word, reason: str = "签到有误"
) -> None:
    """Correct the attendance of somebody."""
    with school.transaction() as session:
        correcting.correct_attendance(
            session,
            school.engine,
            enrolment_id=enrolment.id,
            word=word,
            reason=reason,
            by=by,
            now=school.now,
        )


def ledger(school: School, member_id: int) -> list[tuple[str, int]]:
    """The keys and hours of a member's entries, in the order in which they were made."""
    with school.engine.database.read() as session:
        found = sorted(list_hours(session, member_id=member_id), key=lambda each: each.id)
        return [(each.external_key, each.hours) for each in found]


def test_who_is_marked_before_the_class_begins_is_credited_after_its_end(
    school: School, clerk: Actor
) -> None:
    training_class, (first, second) = confirmed(school, 2)
    recorded = record(school, training_class, clerk, {first.id: PRESENT, second.id: NOT_PRESENT})
    assert recorded == Recorded(changed=[first.id, second.id])
    school.at(BEGINS_AT)
    assert (school.state(first), school.state(second)) == ("confirmed", "confirmed")
    school.at(OVER_AT)
    assert (school.state(first), school.state(second)) == ("completed", "absent")
    assert ledger(school, first.person_id) == [(f"enrolment:{first.id}", 1600)]
    assert ledger(school, second.person_id) == []
    with school.engine.database.read() as session:
        (absent,) = list_absent(session, training_class.id)
        assert (absent.id, absent.recorded_by) == (second.id, clerk.id)


def test_who_is_recorded_only_after_the_end_is_credited_then(school: School, clerk: Actor) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    school.at(OVER_AT)
    assert school.state(first) == "confirmed"
    record(school, training_class, clerk, {first.id: PRESENT})
    school.work()
    assert school.state(first) == "completed"
    assert ledger(school, first.person_id) == [(f"enrolment:{first.id}", 1600)]


def test_what_is_recorded_in_the_moment_the_class_ends_is_not_missed(
    school: School, clerk: Actor
) -> None:
    training_class, (enrolment,) = confirmed(school, 1)
    school.at(BEGINS_AT)
    school.now = OVER_AT
    with ThreadPoolExecutor(1) as threads:
        with school.transaction() as session:
            fire_timers(session, school.engine, school.now, case_id=str(enrolment.case_id))
            said = {enrolment.id: PRESENT}
            going = threads.submit(record, school, training_class, clerk, said)
            wait([going], timeout=0.5)
        assert going.result().changed == [enrolment.id]
    school.work()
    assert school.state(enrolment) == "completed"


def test_the_same_word_again_changes_nothing_and_another_one_corrects_it(
    school: School, clerk: Actor
) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    record(school, training_class, clerk, {first.id: NOT_PRESENT})
    was = school.row(first).attendance_at
    school.now += timedelta(minutes=5)
    again = record(school, training_class, clerk, {first.id: NOT_PRESENT})
    assert again == Recorded(unchanged=[first.id])
    assert school.row(first).attendance_at == was
    assert record(school, training_class, clerk, {first.id: PRESENT}).changed == [first.id]
    school.at(OVER_AT)
    assert school.state(first) == "completed"


def test_only_who_is_confirmed_can_be_marked_and_others_are_told_apart(
    school: School, clerk: Actor
) -> None:
    training_class = school.offer(capacity=1)
    reserved = school.sign_up(training_class, school.member())
    waiting = school.sign_up(training_class, school.member())
    other_class = school.offer(name="另一个班")
    other = school.sign_up(other_class, school.member())
    with school.engine.database.read() as session:
        assert count_unconfirmed(session, training_class.id) == 1
    school.now = AT_THE_DOOR
    said: dict[int, Word] = {each.id: PRESENT for each in (reserved, waiting, other)}
    recorded = record(school, training_class, clerk, said)
    assert recorded == Recorded(refused={reserved.id: "reserved", waiting.id: "waiting"})
    assert school.row(other).attendance is None


def test_nothing_is_recorded_before_the_first_day_or_of_a_cancelled_class(
    school: School, clerk: Actor
) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    school.now = BEGINS_AT - timedelta(hours=10)
    with pytest.raises(recording.ClassNotBegun, match="10 October 2022"):
        record(school, training_class, clerk, {first.id: PRESENT})
    with school.transaction() as session:
        get_class(session, training_class.id).cancelled_at = school.now
    school.now = AT_THE_DOOR
    with pytest.raises(recording.ClassIsCancelled):
        record(school, training_class, clerk, {first.id: PRESENT})
    assert school.row(first).attendance is None


def test_ten_people_are_recorded_in_as_many_statements_as_two(school: School, clerk: Actor) -> None:
    training_class, enrolments = confirmed(school, 12)
    school.at(OVER_AT)
    counted = list[int]()
    for some in (enrolments[:2], enrolments[2:]):
        said = list[str]()

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)  # noqa: B023  listened to in this turn only

        event.listen(school.engine.database.sql, "before_cursor_execute", note)
        recorded = record(school, training_class, clerk, {each.id: PRESENT for each in some})
        event.remove(school.engine.database.sql, "before_cursor_execute", note)
        assert len(recorded.changed) == len(some)
        counted.append(len(said))
    assert counted[0] == counted[1]
    school.work()
    assert {school.state(each) for each in enrolments} == {"completed"}


def test_a_code_marks_its_person_once_at_however_many_doors(school: School, clerk: Actor) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    token = door_token(school.engine.vault, first.id)
    address = f"https://huiji.example.org/classes/codes/{token}"

    def at_a_door(_number: int) -> str:
        return show(school, training_class, clerk, address).outcome

    with ThreadPoolExecutor(4) as doors:
        outcomes = sorted(doors.map(at_a_door, range(4)))
    assert outcomes == ["already", "already", "already", "marked"]
    shown = show(school, training_class, clerk, token)
    assert (shown.outcome, shown.name, shown.at) == ("already", "陈会员", AT_THE_DOOR)


def test_a_code_with_any_letter_changed_is_refused(school: School) -> None:
    vault = school.engine.vault
    token = door_token(vault, 7)
    assert read_door_token(vault, token) == 7
    forged = {
        token[:at] + letter + token[at + 1 :]
        for at in range(len(token))
        for letter in LETTERS
        if letter != token[at]
    }
    for each in [*sorted(forged), "", "=", token[:-1], token + "A", token + "=", "é" * 27]:
        with pytest.raises(DoorCodeNotGenuine):
            read_door_token(vault, each)


def test_the_door_says_what_is_wrong_with_what_is_shown(school: School, clerk: Actor) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    other_class = school.offer(name="另一个班", closes_date=AT_THE_DOOR.date() + timedelta(days=9))
    for shown, error in (
        ("  ", door.NothingShown),
        ("330000009999", door.NobodyFound),
        ("陈会员", door.SeveralFound),
        ("https://elsewhere.example.com/x", DoorCodeNotGenuine),
        ("A" * 27, DoorCodeNotGenuine),
        ("%_' OR 1=1 --" * 50, door.NobodyFound),
    ):
        with pytest.raises(error):
            show(school, training_class, clerk, shown)
    token = door_token(school.engine.vault, first.id)
    with pytest.raises(door.OtherClass, match="2022年审计准则培训班"):
        show(school, other_class, clerk, token)
    school.now = OVER_AT
    with pytest.raises(door.DoorCodeOver):
        show(school, training_class, clerk, token)


def test_a_number_or_a_whole_name_serves_as_well_as_a_code(school: School, clerk: Actor) -> None:
    training_class = school.offer(capacity=3)
    named, numbered = school.member(name="欧阳明"), school.member()
    for each in (named, numbered):
        school.decide(school.sign_up(training_class, each))
    refused = school.sign_up(training_class, school.member(name="钱拒绝"))
    school.decide(refused, "refuse", "不符合条件")
    school.at(AT_THE_DOOR)
    assert show(school, training_class, clerk, " 欧阳明 ").outcome == "marked"
    assert show(school, training_class, clerk, numbered.number).outcome == "marked"
    shown = show(school, training_class, clerk, "钱拒绝")
    assert (shown.outcome, shown.state) == ("refused", "refused")
    assert shown.refusal == recording.REFUSALS["refused"]


def test_of_several_sign_ups_of_a_person_the_live_one_is_marked(
    school: School, clerk: Actor
) -> None:
    training_class, member = school.offer(), school.member()
    former = school.sign_up(training_class, member)
    school.cancel(former)
    school.work()
    live = school.sign_up(training_class, member)
    school.decide(live)
    school.at(AT_THE_DOOR)
    assert show(school, training_class, clerk, member.number).enrolment_id == live.id
    assert school.row(former).attendance is None


def test_a_correction_after_the_end_takes_hours_back_and_gives_them_again(
    school: School, clerk: Actor
) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    record(school, training_class, clerk, {first.id: PRESENT})
    school.at(OVER_AT)
    key = f"enrolment:{first.id}"
    correct(school, first, clerk, NOT_PRESENT, "代签")
    correct(school, first, clerk, NOT_PRESENT, "代签")  # a second click
    assert ledger(school, first.person_id) == [(key, 1600), (f"{key}/2", -1600)]
    assert (school.state(first), school.row(first).hours) == ("absent", None)
    assert school.case(first).status == "enrolment_absent"
    correct(school, first, clerk, PRESENT, "核实本人到场")
    assert ledger(school, first.person_id)[2:] == [(f"{key}/3", 1600)]
    assert (school.state(first), school.row(first).hours) == ("completed", 1600)
    assert school.told(first.case_id)[-2:] == [
        "enrolment_corrected_absent",
        "enrolment_corrected_present",
    ]
    with school.engine.database.read() as session:
        case = school.case(first)
        noted = [each for each in events(session, case.id) if each.kind == "attendance_corrected"]
        assert [each.data["attendance"] for each in noted] == [NOT_PRESENT, PRESENT]
        assert [each.by_id for each in noted] == [clerk.id, clerk.id]
        written = texts(session, school.engine.vault, case=case)
        assert [written[each.number] for each in noted] == ["代签", "核实本人到场"]


def test_an_absence_turned_into_a_presence_is_credited_for_the_first_time(
    school: School, clerk: Actor
) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    record(school, training_class, clerk, {first.id: NOT_PRESENT})
    school.at(OVER_AT)
    assert record(school, training_class, clerk, {first.id: PRESENT}).refused == {
        first.id: "absent"
    }
    correct(school, first, clerk, PRESENT)
    assert ledger(school, first.person_id) == [(f"enrolment:{first.id}", 1600)]
    with school.engine.database.read() as session:
        assert list_absent(session, training_class.id) == []


def test_an_employee_has_no_ledger_and_is_corrected_all_the_same(
    school: School, clerk: Actor
) -> None:
    training_class, firm = school.offer(), school.firm()
    enrolment = school.sign_up(training_class, school.employee(firm), firm=firm)
    school.decide(enrolment)
    school.at(AT_THE_DOOR)
    record(school, training_class, clerk, {enrolment.id: PRESENT})
    school.at(OVER_AT)
    correct(school, enrolment, clerk, NOT_PRESENT)
    assert school.state(enrolment) == "absent"


@pytest.mark.parametrize(
    ("reason", "error"), [("  ", correcting.ReasonMissing), ("长" * 501, correcting.ReasonTooLong)]
)
def test_a_correction_needs_a_reason(
    school: School, clerk: Actor, reason: str, error: type[Exception]
) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    record(school, training_class, clerk, {first.id: PRESENT})
    school.at(OVER_AT)
    with pytest.raises(error):
        correct(school, first, clerk, NOT_PRESENT, reason)
    assert school.state(first) == "completed"


def test_what_had_no_consequences_yet_is_not_corrected_with_a_reason(
    school: School, clerk: Actor
) -> None:
    training_class, (first, _second) = confirmed(school, 2)
    record(school, training_class, clerk, {first.id: PRESENT})
    with pytest.raises(correcting.NotSettled):
        correct(school, first, clerk, NOT_PRESENT)


def test_the_list_is_counted_searched_and_paged(school: School, clerk: Actor) -> None:
    training_class, enrolments = confirmed(school, 5)
    record(
        school, training_class, clerk, {enrolments[0].id: PRESENT, enrolments[1].id: NOT_PRESENT}
    )
    with school.engine.database.read() as session:
        tally = tally_attendance(session, training_class.id)
        assert (tally.expected, tally.present, tally.absent, tally.unknown) == (5, 1, 1, 3)
        page = list_expected(session, training_class.id, limit=2, offset=2)
        assert [each.id for each in page] == [each.id for each in enrolments[2:4]]
        assert count_expected(session, training_class.id, shown="unknown") == 3
        assert count_expected(session, training_class.id, text="陈") == 5
        assert count_expected(session, training_class.id, text="%") == 0
        (number,) = session.scalars(
            select(Enrolment.number).where(Enrolment.id == enrolments[4].id)
        )
        assert number == 5
