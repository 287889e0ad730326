"""The season's end: what is closed, what stays, and who was faster."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, func, insert, select

from engine.cases import Case
from engine.completing import hold_task
from engine.database import Base, new_id
from engine.engine import Engine
from engine.errors import HuijiError
from engine.jobs import CASES, Job, Worker, plan_recurring
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.inspection import season_end
from workflows.inspection.season_end import close_late, end_seasons, list_late_cases
from workflows.shared.dates import local_date
from workflows.shared.messages import list_messages
from workflows.shared.register import Member
from workflows.shared.results import find_result, list_former_results
from workflows.shared.seasons import Season, find_season_of_year
from workflows.shared.windows import extend, last_day

READY, SHORT, PAYS, PENDING = "330000100001", "330000100006", "330000100003", "330000100005"
IN_GUANGZHOU = "440100100001"
LAST_EVENING = datetime(2022, 12, 31, 15, 59, tzinfo=UTC)
NEW_YEAR = datetime(2022, 12, 31, 18, 0, tzinfo=UTC)
"""Two o'clock on 1 January in China."""
GRACE, TOO_LATE = NEW_YEAR + timedelta(days=14), NEW_YEAR + timedelta(days=15)


def end(engine: Engine, now: datetime) -> None:
    """Let the night's work be done at a moment."""
    engine.now = lambda: now
    with engine.database.transaction() as session:
        end_seasons(session, now)
    Worker(engine).run_due()


def season_of(engine: Engine, walk: Walk) -> Season:
    """The season of a member's case."""
    with engine.database.read() as session:
        found = find_season_of_year(session, association_id=walk.member.association_id, year=2021)
        assert found is not None
        return found


def draft(engine: Engine) -> Walk:
    return Walk(engine, READY).start()


def lacks_hours(engine: Engine) -> Walk:
    return Walk(engine, SHORT).start().do("fill_information", "apply", INFORMATION)


def has_to_pay(engine: Engine) -> Walk:
    return Walk(engine, PAYS).start().to_materials()


def awaits_confirmation(engine: Engine) -> Walk:
    return Walk(engine, PENDING).start().to_materials()


def withdrew(engine: Engine) -> Walk:
    return Walk(engine, READY).start().to_materials().apply().withdraw()


def returned(engine: Engine) -> Walk:
    walk = Walk(engine, READY).start().to_materials().apply()
    return walk.do("review_application", "return", {"reason": "请补充。"}, by=REVIEWER)


def in_review(engine: Engine) -> Walk:
    return Walk(engine, READY).start().to_materials().apply()


@pytest.mark.parametrize(
    "begin",
    [draft, lacks_hours, has_to_pay, awaits_confirmation, withdrew],
    ids=lambda f: f.__name__,
)
def test_what_was_not_sent_is_closed_the_night_after_the_window(
    demo_engine: Engine, begin: Callable[[Engine], Walk]
) -> None:
    walk = begin(demo_engine)
    end(demo_engine, LAST_EVENING)
    assert walk.case.state == "open"
    end(demo_engine, NEW_YEAR)
    assert (walk.case.state, walk.case.status) == ("cancelled", "not_inspected")
    assert walk.steps == set()
    with demo_engine.database.read() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
        assert result is not None
        assert (result.status, result.kind, result.case_id) == (
            "not_inspected",
            "inspection",
            walk.case_id,
        )
        (message, *_others) = list_messages(session, member_id=walk.member.id)
    assert (message.template, message.title) == ("year_not_inspected", "2021年度未参检")


def test_what_is_in_review_stays(demo_engine: Engine) -> None:
    walk = in_review(demo_engine)
    end(demo_engine, TOO_LATE)
    assert (walk.case.state, walk.case.status) == ("open", "in_review")


def test_a_returned_one_has_its_days_after_the_window(demo_engine: Engine) -> None:
    walk = returned(demo_engine)
    end(demo_engine, NEW_YEAR)
    end(demo_engine, GRACE)
    assert walk.case.state == "open"
    end(demo_engine, TOO_LATE)
    assert walk.case.status == "not_inspected"


