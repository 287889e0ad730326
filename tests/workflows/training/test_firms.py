"""A firm ticks its people for a class, fills in what is asked, and signs them up together."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.database import new_id
from engine.engine import Engine
from engine.errors import HuijiError, NotFound
from engine.jobs import LEASE
from engine.releases import make_release
from engine.shipped import gather_unit
from engine.submissions import last_submissions
from tests.workflows.conftest import ROOT
from tests.workflows.enrolling import BEGINS_AT, School
from workflows.shared import many
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import Account
from workflows.shared.employees import Employee
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import HoursEntry
from workflows.shared.person_drafts import PersonDraft
from workflows.shared.private import read_private, write_private
from workflows.shared.register import Firm, Member
from workflows.shared.supervision import SERVICE, SupervisionPlatform
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.firms import drafts
from workflows.training_enrolment.firms.answers import Row, read_rows
from workflows.training_enrolment.firms.drafts import EVERYBODY, Change
from workflows.training_enrolment.firms.employee_form import read_employee
from workflows.training_enrolment.firms.employees import (
    EmployeeFacts,
    NumberIsTaken,
    NumberOfSomebodyWhoLeft,
    StillSignedUp,
    add_employee,
    change_employee,
    list_employees,
    put_back,
    remove_employee,
)
from workflows.training_enrolment.firms.enrolments import (
    Filters,
    list_classes_of,
    list_of_people,
)
from workflows.training_enrolment.firms.hours import (
    all_entries_of_people,
    all_hours_of_people,
    list_hours_of_people,
)
from workflows.training_enrolment.firms.people import (
    EMPLOYEE,
    MEMBER,
    PersonKey,
    key_of,
    list_people,
)
from workflows.training_enrolment.firms.sign_up_work import SigningUp
from workflows.training_enrolment.firms.sign_ups import (
    KIND,
    MOST,
    NobodyTicked,
    SignUpItem,
    SignUps,
    TooManyPeople,
    start_sign_ups,
)


@dataclass
class Office:
    """A firm with its account and CPAs, in front of the classes of a school."""

    school: School
    firm: Firm
    viewer: Viewer
    members: Sequence[Member]

    @property
    def engine(self) -> Engine:
        """The engine."""
        return self.school.engine

    def keep(self, training_class: TrainingClass, *changes: Change) -> None:
        """Tick and type."""
        with self.school.transaction() as session:
            drafts.keep(
                session,
                self.engine,
                firm_id=self.firm.id,
                training_class=training_class,
                changes=changes,
                now=self.school.now,
            )

    def tick(self, training_class: TrainingClass, *people: Member | Employee) -> None:
        """Tick people."""
        self.keep(training_class, *(Change(key_of(each), ticked=True) for each in people))

    def start(self, training_class: TrainingClass, key: UUID | None = None) -> UUID:
        """Press the button."""
        with self.school.transaction() as session:
            return start_sign_ups(
                session,
                self.engine,
                sign_ups_id=key or new_id(),
                firm_id=self.firm.id,
                training_class=training_class,
                viewer=self.viewer,
                language="zh",
                now=self.school.now,
            ).id

    def work(self, doing: SigningUp | None = None) -> None:
        """Do what is due."""
        doing = doing or SigningUp(self.engine)
        many.register(KIND, doing, self.engine, lambda _language: nullcontext())
        self.school.work()

    def results(self, key: UUID) -> list[tuple[str, str]]:
        """What became of each: state and code."""
        with self.engine.database.read() as session:
            items = many.list_items(session, KIND, key, states=("waiting", "done", "failed"))
            return [(each.state, each.code) for each in items]

    def sentences(self, key: UUID) -> list[str]:
        """What was said of each."""
        with self.engine.database.read() as session:
            return [each.sentence for each in many.list_items(session, KIND, key)]

    def rows(self, training_class: TrainingClass, *people: Member | Employee) -> list[Row]:
        """Where people stand on the firm's page."""
        with self.engine.database.read() as session:
            return read_rows(
                session,
                self.engine,
                firm_id=self.firm.id,
                training_class=training_class,
                people=people,
                language="zh",
                now=self.school.now,
            )

    def count(self) -> int:
        """How many sign-ups there are."""
        with self.engine.database.read() as session:
            return session.scalar(select(func.count()).select_from(Enrolment)) or 0


