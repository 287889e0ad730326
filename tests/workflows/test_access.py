"""Who may do what, as a table: a fixed cast on one side, things of three associations on the other.

金 is a member of Zhejiang, 木 of Guangzhou. 审 reviews for Zhejiang, 省 for Guangdong, 市 for
Guangzhou; 费 confirms fees and 照 photos for Zhejiang, 训 looks after its classes and 粤训 after
those of Guangdong; 管 manages Zhejiang, 系 is the system administrator, 计 the auditor. 所 is a
firm whose key in the register is that of 金 among the members, 财 its account for the financial
reports. 客 is a visitor whose key is that of 金, too.
无 is nobody.
"""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.database import new_id
from engine.engine import Engine
from engine.errors import NotAllowed, NotFound
from engine.files import StoredFile
from engine.tasks import Task
from tests.workflows.walking import Walk
from workflows.shared.access import (
    SYSTEM,
    Object,
    Viewer,
    can,
    check,
    check_case,
    check_file,
    get_viewer,
    visible_tasks,
)
from workflows.shared.accounts import find_account
from workflows.shared.associations import Association
from workflows.shared.case_search import CaseFilters, list_cases
from workflows.shared.deliveries import Delivery
from workflows.shared.enrolments import Enrolment
from workflows.shared.fees import FeeClaim
from workflows.shared.messages import Message
from workflows.shared.register import Firm, Member
from workflows.shared.seasons import Season
from workflows.shared.training_classes import TrainingClass

ZHEJIANG, GUANGDONG, GUANGZHOU, SHENZHEN = 24, 2, 3, 23
JIN, MU = 1001, 1002
EVERYWHERE = frozenset(range(1, 25))


def staff(**duties: set[int] | frozenset[int]) -> Viewer:
    """A person of the staff with duties at associations."""
    given = {duty: frozenset(associations) for duty, associations in duties.items()}
    return Viewer(9, "staff", "员工", Actor("staff", 9), duties=given)


CAST: dict[str, Viewer | None] = {
    "无": None,
    "金": Viewer(1, "member", "金", Actor("member", 1), member_id=JIN, association_id=ZHEJIANG),
    "木": Viewer(2, "member", "木", Actor("member", 2), member_id=MU, association_id=GUANGZHOU),
    "所": Viewer(3, "firm", "所", Actor("firm", 3), firm_id=JIN, association_id=ZHEJIANG),
    "财": Viewer(4, "firm", "财", Actor("firm", 4), firm_id=JIN, is_finance=True),
    "客": Viewer(0, "visitor", "", Actor("visitor", JIN), visit_id=JIN),
    "审": staff(review={ZHEJIANG}),
    "费": staff(fees={ZHEJIANG}),
    "照": staff(photos={ZHEJIANG}),
    "台": staff(help_desk={ZHEJIANG}),
    "训": staff(training={ZHEJIANG}),
    "粤训": staff(training={GUANGDONG, GUANGZHOU}),
    "管": staff(manage={ZHEJIANG}),
    "市": staff(review={GUANGZHOU}, fees={GUANGZHOU}),
    "省": staff(review={GUANGDONG, GUANGZHOU}, fees={GUANGDONG, GUANGZHOU}),
    "系": staff(admin=EVERYWHERE),
    "计": staff(audit=EVERYWHERE),
}


def case_of(member_id: int, association_id: int) -> Case:
    """A member's case."""
    return Case(subject_kind="member", subject_id=member_id, association_id=association_id)


def sign_up_of(member_id: int, association_id: int) -> Case:
    """A member's sign-up for a class of an association."""
    case = case_of(member_id, association_id)
    case.kind, case.status = "training_enrolment", "reserved"
    return case


def ruling_of(member_id: int, association_id: int, status: str) -> Case:
    """A case that the association settles by hand: the member is told its result only."""
    case = case_of(member_id, association_id)
    case.kind, case.status = "ruling", status
    return case