def test_one_that_was_returned_late_has_its_days_after_the_return(demo_engine: Engine) -> None:
    walk = in_review(demo_engine)
    on_20_january = datetime(2023, 1, 20, 4, 0, tzinfo=UTC)
    with demo_engine.database.transaction() as session:
        held = hold_task(session, demo_engine, walk.tasks()["review_application"].id)
        held.complete(
            outcome="return", values={"reason": "请补充。"}, by=REVIEWER, now=on_20_january
        )
    with demo_engine.database.read() as session:
        season = season_of(demo_engine, walk)
        assert last_day(session, case=walk.case, season=season) == date(2023, 2, 4)
    end(demo_engine, on_20_january + timedelta(days=15))
    assert walk.case.state == "open"
    end(demo_engine, on_20_january + timedelta(days=16))
    assert walk.case.status == "not_inspected"


def test_an_extension_is_honoured(demo_engine: Engine) -> None:
    walk = draft(demo_engine)
    with demo_engine.database.transaction() as session:
        case = session.get_one(Case, walk.case_id)
        extend(session, case=case, until_date=date(2023, 1, 10))
        extend(session, case=case, until_date=date(2023, 1, 20))
    end(demo_engine, GRACE)
    assert walk.case.state == "open"
    end(demo_engine, datetime(2023, 1, 20, 18, 0, tzinfo=UTC))
    assert walk.case.status == "not_inspected"


def test_doing_it_again_changes_nothing(demo_engine: Engine) -> None:
    walk = draft(demo_engine)
    with demo_engine.database.transaction() as session:
        end_seasons(session, NEW_YEAR)
        end_seasons(session, NEW_YEAR)
    end(demo_engine, NEW_YEAR)
    trail = walk.case.trail_length
    end(demo_engine, NEW_YEAR + timedelta(days=1))
    assert walk.case.trail_length == trail
    with demo_engine.database.read() as session:
        assert list_former_results(session, member_id=walk.member.id, year=2021) == []
        assert len(list_messages(session, member_id=walk.member.id)) == 1


