"""Who may do what, as a table: a fixed cast on one side, things of three associations on the other.

金 is a member of Zhejiang, 木 of Guangzhou. 审 reviews for Zhejiang, 省 for Guangdong, 市 for
Guangzhou; 费 confirms fees for Zhejiang, 管 manages Zhejiang, 系 is the system administrator, 计
the auditor. 无 is nobody.
"""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.errors import NotAllowed, NotFound
from engine.tasks import Task
from workflows.shared.access import (
    SYSTEM,
    Object,
    Viewer,
    can,
    check,
    get_viewer,
    visible_cases,
    visible_members,
    visible_tasks,
)
from workflows.shared.accounts import find_account
from workflows.shared.associations import Association
from workflows.shared.messages import Message
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult
from workflows.shared.seasons import Season

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
    "审": staff(review={ZHEJIANG}),
    "费": staff(fees={ZHEJIANG}),
    "管": staff(manage={ZHEJIANG}),
    "市": staff(review={GUANGZHOU}, fees={GUANGZHOU}),
    "省": staff(review={GUANGDONG, GUANGZHOU}, fees={GUANGDONG, GUANGZHOU}),
    "系": staff(admin=EVERYWHERE),
    "计": staff(audit=EVERYWHERE),
}


def case_of(member_id: int, association_id: int) -> Case:
    """A member's case."""
    return Case(subject_kind="member", subject_id=member_id, association_id=association_id)


def task_of(member_id: int, association_id: int, lane: str, duty: str) -> Task:
    """A task of a member's case."""
    return Task(lane=lane, duty=duty, subject_id=member_id, association_id=association_id)


THINGS: dict[str, Object] = {
    "金的申请": case_of(JIN, ZHEJIANG),
    "木的申请": case_of(MU, GUANGZHOU),
    "金的表单": task_of(JIN, ZHEJIANG, "member", "member"),
    "金的审核": task_of(JIN, ZHEJIANG, "association", "review"),
    "金的会费": task_of(JIN, ZHEJIANG, "association", "fees"),
    "木的审核": task_of(MU, GUANGZHOU, "association", "review"),
    "金的消息": Message(recipient_kind="member", recipient_id=JIN),
    "金的结果": YearlyResult(member_id=JIN, association_id=ZHEJIANG),
    "金": Member(id=JIN, association_id=ZHEJIANG),
    "浙江年检": Season(association_id=ZHEJIANG),
    "浙江": Association(id=ZHEJIANG),
    "系统": SYSTEM,
}

TABLE = """
金的申请  see               金 审 管 系 计
金的申请  see_trail         金 审 管 系 计
金的申请  see_diagram       审 管 系 计
金的申请  withdraw          金
金的申请  pay               金
金的申请  retry             系
木的申请  see               木 市 省 系 计
木的申请  retry             系
木的申请  withdraw          木
金的表单  see               金 管 系 计
金的表单  complete          金
金的表单  claim
金的审核  see               审 管 系 计
金的审核  claim             审
金的审核  complete          审
金的会费  see               费 管 系 计
金的会费  complete          费
木的审核  see               市 省 系 计
木的审核  complete          市 省
金的消息  see               金
金的结果  see               金 审 管 系 计
金        see               金 审 管 系 计
金        start_inspection  金
浙江年检  see               管 系 计
浙江年检  edit              管
浙江      see               审 费 管 系 计
浙江      edit              管
系统      see               系 计
系统      see_processes     系 计
系统      edit_processes    系
系统      see_cases         管 系 计
系统      see_inbox         审 费 管 市 省
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


def add_task(session: Session, case: Case, *, lane: str, duty: str, member: Member) -> None:
    """Write an open task's row."""
    session.add(
        Task(
            id=UUID(int=hash((case.id, lane, duty)) & (2**127 - 1)),
            case_id=case.id,
            process_id="inspection",
            element_id="step",
            lane=lane,
            duty=duty,
            kind="inspection",
            round=1,
            state="open",
            association_id=member.association_id,
            subject_id=member.id,
            subject_no=member.number,
            subject_name=member.name,
            opened_at=case.started_at,
        )
    )


@pytest.mark.parametrize(
    ("user_type", "login", "tasks"),
    [
        ("member", "330000100001", {("330000100001", "member")}),
        ("member", "440100100001", {("440100100001", "member")}),
        ("member", "440300100001", set()),
        ("staff", "zj_review", {("330000100001", "review")}),
        ("staff", "zj_fees", {("330000100001", "fees")}),
        ("staff", "gz_review", {("440100100001", "review"), ("440100100001", "fees")}),
        ("staff", "gd_review", {("440100100001", "review"), ("440100100001", "fees")}),
        ("staff", "sz_review", set()),
        ("staff", "admin", set()),
        ("staff", "audit", set()),
    ],
)
def test_queries_show_the_same_as_the_table(
    seeded: Session, made_cases: None, user_type: str, login: str, tasks: set[tuple[str, str]]
) -> None:
    account = find_account(seeded, user_type=user_type, login=login)
    assert account is not None
    viewer = get_viewer(seeded, account)
    found = seeded.scalars(select(Task).where(visible_tasks(viewer))).all()
    assert {(task.subject_no, task.duty) for task in found} == tasks
    everything = seeded.scalars(select(Task)).all()
    assert {task.id for task in found} == {
        task.id for task in everything if can(viewer, "complete", task)
    }
    cases = set(seeded.scalars(select(Case.id).where(visible_cases(viewer))))
    assert cases == {case.id for case in seeded.scalars(select(Case)) if can(viewer, "see", case)}
    members = set(seeded.scalars(select(Member.id).where(visible_members(viewer))))
    assert members == {
        member.id for member in seeded.scalars(select(Member)) if can(viewer, "see", member)
    }