def task_of(member_id: int, association_id: int, lane: str, duty: str) -> Task:
    """A task of a member's case."""
    return Task(
        lane=lane,
        duty=duty,
        subject_kind="member",
        subject_id=member_id,
        association_id=association_id,
    )


THINGS: dict[str, Object] = {
    "金的申请": case_of(JIN, ZHEJIANG),
    "木的申请": case_of(MU, GUANGZHOU),
    "金的裁定": ruling_of(JIN, ZHEJIANG, "ruling_proposed"),
    "金的结果": ruling_of(JIN, ZHEJIANG, "ruling_agreed"),
    "金的表单": task_of(JIN, ZHEJIANG, "member", "member"),
    "金的他道": task_of(JIN, ZHEJIANG, "firm", "firm"),
    "所的申请": Case(subject_kind="firm", subject_id=JIN, association_id=ZHEJIANG),
    "客的找回": Case(subject_kind="visitor", subject_id=JIN, association_id=None),
    "客的步骤": Task(lane="visitor", duty="visitor", subject_kind="visitor", subject_id=JIN),
    "别客的步骤": Task(lane="visitor", duty="visitor", subject_kind="visitor", subject_id=MU),
    "金的审核": task_of(JIN, ZHEJIANG, "association", "review"),
    "金的会费": task_of(JIN, ZHEJIANG, "association", "fees"),
    "木的审核": task_of(MU, GUANGZHOU, "association", "review"),
    "金的消息": Message(recipient_kind="member", recipient_id=JIN),
    "职员的消息": Message(recipient_kind="staff", recipient_id=9),
    "所的消息": Message(recipient_kind="firm", recipient_id=3),
    "金的投递": Delivery(association_id=ZHEJIANG),
    "无人的投递": Delivery(association_id=None),
    "金": Member(id=JIN, association_id=ZHEJIANG),
    "浙江年度": Season(association_id=ZHEJIANG),
    "浙江注协": Association(id=ZHEJIANG, parent_id=1),
    "中注协": Association(id=1, parent_id=None),
    "事务所": Firm(id=JIN, association_id=ZHEJIANG),
    "别的所": Firm(id=MU, association_id=ZHEJIANG),
    "金的报名": sign_up_of(JIN, ZHEJIANG),
    "浙江的班": TrainingClass(association_id=ZHEJIANG),
    "所的报名": Enrolment(person_kind="employee", person_id=JIN, firm_id=JIN),
    "系统": SYSTEM,
}

