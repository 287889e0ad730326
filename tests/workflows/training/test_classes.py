"""Classes are made, changed with open eyes, copied, cancelled; who is signed up is told of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.actors import Actor
from engine.engine import Engine
from engine.timers import fire_timers
from tests.workflows.enrolling import BEGINS_AT, School, make_school
from workflows.shared.access import Viewer
from workflows.shared.accounts import Account
from workflows.shared.associations import Association
from workflows.shared.edits import list_edits
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.attendance.recording import record_attendance
from workflows.training_enrolment.classes.cancellation import (
    CancelReasonMissing,
    ClassHasBegun,
    cancel_class,
)
from workflows.training_enrolment.classes.changes import (
    ClassChangedMeanwhile,
    ClassIsCancelled,
    ClassNotAsTyped,
    create_class,
    rebase,
    save_class,
    subject_of,
)
from workflows.training_enrolment.classes.drafts import check_changed, check_new
from workflows.training_enrolment.classes.impact import describe_impact
from workflows.training_enrolment.classes.listing import STATES, OfficeFilters, list_classes
from workflows.training_enrolment.classes.sign_ups import (
    SignUpFilters,
    find_overlaps,
    list_sign_ups,
)
from workflows.training_enrolment.classes.values import read_class, read_copy
from workflows.training_enrolment.places import count_untold, counts_of
from workflows.training_enrolment.states import class_state

STAFF_ACTOR = Actor("staff", 1)

TYPED: dict[str, Any] = {
    "name": "年度准则培训班",
    "year": "2022",
    "audience": ["cpa", "non_practising"],
    "organiser": "培训部",
    "organiser_phone": "0571-00000000",
    "start_date": "2022-10-10",
    "start_time": "09:00",
    "end_date": "2022-10-11",
    "hours": "16",
    "place": "杭州",
    "opens_date": "2022-09-06",
    "closes_date": "2022-09-30",
    "planned": "80",
    "capacity": "100",
    "required_fields": ["mobile"],
    "outside_url": "",
    "announcement": "## 通知\n\n请**准时**到场。",
}


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    return make_school(engine)


@pytest.fixture
def clerk(school: School) -> int:
    """The account of who looks after classes."""
    with school.transaction() as session:
        account = Account(
            user_type="staff",
            login="clerk",
            name="培训岗",
            password_hash="",
            created_at=school.now,
        )
        session.add(account)
    return account.id


def create(school: School, clerk: int, **typed: Any) -> TrainingClass:
    """Make a class as it would be typed."""
    values, wrong = check_new({**TYPED, **typed}, now=school.now)
    assert wrong == {}
    with school.transaction() as session:
        return create_class(
            session,
            association=session.get_one(Association, school.association_id),
            values=values,
            by=clerk,
            now=school.now,
        )


def save(
    school: School, training_class: TrainingClass, clerk: int, *, version: int = 1, **values: Any
) -> TrainingClass:
    """Change a class's values, as it was at a version."""
    with school.transaction() as session:
        save_class(
            session,
            class_id=training_class.id,
            values={**read_class(training_class), **values},
            version=version,
            by=clerk,
            now=school.now,
        )
        return get_class(session, training_class.id)


def cancel(
    school: School, training_class: TrainingClass, clerk: int, reason: str = "讲师生病"
) -> TrainingClass:
    """Cancel a class."""
    with school.transaction() as session:
        return cancel_class(
            session, class_id=training_class.id, reason=reason, by=clerk, now=school.now
        )