@pytest.fixture
def office(engine: Engine) -> Office:
    """A firm of three CPAs."""
    with engine.database.transaction() as session:
        make_release(
            session,
            process_id="training_enrolment",
            documents=gather_unit("training_enrolment", ROOT),
            checks=engine.checks,
            reason="as shipped",
            by=SYSTEM,
            now=engine.now(),
        )
    school = School(engine).found()
    firm = school.firm()
    with school.transaction() as session:
        account = Account(
            user_type="firm",
            login=firm.number,
            name=firm.name,
            firm_id=firm.id,
            created_at=school.now,
        )
        session.add(account)
        session.flush()
        viewer = get_viewer(session, account)
    members = school.members(3, firm_id=firm.id)
    return Office(school, firm, viewer, members)


def test_people_who_are_ticked_are_signed_up_in_the_firms_name(office: Office) -> None:
    training_class = office.school.offer(required_fields=["position", "mobile"])
    first, second, third = office.members
    for each in (first, second):
        office.keep(
            training_class,
            Change(key_of(each), True, {"position": "项目经理", "mobile": "13900000001"}),
        )
    key = office.start(training_class)
    assert office.count() == 0
    office.work()
    assert office.results(key) == [("done", "reserved"), ("done", "reserved")]
    with office.engine.database.read() as session:
        rows = session.scalars(select(Enrolment).order_by(Enrolment.number)).all()
        assert [each.person_id for each in rows] == [first.id, second.id]
        assert {each.firm_id for each in rows} == {office.firm.id}
        assert {(each.by_kind, each.by_id) for each in rows} == {("firm", office.viewer.account_id)}
        # What was typed belongs to the sign-up; the register keeps what it said.
        assert session.get_one(Member, first.id).position == ""
        assert drafts.count_ticked(session, firm_id=office.firm.id, class_id=training_class.id) == 0
    states = [each.state for each in office.rows(training_class, first, second, third)]
    assert states == ["reserved", "reserved", ""]


def test_a_double_click_is_one_sign_up(office: Office) -> None:
    training_class = office.school.offer()
    office.tick(training_class, *office.members[:2])
    key = new_id()
    assert office.start(training_class, key) == office.start(training_class, key) == key
    office.work()
    # Sent again after a reload: everything is done already, and found again.
    assert office.start(training_class, key) == key
    office.work()
    assert office.count() == 2
    assert len(office.results(key)) == 2


def test_each_person_has_a_result_of_his_own(office: Office) -> None:
    training_class = office.school.offer(capacity=1, audience=["cpa"], required_fields=["position"])
    first, second, third = office.members
    named = {"position": "审计员"}
    office.school.sign_up(training_class, second, named)
    for each in (first, second):
        office.keep(training_class, Change(key_of(each), True, named))
    office.tick(training_class, third)
    key = office.start(training_class)
    office.work()
    assert office.results(key) == [
        ("done", "waiting"),
        ("failed", "already"),
        ("failed", "missing_field"),
    ]
    assert "职务" in office.sentences(key)[2]
    # Who lacks something is still ticked; who has a place needs nothing more.
    with office.engine.database.read() as session:
        ticked = drafts.list_ticked(session, firm_id=office.firm.id, class_id=training_class.id)
    assert ticked == [key_of(third)]
    (row,) = office.rows(training_class, third)
    assert "position" in row.errors


class DyingAtTheSecond(SigningUp):
    """A worker whose process is killed when the second person is signed up."""

    def do(self, session: Session, batch: SignUps, item: SignUpItem) -> None:
        """Sign one person up."""
        super().do(session, batch, item)
        if item.position == 1:
            raise SystemExit


def test_a_crash_in_the_middle_goes_on_where_it_was(office: Office) -> None:
    training_class = office.school.offer(capacity=10)
    office.tick(training_class, *office.members)
    key = office.start(training_class)
    with pytest.raises(SystemExit):
        office.work(DyingAtTheSecond(office.engine))
    # Others are done whole or not at all; of the second there is nothing.
    results = office.results(key)
    assert results[1] == ("waiting", "")
    assert office.count() == results.count(("done", "reserved"))
    office.school.now += LEASE + timedelta(seconds=1)
    office.work()
    assert [state for state, _code in office.results(key)] == ["done"] * 3
    assert office.count() == 3