TABLE = """
金的申请  see               金 审 管 系 计
金的申请  see_trail         金 审 管 系 计
金的申请  see_diagram       审 管 系 计
金的申请  check_trail       管 系 计
金的申请  withdraw          金
金的申请  nudge             金
金的申请  pay               金
金的申请  retry             系
金的申请  revoke            管
金的申请  reopen            管
木的申请  see               木 市 省 系 计
木的申请  retry             系
木的申请  withdraw          木
金的报名  see               金 审 训 管 系 计
金的报名  see_trail         金 审 训 管 系 计
金的报名  see_diagram       审 管 系 计
金的报名  reach             训 管
浙江的班  see_enrolments    训 管 系 计
浙江的班  change            训 管
浙江的班  take_attendance   训 管
浙江注协  offer_classes     训 管
浙江注协  edit_processes
中注协    edit_processes    系
金的裁定  see               审 管 系 计
金的结果  see               金 审 管 系 计
金的表单  see               金 管 系 计
金的表单  complete          金
金的表单  claim
金的表单  assign
金的表单  copy
金的他道  see               管 系 计
金的他道  complete
所的申请  see               所 财 审 管 系 计
所的申请  withdraw          所 财
客的找回  see               客
客的找回  see_diagram
客的步骤  see               客
客的步骤  complete          客
客的步骤  claim
别客的步骤  see
别客的步骤  complete
金的审核  see               审 管 系 计
金的审核  claim             审
金的审核  complete          审
金的审核  assign            审 管
金的审核  copy              审 管
金的会费  see               费 管 系 计
金的会费  complete          费
木的审核  see               市 省 系 计
木的审核  complete          市 省
木的审核  assign            市 省
金的消息  see               金
职员的消息 see              审 费 照 台 训 粤训 管 市 省 系 计
所的消息  see               所
金的投递  see               系 计
金的投递  resend            系
无人的投递 see
无人的投递 resend
金        start_inspection  金
金        appeal            金
金        apply_for_hours   金
金        edit_profile      金
金        change_profile    金
金        rule              管
金        renew_photo       照 管
金        unmask            审 管
金        find              审 费 照 台 管 系 计
金        read              审 费 照 管 系 计
金        edit              管
金        enter_fees        费 管
金        enter_hours       训 管
金        erase             系
金        agree_erasure     管 系
金        see_erasure       管 系 计
系统      see_processes     系 计
系统      see_cases         管 系 计
系统      see_deliveries    系 计
浙江年度  see               管 系 计
浙江年度  change            管 系
浙江注协  open_reporting    管
浙江注协  admit             管
事务所    train             所
事务所    find              审 费 照 台 管 系 计
事务所    read              审 费 照 管 系 计
事务所    edit              管
事务所    unmask            审 管
别的所    train
所的报名  see               所
所的报名  cancel            所
所的报名  replace           所
系统      see_register      审 费 照 台 管 市 省 系 计
系统      read_register     审 费 照 管 市 省 系 计
系统      admit             管
系统      see_register_changes  管 系 计
系统      transfer_tables   费 训 粤训 管 市 省
系统      see_management    管 系 计
系统      rule_years        管
系统      see_inbox         审 费 照 台 训 粤训 管 市 省
系统      help              台
系统      see_security_events  系 计
系统      publish_notice    系
系统      anything_else
金的申请  delete
"""


def rows() -> list[tuple[str, str, str, bool]]:
    """The table, one row for each (thing, action, person): allowed or not."""
    return [
        (thing, action, person, person in allowed)
        for thing, action, *allowed in (line.split() for line in TABLE.strip().splitlines())
        for person in CAST
    ]


@pytest.mark.parametrize(("thing", "action", "person", "is_allowed"), rows())
def test_a_person_may_do_what_the_table_says(
    thing: str, action: str, person: str, is_allowed: bool
) -> None:
    assert can(CAST[person], action, THINGS[thing]) is is_allowed


def test_what_one_may_not_know_of_is_not_found() -> None:
    with pytest.raises(NotFound):
        check(CAST["木"], "see", THINGS["金的申请"])
    with pytest.raises(NotFound):
        check(CAST["木"], "withdraw", THINGS["金的申请"])


def test_what_one_sees_but_may_not_do_is_not_allowed() -> None:
    with pytest.raises(NotAllowed):
        check(CAST["审"], "withdraw", THINGS["金的申请"])


@pytest.fixture
def three_cases(demo_engine: Engine) -> Engine:
    """Applications of Zhejiang: one in review, one at its fee; one of Guangzhou in review."""
    Walk(demo_engine, "330000100001").start().to_materials().apply()
    Walk(demo_engine, "330000100005").start().to_materials()
    Walk(demo_engine, "440100100001").start().to_materials().apply()
    return demo_engine


