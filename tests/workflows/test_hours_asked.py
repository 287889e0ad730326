"""The decision tables of the hours: the same answers as the rule that stood in code before."""

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.actors import SYSTEM
from engine.cases import Case
from engine.engine import Engine
from engine.errors import InvalidRelease
from engine.releases import current_release_id, make_release
from engine.shipped import gather_unit
from engine.spiff import read_tables
from tests.workflows.conftest import NOW, ROOT
from tests.workflows.walking import Walk
from workflows.shared.dates import age_on
from workflows.shared.hours_asked import HoursTables, assess_hours, check_tables, find_tables
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.seasons import Season, find_season_of_year

TABLE = "bpmn/inspection/hours.dmn"
TABLES = HoursTables(read_tables("inspection", {"hours.dmn": (ROOT / TABLE).read_bytes()}))
TODAY = date(2022, 9, 6)
SHORT = "330000100006"


def asked_before(
    member: Member,
    season: Season,
    *,
    last: int | None,
    exempt: set[int],
    earned: Mapping[int, int],
) -> tuple[tuple[int, ...], int, int, int]:
    """The rule as it was written in Python: years, required, done, missing."""
    if last is not None:
        first = last + 1
    else:
        first = season.year if member.admission_date is None else member.admission_date.year
    years = tuple(year for year in range(first, season.year + 1) if year not in exempt)

    def required_in(year: int) -> int:
        joined = member.admission_date
        late = date(year, season.late_joining_month, season.late_joining_day)
        if joined is not None and joined.year == year and joined > late:
            return season.hours_required_joined_late
        return season.hours_required

    birth = member.birth_date
    is_old = birth is not None and age_on(birth, season.cut_off_date) >= season.hours_free_age
    required = 0 if is_old else sum(required_in(year) for year in years)
    done = sum(earned.get(year, 0) for year in years)
    return years, required, done, max(required - done, 0)


days = st.dates(date(2005, 1, 1), date(2022, 12, 31))
years = st.integers(2003, 2023)
hundredths = st.integers(-2000, 9000)


@given(
    joined=st.none() | days | st.dates(date(2021, 6, 20), date(2021, 7, 10)),
    birth=st.none()
    | st.dates(date(1930, 1, 1), date(2000, 1, 1))
    | st.dates(date(1951, 12, 25), date(1952, 1, 5)),
    last=st.none() | years,
    exempt=st.sets(years, max_size=6),
    earned=st.dictionaries(years, hundredths, max_size=12),
    required=st.integers(0, 50000),
    joined_late=st.integers(0, 50000),
    free_age=st.integers(18, 120),
    month=st.integers(1, 12),
    day=st.integers(1, 28),
)
@settings(max_examples=600, deadline=None)
def test_the_tables_answer_what_the_rule_in_code_answered(
    *,
    joined: date | None,
    birth: date | None,
    last: int | None,
    exempt: set[int],
    earned: dict[int, int],
    required: int,
    joined_late: int,
    free_age: int,
    month: int,
    day: int,
) -> None:
    member = Member(admission_date=joined, birth_date=birth)
    season = Season(
        year=2021,
        cut_off_date=date(2021, 12, 31),
        late_joining_month=month,
        late_joining_day=day,
        hours_required=required,
        hours_required_joined_late=joined_late,
        hours_free_age=free_age,
    )
    sums = TABLES.add_up(member, season, last=last, exempt=exempt, earned=earned, today=TODAY)
    missing = TABLES.find_missing(sums, today=TODAY)
    before = asked_before(member, season, last=last, exempt=exempt, earned=earned)
    assert (sums.years, sums.required, sums.done, missing) == before


def changed(old: str, new: str) -> dict[str, bytes]:
    """The shipped inspection with another table."""
    documents = dict(gather_unit("inspection", ROOT))
    source = documents[TABLE].decode()
    assert old in source
    documents[TABLE] = source.replace(old, new).encode()
    return documents


def release(engine: Engine, documents: Mapping[str, bytes]) -> int:
    """Release it as an administrator does."""
    with engine.database.transaction() as session:
        return make_release(
            session,
            process_id="inspection",
            documents=documents,
            checks=[*engine.checks, check_tables],
            reason="other hours",
            by=SYSTEM,
            now=NOW,
        ).id


def missing_of(engine: Engine, number: str, case: Case | None = None) -> int:
    with engine.database.read() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        season = find_season_of_year(session, association_id=member.association_id, year=2021)
        assert season is not None
        return assess_hours(session, engine, member=member, season=season, case=case).missing


def test_an_administrator_changes_the_table_and_running_cases_keep_theirs(
    demo_engine: Engine,
) -> None:
    information = {"address": "杭州", "employment": "employed", "employer": "演示大学"}
    walk = Walk(demo_engine, SHORT).start().do("fill_information", "apply", information)
    assert walk.steps == {"await_hours"}
    assert missing_of(demo_engine, SHORT) == 2000
    # From now on half of what the season asks is enough.
    release(demo_engine, changed("&gt;= hours_sums.required<", "&gt;= hours_sums.required / 2<"))
    assert missing_of(demo_engine, SHORT) == 0
    assert missing_of(demo_engine, SHORT, walk.case) == 2000
    walk.do("await_hours", "recheck")
    assert walk.steps == {"await_hours"}
    with demo_engine.database.transaction() as session:
        session.get_one(Case, walk.case_id).state = "cancelled"
    later = Walk(demo_engine, SHORT).start().do("fill_information", "apply", information)
    assert later.steps == {"view_inspection"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('decision id="hours_of_year"', 'decision id="another"'),
        ('name="asked"', 'name="required"'),
        ('name="is_counted"', 'name="counts"'),
        ("<text>hours_sums.required - hours_sums.done</text>", '<text>"some"</text>'),
    ],
)
def test_tables_that_answer_nothing_are_refused(demo_engine: Engine, old: str, new: str) -> None:
    with pytest.raises(InvalidRelease) as refused:
        release(demo_engine, changed(old, new))
    assert any(each.document.endswith("hours.dmn") for each in refused.value.problems)


def test_a_release_from_before_there_were_tables_goes_by_the_current_ones(
    demo_engine: Engine,
) -> None:
    with demo_engine.database.read() as session:
        current = find_tables(session, demo_engine)
        ruling = current_release_id(session, "ruling")
        assert find_tables(session, demo_engine, release_id=ruling) is current


def test_an_installation_without_any_release_goes_by_the_shipped_ones(engine: Engine) -> None:
    with engine.database.read() as session:
        tables = find_tables(session, engine)
    member = Member(admission_date=date(2020, 1, 1), birth_date=None)
    season = cast(Any, SimpleNamespace(**SEASON))
    sums = tables.add_up(member, season, last=None, exempt=(), earned={2021: 3000}, today=TODAY)
    assert (sums.required, sums.done, tables.find_missing(sums, today=TODAY)) == (8000, 3000, 5000)


SEASON = {
    "year": 2021,
    "cut_off_date": date(2021, 12, 31),
    "late_joining_month": 7,
    "late_joining_day": 1,
    "hours_required": 4000,
    "hours_required_joined_late": 2000,
    "hours_free_age": 70,
}