def test_ticks_and_words_are_kept_and_those_of_nobody_are_not(office: Office) -> None:
    training_class = office.school.offer(required_fields=["mobile", "email"])
    stranger = office.school.member()
    first, second, _third = office.members
    office.keep(
        training_class,
        Change(key_of(first), True, {"mobile": "139", "lodging": "single"}),
        Change(key_of(first), None, {"mobile": " 13900000001 "}),
        Change(key_of(stranger), True, {"mobile": "13900000002"}),
        Change(PersonKey("nobody", 1), True),
    )
    office.keep(training_class, Change(key_of(first), None, {"email": "a@example.com"}))
    (one, two) = office.rows(training_class, first, second)
    assert one.is_ticked
    assert one.values == {"mobile": "13900000001", "email": "a@example.com"}
    assert not two.is_ticked
    with office.engine.database.read() as session:
        rows = session.scalars(select(PersonDraft)).all()
        assert [each.person_id for each in rows] == [first.id]
        assert b"139" not in (rows[0].values_sealed or b"")


def test_what_is_the_same_for_all_counts_where_nothing_else_is_typed(office: Office) -> None:
    training_class = office.school.offer(capacity=5, required_fields=["lodging", "position"])
    first, second, _third = office.members
    office.keep(
        training_class,
        Change(EVERYBODY, True, {"lodging": "shared", "position": "不是大家的"}),
        Change(key_of(first), True, {"position": "合伙人"}),
        Change(key_of(second), True, {"position": "经理", "lodging": "single"}),
    )
    key = office.start(training_class)
    office.work()
    assert [code for _state, code in office.results(key)] == ["reserved", "reserved"]
    said = []
    with office.engine.database.read() as session:
        for each in session.scalars(select(Enrolment).order_by(Enrolment.number)):
            case = office.school.case(each)
            sent = last_submissions(
                session,
                office.engine.vault,
                case_id=case.id,
                subject=case.subject_key,
                element_ids=["sign_up"],
            )
            said += [form.values["lodging"] for form in sent.values()]
        # The box said that the positions go into the register, too.
        assert session.get_one(Member, first.id).position == "合伙人"
    assert said == ["shared", "single"]


def test_a_position_that_the_supervision_platform_owns_stays_as_it_is_there(
    office: Office,
) -> None:
    office.engine.services[SERVICE] = SupervisionPlatform("https://p.example.org/", (b"k" * 32,))
    training_class = office.school.offer(capacity=5, required_fields=["position"])
    first, _second, _third = office.members
    office.keep(
        training_class,
        Change(EVERYBODY, True, {}),
        Change(key_of(first), True, {"position": "经理"}),
    )
    key = office.start(training_class)
    office.work()
    assert [code for _state, code in office.results(key)] == ["reserved"]
    with office.engine.database.read() as session:
        assert session.get_one(Member, first.id).position == ""


def test_nobody_and_too_many_are_said(office: Office) -> None:
    training_class = office.school.offer()
    with pytest.raises(NobodyTicked):
        office.start(training_class)
    members = office.school.members(MOST + 1, firm_id=office.firm.id)
    for begin in range(0, len(members), 250):
        office.tick(training_class, *members[begin : begin + 250])
    with pytest.raises(TooManyPeople, match="501"):
        office.start(training_class)
    with office.engine.database.read() as session:
        ticked = drafts.count_ticked(session, firm_id=office.firm.id, class_id=training_class.id)
    assert ticked == MOST + 1


def test_who_left_the_firm_meanwhile_is_not_signed_up(office: Office) -> None:
    training_class = office.school.offer(capacity=5)
    office.tick(training_class, *office.members[:2])
    key = office.start(training_class)
    with office.school.transaction() as session:
        session.get_one(Member, office.members[0].id).firm_id = office.school.firm().id
    office.work()
    assert [state for state, _code in office.results(key)] == ["failed", "done"]
    assert office.sentences(key)[0] == "There is no such person at your firm."


def test_a_closed_account_signs_nobody_up(office: Office) -> None:
    training_class = office.school.offer()
    office.tick(training_class, office.members[0])
    key = office.start(training_class)
    with office.school.transaction() as session:
        session.get_one(Account, office.viewer.account_id).is_active = False
    office.work()
    assert office.results(key) == [("failed", "other")]


