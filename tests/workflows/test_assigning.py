"""Handing tasks over: by hand, and by rule as they arrive."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.completing import TaskIsOver, TaskNotFound
from engine.engine import Engine
from engine.errors import Conflict, NotAllowed, NotFound, Rejected
from engine.noting import texts
from engine.tasks import Task
from engine.trail import events
from engine.vault import SubjectKey
from tests.workflows.conftest import NOW
from tests.workflows.office import (
    IN_GUANGZHOU,
    MEMBER,
    OTHER,
    account,
    applied,
    review_of,
    viewer,
)
from tests.workflows.walking import Walk
from workflows.inbox import assigning
from workflows.inbox.absences import set_absence
from workflows.inbox.assigning import (
    AssignedMeanwhile,
    ColleagueLacksDuty,
    HandedOver,
    ReleasedMeanwhile,
    Seen,
    assign_task,
    assign_tasks,
    release_tasks,
)
from workflows.inbox.copies import copy_task
from workflows.inbox.rules import (
    BY_DIGIT,
    BY_LOAD,
    BY_REGION,
    EVERY_KIND,
    Arriving,
    AssignmentRule,
    RuleNotUnderstood,
    choose,
    list_rules,
    make_rule,
    preview,
    save_rule,
)
from workflows.shared.accounts import STAFF, Account, StaffDuty
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.messages import Message
from workflows.shared.register import find_member_by_number

FIRST, SECOND, CLERK, MANAGER = "zj_review", "zj_review2", "zj_fees", "zj_manage"


def hand_over(
    engine: Engine,
    task_id: UUID,
    to: str | None,
    *,
    by: str = FIRST,
    note: str = "",
    seen: Seen | None = None,
) -> None:
    """Hand a task over as one person to another."""
    with engine.database.transaction() as session:
        assign_task(
            session,
            engine,
            task_id=task_id,
            to=None if to is None else account(session, to).id,
            viewer=viewer(session, by),
            now=NOW,
            note=note,
            seen=seen,
        )


def assigned_to(engine: Engine, task_id: UUID) -> int | None:
    """Whose a task is."""
    with engine.database.read() as session:
        return session.get_one(Task, task_id).assigned_to


def key_of(engine: Engine, login: str) -> int:
    """The key of somebody's account."""
    with engine.database.read() as session:
        return account(session, login).id


def told(engine: Engine, login: str) -> list[Message]:
    """What a person of the staff was told."""
    with engine.database.read() as session:
        return list(
            session.scalars(
                select(Message).where(
                    Message.recipient_kind == "staff",
                    Message.recipient_id == account(session, login).id,
                )
            )
        )


