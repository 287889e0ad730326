"""The inbox's queries: what is listed and counted agrees with a look at every single task."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.database import new_id
from engine.engine import Engine
from engine.tasks import Task
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.inbox import counting, queries, selecting
from workflows.inbox.claims import CLAIM_LASTS
from workflows.inbox.filters import (
    BY_DUE,
    BY_NEWEST,
    BY_OLDEST,
    COMPLETED,
    ME,
    NOBODY,
    OPEN,
    SORTS,
    Filters,
)
from workflows.inbox.queries import (
    count_kinds,
    count_open_tasks,
    find_next_task,
    find_task_before,
    list_tasks,
    say_count,
)
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.associations import Association

READY = "330000100001"
NAMES = ("王伟", "王芳", "张磊")


@pytest.fixture
def filled(demo_engine: Engine) -> Engine:
    """A demo in which many tasks wait, of all sorts, at several desks."""
    case_id = Walk(demo_engine, READY).start().case.id
    with demo_engine.database.transaction() as session:
        offices = session.scalars(select(Association.id).order_by(Association.id)).all()
        session.add_all(_tasks(case_id, offices))
    return demo_engine


def _tasks(case_id: UUID, offices: list[int]) -> list[Task]:
    return [
        Task(
            id=new_id(),
            case_id=case_id,
            process_id="review",
            element_id="review_application",
            lane="association",
            duty="fees" if number % 7 == 0 else "review",
            kind=("inspection", "deferral", "fee")[number % 3],
            round=1 + number % 2,
            state=COMPLETED if number % 5 == 0 else OPEN,
            association_id=offices[number % len(offices)],
            subject_kind="member",
            subject_id=1,
            subject_no=f"3300001{number:05}",
            subject_name=NAMES[number % 3],
            year=2020 + number % 2,
            opened_at=NOW - timedelta(hours=number // 3),
            due_at=None if number % 11 == 0 else NOW + timedelta(hours=number % 13 - 6),
            assigned_to=(None, 1, 2)[number % 3],
            nudges=number % 4 // 3,
            completed_at=NOW - timedelta(minutes=number) if number % 5 == 0 else None,
            completed_by=number % 3 if number % 5 == 0 else None,
            completed_by_kind="staff" if number % 5 == 0 else None,
        )
        for number in range(240)
    ]


def viewer_of(session: Session, login: str) -> Viewer:
    """A person of the demo's staff."""
    account = find_account(session, user_type="staff", login=login)
    assert account is not None
    return get_viewer(session, account)


def fits(viewer: Viewer, filters: Filters) -> Callable[[Task], bool]:
    """The filters as a look at one task."""

    def look(task: Task) -> bool:
        text = task.subject_no if filters.is_number else task.subject_name
        return all(
            (
                viewer.has(task.duty, task.association_id),
                task.lane == "association",
                task.state == filters.state,
                filters.kind in ("", task.kind),
                filters.year in (None, task.year),
                text.startswith(filters.text),
                not filters.is_overdue or (task.due_at is not None and task.due_at < NOW),
                not filters.is_resubmitted or task.round > 1,
                not filters.is_nudged or task.nudges > 0,
                filters.assigned != NOBODY or task.assigned_to is None,
                filters.assigned != ME or task.assigned_to == viewer.account_id,
            )
        )

    return look