def test_others_do_not_see_what_a_firm_signed_up(office: Office) -> None:
    training_class = office.school.offer()
    office.tick(training_class, office.members[0])
    key = office.start(training_class)
    with office.engine.database.read() as session, pytest.raises(NotFound):
        many.get_own(session, KIND, key, account_id=office.viewer.account_id + 1)


def test_people_are_found_by_how_name_or_number_begin(office: Office) -> None:
    with office.school.transaction() as session:
        for each, name in zip(office.members, ("张三", "张小四", "李张"), strict=True):
            session.get_one(Member, each.id).name = name
    office.school.member(name="张外人")
    employee = office.school.employee(office.firm)

    def find(text: str, kind: str = MEMBER) -> list[str]:
        with office.engine.database.read() as session:
            page = list_people(session, firm_id=office.firm.id, kind=kind, text=text)
            return [each.name for each in page.people]

    assert find("张") == ["张三", "张小四"]
    assert find("张%") == []
    assert find(office.members[2].number) == ["李张"]
    assert find(office.members[2].number[1:]) == []
    assert find(employee.number.lower(), EMPLOYEE) == ["孙从业"]


def test_a_page_beyond_the_last_is_the_last(office: Office) -> None:
    office.school.members(38, firm_id=office.firm.id)
    with office.engine.database.read() as session:
        page = list_people(session, firm_id=office.firm.id, kind=MEMBER, page=9)
    assert (page.number, page.pages, page.total, len(page.people)) == (3, 3, 41, 1)


def test_an_employee_is_signed_up_like_a_cpa(office: Office) -> None:
    training_class = office.school.offer(required_fields=["mobile"])
    employee = office.school.employee(office.firm)
    with office.school.transaction() as session:
        held = session.get_one(Employee, employee.id)
        write_private(session, office.engine.vault, held, {"mobile": "13900000009"})
    office.tick(training_class, employee)
    key = office.start(training_class)
    office.work()
    assert office.results(key) == [("done", "reserved")]


def test_a_class_that_closed_meanwhile_is_said_at_each_person(office: Office) -> None:
    training_class = office.school.offer()
    office.tick(training_class, *office.members[:2])
    key = office.start(training_class)
    with office.school.transaction() as session:
        held = session.get_one(TrainingClass, training_class.id)
        held.closes_date = held.opens_date
    office.work()
    assert office.results(key) == [("failed", "closed"), ("failed", "closed")]
    assert all(sentence != str(HuijiError()) for sentence in office.sentences(key))


def test_what_was_typed_is_kept_no_longer_than_it_is_needed(office: Office) -> None:
    training_class = office.school.offer(required_fields=["position"])
    first, second, third = office.members
    office.keep(training_class, Change(key_of(first), True, {"position": "经理"}))
    office.tick(training_class, second)
    office.keep(training_class, Change(key_of(third), None, {"position": "助理"}))
    key = office.start(training_class)
    office.work()
    with office.engine.database.read() as session:
        items = many.list_items(session, KIND, key)
        assert [each.values_sealed for each in items] == [None, None]
        # Of who is not signed up the draft still has everything.
        kept = session.scalars(select(PersonDraft)).all()
        assert {each.person_id for each in kept} == {second.id, third.id}
    office.school.now = BEGINS_AT + timedelta(days=1)
    with office.school.transaction() as session:
        drafts.forget_drafts(session, office.school.now)
        assert session.scalars(select(PersonDraft)).all() == []


def facts(number: str, name: str = "孙从业") -> EmployeeFacts:
    """What a firm says of somebody."""
    typed = {"number": number, "name": name, "mobile": "139 0000 0001", "birth_date": "1990-05-31"}
    read, wrong = read_employee(typed, today=date(2022, 9, 6))
    assert wrong == {}
    return read


def test_a_number_stands_for_one_person_of_a_firm(office: Office) -> None:
    vault, firm_id, other = office.engine.vault, office.firm.id, office.school.firm()
    with office.school.transaction() as session:
        added = add_employee(session, vault, firm_id=firm_id, facts=facts("E1"))
        assert read_private(session, vault, added)["mobile"] == "13900000001"
        with pytest.raises(NumberIsTaken):
            add_employee(session, vault, firm_id=firm_id, facts=facts("E1", "别人"))
        # One's own number is no obstacle, nor is another firm's.
        add_employee(session, vault, firm_id=other.id, facts=facts("E1"))
        change_employee(
            session, vault, firm_id=firm_id, employee_id=added.id, facts=facts("E1", "孙改名")
        )
        remove_employee(session, firm_id=firm_id, employee_id=added.id)
        with pytest.raises(NumberOfSomebodyWhoLeft, match="孙改名"):
            add_employee(session, vault, firm_id=firm_id, facts=facts("E1", "别人"))
        put_back(session, firm_id=firm_id, employee_id=added.id)
        assert list_employees(session, firm_id=firm_id).total == 1


