"""Who has not applied, and reminding: everybody at most once a day and once for each mark."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.jobs import Worker
from tests.workflows.conftest import NOW
from tests.workflows.test_season_changes import READY, manager, season_of
from tests.workflows.walking import Walk
from workflows.seasons.absentees import (
    DRAFT,
    NO_DRAFT,
    REMINDED,
    Absentee,
    AbsenteeFilters,
    all_absentees,
    count_absentees,
    count_to_be_inspected,
    list_absentees,
)
from workflows.seasons.models import Reminder, Reminding
from workflows.seasons.reminding import (
    NobodyToRemind,
    WindowIsNotOpen,
    remind_in_time,
    start_reminding,
)
from workflows.shared.messages import Message
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.results import YearlyResult
from workflows.shared.seasons import associations_of

PAYS = "330000100003"


def find(session: Session, **filters: object) -> list[Absentee]:
    """The whole list of Zhejiang's season."""
    season = season_of(session)
    wanted = AbsenteeFilters(**filters)  # type: ignore[arg-type]
    return list(all_absentees(session, season, wanted, associations_of(session, season)))


def numbers(rows: list[Absentee]) -> set[str]:
    """The members' numbers."""
    return {each.number for each in rows}


def remind(engine: Engine, *, key: UUID | None = None, member_ids: tuple[int, ...] = ()) -> UUID:
    """Remind everybody of Zhejiang, or some, by hand."""
    with engine.database.transaction() as session:
        season = season_of(session)
        return start_reminding(
            session,
            key=key or uuid4(),
            season=season,
            association_ids=associations_of(session, season),
            filters=AbsenteeFilters(),
            member_ids=member_ids,
            by=manager(session),
            now=engine.now(),
        ).id


def count_messages(engine: Engine) -> int:
    """How many reminders were written."""
    with engine.database.read() as session:
        query = select(func.count()).where(Message.template == "not_applied_yet")
        return session.scalar(query) or 0


def test_who_sent_or_has_a_result_is_not_in_the_list(demo_engine: Engine) -> None:
    Walk(demo_engine, READY).start().to_materials().apply()
    Walk(demo_engine, PAYS).start()
    with demo_engine.database.transaction() as session:
        season = season_of(session)
        other = find_member_by_number(session, "330000100004")
        assert other is not None
        found = find(session)
        assert READY not in numbers(found)
        assert {PAYS, other.number} <= numbers(found)
        session.add(
            YearlyResult(
                member_id=other.id,
                year=season.year,
                kind="inspection",
                status="exempt",
                association_id=other.association_id,
                decided_at=NOW,
            )
        )
        session.flush()
        assert other.number not in numbers(find(session))
        everybody = count_to_be_inspected(session, season, associations_of(session, season))
        assert len(found) == everybody - 1


def test_who_need_not_be_inspected_is_not_in_the_list(seeded: Session) -> None:
    season = season_of(seeded)
    for number, change in (
        (READY, {"admission_date": season.cut_off_date + timedelta(days=1)}),
        (PAYS, {"state": "dead"}),
        ("330000100004", {"kind": "cpa"}),
    ):
        assert number in numbers(find(seeded))
        seeded.execute(update(Member).where(Member.number == number).values(**change))
        assert number not in numbers(find(seeded))


def test_the_list_is_filtered_by_draft_text_and_reminders(demo_engine: Engine) -> None:
    Walk(demo_engine, PAYS).start()
    with demo_engine.database.transaction() as session:
        assert numbers(find(session, draft=DRAFT)) == {PAYS}
        assert PAYS not in numbers(find(session, draft=NO_DRAFT))
        assert numbers(find(session, text=PAYS[:11])) >= {PAYS, READY}
        assert find(session, text="%") == []
        assert find(session, reminded=REMINDED) == []
        (begun,) = find(session, draft=DRAFT)
        assert begun.status == "draft"


def test_pages_follow_each_other_without_gap(seeded: Session) -> None:
    season = season_of(seeded)
    associations, everybody = associations_of(seeded, season), AbsenteeFilters()
    found, after = [], 0
    while True:
        page = list_absentees(seeded, season, everybody, associations, after=after, limit=7)
        found += [each.id for each in page.rows]
        if page.next is None:
            break
        after = page.next
    assert found == sorted(set(found))
    assert len(found) == count_absentees(seeded, season, everybody, associations)