@pytest.mark.parametrize(
    ("user_type", "login", "tasks"),
    [
        ("member", "330000100001", set()),
        ("member", "330000100005", {("330000100005", "member")}),
        ("member", "440300100001", set()),
        ("staff", "zj_review", {("330000100001", "review")}),
        ("staff", "zj_fees", {("330000100005", "fees")}),
        ("staff", "gz_review", {("440100100001", "review")}),
        ("staff", "gd_review", {("440100100001", "review")}),
        ("staff", "sz_review", set()),
        ("staff", "admin", set()),
        ("staff", "audit", set()),
    ],
)
def test_queries_show_the_same_as_the_table(
    three_cases: Engine, user_type: str, login: str, tasks: set[tuple[str, str]]
) -> None:
    with three_cases.database.read() as session:
        account = find_account(session, user_type=user_type, login=login)
        assert account is not None
        viewer = get_viewer(session, account)
        is_open = Task.state == "open"
        found = session.scalars(select(Task).where(is_open, visible_tasks(viewer))).all()
        assert {(task.subject_no, task.duty) for task in found} == tasks
        assert {task.id for task in found} == {
            task.id
            for task in session.scalars(select(Task).where(is_open))
            if can(viewer, "complete", task)
        }
        if viewer.is_staff:
            # A member's own list is made of his applications alone.
            assert {case.id for case in list_cases(session, viewer, CaseFilters()).cases} == {
                case.id for case in session.scalars(select(Case)) if can(viewer, "see", case)
            }


def test_a_case_is_seen_by_whose_duty_its_steps_ask_for(three_cases: Engine) -> None:
    with three_cases.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.subject_no == "330000100001")).one()
        review = Task.element_id == "review_application"
        task = session.scalars(select(Task).where(Task.case_id == case.id, review)).one()
        photos = staff(photos={case.association_id or 0})
        others = staff(photos={GUANGZHOU}, fees={case.association_id or 0})

        def sees(viewer: Viewer) -> bool:
            try:
                check_case(session, viewer, case)
            except NotFound:
                return False
            return True

        assert not sees(photos)
        task.duty = "photos"
        session.flush()
        assert sees(photos)
        assert not sees(others)
        # A step beside the application, as confirming its fee, does not open it.
        task.kind = "fee"
        session.flush()
        assert not sees(photos)


def test_a_proof_of_payment_is_seen_by_who_confirms_the_fee(three_cases: Engine) -> None:
    with three_cases.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.subject_no == "330000100005")).one()
        proof, other = add_stored(session, case), add_stored(session, case)
        claim = session.scalars(select(FeeClaim).where(FeeClaim.member_id == case.subject_id)).one()
        claim.proof_file_id = proof.id
        session.flush()

        def sees(user_type: str, login: str, file: StoredFile) -> bool:
            account = find_account(session, user_type=user_type, login=login)
            assert account is not None
            try:
                check_file(session, get_viewer(session, account), file)
            except NotFound:
                return False
            return True

        assert sees("staff", "zj_fees", proof)
        assert not sees("staff", "zj_fees", other)
        assert sees("staff", "zj_review", other)
        assert sees("member", "330000100005", other)
        assert not sees("member", "330000100001", other)
        assert not sees("staff", "gz_review", proof)
        with pytest.raises(NotFound):
            check_file(session, None, proof)


def test_a_firm_finds_its_own_tasks_and_not_those_of_a_member_with_its_key(
    three_cases: Engine,
) -> None:
    with three_cases.database.transaction() as session:
        step = Task.element_id == "provide_materials"
        task = session.scalars(select(Task).where(Task.subject_no == "330000100005", step)).one()
        assert task.subject_id is not None
        firm = Viewer(3, "firm", "所", Actor("firm", 3), firm_id=task.subject_id)

        def finds() -> bool:
            session.flush()
            found = session.scalars(select(Task).where(visible_tasks(firm))).all()
            assert can(firm, "complete", task) is bool(found)
            return bool(found)

        assert not finds()
        task.lane = "firm"
        assert not finds()
        task.subject_kind = "firm"
        assert finds()


def add_stored(session: Session, case: Case) -> StoredFile:
    """Write the row of a file of a case."""
    file = StoredFile(
        id=new_id(),
        case_id=case.id,
        name="回单.pdf",
        kind="pdf",
        size=1,
        sha256="",
        at=case.started_at,
        by_kind="member",
    )
    session.add(file)
    session.flush()
    return file