def test_who_has_a_place_is_not_taken_off_the_list(office: Office) -> None:
    training_class = office.school.offer()
    employee = office.school.employee(office.firm)
    enrolment = office.school.sign_up(training_class, employee, firm=office.firm)
    with office.school.transaction() as session, pytest.raises(StillSignedUp):
        remove_employee(session, firm_id=office.firm.id, employee_id=employee.id)
    office.school.cancel(enrolment)
    office.work()
    with office.school.transaction() as session:
        left = remove_employee(session, firm_id=office.firm.id, employee_id=employee.id)
        assert left.state == "left"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"number": "", "name": ""}, {"number", "name"}),
        ({"number": "E 1", "name": "孙"}, {"number"}),
        ({"number": "E1", "name": "孙" * 51}, {"name"}),
        ({"number": "E1", "name": "孙", "birth_date": "2022-09-06"}, {"birth_date"}),
        ({"number": "E1", "name": "孙", "birth_date": "heute"}, {"birth_date"}),
        ({"number": "E1", "name": "孙", "mobile": "123", "email": "a@"}, {"mobile", "email"}),
        ({"number": "E1", "name": "孙", "sex": "9"}, {"sex"}),
    ],
)
def test_each_wrong_field_of_an_employee_has_its_sentence(
    typed: dict[str, str], wrong: set[str]
) -> None:
    _facts, found = read_employee(typed, today=date(2022, 9, 6))
    assert found.keys() == wrong
    assert all(found.values())


def test_a_firm_sees_the_classes_of_its_people_whoever_signed_them_up(office: Office) -> None:
    first, second, third = office.members
    own, theirs = office.school.offer(name="统一"), office.school.offer(name="自行")
    office.school.sign_up(own, first, firm=office.firm)
    office.school.sign_up(theirs, second)
    office.school.sign_up(theirs, office.school.member())
    with office.school.transaction() as session:
        session.get_one(Member, third.id).name = "王三"
    office.school.sign_up(own, third, firm=office.firm)

    def find(**filters: object) -> list[tuple[str, str]]:
        with office.engine.database.read() as session:
            _page, rows = list_of_people(
                session,
                firm_id=office.firm.id,
                filters=Filters(**filters),  # type: ignore[arg-type]
            )
            return sorted((each.number, each.class_name) for each in rows)

    assert find() == sorted(
        [(first.number, "统一"), (second.number, "自行"), (third.number, "统一")]
    )
    assert find(text="王") == [(third.number, "统一")]
    assert find(year=2021) == []
    assert find(state="waiting") == []
    with office.engine.database.read() as session:
        _page, classes = list_classes_of(session, firm_id=office.firm.id)
        assert [(each.name, dict(states)) for each, states in classes] == [
            ("统一", {"reserved": 2})
        ]


def test_the_hours_of_a_firms_people_are_added_up_by_year(office: Office) -> None:
    first, second, _third = office.members
    with office.school.transaction() as session:
        session.add_all(
            HoursEntry(
                member_id=member_id,
                year=year,
                earned_date=date(year, 5, 1),
                hours=hours,
                external_key=f"{member_id}:{year}:{hours}",
            )
            for member_id, year, hours in (
                (first.id, 2022, 1600),
                (first.id, 2022, 800),
                (first.id, 2021, 4000),
                (second.id, 2022, 400),
            )
        )
    with office.engine.database.read() as session:
        page, rows = list_hours_of_people(session, office.engine, firm_id=office.firm.id, year=2022)
        everybody = list(
            all_hours_of_people(session, office.engine, firm_id=office.firm.id, year=2022)
        )
        entries = list(all_entries_of_people(session, firm_id=office.firm.id, year=2022))
    assert [each.earned for each in rows] == [2400, 400, 0]
    assert {each.required for each in rows} == {None}
    assert (page.total, everybody) == (3, list(rows))
    assert [entry.hours for _number, _name, entry in entries] == [1600, 800, 400]
