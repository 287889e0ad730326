"""Erasing a person: two agree, nothing personal is left, and every trail is whole."""

import io
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.errors import NotFound
from engine.files import StoredFile, add_file
from engine.jobs import Worker
from engine.submissions import NewMark, marks, submissions
from engine.vault import SubjectKey
from tests.workflows.conftest import NOW
from tests.workflows.enrolling import School
from tests.workflows.office import viewer
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from web.schema import all_tables
from web.verifying import check_trails
from workflows.personal_data.erasing import (
    AlreadySettled,
    AskedAlready,
    Erasure,
    NeedsAnother,
    NotErasable,
    ReasonMissing,
    agree,
    ask_erasure,
    erase_member,
    find_obstacles,
    withdraw,
)
from workflows.personal_data.fates import DELETED, EMPTIED, KEPT
from workflows.shared.accounts import Account, find_account
from workflows.shared.keeping import SERVICE, Periods
from workflows.shared.leaving import end_membership
from workflows.shared.private import read_private
from workflows.shared.register import (
    ERASED,
    ERASED_NAME,
    Member,
    find_member_by_identity,
    find_members_by_mobile,
    identity_number,
)
from workflows.shared.results import list_results, read_record, verify_result
from workflows.shared.security_events import list_events

MEMBER = "330000100001"
NAME, EMPLOYER, REASON = "独孤无双", "独一无二事务有限公司", "请写明独一无二的门牌号"
WORDS = {**INFORMATION, "employer": EMPLOYER, "emergency_contact": "独孤求败 15499998888"}
KEYS_OF_PEOPLE = ("account", "member")


@pytest.fixture
def walk(demo_engine: Engine) -> Iterator[Walk]:
    """A member whose year was returned once, then passed, with a file; he has left since."""
    engine = demo_engine
    engine.services[SERVICE] = Periods(records=timedelta(0))
    with engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=MEMBER)
        assert account is not None
        account.name = NAME
        session.get_one(Member, account.member_id).name = NAME
    walk = Walk(engine, MEMBER).start()
    walk.do("fill_information", "apply", WORDS)
    walk.do("view_inspection", "continue")
    walk.do("accept_commitment", "confirm", {"version": 1, "agreed": True})
    walk.apply()
    mark = NewMark("fill_information", "address", "缺少独一无二的单元号")
    walk.do("review_application", "return", {"reason": REASON}, by=REVIEWER, marks=(mark,))
    walk.do("fill_information", "apply", WORDS).apply()
    with engine.database.transaction() as session:
        received = engine.files.receive(io.BytesIO(b"%PDF-1.4 scan"))
        add_file(
            session,
            received,
            case_id=walk.case.id,
            name=f"{NAME}.pdf",
            kind="pdf",
            by=walk.me,
            now=NOW,
        )
    walk.do("review_application", "approve", {"reason": ""}, by=REVIEWER).let_jobs_run()
    school = School(engine, now=NOW, association_id=walk.member.association_id)
    school.sign_up(
        school.offer(required_fields=["employer", "remarks"]),
        walk.member,
        {"employer": EMPLOYER, "remarks": "独孤无双不吃辣"},
    )
    with engine.database.transaction() as session:
        member = session.get_one(Member, walk.member.id)
        end_membership(
            session, engine, member=member, state="left", reason="退会", by=REVIEWER, now=NOW
        )
    yield walk
    del engine.services[SERVICE]


def _ask(walk: Walk, login: str = "admin", reason: str = "本人申请") -> UUID:
    with walk.engine.database.transaction() as session:
        return ask_erasure(
            session,
            walk.engine,
            member_id=walk.member.id,
            viewer=viewer(session, login),
            reason=reason,
            now=NOW,
        ).id


def _agree(walk: Walk, erasure_id: UUID, login: str = "zj_manage") -> None:
    with walk.engine.database.transaction() as session:
        agree(
            session,
            walk.engine,
            erasure_id=erasure_id,
            viewer=viewer(session, login),
            now=NOW,
        )


def _say_everything(engine: Engine) -> str:
    """All that stands in the database, sealed things as what can still be read of them."""
    said = []
    with engine.database.read() as session:
        for table in all_tables().sorted_tables:
            said += [f"{table.name} {tuple(row)!r}" for row in session.execute(select(table))]
    return "\n".join(said)


def test_nothing_personal_is_left_and_the_trails_are_whole(walk: Walk) -> None:
    engine = walk.engine
    with engine.database.read() as session:
        private = read_private(session, engine.vault, walk.member)
        number = identity_number(engine.vault, walk.member)
        contents = [engine.files.path(each) for each in session.scalars(select(StoredFile.id))]
    assert NAME in _say_everything(engine)
    assert all(path.is_file() for path in contents)
    _agree(walk, _ask(walk))
    Worker(engine).run_due()
    said = _say_everything(engine)
    for gone in (NAME, EMPLOYER, REASON, private["mobile"], private["email"], number, "独孤"):
        assert gone not in said
    assert not [path for path in contents if path.exists()]
    trails = list(check_trails(engine))
    assert trails
    assert not [case_id for case_id, broken in trails if broken]


def test_the_key_is_gone_and_nobody_is_found_by_what_he_was(walk: Walk) -> None:
    engine, member = walk.engine, walk.member
    with engine.database.read() as session:
        mobile = read_private(session, engine.vault, member)["mobile"]
        number = identity_number(engine.vault, member)
    _agree(walk, _ask(walk))
    Worker(engine).run_due()
    with engine.database.read() as session:
        assert session.get(SubjectKey, member.vault_subject) is None
        assert find_member_by_identity(session, engine.vault, number) is None
        assert find_member_by_identity(session, engine.vault, "") is None
        assert not find_members_by_mobile(session, engine.vault, mobile)
        row = session.get_one(Member, member.id)
        assert (row.state, row.name, row.number) == (ERASED, ERASED_NAME, MEMBER)
        assert set(read_private(session, engine.vault, row).values()) == {""}
        account = find_account(session, user_type="member", login=MEMBER)
        assert account is not None
        assert (account.is_active, account.password_hash) == (False, None)