def untold(school: School, training_class: TrainingClass) -> int:
    """How many are still to be told."""
    with school.engine.database.read() as session:
        return count_untold(session, get_class(session, training_class.id))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "班" * 201}, "name"),
        ({"audience": []}, "audience"),
        ({"audience": ["everybody"]}, "audience"),
        ({"year": "1999"}, "year"),
        ({"closes_date": "2022-09-05", "opens_date": "2022-09-06"}, "closes_date"),
        ({"opens_date": "2022-10-01", "closes_date": "2022-09-30"}, "closes_date"),
        ({"end_date": "2022-10-09"}, "end_date"),
        ({"closes_date": "2022-10-11"}, "closes_date"),
        ({"opens_date": "2022-09-05"}, "opens_date"),
        ({"start_date": "2022-09-01"}, "start_date"),
        ({"start_date": "2022-02-30"}, "start_date"),
        ({"start_time": "25:00"}, "start_time"),
        ({"start_time": "09:00+08:00"}, "start_time"),
        ({"hours": "200.01"}, "hours"),
        ({"hours": "-1"}, "hours"),
        ({"hours": "1.005"}, "hours"),
        ({"hours": "sNaN"}, "hours"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "79"}, "planned"),
        ({"capacity": "１００"}, "capacity"),
        ({"outside_url": "javascript:alert(1)"}, "outside_url"),
        ({"outside_url": "https://"}, "outside_url"),
        ({"outside_url": "https://[x"}, "outside_url"),
        ({"outside_url": "http://a b.cn/"}, "outside_url"),
        ({"announcement": "长" * 20_001}, "announcement"),
    ],
)
def test_what_does_not_go_together_is_said_at_its_field(
    school: School, typed: Mapping[str, Any], field: str
) -> None:
    _values, wrong = check_new({**TYPED, **typed}, now=school.now)
    assert wrong[field]


def test_what_is_typed_is_kept_as_it_was_meant(school: School, clerk: int) -> None:
    made = create(school, clerk, hours="16.5", outside_url="https://www.example.com/a?b=1")
    assert (made.hours, made.capacity, made.audience) == (1650, 100, ["cpa", "non_practising"])
    assert made.begins_at.isoformat() == "2022-10-10T09:00:00+08:00"
    assert made.outside_url == "https://www.example.com/a?b=1"


def test_a_class_that_is_sent_twice_is_made_once(school: School, clerk: int) -> None:
    first, again = create(school, clerk), create(school, clerk)
    other = create(school, clerk, place="宁波")
    assert first.id == again.id != other.id
    with school.engine.database.read() as session:
        assert session.scalar(select(func.count(TrainingClass.id))) == 2
        assert len(list_edits(session, subject=subject_of(first))) == 1


def test_a_copy_has_everything_but_its_days(school: School, clerk: int) -> None:
    copied = read_copy(create(school, clerk))
    assert copied["capacity"] == 100
    assert copied["announcement"].startswith("## 通知")
    assert {copied[f"{each}_date"] for each in ("opens", "closes", "start", "end")} == {None}


def test_everybody_is_told_of_a_new_place_and_may_be_counted_until_then(
    school: School, clerk: int
) -> None:
    training_class = school.offer(capacity=2)
    people = [school.sign_up(training_class, each) for each in school.members(3)]
    school.decide(people[0])
    school.work()
    changed = save(school, training_class, clerk, place="宁波")
    assert (changed.change_no, changed.version) == (1, 2)
    assert untold(school, training_class) == 3
    school.work()
    assert untold(school, training_class) == 0
    for each in people:
        assert "enrolment_changed" in school.told(each.case_id)


def test_a_change_of_words_tells_nobody(school: School, clerk: int) -> None:
    training_class = school.offer()
    school.sign_up(training_class, school.member())
    changed = save(school, training_class, clerk, name="新名称", organiser_phone="0571-1")
    assert (changed.change_no, changed.version) == (0, 2)
    assert untold(school, training_class) == 0


def test_nobody_is_counted_who_signs_up_after_the_change(school: School, clerk: int) -> None:
    training_class = school.offer()
    save(school, training_class, clerk, place="宁波")
    school.sign_up(training_class, school.member())
    save(school, get(school, training_class), clerk, version=2, place="温州")
    school.sign_up(training_class, school.member())
    assert untold(school, training_class) == 1


def get(school: School, training_class: TrainingClass) -> TrainingClass:
    """A class as it is now."""
    with school.engine.database.read() as session:
        return get_class(session, training_class.id)


