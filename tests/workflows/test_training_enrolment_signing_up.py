"""Who may sign up for a class and who may not, each with a sentence and a code."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import NotAllowed
from engine.submissions import submissions
from tests.workflows.enrolling import BEGINS_AT, School, make_school
from workflows import collect
from workflows.shared.associations import Association
from workflows.shared.employees import Employee
from workflows.shared.enrolments import PROCESS
from workflows.shared.private import write_private
from workflows.shared.register import Member
from workflows.shared.sent_forms import Applications
from workflows.shared.training_classes import FIELDS, TrainingClass
from workflows.training_enrolment.audience import find_obstacle
from workflows.training_enrolment.places import Counts
from workflows.training_enrolment.signing_up import (
    AlreadySignedUp,
    Answers,
    MissingField,
    NotTarget,
    SignUpRejected,
    bind_sign_up,
    find_overlaps,
    prefill,
    read_answers,
)
from workflows.training_enrolment.states import STATE_LABELS, class_state

ANSWERS = {
    "position": "审计经理",
    "employer": "示例会计师事务所",
    "mobile": "13800138000",
    "email": "chen@example.org",
    "lodging": "shared",
    "arrival": "2022-10-09",
    "invoice_title": "示例会计师事务所",
    "tax_number": "91330000MA27XXXX0X",
    "remarks": "",
}


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    return make_school(engine)


def refused(school: School, training_class: TrainingClass, member: Member) -> tuple[str, str]:
    """Why somebody cannot sign up: the code and the sentence."""
    with pytest.raises(SignUpRejected) as caught:
        school.sign_up(training_class, member)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize(
    ("offer", "code", "says"),
    [
        ({"opens_date": date(2022, 9, 7)}, "closed", "open from 7 September 2022"),
        ({"closes_date": date(2022, 9, 5)}, "closed", "to 5 September 2022"),
        ({"cancelled_at": datetime(2022, 9, 2, tzinfo=UTC)}, "cancelled", "was cancelled"),
        ({"outside_url": "https://snai.example.org/"}, "outside", "follow the link"),
        ({"start_date": date(2022, 9, 6)}, "closed", "has begun"),
        ({"audience": ["employee"]}, "not_target", "for others"),
    ],
)
def test_who_comes_at_the_wrong_time_or_to_the_wrong_class_is_told_so(
    school: School, offer: Mapping[str, Any], code: str, says: str
) -> None:
    found = refused(school, school.offer(**offer), school.member())
    assert found[0] == code
    assert says in found[1]


def test_the_first_and_the_last_day_are_those_of_china(school: School) -> None:
    training_class = school.offer(opens_date=date(2022, 9, 6), closes_date=date(2022, 9, 6))
    school.now = datetime(2022, 9, 5, 15, 59, tzinfo=UTC)
    assert refused(school, training_class, school.member())[0] == "closed"
    school.now = datetime(2022, 9, 5, 16, 0, tzinfo=UTC)
    assert school.sign_up(training_class, school.member()).state == "reserved"
    school.now = datetime(2022, 9, 6, 15, 59, tzinfo=UTC)
    assert school.sign_up(training_class, school.member()).state == "reserved"
    school.now = datetime(2022, 9, 6, 16, 0, tzinfo=UTC)
    assert refused(school, training_class, school.member())[0] == "closed"


def test_a_person_signs_up_once_and_again_when_he_gave_it_up_or_was_refused(
    school: School,
) -> None:
    training_class = school.offer()
    member = school.member()
    first = school.sign_up(training_class, member)
    with pytest.raises(AlreadySignedUp) as caught:
        school.sign_up(training_class, member)
    assert caught.value.enrolment.id == first.id
    school.cancel(first)
    second = school.sign_up(training_class, member)
    assert second.number == 2
    school.decide(second, "refuse", "材料不全")
    assert school.sign_up(training_class, member).number == 3


@pytest.mark.parametrize(
    ("person", "audience", "is_meant"),
    [
        ({"kind": "cpa"}, ["cpa"], True),
        ({"kind": "cpa"}, ["non_practising", "employee"], False),
        ({"kind": "non_practising"}, ["non_practising"], True),
        ({"kind": "non_practising"}, ["cpa"], False),
        ({"kind": "cpa", "state": "left"}, ["cpa"], False),
    ],
)
def test_the_table_says_for_whom_a_class_is(
    school: School, person: Mapping[str, Any], audience: list[str], is_meant: bool
) -> None:
    training_class = school.offer(audience=audience)
    member = school.member(**person)
    with school.engine.database.read() as session:
        obstacle = find_obstacle(school.engine, session, training_class, member, school.now)
    assert (obstacle == "") == is_meant


def test_a_class_is_for_those_of_its_sponsor_and_below_it(school: School) -> None:
    with school.transaction() as session:
        below = Association(
            code="330100",
            name="杭州市注册会计师协会",
            area="杭州",
            level="municipal",
            parent_id=school.association_id,
        )
        beside = Association(
            code="440000", name="广东省注册会计师协会", area="广东", level="provincial"
        )
        session.add_all([below, beside])
    training_class = school.offer()
    assert school.sign_up(training_class, school.member(association_id=below.id))
    found = refused(school, training_class, school.member(association_id=beside.id))
    assert found == ("not_target", "The class is for another association’s members.")
    of_the_city = school.offer(association_id=below.id)
    assert refused(school, of_the_city, school.member())[0] == "not_target"


def test_an_employee_is_meant_where_his_firm_belongs_and_the_class_says_so(
    school: School,
) -> None:
    employee = school.employee(school.firm())
    for audience, is_meant in ((["cpa", "employee"], True), (["cpa"], False)):
        training_class = school.offer(audience=audience)
        with school.engine.database.read() as session:
            obstacle = find_obstacle(school.engine, session, training_class, employee, school.now)
        assert (obstacle == "") == is_meant


def test_a_firm_signs_up_its_own_people_only(school: School) -> None:
    firm, other = school.firm(), school.firm()
    training_class = school.offer()
    by = Actor("firm", 5)
    with pytest.raises(NotAllowed):
        school.sign_up(training_class, school.member(firm_id=other.id), by=by, firm=firm)
    enrolment = school.sign_up(training_class, school.member(firm_id=firm.id), by=by, firm=firm)
    assert (enrolment.firm_id, enrolment.by_kind, enrolment.by_id) == (firm.id, "firm", 5)


def test_who_left_in_the_same_moment_is_not_signed_up(school: School) -> None:
    training_class, firm = school.offer(), school.firm()
    member, employee = school.member(firm_id=firm.id), school.employee(firm)

    def sign_up(person: Member | Employee) -> None:
        school.sign_up(training_class, person, firm=firm)

    for person, after in ((member, "resigned"), (employee, "left")):
        with ThreadPoolExecutor(1) as threads:
            with school.transaction() as session:
                held = session.get_one(type(person), person.id, with_for_update=True)
                held.state = after
                session.flush()
                going = threads.submit(sign_up, person)
                wait([going], timeout=0.5)
            with pytest.raises(NotTarget):
                going.result()


def test_what_the_class_asks_for_is_kept_sealed_and_nothing_else(school: School) -> None:
    training_class = school.offer(required_fields=["mobile", "lodging"])
    enrolment = school.sign_up(training_class, school.member(), ANSWERS)
    case = school.case(enrolment)
    with school.engine.database.read() as session:
        (sent,) = submissions(
            session, school.engine.vault, case_id=case.id, subject=case.subject_key
        )
    assert (sent.element_id, sent.outcome) == ("sign_up", "start")
    assert sent.values == {"mobile": "13800138000", "lodging": "shared"}


def test_a_reviewer_reads_what_was_asked_then_and_nothing_where_nothing_was(
    school: School,
) -> None:
    asked = school.offer(required_fields=["mobile", "remarks"])
    answered = school.sign_up(asked, school.member(), {"mobile": "13800138000"})
    unasked = school.sign_up(school.offer(), school.member())
    applications = Applications(school.engine, collect().form_data)
    with school.transaction() as session:
        session.get_one(TrainingClass, asked.id).required_fields = ["lodging"]
        session.flush()
        read = {"kind": PROCESS, "language": "zh", "now": school.now}
        (form,) = applications.read_forms(session, case=school.case(answered), **read)
        labels = [each.key for each in form.form.form.fields if form.form.visibility.shows(each)]
        assert labels == ["mobile", "remarks"]
        assert applications.read_forms(session, case=school.case(unasked), **read) == []


def test_what_is_missing_or_wrong_is_said_at_its_field(school: School) -> None:
    training_class = school.offer(required_fields=list(FIELDS))
    with pytest.raises(MissingField) as caught:
        school.sign_up(training_class, school.member())
    assert {each.path for each in caught.value.errors} == set(FIELDS) - {"remarks"}
    wrong = {
        "mobile": "12",
        "email": "chen",
        "lodging": "castle",
        "arrival": "2022-10-12",
        "tax_number": "12",
        "position": "甲" * 101,
    }
    for field, value in wrong.items():
        with pytest.raises(MissingField) as caught:
            school.sign_up(training_class, school.member(), {**ANSWERS, field: value})
        assert {each.path for each in caught.value.errors} == {field}
    assert school.sign_up(training_class, school.member(), ANSWERS).state == "reserved"


def test_the_form_begins_with_what_the_register_knows(school: School) -> None:
    firm = school.firm()
    member = school.member(firm_id=firm.id, position="项目经理")
    training_class = school.offer(required_fields=["position", "employer", "mobile"])
    engine = school.engine
    with school.transaction() as session:
        row = session.get_one(Member, member.id)
        write_private(session, engine.vault, row, {"mobile": "13800138000"})
        known = prefill(session, engine, row)
        bound = bind_sign_up(
            session, engine, training_class=training_class, language="zh", now=school.now
        )
        reading = read_answers(
            session,
            engine,
            training_class=training_class,
            posted=Answers(bound.complete(known)),
            language="zh",
            now=school.now,
        )
    assert reading.errors == []
    assert reading.values == {
        "position": "项目经理",
        "employer": firm.name,
        "mobile": "13800138000",
    }


def test_other_classes_on_the_same_days_are_pointed_out(school: School) -> None:
    member = school.member()
    this = school.offer()
    same = school.offer(name="同日", start_date=date(2022, 10, 11), end_date=date(2022, 10, 12))
    later = school.offer(name="后日", start_date=date(2022, 10, 12), end_date=date(2022, 10, 12))
    given_up, called_off = school.offer(name="已取消"), school.offer(name="停办")
    for each in (this, same, later, called_off):
        school.sign_up(each, member)
    with school.transaction() as session:
        session.get_one(TrainingClass, called_off.id).cancelled_at = school.now
    school.cancel(school.sign_up(given_up, member))
    with school.engine.database.read() as session:
        found = find_overlaps(session, member, this)
    assert [each.name for each in found] == ["同日"]


@pytest.mark.parametrize(
    ("offer", "counts", "now", "state"),
    [
        ({"opens_date": date(2022, 9, 7)}, Counts(), None, "not_open"),
        ({}, Counts(reserved=1, cancelled=5), None, "open"),
        ({}, Counts(reserved=1, confirmed=1), None, "full"),
        ({}, Counts(reserved=1, waiting=1), None, "full"),
        ({"closes_date": date(2022, 9, 5)}, Counts(), None, "closed"),
        ({}, Counts(), BEGINS_AT, "running"),
        ({}, Counts(), datetime(2022, 10, 11, 15, 59, tzinfo=UTC), "running"),
        ({}, Counts(), datetime(2022, 10, 11, 16, 0, tzinfo=UTC), "over"),
        ({"outside_url": "https://snai.example.org/"}, Counts(), None, "outside"),
        ({"cancelled_at": BEGINS_AT}, Counts(), BEGINS_AT, "cancelled"),
        ({"start_time": time(14)}, Counts(), BEGINS_AT, "closed"),
    ],
)
def test_where_a_class_stands(
    school: School, offer: Mapping[str, Any], counts: Counts, now: datetime | None, state: str
) -> None:
    training_class = school.offer(**offer)
    assert class_state(training_class, counts, now or school.now) == state
    assert state in STATE_LABELS