def test_a_member_who_sent_a_moment_before_has_sent(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start().to_materials()
    demo_engine.now = lambda: NEW_YEAR
    with demo_engine.database.transaction() as session:
        end_seasons(session, NEW_YEAR)
    walk.apply().let_jobs_run()
    assert (walk.case.state, walk.case.status) == ("open", "in_review")


def test_a_member_who_comes_a_moment_later_is_told(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start().to_materials()
    opened = dict(walk.tasks())
    end(demo_engine, NEW_YEAR)
    with demo_engine.database.transaction() as session, pytest.raises(HuijiError):
        hold_task(session, demo_engine, opened["provide_materials"].id)


def test_a_city_with_a_season_of_its_own_ends_with_that(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, IN_GUANGZHOU).start()
    with demo_engine.database.transaction() as session:
        city = session.get_one(Season, season_of(demo_engine, walk).id)
        assert city.association_id == walk.member.association_id
        city.closes_date = date(2023, 3, 31)
        for season in session.scalars(select(Season).where(Season.year == city.year)):
            late = list_late_cases(session, season=season, today=date(2023, 4, 20))
            assert list(late) == ([walk.case_id] if season.id == city.id else [])
    end(demo_engine, NEW_YEAR)
    assert walk.case.state == "open"
    end(demo_engine, datetime(2023, 3, 31, 18, 0, tzinfo=UTC))
    assert walk.case.status == "not_inspected"


def test_it_is_done_every_night_by_itself(demo_engine: Engine) -> None:
    walk = draft(demo_engine)
    demo_engine.now = lambda: NEW_YEAR - timedelta(hours=12)
    plan_recurring(demo_engine)
    Worker(demo_engine).run_due()
    assert walk.case.state == "open"
    demo_engine.now = lambda: NEW_YEAR
    Worker(demo_engine).run_due()
    assert walk.case.status == "not_inspected"


def multiply(engine: Engine, walk: Walk, count: int) -> None:
    """As many drafts as that, each of a member of its own."""
    with engine.database.transaction() as session:
        case, member = session.get_one(Case, walk.case_id), session.get_one(Member, walk.member.id)
        people = [
            _copy(member, id=10_000 + number, number=f"{number:012}") for number in range(count)
        ]
        session.execute(insert(Member), people)
        session.execute(
            insert(Case),
            [
                _copy(case, id=new_id(), subject_id=each["id"], business_key=each["number"])
                for each in people
            ],
        )


def _copy(row: Base, **changed: object) -> dict[str, object]:
    return {each.key: getattr(row, each.key) for each in row.__mapper__.column_attrs} | changed


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Note every statement."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine.database.sql, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine.database.sql, "before_cursor_execute", note)


def test_many_cases_are_closed_with_few_statements_each(demo_engine: Engine) -> None:
    count = 100
    multiply(demo_engine, draft(demo_engine), count)
    with demo_engine.database.read() as session:
        seasons = session.scalar(
            select(func.count()).where(Season.closes_date < local_date(NEW_YEAR))
        )
    with counting(demo_engine) as said, demo_engine.database.transaction() as session:
        end_seasons(session, NEW_YEAR)
    # The seasons, four questions on each, and the jobs of all its cases in one.
    assert len(said) <= 2 + 5 * (seasons or 0)
    demo_engine.now = lambda: NEW_YEAR
    with counting(demo_engine) as said:
        assert Worker(demo_engine).run_due(queue=CASES) == count + 1
    assert len(said) / (count + 1) < 40
    with demo_engine.database.read() as session:
        closed = select(func.count()).where(Case.status == "not_inspected")
        assert session.scalar(closed) == count + 1


def test_more_than_a_portion_are_closed(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(season_end, "PORTION", 3)
    multiply(demo_engine, draft(demo_engine), 6)
    end(demo_engine, NEW_YEAR)
    with demo_engine.database.read() as session:
        closed = select(func.count()).where(Case.status == "not_inspected")
        assert session.scalar(closed) == 7


def test_a_case_that_cannot_be_closed_is_tried_again_the_next_night(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = draft(demo_engine)
    with monkeypatch.context() as broken:
        broken.setattr(season_end, "subject_of_case", None)
        end(demo_engine, NEW_YEAR)
        for hours in range(8):
            demo_engine.now = lambda hours=hours: NEW_YEAR + timedelta(hours=2 * hours)  # type: ignore[misc]
            Worker(demo_engine).run_due()
    assert walk.case.state == "open"
    with demo_engine.database.read() as session:
        jobs = select(Job.id).where(Job.name == "inspection.close_late")
        assert session.scalars(jobs).all() == []
    end(demo_engine, NEW_YEAR + timedelta(days=1))
    assert walk.case.status == "not_inspected"


def test_who_is_faster_wins_alone(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start().to_materials()
    walk.do("provide_materials", "continue", {"materials": []})
    task_id, case_id = walk.tasks()["confirm_application"].id, str(walk.case_id)
    together = Barrier(2)

    def send() -> bool:
        together.wait()
        try:
            with demo_engine.database.transaction() as session:
                held = hold_task(session, demo_engine, task_id)
                held.complete(outcome="apply", values={}, by=walk.me, now=LAST_EVENING)
        except HuijiError:
            return False
        return True

    def close() -> None:
        together.wait()
        with demo_engine.database.transaction() as session:
            close_late(session, demo_engine, NEW_YEAR, case_id)

    with ThreadPoolExecutor(2) as threads:
        sending, closing = threads.submit(send), threads.submit(close)
        closing.result()
        is_sent = sending.result()
    with demo_engine.database.read() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
    if is_sent:
        assert (walk.case.state, walk.case.status, result) == ("open", "in_review", None)
    else:
        assert (walk.case.state, walk.case.status) == ("cancelled", "not_inspected")
        assert result is not None
