"""A sign-up for a class goes its way: reserved, confirmed, reminded, attended, credited."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from engine.actors import SYSTEM, Actor
from engine.completing import hold_task
from engine.engine import Engine
from engine.message_events import publish
from engine.noting import texts
from tests.workflows.enrolling import BEGINS_AT, OVER_AT, STAFF, School, make_school
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import list_hours
from workflows.shared.register import Member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.cancelling import (
    ReasonNeeded,
    SignUpIsOver,
    cancel_enrolment,
    replace_person,
)
from workflows.training_enrolment.places import (
    count_untold,
    counts_of,
    fill_places,
    tell_class_cancelled,
    tell_class_changed,
)
from workflows.training_enrolment.signing_up import (
    AlreadySignedUp,
    ClassHasBegun,
    hold_person,
    sign_up,
)

DAY = timedelta(days=1)
BY_FIRM = Actor("firm", 5)


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    return make_school(engine)


def attend(school: School, enrolment: Enrolment, attendance: str) -> None:
    """Record whether somebody came."""
    with school.transaction() as session:
        session.get_one(Enrolment, enrolment.id).attendance = attendance
        publish(session, name="attendance_recorded", key=str(enrolment.id), now=school.now)


def replace(school: School, former: Enrolment, person: Member) -> Enrolment:
    """Let the firm give a place to somebody else."""
    with school.transaction() as session:
        return replace_person(
            session,
            school.engine,
            enrolment=session.get_one(Enrolment, former.id),
            person=person,
            answers={},
            by=BY_FIRM,
            now=school.now,
        )


def change(school: School, training_class: TrainingClass, **changes: object) -> None:
    """Change the time or place of a class and let its cases know."""
    with school.transaction() as session:
        row = session.get_one(TrainingClass, training_class.id)
        for name, value in changes.items():
            setattr(row, name, value)
        row.change_no += 1
        session.flush()
        tell_class_changed(session, row, school.now)
    school.work()


def untold(school: School, training_class: TrainingClass) -> int:
    """How many are still to be told of what became of a class."""
    with school.engine.database.read() as session:
        return count_untold(session, session.get_one(TrainingClass, training_class.id))


def test_who_signs_up_is_confirmed_reminded_and_credited(school: School) -> None:
    training_class = school.offer()
    member = school.member()
    enrolment = school.sign_up(training_class, member)
    assert (enrolment.state, enrolment.number) == ("reserved", 1)
    assert school.case(enrolment).status == "enrolment_reserved"
    school.decide(enrolment)
    assert school.state(enrolment) == "confirmed"
    assert school.case(enrolment).status == "enrolment_confirmed"
    school.at(BEGINS_AT - 3 * DAY)
    school.at(BEGINS_AT)
    attend(school, enrolment, "present")
    school.work()
    assert school.state(enrolment) == "confirmed"
    school.at(OVER_AT)
    assert school.state(enrolment) == "completed"
    case = school.case(enrolment)
    assert (case.state, case.status, case.ended_in) == ("ended", "enrolment_completed", "completed")
    assert school.told(enrolment.case_id) == [
        "enrolment_reserved",
        "enrolment_confirmed",
        "enrolment_reminder",
        "enrolment_completed",
    ]
    with school.engine.database.read() as session:
        (entry,) = list_hours(session, member_id=member.id)
        assert (entry.year, entry.hours, entry.earned_date) == (2022, 1600, training_class.end_date)
        assert (entry.title, entry.source) == (training_class.name, "培训班")
        assert entry.external_key == f"enrolment:{enrolment.id}"


def test_a_freed_place_goes_to_the_first_who_waits(school: School) -> None:
    training_class = school.offer(capacity=1)
    first, second, third = (school.sign_up(training_class, each) for each in school.members(3))
    assert [each.state for each in (first, second, third)] == ["reserved", "waiting", "waiting"]
    assert school.case(second).status == "enrolment_waiting"
    assert school.cancel(first)
    assert school.state(second) == "reserved"
    school.work()
    assert school.case(second).status == "enrolment_reserved"
    assert school.told(second.case_id) == ["enrolment_waiting", "enrolment_moved_up"]
    school.decide(second, "refuse", "不属于培训对象")
    assert (school.state(second), school.state(third)) == ("refused", "reserved")
    assert school.case(second).ended_in == "not_admitted"
    with school.engine.database.read() as session:
        counts = counts_of(session, [training_class.id])[training_class.id]
    assert (counts.placed, counts.waiting, counts.refused, counts.cancelled) == (1, 0, 1, 1)


def test_a_class_that_takes_more_fills_its_places_from_the_waiting_list(school: School) -> None:
    training_class = school.offer(capacity=1)
    signed_up = [school.sign_up(training_class, each) for each in school.members(4)]
    with school.transaction() as session:
        row = session.get_one(TrainingClass, training_class.id)
        row.capacity = 3
        assert [each.id for each in fill_places(session, row, school.now)] == [
            signed_up[1].id,
            signed_up[2].id,
        ]
        assert fill_places(session, row, school.now) == []
    assert [school.state(each) for each in signed_up] == ["reserved"] * 3 + ["waiting"]


def test_who_comes_later_does_not_pass_who_waits(school: School) -> None:
    training_class = school.offer(capacity=1)
    for each in school.members(2):
        school.sign_up(training_class, each)
    with school.transaction() as session:
        session.get_one(TrainingClass, training_class.id).capacity = 5
    assert school.sign_up(training_class, school.member()).state == "waiting"


def test_who_still_waits_when_the_class_begins_is_told_that_there_is_no_place(
    school: School,
) -> None:
    training_class = school.offer(capacity=1)
    placed, waiting = (school.sign_up(training_class, each) for each in school.members(2))
    school.at(BEGINS_AT)
    assert (school.state(placed), school.state(waiting)) == ("reserved", "unplaced")
    assert school.told(waiting.case_id)[-1] == "enrolment_unplaced"
    assert school.case(waiting).status == "enrolment_unplaced"
    school.decide(placed)
    assert school.state(placed) == "confirmed"
    assert "enrolment_reminder" not in school.told(placed.case_id)


def test_whom_nobody_confirms_until_the_class_is_over_has_no_place(school: School) -> None:
    training_class = school.offer()
    enrolment = school.sign_up(training_class, school.member())
    school.at(OVER_AT)
    assert school.state(enrolment) == "unplaced"
    assert school.case(enrolment).state == "ended"


def test_a_class_that_was_put_off_is_still_confirmed(school: School) -> None:
    training_class = school.offer()
    enrolment = school.sign_up(training_class, school.member())
    change(school, training_class, start_date=date(2022, 11, 1), end_date=date(2022, 11, 2))
    school.at(OVER_AT)
    assert school.state(enrolment) == "reserved"
    school.decide(enrolment)
    school.at(BEGINS_AT + 20 * DAY)
    assert school.told(enrolment.case_id)[-1] == "enrolment_reminder"


def test_a_change_is_told_once_and_the_new_times_are_waited_for(school: School) -> None:
    training_class = school.offer(capacity=1)
    confirmed, waiting = (school.sign_up(training_class, each) for each in school.members(2))
    school.decide(confirmed)
    later = {"start_date": date(2022, 11, 1), "end_date": date(2022, 11, 1)}
    with school.transaction() as session:
        row = session.get_one(TrainingClass, training_class.id)
        row.start_date, row.end_date, row.change_no = later["start_date"], later["end_date"], 1
        assert count_untold(session, row) == 2
        assert tell_class_changed(session, row, school.now) == 2
        tell_class_changed(session, row, school.now)
    school.work()
    assert untold(school, training_class) == 0
    assert school.told(confirmed.case_id).count("enrolment_changed") == 1
    assert school.told(waiting.case_id).count("enrolment_changed") == 1
    school.at(BEGINS_AT)
    assert school.state(waiting) == "waiting"
    assert "enrolment_reminder" not in school.told(confirmed.case_id)
    school.at(BEGINS_AT + 20 * DAY)
    assert school.told(confirmed.case_id).count("enrolment_reminder") == 1
    change(school, training_class, start_date=date(2022, 11, 20), end_date=date(2022, 11, 20))
    school.at(BEGINS_AT + 40 * DAY)
    assert school.told(confirmed.case_id).count("enrolment_reminder") == 2
    assert school.cancel(confirmed)
    school.work()
    assert school.state(waiting) == "reserved"
    assert school.case(waiting).status == "enrolment_reserved"


def test_a_cancelled_class_ends_all_its_sign_ups_with_the_reason(school: School) -> None:
    training_class = school.offer(capacity=2)
    confirmed, reserved, waiting = (
        school.sign_up(training_class, each) for each in school.members(3)
    )
    school.decide(confirmed)
    with school.transaction() as session:
        row = session.get_one(TrainingClass, training_class.id)
        row.cancelled_at, row.cancel_reason = school.now, "场地原因"
        session.flush()
        assert tell_class_cancelled(session, row, school.now) == 3
    assert untold(school, training_class) == 3
    school.work()
    for each in (confirmed, reserved, waiting):
        assert school.state(each) == "cancelled"
        assert school.case(each).ended_in == "gone_with_class"
        assert school.told(each.case_id)[-1] == "enrolment_class_cancelled"
    assert untold(school, training_class) == 0


def test_cancelling_takes_a_reason_and_a_second_click_changes_nothing(school: School) -> None:
    training_class = school.offer()
    enrolment = school.sign_up(training_class, school.member())
    with pytest.raises(ReasonNeeded):
        school.cancel(enrolment, "  ")
    with pytest.raises(ReasonNeeded):
        school.cancel(enrolment, "甲" * 501)
    school.decide(enrolment)
    assert school.cancel(enrolment, "临时出差")
    assert not school.cancel(enrolment, "临时出差")
    case = school.case(enrolment)
    assert (case.ended_in, case.status) == ("cancelled", "enrolment_cancelled")
    with school.engine.database.read() as session:
        assert list(texts(session, school.engine.vault, case=case).values()) == ["临时出差"]


def test_nobody_cancels_once_the_class_has_begun_or_the_sign_up_is_over(school: School) -> None:
    training_class = school.offer()
    enrolment, refused = (school.sign_up(training_class, each) for each in school.members(2))
    school.decide(enrolment)
    school.decide(refused, "refuse", "名额保留给其他单位")
    with pytest.raises(SignUpIsOver):
        school.cancel(refused)
    school.now = BEGINS_AT
    with pytest.raises(ClassHasBegun):
        school.cancel(enrolment)
    school.work()
    with pytest.raises(ClassHasBegun):
        school.cancel(enrolment)
    assert school.state(enrolment) == "confirmed"


def test_who_stays_away_without_a_word_is_listed_as_absent(school: School) -> None:
    training_class = school.offer()
    member = school.member()
    enrolment = school.sign_up(training_class, member)
    school.decide(enrolment)
    school.at(BEGINS_AT)
    attend(school, enrolment, "absent")
    school.at(OVER_AT)
    assert school.state(enrolment) == "absent"
    assert school.told(enrolment.case_id)[-1] == "enrolment_absent"
    with school.engine.database.read() as session:
        assert list_hours(session, member_id=member.id) == []


def test_what_is_corrected_before_the_class_is_over_counts(school: School) -> None:
    training_class = school.offer()
    enrolment = school.sign_up(training_class, school.member())
    school.decide(enrolment)
    # At the door, before it begins: nobody waits for it yet.
    attend(school, enrolment, "absent")
    school.at(BEGINS_AT)
    attend(school, enrolment, "present")
    school.at(OVER_AT)
    assert school.state(enrolment) == "completed"


def test_attendance_that_comes_after_the_class_is_waited_for(school: School) -> None:
    training_class = school.offer()
    enrolment = school.sign_up(training_class, school.member())
    school.decide(enrolment)
    school.at(OVER_AT + DAY)
    assert school.state(enrolment) == "confirmed"
    attend(school, enrolment, "present")
    school.work()
    assert school.state(enrolment) == "completed"
    assert school.row(enrolment).hours == 1600


def test_an_employee_takes_part_without_an_account_and_without_a_ledger(school: School) -> None:
    training_class = school.offer()
    firm = school.firm()
    enrolment = school.sign_up(
        training_class, school.employee(firm), by=Actor("firm", 5), firm=firm
    )
    assert school.case(enrolment).subject_key.startswith("employee:")
    school.decide(enrolment)
    school.at(BEGINS_AT)
    attend(school, enrolment, "present")
    school.at(OVER_AT)
    row = school.row(enrolment)
    assert (row.state, row.hours, row.firm_news) == ("completed", 1600, "completed")
    assert school.told(enrolment.case_id) == []


def test_another_person_takes_number_and_place(school: School) -> None:
    training_class = school.offer(capacity=1)
    firm = school.firm()
    first, other, third = school.members(3, firm_id=firm.id)
    had = school.sign_up(training_class, first, by=BY_FIRM, firm=firm)
    waiting = school.sign_up(training_class, third, by=BY_FIRM, firm=firm)
    school.decide(had)

    # After the window, too: the place is taken already.
    school.now = BEGINS_AT - DAY
    has = replace(school, had, other)
    assert (has.state, has.number, has.replaces_id) == ("reserved", 1, had.id)
    assert [school.state(each) for each in (had, waiting)] == ["cancelled", "waiting"]
    assert school.case(had).ended_in == "cancelled"
    with pytest.raises(SignUpIsOver):
        replace(school, had, other)
    school.decide(has)
    assert school.state(has) == "confirmed"


def test_who_signs_up_while_he_is_to_replace_somebody_waits_for_neither(school: School) -> None:
    training_class, firm = school.offer(), school.firm()
    first, other = school.members(2, firm_id=firm.id)
    enrolment = school.sign_up(training_class, first, firm=firm)
    with ThreadPoolExecutor(1) as threads:
        with school.transaction() as session:
            person = hold_person(session, other)
            going = threads.submit(replace, school, enrolment, other)
            wait([going], timeout=0.5)
            sign_up(
                session,
                school.engine,
                training_class=training_class,
                person=person,
                answers={},
                by=SYSTEM,
                firm_id=None,
                now=school.now,
            )
        with pytest.raises(AlreadySignedUp):
            going.result()
    assert school.state(enrolment) == "reserved"


def test_two_who_cancel_the_same_sign_up_at_once_free_one_place(school: School) -> None:
    training_class = school.offer(capacity=1)
    first, second, third = (school.sign_up(training_class, each) for each in school.members(3))
    with school.engine.database.read() as session:
        stale = session.get_one(Enrolment, first.id)
    assert school.cancel(first)
    with school.transaction() as session:
        again = cancel_enrolment(
            session,
            school.engine,
            enrolment=session.merge(stale),
            reason="临时有事",
            by=Actor("member", 1),
            now=school.now,
        )
    assert not again
    assert (school.state(second), school.state(third)) == ("reserved", "waiting")


def test_signing_up_and_confirming_stay_cheap(school: School) -> None:
    training_class = school.offer()
    people = school.members(3)
    # What is read once is read: the release, its form, the texts.
    school.decide(school.sign_up(training_class, people[0]))
    statements: list[str] = []
    database = school.engine.database.sql
    event.listen(database, "before_cursor_execute", lambda *given: statements.append(given[2]))
    enrolment = school.sign_up(training_class, people[1])
    assert len(statements) <= 33
    task = school.task(enrolment)
    statements.clear()
    with school.transaction() as session:
        held = hold_task(session, school.engine, task.id)
        held.complete(outcome="confirm", values={}, by=STAFF, now=school.now)
    # SQLite says BEGIN by itself.
    assert len(statements) <= 18