def test_what_was_decided_is_still_there_to_read(walk: Walk) -> None:
    engine = walk.engine
    _agree(walk, _ask(walk))
    Worker(engine).run_due()
    with engine.database.read() as session:
        case = walk.case
        assert (case.subject_name, case.status) == (ERASED_NAME, "passed")
        sent = submissions(session, engine.vault, case_id=case.id, subject=case.subject_key)
        assert len(sent) > 8
        assert all(each.is_erased and not each.values for each in sent)
        (mark,) = marks(session, engine.vault, case_id=case.id, subject=case.subject_key, round=1)
        assert mark == NewMark("fill_information", "address", "")
        (result, *_earlier) = list_results(session, member_id=walk.member.id)
        assert result.status == "passed"
        assert read_record(session, engine.vault, result) == {}
        shown = verify_result(session, result.code)
        assert (shown.masked_name, shown.status) == (ERASED_NAME, "passed")


def test_that_it_was_done_is_in_the_trail_and_among_the_events(walk: Walk) -> None:
    _agree(walk, _ask(walk))
    Worker(walk.engine).run_due()
    with walk.engine.database.read() as session:
        (event,) = list_events(session, what="data_erased")
        manager = viewer(session, "zj_manage")
        assert (event.by_kind, event.by_id) == ("staff", manager.actor.id)
        (erasure,) = session.scalars(select(Erasure)).all()
        assert (erasure.state, erasure.erased_at is not None) == ("erased", True)
        assert erasure.asked_by == viewer(session, "admin").account_id


def test_whoever_asked_does_not_agree_himself(walk: Walk) -> None:
    asked = _ask(walk)
    with pytest.raises(NeedsAnother):
        _agree(walk, asked, "admin")
    with pytest.raises(NotFound):
        _agree(walk, asked, "zj_review")
    with pytest.raises(NotFound):
        _ask(walk, "zj_review")
    Worker(walk.engine).run_due()
    assert walk.member.state == "left"


def test_it_is_asked_for_once_and_settled_once(walk: Walk) -> None:
    asked = _ask(walk)
    with pytest.raises(AskedAlready):
        _ask(walk)
    _agree(walk, asked)
    with pytest.raises(AlreadySettled):
        _agree(walk, asked)
    with walk.engine.database.transaction() as session, pytest.raises(AlreadySettled):
        withdraw(session, erasure_id=asked, viewer=viewer(session, "zj_manage"), now=NOW)


def test_a_request_that_was_taken_back_erases_nothing(walk: Walk) -> None:
    asked = _ask(walk)
    with walk.engine.database.transaction() as session:
        withdraw(session, erasure_id=asked, viewer=viewer(session, "zj_manage"), now=NOW)
    with pytest.raises(AlreadySettled):
        _agree(walk, asked)
    Worker(walk.engine).run_due()
    assert walk.member.name == NAME
    _agree(walk, _ask(walk))


def test_without_a_reason_nothing_is_asked_for(walk: Walk) -> None:
    with pytest.raises(ReasonMissing):
        _ask(walk, reason=" ")


def test_records_are_kept_for_their_period(walk: Walk) -> None:
    walk.engine.services[SERVICE] = Periods(records=timedelta(days=30))
    with pytest.raises(NotErasable, match=r"kept until .*2022"):
        _ask(walk)
    walk.engine.services[SERVICE] = Periods(records=timedelta(0))


def test_a_member_with_something_open_is_not_erased(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, MEMBER).start()
    with demo_engine.database.read() as session:
        obstacles = find_obstacles(session, demo_engine, member=walk.member, now=NOW)
    assert "The membership is not over." in obstacles
    assert "A case of this person is still open." in obstacles
    with pytest.raises(NotErasable, match="still open"):
        _ask(walk)


def test_erasing_twice_is_erasing_once(walk: Walk) -> None:
    engine, by = walk.engine, Actor("staff", 1)
    for expected in (1, 0):
        with engine.database.transaction() as session:
            files = erase_member(session, engine, member_id=walk.member.id, by=by, now=NOW)
        assert len(files) == expected
    with engine.database.read() as session:
        query = select(Case.trail_length).where(Case.id == walk.case_id)
        length = session.scalar(query)
        with engine.database.transaction() as writing:
            erase_member(writing, engine, member_id=walk.member.id, by=by, now=NOW)
        assert session.scalar(query.execution_options(populate_existing=True)) == length


def test_others_are_untouched(walk: Walk) -> None:
    with walk.engine.database.read() as session:
        people = select(func.count()).select_from(Member).where(Member.name != ERASED_NAME)
        accounts = select(func.count()).select_from(Account).where(Account.is_active)
        before = session.scalar(people), session.scalar(accounts)
    _agree(walk, _ask(walk))
    Worker(walk.engine).run_due()
    with walk.engine.database.read() as session:
        assert (session.scalar(people), session.scalar(accounts)) == (before[0] - 1, before[1] - 1)


def test_every_table_that_names_people_says_what_becomes_of_its_rows() -> None:
    known = {name for name, _column in DELETED} | {name for name, *_rest in EMPTIED} | set(KEPT)
    naming = {
        table.name
        for table in all_tables().sorted_tables
        for constraint in table.foreign_key_constraints
        if constraint.referred_table.name in KEYS_OF_PEOPLE
    }
    assert naming <= known, naming - known
    assert known <= set(all_tables().tables), known - set(all_tables().tables)