def test_more_places_move_the_waiting_list_up_in_order(school: School, clerk: int) -> None:
    training_class = school.offer(capacity=1, planned=1)
    people = [school.sign_up(training_class, each) for each in school.members(4)]
    assert [school.state(each) for each in people] == ["reserved", *["waiting"] * 3]
    save(school, training_class, clerk, capacity=3)
    school.work()
    assert [school.state(each) for each in people] == [*["reserved"] * 3, "waiting"]


def test_a_class_is_not_made_smaller_than_those_who_have_a_place(
    school: School, clerk: int
) -> None:
    training_class = school.offer(capacity=3, planned=2)
    for each in school.members(2):
        school.sign_up(training_class, each)
    with pytest.raises(ClassNotAsTyped) as refused:
        save(school, training_class, clerk, capacity=1, planned=1)
    assert set(refused.value.wrong) == {"capacity"}
    assert save(school, training_class, clerk, capacity=2).capacity == 2


def test_what_people_rely_on_stays(school: School, clerk: int) -> None:
    training_class = school.offer()
    school.sign_up(training_class, school.member())
    with pytest.raises(ClassNotAsTyped) as refused:
        save(school, training_class, clerk, outside_url="https://www.example.com/")
    assert set(refused.value.wrong) == {"outside_url"}
    school.at(BEGINS_AT)
    with pytest.raises(ClassNotAsTyped) as refused:
        save(school, training_class, clerk, start_date="2022-10-12", end_date="2022-10-12")
    assert set(refused.value.wrong) == {"start_date"}
    changed = save(school, training_class, clerk, place="三楼")
    assert (changed.place, changed.change_no) == ("三楼", 1)


def test_a_class_begins_at_a_time_to_come(school: School, clerk: int) -> None:
    today = {"start_date": "2022-09-06", "closes_date": "2022-09-06"}
    _values, wrong = check_new({**TYPED, **today, "start_time": "17:32"}, now=school.now)
    assert set(wrong) == {"start_time"}
    _values, wrong = check_new({**TYPED, **today, "start_time": "17:33"}, now=school.now)
    assert wrong == {}
    training_class = school.offer()
    with pytest.raises(ClassNotAsTyped) as refused:
        save(school, training_class, clerk, start_date="2022-09-06", start_time="17:30")
    assert set(refused.value.wrong) == {"start_time"}


def test_somebody_elses_change_is_never_overwritten_unseen(school: School, clerk: int) -> None:
    training_class = school.offer()
    save(school, training_class, clerk, place="宁波")
    with pytest.raises(ClassChangedMeanwhile):
        save(school, training_class, clerk, version=1, organiser="教育部")
    with school.engine.database.read() as session:
        typed = {**read_class(training_class), "organiser": "教育部"}
        merged = rebase(session, get_class(session, training_class.id), typed, version=1)
    assert (merged["place"], merged["organiser"]) == ("宁波", "教育部")


def test_the_same_change_sent_twice_is_saved_and_told_once(school: School, clerk: int) -> None:
    training_class = school.offer()
    school.sign_up(training_class, school.member())
    for _time in range(2):
        changed = save(school, training_class, clerk, place="宁波")
    assert (changed.change_no, changed.version) == (1, 2)


def test_a_cancelled_class_ends_every_sign_up_with_its_reason(school: School, clerk: int) -> None:
    training_class = school.offer(capacity=2)
    people = [school.sign_up(training_class, each) for each in school.members(3)]
    school.decide(people[0])
    cancelled = cancel(school, training_class, clerk, " 讲师生病 ")
    assert cancelled.cancel_reason == "讲师生病"
    assert untold(school, training_class) == 3
    school.work()
    assert untold(school, training_class) == 0
    assert [school.state(each) for each in people] == ["cancelled"] * 3
    again = cancel(school, training_class, clerk, "另一个原因")
    assert again.cancel_reason == "讲师生病"
    with pytest.raises(ClassIsCancelled):
        save(school, again, clerk, version=2, place="宁波")