def test_everybody_is_reminded_once_a_day_whatever_is_pressed_twice(demo_engine: Engine) -> None:
    with demo_engine.database.read() as session:
        total = len(find(session))
    key = uuid4()
    remind(demo_engine, key=key)
    remind(demo_engine, key=key)
    remind(demo_engine)
    Worker(demo_engine).run_due()
    assert count_messages(demo_engine) == total
    with demo_engine.database.read() as session:
        done = session.get_one(Reminding, key)
        assert (done.total, done.looked_at) == (total, total)
        assert done.finished_at is not None
        assert session.scalar(select(func.sum(Reminding.reminded))) == total
    demo_engine.now = lambda: NOW + timedelta(days=1)
    remind(demo_engine)
    Worker(demo_engine).run_due()
    assert count_messages(demo_engine) == 2 * total


def test_more_than_a_portion_are_reminded(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.seasons.reminding.PORTION", 10)
    with demo_engine.database.read() as session:
        total = len(find(session))
    assert total > 20
    remind(demo_engine)
    Worker(demo_engine).run_due()
    assert count_messages(demo_engine) == total


def test_a_job_that_fails_for_good_leaves_no_reminding_under_way(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.seasons.reminding.TEMPLATE", "no such template")
    key = remind(demo_engine)
    for hours in range(8):
        demo_engine.now = lambda hours=hours: NOW + timedelta(hours=2 * hours)  # type: ignore[misc]
        Worker(demo_engine).run_due()
    with demo_engine.database.read() as session:
        assert session.get_one(Reminding, key).finished_at == NOW + timedelta(hours=14)
        assert session.scalars(select(Reminder.id)).all() == []


def test_only_the_ticked_are_reminded_and_only_of_ones_own(demo_engine: Engine) -> None:
    with demo_engine.database.read() as session:
        mine = find_member_by_number(session, READY)
        foreign = find_member_by_number(session, "440100100001")
        assert mine is not None
        assert foreign is not None
    remind(demo_engine, member_ids=(mine.id, foreign.id))
    Worker(demo_engine).run_due()
    with demo_engine.database.read() as session:
        assert session.scalars(select(Reminder.member_id)).all() == [mine.id]
        (message,) = session.scalars(
            select(Message).where(Message.template == "not_applied_yet")
        ).all()
        assert "2022年12月31日" in message.text
        assert "31 December 2022" in message.text_en


def test_who_applied_before_his_turn_is_not_reminded(demo_engine: Engine) -> None:
    with demo_engine.database.read() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
    remind(demo_engine, member_ids=(member.id,))
    Walk(demo_engine, READY).start().to_materials().apply()
    Worker(demo_engine).run_due()
    assert count_messages(demo_engine) == 0


def test_nobody_is_reminded_outside_the_window_or_of_an_empty_list(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        season_of(session).closes_date = date(2022, 9, 5)
    with pytest.raises(WindowIsNotOpen):
        remind(demo_engine)
    with demo_engine.database.transaction() as session:
        season = season_of(session)
        season.closes_date = date(2022, 12, 31)
        session.flush()
        with pytest.raises(NobodyToRemind):
            start_reminding(
                session,
                key=uuid4(),
                season=season,
                association_ids=[],
                filters=AbsenteeFilters(),
                by=manager(session),
                now=NOW,
            )


def test_reminders_go_out_by_themselves_once_for_each_mark(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        total = len(find(session))
        own = Reminding.season_id == season_of(session).id

    def pass_morning(day: date) -> list[str]:
        moment = NOW.replace(year=day.year, month=day.month, day=day.day)
        demo_engine.now = lambda: moment
        with demo_engine.database.transaction() as session:
            remind_in_time(session, moment)
        with demo_engine.database.read() as session:
            return list(session.scalars(select(Reminding.mark).where(own)))

    assert pass_morning(date(2022, 11, 30)) == []
    assert pass_morning(date(2022, 12, 1)) == ["30"]
    assert pass_morning(date(2022, 12, 1)) == ["30"]
    assert pass_morning(date(2022, 12, 2)) == ["30"]
    Worker(demo_engine).run_due()
    with demo_engine.database.read() as session:
        season_id = season_of(session).id
        sent = session.scalar(select(func.count()).where(Reminder.season_id == season_id))
        assert sent == total
    assert sorted(pass_morning(date(2022, 12, 27))) == ["30", "7"]
    assert sorted(pass_morning(date(2022, 12, 31))) == ["1", "30", "7"]
    assert sorted(pass_morning(date(2023, 1, 1))) == ["1", "30", "7"]