def test_a_task_is_handed_to_a_colleague_who_is_told_why(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    task_id = review_of(walk)

    hand_over(demo_engine, task_id, SECOND, note="请核对照片")

    assert assigned_to(demo_engine, task_id) == key_of(demo_engine, SECOND)
    (message,) = told(demo_engine, SECOND)
    assert message.task_id == task_id
    assert "请核对照片" in message.text
    assert told(demo_engine, FIRST) == []
    with demo_engine.database.read() as session:
        case = session.get_one(Case, walk.case_id)
        last = events(session, case.id)[-1]
        assert last.kind == "task_assigned"
        assert last.data == {"task": str(task_id), "to": key_of(demo_engine, SECOND)}
        assert texts(session, demo_engine.vault, case=case) == {last.number: "请核对照片"}


def test_what_was_erased_is_left_out_and_what_is_written_later_is_read(
    demo_engine: Engine,
) -> None:
    walk = applied(demo_engine)
    hand_over(demo_engine, review_of(walk), SECOND, note="请核对照片")
    with demo_engine.database.transaction() as session:
        key = session.get_one(Case, walk.case_id).subject_key
        session.execute(delete(SubjectKey).where(SubjectKey.subject == key))

    def read() -> list[str]:
        with demo_engine.database.read() as session:
            case = session.get_one(Case, walk.case_id)
            return list(texts(session, demo_engine.vault, case=case).values())

    assert read() == []
    hand_over(demo_engine, review_of(walk), FIRST, note="由我办理")
    assert read() == ["由我办理"]


def test_handing_over_twice_says_it_once(demo_engine: Engine) -> None:
    walk = applied(demo_engine)

    for _time in range(2):
        hand_over(demo_engine, review_of(walk), SECOND)

    assert len(told(demo_engine, SECOND)) == 1
    with demo_engine.database.read() as session:
        kinds = [each.kind for each in events(session, walk.case.id)]
    assert kinds.count("task_assigned") == 1


def test_a_task_is_taken_on_and_put_back_without_a_message(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    task_id = review_of(walk)

    hand_over(demo_engine, task_id, FIRST)
    assert assigned_to(demo_engine, task_id) == key_of(demo_engine, FIRST)
    hand_over(demo_engine, task_id, None)

    assert assigned_to(demo_engine, task_id) is None
    assert told(demo_engine, FIRST) == []


def test_one_who_may_not_decide_it_gets_no_task(demo_engine: Engine) -> None:
    task_id = review_of(applied(demo_engine))

    for outsider in (CLERK, "gd_review", MANAGER):
        if outsider == MANAGER:
            take_duty(demo_engine, MANAGER, "review")
        with pytest.raises(ColleagueLacksDuty):
            hand_over(demo_engine, task_id, outsider)

    assert assigned_to(demo_engine, task_id) is None


def test_no_refusal_names_whom_the_association_does_not_know(demo_engine: Engine) -> None:
    task_id = review_of(applied(demo_engine))
    with demo_engine.database.read() as session:
        member = session.scalars(select(Account).where(Account.user_type != STAFF)).first()
        assert member is not None
        mine, strangers = viewer(session, FIRST), [member, account(session, "gz_review")]
        clerk = account(session, CLERK)

    def refuse(to: int) -> str:
        with (
            pytest.raises(Rejected) as raised,
            demo_engine.database.transaction() as session,
        ):
            assign_task(session, demo_engine, task_id=task_id, to=to, viewer=mine, now=NOW)
        return str(raised.value)

    assert clerk.name in refuse(clerk.id)
    for each in strangers:
        assert each.name not in refuse(each.id)
        with (
            pytest.raises(Rejected) as raised,
            demo_engine.database.transaction() as session,
        ):
            copy_task(session, demo_engine, task_id=task_id, to=[each.id], viewer=mine, now=NOW)
        assert each.name not in str(raised.value)


def take_duty(engine: Engine, login: str, duty: str) -> None:
    """Take a duty away from a person, everywhere."""
    with engine.database.transaction() as session:
        session.execute(
            delete(StaffDuty).where(
                StaffDuty.account_id == account(session, login).id, StaffDuty.duty == duty
            )
        )


def test_those_above_an_association_may_be_given_its_work(demo_engine: Engine) -> None:
    task_id = review_of(applied(demo_engine, IN_GUANGZHOU))

    hand_over(demo_engine, task_id, "gd_review", by="gz_review")

    assert assigned_to(demo_engine, task_id) == key_of(demo_engine, "gd_review")


def test_only_those_with_the_duty_and_their_manager_hand_over(demo_engine: Engine) -> None:
    task_id = review_of(applied(demo_engine))

    with pytest.raises(NotAllowed):
        hand_over(demo_engine, task_id, SECOND, by="audit")
    for outsider in (CLERK, "gd_review"):
        with pytest.raises(NotFound):
            hand_over(demo_engine, task_id, SECOND, by=outsider)
    hand_over(demo_engine, task_id, SECOND, by=MANAGER)

    assert assigned_to(demo_engine, task_id) == key_of(demo_engine, SECOND)


def test_what_was_decided_meanwhile_is_not_handed_over(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    task_id = review_of(walk)
    walk.do("review_application", "approve")

    with pytest.raises(TaskIsOver):
        hand_over(demo_engine, task_id, SECOND)
    with pytest.raises(TaskNotFound):
        hand_over(demo_engine, UUID(int=1), SECOND)

    assert told(demo_engine, SECOND) == []


def test_a_stale_page_changes_nothing(demo_engine: Engine) -> None:
    task_id = review_of(applied(demo_engine))
    hand_over(demo_engine, task_id, SECOND)

    with pytest.raises(AssignedMeanwhile, match="浙江审核员乙"):
        hand_over(demo_engine, task_id, FIRST, seen=Seen(None))
    hand_over(demo_engine, task_id, None)
    with pytest.raises(ReleasedMeanwhile):
        hand_over(demo_engine, task_id, FIRST, seen=Seen(key_of(demo_engine, SECOND)))

    assert assigned_to(demo_engine, task_id) is None


def test_of_two_at_once_one_wins(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    task_id = review_of(walk)
    barrier = threading.Barrier(2)

    def run(to: str) -> str:
        barrier.wait(timeout=10)
        try:
            hand_over(demo_engine, task_id, to, by=to, seen=Seen(None))
        except Conflict as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(run, (FIRST, SECOND)))

    assert answers == ["AssignedMeanwhile", "done"]
    with demo_engine.database.read() as session:
        kinds = [each.kind for each in events(session, walk.case.id)]
    assert kinds.count("task_assigned") == 1


def test_several_are_handed_over_with_one_message_and_each_refusal_said(
    demo_engine: Engine,
) -> None:
    first, second, third = (applied(demo_engine, each) for each in (MEMBER, OTHER, "330000100009"))
    ids = [review_of(each) for each in (first, second, third)]
    third.do("review_application", "approve")

    result = hand_over_all(demo_engine, [*ids, UUID(int=7)], SECOND)

    assert {each.id for each in result.done} == set(ids[:2])
    assert set(result.refused) == {ids[2], UUID(int=7)}
    assert all(result.refused.values())
    (message,) = told(demo_engine, SECOND)
    assert "2项" in message.title


def hand_over_all(engine: Engine, task_ids: list[UUID], to: str) -> HandedOver:
    """Hand several tasks over as the first reviewer."""
    with engine.database.read() as session:
        key, by = account(session, to).id, viewer(session, FIRST)
    return assign_tasks(engine, task_ids=task_ids, to=key, viewer=by, now=NOW)


def test_many_are_handed_over_in_slices_the_newest_case_first(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assigning, "SLICE", 2)
    walks = [applied(demo_engine, each) for each in (MEMBER, OTHER, "330000100009")]
    ids = [review_of(each) for each in walks]
    committed = list[object]()
    event.listen(demo_engine.database.sql, "commit", committed.append)

    result = hand_over_all(demo_engine, ids, SECOND)

    # Two slices and the message.
    assert len(committed) == 3
    assert [each.case_id for each in result.done] == [each.case_id for each in reversed(walks)]
    assert len(told(demo_engine, SECOND)) == 1


def release(engine: Engine, login: str) -> int:
    """Put back what somebody may not decide any more."""
    return release_tasks(engine, account_id=key_of(engine, login), by=SYSTEM, now=NOW)


def test_who_lost_the_duty_keeps_no_task_of_it_and_the_trail_says_so(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assigning, "SLICE", 1)
    walks = [applied(demo_engine, each) for each in (MEMBER, OTHER)]
    for each in walks:
        hand_over(demo_engine, review_of(each), SECOND)
    assert release(demo_engine, SECOND) == 0
    take_duty(demo_engine, SECOND, "review")

    assert release(demo_engine, SECOND) == 2
    assert release(demo_engine, SECOND) == 0

    for walk in walks:
        assert assigned_to(demo_engine, review_of(walk)) is None
        with demo_engine.database.read() as session:
            last = events(session, walk.case.id)[-1]
        assert (last.kind, last.by_kind) == ("task_assigned", "system")
        assert last.data == {"task": str(review_of(walk)), "to": None}


def put_rule(engine: Engine, way: str, parts: dict[str, str | int], *, kind: str = "") -> None:
    """Keep a rule of Zhejiang; people by their logins."""
    with engine.database.transaction() as session:
        where = session.scalars(select(Association).where(Association.code == "330000")).one()
        given: dict[str, int] = {}
        for part, whose in parts.items():
            if isinstance(whose, str):
                given[part] = account(session, whose).id
            else:
                given[str(account(session, part).id)] = whose
        rule = make_rule(association_id=where.id, kind=kind, way=way, parts=given)
        save_rule(session, rule, now=NOW)


def comes_to(engine: Engine, number: str) -> str | None:
    """Whose the review of a member's new application is."""
    assigned = assigned_to(engine, review_of(applied(engine, number)))
    names = {key_of(engine, each): each for each in (FIRST, SECOND)}
    return None if assigned is None else names[assigned]


def test_without_a_rule_a_task_is_everybodys(demo_engine: Engine) -> None:
    assert comes_to(demo_engine, MEMBER) is None


def test_a_rule_goes_by_the_last_digit(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_DIGIT, {"1": FIRST, "2": SECOND})

    assert comes_to(demo_engine, MEMBER) == FIRST
    assert comes_to(demo_engine, OTHER) == SECOND
    assert comes_to(demo_engine, "330000100009") is None


def test_a_rule_goes_by_region_the_nearer_one_first(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_REGION, {"33": FIRST, "3301": SECOND})
    with demo_engine.database.transaction() as session:
        for number, region in ((MEMBER, "330200"), (OTHER, "330106")):
            member = find_member_by_number(session, number)
            assert member is not None
            member.region = region

    assert comes_to(demo_engine, MEMBER) == FIRST
    assert comes_to(demo_engine, OTHER) == SECOND


def test_a_rule_goes_by_load_and_share(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_LOAD, {FIRST: 1, SECOND: 2})

    got = [comes_to(demo_engine, each) for each in (MEMBER, OTHER, "330000100009")]

    assert sorted(got, key=str) == [FIRST, SECOND, SECOND]


def test_a_rule_for_the_kind_goes_before_one_for_all(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_DIGIT, {"1": FIRST, "2": FIRST}, kind=EVERY_KIND)
    put_rule(demo_engine, BY_DIGIT, {"1": SECOND}, kind="inspection")

    assert comes_to(demo_engine, MEMBER) == SECOND
    assert comes_to(demo_engine, OTHER) is None


def test_a_rule_names_nobody_who_may_not_decide(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_DIGIT, {"1": CLERK})
    assert comes_to(demo_engine, MEMBER) is None


def test_a_rule_names_nobody_who_is_barred(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_LOAD, {FIRST: 1, SECOND: 1})
    with demo_engine.database.read() as session:
        first, second = (account(session, each).id for each in (FIRST, SECOND))
        arriving = Arriving(
            association_id=viewer(session, FIRST).association_id or 0,
            kind="inspection",
            duty="review",
            subject_no=MEMBER,
            region="",
            barred=frozenset({first}),
        )
        assert choose(session, arriving, now=NOW) == second
        assert (
            choose(session, replace(arriving, barred=frozenset({first, second})), now=NOW) is None
        )


def away(engine: Engine, login: str, cover: str | None) -> None:
    """Let somebody be away for a week."""
    with engine.database.transaction() as session:
        today = local_date(NOW)
        set_absence(
            session,
            account_id=account(session, login).id,
            from_date=today,
            until_date=today + timedelta(days=6),
            cover_id=None if cover is None else account(session, cover).id,
            viewer=viewer(session, login),
            now=NOW,
        )


def test_the_work_of_who_is_away_comes_to_the_cover(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_DIGIT, {"1": FIRST, "2": FIRST})
    away(demo_engine, FIRST, SECOND)
    assert comes_to(demo_engine, MEMBER) == SECOND

    away(demo_engine, SECOND, FIRST)
    assert comes_to(demo_engine, OTHER) is None


def test_by_load_nothing_comes_to_who_is_away(demo_engine: Engine) -> None:
    put_rule(demo_engine, BY_LOAD, {FIRST: 100, SECOND: 1})
    away(demo_engine, FIRST, None)

    assert comes_to(demo_engine, MEMBER) == SECOND
    assert comes_to(demo_engine, OTHER) == SECOND


def test_a_preview_says_whom_the_last_tasks_would_have_gone_to(demo_engine: Engine) -> None:
    first, second = applied(demo_engine, MEMBER), applied(demo_engine, OTHER)
    with demo_engine.database.read() as session:
        people = {str(account(session, each).id): 1 for each in (FIRST, SECOND)}
        where = account(session, FIRST), session.get_one(Case, first.case_id).association_id
        rule = make_rule(association_id=where[1] or 0, kind="", way=BY_LOAD, parts=people)

        found = preview(session, rule, now=NOW)

    assert {task.subject_no for task, _whose in found} == {MEMBER, OTHER}
    assert {whose.name for _task, whose in found if whose} == {"浙江审核员", "浙江审核员乙"}
    assert assigned_to(demo_engine, review_of(second)) is None


@pytest.mark.parametrize(
    ("way", "parts"),
    [
        ("mood", {"1": 1}),
        (BY_DIGIT, {"10": 1}),
        (BY_REGION, {"x": 1}),
        (BY_LOAD, {"1": 101}),
        (BY_LOAD, {"²": 1}),
        (BY_LOAD, {"9" * 5000: 1}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(way: str, parts: dict[str, int]) -> None:
    with pytest.raises(RuleNotUnderstood):
        make_rule(association_id=1, kind="", way=way, parts=parts)


@pytest.mark.parametrize("way", [BY_DIGIT, BY_LOAD])
def test_a_rule_names_nobody_who_works_elsewhere(seeded: Session, way: str) -> None:
    where = seeded.scalars(select(Association.id).where(Association.code == "330000")).one()
    stranger = account(seeded, "gz_review").id
    parts = {str(stranger): 1} if way == BY_LOAD else {"1": stranger}
    with pytest.raises(RuleNotUnderstood):
        save_rule(seeded, make_rule(association_id=where, kind="", way=way, parts=parts), now=NOW)


def test_a_broken_rule_stops_no_task(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        where = session.scalars(select(Association.id).where(Association.code == "330000")).one()
        session.add(AssignmentRule(association_id=where, kind="", way=BY_LOAD, parts={"²": 1}))

    assert comes_to(demo_engine, MEMBER) is None


def test_a_rule_that_names_nobody_any_more_is_gone(seeded: Session) -> None:
    where = seeded.scalars(select(Association.id).where(Association.code == "330000")).one()
    someone = account(seeded, FIRST).id
    rule = make_rule(association_id=where, kind="", way=BY_DIGIT, parts={"1": someone})
    save_rule(seeded, rule, now=NOW)
    assert len(list_rules(seeded, association_id=where)) == 1

    ended = make_rule(association_id=where, kind="", way=BY_LOAD, parts={"1": 0})
    save_rule(seeded, ended, now=NOW)

    assert list_rules(seeded, association_id=where) == []


@pytest.mark.parametrize(("parts", "cost"), [({}, 0), ({"1": FIRST}, 1)])
def test_a_rule_costs_one_more_statement(
    demo_engine: Engine, parts: dict[str, str | int], cost: int
) -> None:
    plain = count_arrival(demo_engine, OTHER)
    put_rule(demo_engine, BY_DIGIT, parts)

    assert count_arrival(demo_engine, MEMBER) - plain == cost


def count_arrival(engine: Engine, number: str) -> int:
    """How many statements it takes until a member's review is there."""
    walk = Walk(engine, number).start().to_materials()
    walk.do("provide_materials", "continue", {"materials": []})
    noted = list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        noted.append(statement)

    event.listen(engine.database.sql, "before_cursor_execute", note)
    walk.do("confirm_application", "apply")
    event.remove(engine.database.sql, "before_cursor_execute", note)
    return len(noted)