@pytest.mark.parametrize(
    ("reason", "moment", "error"),
    [
        (" ", None, CancelReasonMissing),
        ("长" * 501, None, CancelReasonMissing),
        ("讲师生病", BEGINS_AT, ClassHasBegun),
    ],
)
def test_a_class_is_not_cancelled_without_a_reason_or_too_late(
    school: School, clerk: int, reason: str, moment: datetime | None, error: type[Exception]
) -> None:
    training_class = school.offer()
    school.at(moment or school.now)
    with pytest.raises(error):
        cancel(school, training_class, clerk, reason)
    assert get(school, training_class).cancelled_at is None


def test_what_a_change_touches_is_counted_before_it_is_saved(school: School) -> None:
    training_class = school.offer(capacity=1, planned=1)
    for each in school.members(3):
        school.sign_up(training_class, each)
    before = read_class(training_class)
    with school.engine.database.read() as session:
        counts = counts_of(session, [training_class.id])[training_class.id]
    changes = {"place": "宁波", "capacity": 2, "hours": 800, "audience": ["cpa"]}
    effects = describe_impact(training_class, before, {**before, **changes}, counts, now=school.now)
    said = " ".join(each.sentence for each in effects)
    assert "3 people who are signed up are told of the new time or place" in said
    assert "1 person moves up" in said
    assert "3 people who are signed up are credited the new hours" in said
    assert "stays so" in said
    nothing = describe_impact(
        training_class, before, {**before, "name": "别名"}, counts, now=school.now
    )
    assert nothing == []


def test_every_state_finds_the_classes_that_are_in_it(school: School) -> None:
    today, full = date(2022, 9, 6), school.offer(name="满员")
    for each in school.members(3):
        school.sign_up(full, each)
    day = timedelta(days=1)
    offers: dict[str, dict[str, Any]] = {
        "尚未": {"opens_date": today + day},
        "今天": {"opens_date": today, "closes_date": today},
        "已停": {"closes_date": today - day, "opens_date": today - 3 * day},
        "外部": {"outside_url": "https://www.example.com/"},
        "进行": {"start_date": today - day, "end_date": today},
        "开班": {"start_date": today, "end_date": today},
        "结束": {"start_date": today - 3 * day, "end_date": today - day},
        "取消": {"cancelled_at": school.now},
    }
    for name, differs in offers.items():
        school.offer(name=name, **differs)
    viewer = overseer(school)
    with school.engine.database.read() as session:
        seen: list[str] = []
        for state in STATES:
            filters = OfficeFilters(state=state)
            page = list_classes(session, viewer, filters, now=school.now)
            counts = counts_of(session, [each.id for each in page.classes])
            for each in page.classes:
                assert class_state(each, counts[each.id], school.now) == state
                seen.append(each.name)
    assert sorted(seen) == sorted([*offers, "满员"])


def overseer(school: School, association_id: int | None = None) -> Viewer:
    """Who sees the classes of an association."""
    seen = frozenset({association_id or school.association_id})
    return Viewer(1, "staff", "管", STAFF_ACTOR, duties={"training": seen})


def test_classes_of_other_associations_are_not_in_the_list(school: School) -> None:
    school.offer()
    with school.engine.database.read() as session:
        others = overseer(school, school.association_id + 1)
        found = list_classes(session, others, OfficeFilters(), now=school.now, number=-3)
        assert (found.total, found.number, found.pages) == (0, 1, 1)
        hostile = OfficeFilters(text="%_'", year=2**31 - 1, audience="cpa")
        assert list_classes(session, overseer(school), hostile, now=school.now).total == 0
        for text in ("准则", "审计准"):
            filters = OfficeFilters(text=text, audience="employee", year=2022)
            assert list_classes(session, overseer(school), filters, now=school.now).total == 1


