from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.releases import current_release_id
from tests.workflows.conftest import NOW, Cast
from workflows.shared.hours import HoursExemption, credit_hours, list_hours
from workflows.shared.hours_asked import add_up, assess, assess_hours
from workflows.shared.results import find_result

ENOUGH = "330000100001"
SHORT = "330000100006"
DEFERRED = "330000100008"
OLD = "330000100009"


def test_forty_hours_a_year_are_asked_since_the_last_inspected_one(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, season = cast(ENOUGH)
    account = assess_hours(seeded, demo_engine, member=member, season=season)
    assert (account.last_inspected_year, account.years) == (2020, (2021,))
    assert (account.required, account.done, account.missing) == (4000, 4000, 0)


def test_a_deferred_year_is_made_up_in_the_next(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, season = cast(DEFERRED)
    account = assess_hours(seeded, demo_engine, member=member, season=season)
    assert account.last_inspected_year == 2019
    assert (account.years, account.required, account.done) == ((2020, 2021), 8000, 4000)


def test_an_exempt_year_counts_neither_way(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, season = cast(DEFERRED)
    seeded.add(HoursExemption(member_id=member.id, year=2020, reason="援藏"))
    seeded.flush()
    account = assess_hours(seeded, demo_engine, member=member, season=season)
    assert (account.years, account.required, account.missing) == ((2021,), 4000, 0)


def test_who_is_seventy_at_the_cut_off_needs_no_hours(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, season = cast(OLD)
    assert assess_hours(seeded, demo_engine, member=member, season=season).required == 0
    member.birth_date = date(1952, 1, 1)
    assert assess_hours(seeded, demo_engine, member=member, season=season).required == 4000
    member.birth_date = date(1951, 12, 31)
    assert assess_hours(seeded, demo_engine, member=member, season=season).required == 0


@pytest.mark.parametrize(
    ("joined", "required"),
    [(date(2021, 7, 1), 4000), (date(2021, 7, 2), 2000), (date(2021, 1, 4), 4000)],
)
def test_who_joined_in_the_second_half_of_the_year_needs_half(
    seeded: Session, demo_engine: Engine, cast: Cast, joined: date, required: int
) -> None:
    member, season = cast(ENOUGH)
    for year in (2018, 2019, 2020):
        result = find_result(seeded, member_id=member.id, year=year)
        assert result is not None
        seeded.delete(result)
    member.admission_date = joined
    seeded.flush()
    account = assess_hours(seeded, demo_engine, member=member, season=season)
    assert (account.last_inspected_year, account.required) == (None, required)


def test_hours_are_entered_once_and_count_until_the_season_says(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, season = cast(SHORT)

    def credit(key: str, day: date) -> bool:
        return credit_hours(
            seeded,
            member_id=member.id,
            year=season.year,
            earned_date=day,
            hours=1000,
            title="企业会计准则实务",
            source="继续教育在线平台",
            external_key=key,
            now=NOW,
        )

    assert credit("platform:1", date(2022, 9, 5))
    assert not credit("platform:1", date(2022, 9, 5))
    assert credit("platform:2", date(2023, 1, 1))
    assert assess_hours(seeded, demo_engine, member=member, season=season).missing == 1000
    assert len(list_hours(seeded, member_id=member.id, year=season.year)) == 4


def test_the_diagram_is_told_hours_not_hundredths(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, season = cast(SHORT)
    case = Case(process_id="inspection", release_id=current_release_id(seeded, "inspection"))
    told: dict[str, Any] = {
        "engine": demo_engine,
        "case": case,
        "member_id": member.id,
        "season_id": season.id,
    }
    sums = {"required": 40.0, "done": 20.0}
    assert add_up(seeded, now=NOW, **told) == {"hours_sums": sums}
    assert assess(seeded, **told) == {"hours_missing": 20.0}