@pytest.mark.parametrize("login", ["zj_review", "zj_fees", "gd_review"])
@pytest.mark.parametrize("few", [500, 3])
def test_every_combination_lists_and_counts_what_fits(
    filled: Engine, login: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selecting, "FEW", few)
    with filled.database.read() as session:
        viewer = viewer_of(session, login)
        everything = session.scalars(select(Task)).all()
        for kind, text, state, assigned, flags in product(
            ("", "deferral"),
            ("", "王", "33000010001"),
            (OPEN, COMPLETED),
            ("", ME, NOBODY),
            range(4),
        ):
            filters = Filters(
                kind=kind,
                text=text,
                state=state,
                assigned=assigned,
                is_overdue=flags == 1,
                is_resubmitted=flags == 2,
                is_nudged=flags == 3,
            )
            expected = {each.id for each in everything if fits(viewer, filters)(each)}
            listed = list_tasks(session, viewer, filters, now=NOW, limit=500)
            whole = fits(viewer, replace(filters, kind=""))
            counted = Counter(each.kind for each in everything if whole(each))
            assert {each.id for each in listed.tasks} == expected, filters
            assert count_kinds(session, viewer, filters, now=NOW) == counted, filters


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("state", [OPEN, COMPLETED])
@pytest.mark.parametrize("login", ["zj_review", "gd_review"])
def test_pages_hold_every_task_once_in_order_and_there_and_back(
    filled: Engine, sort: str, state: str, login: str
) -> None:
    with filled.database.read() as session:
        viewer = viewer_of(session, login)
        filters = Filters(sort=sort, state=state)
        everything = session.scalars(select(Task)).all()
        expected = {each.id for each in everything if fits(viewer, filters)(each)}
        found: list[Task] = []
        after = None
        while True:
            page = list_tasks(session, viewer, filters, now=NOW, after=after, limit=7)
            found += page.tasks
            after = page.next
            if after is None:
                break
        before = [
            find_task_before(session, viewer, filters, task=each, now=NOW) for each in found[:9]
        ]
        following = [
            find_next_task(session, viewer, filters, decided=each, now=NOW) for each in found[:5]
        ]

    assert len(found) == len(expected)
    assert {each.id for each in found} == expected
    keys = [_key(each, filters) for each in found]
    assert keys == sorted(keys)
    assert before == [None, *found][: len(before)]
    assert following[: len(found) - 1] == found[1:6]


@pytest.mark.parametrize("login", ["zj_review", "gd_review"])
def test_the_next_task_is_one_that_nobody_was_on_lately(
    filled: Engine, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "list_tasks", partial(list_tasks, limit=2))
    filters = Filters(sort=BY_OLDEST)
    with filled.database.transaction() as session:
        viewer = viewer_of(session, login)
        first, *others = list_tasks(session, viewer, filters, now=NOW, limit=7).tasks
        for each in others:
            each.claimed_by, each.claimed_at = 999, NOW
        # Of those that others are on, the one on the third page was left long ago.
        others[4].claimed_at = NOW - CLAIM_LASTS - timedelta(minutes=1)
        session.flush()

        assert find_next_task(session, viewer, filters, decided=first, now=NOW) == others[4]
        monkeypatch.setattr(queries, "MOST_PAGES", 1)
        assert find_next_task(session, viewer, filters, decided=first, now=NOW) is None


def _key(task: Task, filters: Filters) -> tuple[float, ...]:
    if filters.state == COMPLETED:
        assert task.completed_at is not None
        at = task.completed_at.timestamp()
        return (at if filters.sort == BY_OLDEST else -at,)
    opened = task.opened_at.timestamp()
    if filters.sort == BY_DUE:
        return (float("inf") if task.due_at is None else task.due_at.timestamp(), opened)
    return (-opened if filters.sort == BY_NEWEST else opened,)


def test_counts_are_exact_up_to_a_limit_and_then_say_that_there_are_more(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.database.read() as session:
        viewer = viewer_of(session, "gd_review")
        exact = count_kinds(session, viewer, Filters(), now=NOW)
        monkeypatch.setattr(counting, "MOST", 20)
        capped = count_kinds(session, viewer, Filters(), now=NOW)
        waiting = count_open_tasks(session, viewer)

    assert max(exact.values()) > 20
    assert capped == {kind: min(count, 21) for kind, count in exact.items()}
    assert waiting == 21
    assert (say_count(20), say_count(21)) == ("20", "20+")


def test_a_members_own_steps_are_in_no_inbox(filled: Engine) -> None:
    with filled.database.read() as session:
        viewer = viewer_of(session, "zj_review")
        own = session.scalar(select(func.count()).select_from(Task).where(Task.lane == "member"))
        listed = list_tasks(session, viewer, Filters(), now=NOW, limit=500).tasks
        steps = {each.lane for each in listed}
        assert session.scalar(select(func.count()).select_from(Case)) == 1

    assert own == 1
    assert steps == {"association"}