def test_sign_ups_are_listed_in_order_and_found_by_name_number_and_firm(school: School) -> None:
    training_class, firm = school.offer(capacity=1, planned=1), school.firm()
    own, of_firm = school.member(name="张三"), school.member(name="李四", firm_id=firm.id)
    school.sign_up(training_class, own)
    school.sign_up(training_class, of_firm, firm=firm)
    with school.engine.database.read() as session:

        def names(**filters: str) -> list[str]:
            page = list_sign_ups(session, training_class, SignUpFilters(**filters), number=9)
            assert page.total == len(page.sign_ups)
            return [each.name for each in page.sign_ups]

        assert names() == ["张三", "李四"]
        assert names(state="waiting") == names(text="示例") == names(text="李") == ["李四"]
        assert names(text=own.number) == ["张三"]
        assert names(text="%") == []


def test_who_is_signed_up_for_two_classes_on_a_day_is_pointed_out(school: School) -> None:
    first = school.offer(name="甲班")
    second = school.offer(name="乙班", start_date=date(2022, 10, 11), end_date=date(2022, 10, 12))
    later = school.offer(name="丙班", start_date=date(2022, 10, 13), end_date=date(2022, 10, 13))
    member, other = school.members(2)
    for each in (first, second, later):
        school.sign_up(each, member)
    school.sign_up(first, other)
    with school.engine.database.read() as session:
        sign_ups = list_sign_ups(session, first, SignUpFilters()).sign_ups
        found = find_overlaps(session, first, sign_ups)
    assert found == {("member", member.id): ["乙班"]}


def test_values_are_checked_against_the_class_as_it_is(school: School) -> None:
    training_class = school.offer(capacity=2)
    for each in school.members(2):
        school.sign_up(training_class, each)
    with school.engine.database.read() as session:
        counts = counts_of(session, [training_class.id])[training_class.id]
    typed = {**TYPED, "capacity": "1", "planned": "1", "start_date": "2022-09-05", "place": ""}
    _values, wrong = check_changed(
        typed, training_class=training_class, counts=counts, now=school.now
    )
    assert set(wrong) == {"capacity", "start_date", "place", "closes_date"}


@pytest.mark.parametrize("days", [-1, 2])
def test_a_class_ends_when_its_last_day_as_it_is_now_is_over(
    school: School, clerk: int, days: int
) -> None:
    training_class = school.offer(end_date=date(2022, 10, 12))
    confirmed, undecided = (school.sign_up(training_class, each) for each in school.members(2))
    school.decide(confirmed)
    school.at(BEGINS_AT + timedelta(hours=2))
    last_day = training_class.end_date + timedelta(days=days)
    changed = save(school, training_class, clerk, end_date=last_day.isoformat())
    assert untold(school, training_class) == 2
    school.work()
    assert untold(school, training_class) == 0
    assert school.told(confirmed.case_id)[-1] == "enrolment_changed_late"
    with school.transaction() as session:
        record_attendance(
            session,
            training_class=changed,
            said={confirmed.id: "present"},
            by=clerk,
            now=school.now,
        )
    school.at(changed.ends_at - timedelta(minutes=1))
    assert (school.state(confirmed), school.state(undecided)) == ("confirmed", "reserved")
    school.at(changed.ends_at)
    assert school.state(confirmed) == "completed"


def test_a_class_that_is_cancelled_the_moment_before_it_begins_ends_its_sign_ups(
    school: School, clerk: int
) -> None:
    training_class = school.offer()
    enrolment = school.sign_up(training_class, school.member())
    school.decide(enrolment)
    school.at(BEGINS_AT - timedelta(seconds=1))
    with school.transaction() as session:
        cancel_class(session, class_id=training_class.id, reason="停电", by=clerk, now=school.now)
    # Their timers are first, however many there are to be told.
    with school.transaction() as session:
        fire_timers(session, school.engine, BEGINS_AT, case_id=str(enrolment.case_id))
    school.at(BEGINS_AT)
    assert school.state(enrolment) == "cancelled"
    assert school.case(enrolment).ended_in == "gone_with_class"
