from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflows.conftest import NOW, Cast
from workflows.shared.associations import Association
from workflows.shared.commitments import find_version
from workflows.shared.seasons import (
    Season,
    current_commitment,
    find_season,
    find_season_of_year,
    publish_commitment,
)
from workflows.shared.working_days import end_of_working_day, is_working_day


def association(session: Session, code: str) -> int:
    """The key of an association."""
    return session.scalars(select(Association.id).where(Association.code == code)).one()


def add_season(session: Session, *, association_id: int, opens: date, closes: date) -> Season:
    """Another season of an association."""
    season = Season(
        association_id=association_id,
        year=opens.year - 1,
        opens_date=opens,
        closes_date=closes,
        cut_off_date=date(opens.year - 1, 12, 31),
        hours_until_date=closes,
    )
    session.add(season)
    session.flush()
    return season


def test_a_city_without_a_season_works_in_its_provinces(seeded: Session) -> None:
    city, province = association(seeded, "440100"), association(seeded, "440000")
    own = find_season(seeded, association_id=city, day=NOW.date())
    assert own is not None
    assert own.association_id == city
    own.association_id, own.year = province, 2000
    seeded.flush()
    found = find_season(seeded, association_id=city, day=NOW.date())
    assert found is not None
    assert found.association_id == province
    of_year = find_season_of_year(seeded, association_id=city, year=2021)
    assert of_year is not None
    assert (of_year.association_id, of_year.year) == (province, 2021)
    assert find_season_of_year(seeded, association_id=city, year=1999) is None


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2021, 9, 1), 2020),
        (date(2022, 3, 1), 2021),
        (date(2022, 7, 1), 2021),
        (date(2022, 12, 31), 2021),
        (date(2023, 2, 1), 2021),
    ],
)
def test_the_season_that_counts_is_the_open_one_else_the_next_else_the_last(
    seeded: Session, day: date, year: int
) -> None:
    zhejiang = association(seeded, "330000")
    add_season(seeded, association_id=zhejiang, opens=date(2021, 7, 1), closes=date(2021, 12, 31))
    found = find_season(seeded, association_id=zhejiang, day=day)
    assert found is not None
    assert found.year == year


def test_the_highest_version_of_a_commitment_counts(seeded: Session, cast: Cast) -> None:
    _member, season = cast("330000100001")
    second = publish_commitment(
        seeded, season_id=season.id, kind="inspection", title="承诺书", text="新", now=NOW
    )
    assert second.version == 2
    found = current_commitment(seeded, season_id=season.id, kind="inspection")
    assert found is not None
    assert found.text == "新"
    deferral = find_version(seeded, season_id=season.id, kind="deferral")
    assert deferral == {"current_commitment": 1}
    assert find_version(seeded, season_id=season.id, kind="other") == {"current_commitment": 0}


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2022, 10, 3), False),  # National Day
        (date(2022, 10, 8), True),  # a Saturday that makes up for it
        (date(2022, 10, 15), False),  # a Saturday
        (date(2022, 10, 17), True),  # a Monday
    ],
)
def test_holidays_and_make_up_days_are_known(day: date, is_working: bool) -> None:
    assert is_working_day(day) is is_working


def test_working_days_are_counted_on_the_calendar_of_china() -> None:
    # 30 September, one o'clock at night in China: the holiday begins the day after.
    now = datetime(2022, 9, 29, 17, tzinfo=UTC)
    assert end_of_working_day(now, 1) == datetime(2022, 10, 8, 15, 59, 59, tzinfo=UTC)
