"""What an inspection asks of a member's hours, by the decision tables of its release.

`bpmn/inspection/hours.dmn` says what is asked of a year and whether its hours count, and whether
all of it suffices. A case goes by the tables of its own release, everything else by the current
one's. The facts of a year repeat from member to member: what the tables say is kept.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypedDict, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.errors import Problem
from engine.language import N_
from engine.operations import operation
from engine.releases import ReleaseNotFound, Unit, current_release_id
from engine.signatures import Named
from engine.spiff import ExpressionFailed, Model, read_tables
from workflows.shared.dates import ZONE, age_on, local_date
from workflows.shared.hours import HoursEntry, HoursExemption
from workflows.shared.register import Member, get_member, hold_member
from workflows.shared.results import YearlyResult, last_inspected_year
from workflows.shared.seasons import INSPECTION, Season, get_season
from workflows.shared.vocabulary import MemberId, SeasonId

ADD_UP = "hours.add_up"
OF_YEAR = "hours_of_year"
IN_ALL = "inspection_hours"
SHIPPED = Path(__file__).parents[2] / "bpmn" / "inspection" / "hours.dmn"
KEPT = 20_000
"""So many answers of a release's tables are kept."""


class YearFacts(NamedTuple):
    """What the table `hours_of_year` is given; hours are numbers of hours.

    `is_exempt`: by the ledger, or because the inspection was waived. `joined_late`: in this year,
    after the date of the season. `age`: on its cut-off date; None where the birth is unknown.
    """

    year: int
    is_exempt: bool
    joined_late: bool
    age: int | None
    free_age: int
    yearly: float
    yearly_joined_late: float


SAMPLE = YearFacts(
    year=2021,
    is_exempt=False,
    joined_late=False,
    age=40,
    free_age=70,
    yearly=40,
    yearly_joined_late=20,
)
"""A year as most have it, by which tables are tried before they are released."""


@dataclass(frozen=True)
class HoursAccount:
    """累计应完成学时 and 累计已完成学时 over the years that are counted, and what is missing.

    Hours in hundredths.
    """

    last_inspected_year: int | None
    years: tuple[int, ...]
    required: int
    done: int
    missing: int


@dataclass(frozen=True)
class Sums:
    """What is asked and what was earned, the years added up."""

    years: tuple[int, ...]
    required: int
    done: int


class HoursTables:
    """The tables of one release, with what they said; shared by all threads."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._judged = lru_cache(maxsize=KEPT)(self._judge)
        self._missing = lru_cache(maxsize=KEPT)(self._find_missing)

    def add_up(
        self,
        member: Member,
        season: Season,
        *,
        last: int | None,
        exempt: Collection[int],
        earned: Mapping[int, int],
        today: date,
    ) -> Sums:
        """Judge every year since the last inspected one, and add up.

        `earned`: the hundredths of each year that were earned in time. A table may ask which day
        it is: its answers are kept for `today`.
        """
        years, required, done = [], 0, 0
        for facts in _list_years(member, season, last=last, exempt=exempt):
            asked, is_counted = self._judged(facts, today)
            required += asked
            if is_counted:
                years.append(facts.year)
                done += earned.get(facts.year, 0)
        return Sums(tuple(years), required, done)

    def find_missing(self, sums: Sums, *, today: date) -> int:
        """How many hundredths are still to be earned."""
        return max(0, self._missing(sums.required, sums.done, today))

    def _judge(self, facts: YearFacts, today: date) -> tuple[int, bool]:
        said = self._model.decide(OF_YEAR, {"year_facts": facts._asdict()}, _at(today))
        row = cast(Mapping[str, Any], said) if isinstance(said, Mapping) else {}
        return round((row.get("asked") or 0) * 100), row.get("is_counted") is True

    def _find_missing(self, required: int, done: int, today: date) -> int:
        sums = {"required": required / 100, "done": done / 100}
        said = self._model.decide(IN_ALL, {"hours_sums": sums}, _at(today))
        return round(cast(float, said or 0) * 100)


def find_tables(session: Session, engine: Engine, *, release_id: int | None = None) -> HoursTables:
    """The tables of a release of the inspection; None: of the current one.

    One from before there were tables goes by the current one's, or by those that are shipped.
    """
    wanted = [release_id] if release_id is not None else []
    with suppress(ReleaseNotFound):
        wanted.append(current_release_id(session, INSPECTION))
    for each in wanted:
        release = engine.releases.get(session, each)
        if release.model.can_decide(OF_YEAR) and release.model.can_decide(IN_ALL):
            return release.once(HoursTables, partial(HoursTables, release.model))
    return _shipped_tables()


def check_tables(unit: Unit) -> Iterator[Problem]:
    """A check of releases: the tables are there and answer what is asked of them."""
    if ADD_UP not in unit.model.operations:
        return
    if any(each.rule == "decision-broken" for each in unit.model.problems):
        return  # a table that cannot be read is not missed as well
    document = f"bpmn/{INSPECTION}/{SHIPPED.name}"
    for decision, given, is_answer in (
        (OF_YEAR, {"year_facts": SAMPLE._asdict()}, _is_year),
        (IN_ALL, {"hours_sums": {"required": SAMPLE.yearly, "done": 0}}, _is_hours),
    ):
        if not unit.model.can_decide(decision):
            message = N_("There is no decision “%(id)s”.")
            yield Problem(document, None, message, rule="unknown-decision", id=decision)
        elif not is_answer(_try(unit.model, decision, given)):
            message = N_("The decision “%(id)s” does not say what is asked of it.")
            yield Problem(document, decision, message, rule="decision-broken", id=decision)


def _try(model: Model, decision: str, given: Mapping[str, object]) -> object:
    """What a table says of a sample; None where it takes too long."""
    try:
        return model.decide(decision, given, _at(date(SAMPLE.year, 12, 31)))
    except ExpressionFailed:
        return None


def assess_hours(
    session: Session, engine: Engine, *, member: Member, season: Season, case: Case | None = None
) -> HoursAccount:
    """What the season asks of a member, and what he has; `case`: by its tables.

    Inspection policy: summed over the years since the last inspected one, a deferred year's
    hours included.
    """
    tables = find_tables(session, engine, release_id=_release_of(case))
    last, sums = _add_up(session, tables, member, season, engine.now())
    missing = tables.find_missing(sums, today=local_date(engine.now()))
    return HoursAccount(last, sums.years, sums.required, sums.done, missing)


class HoursSums(TypedDict):
    """Hours that are asked for and hours that were earned."""

    required: Annotated[float, Named(N_("Required hours"))]
    done: Annotated[float, Named(N_("Hours done"))]


class Added(TypedDict):
    """The hours of all years that count, added up."""

    hours_sums: Annotated[HoursSums, Named(N_("Hours in all"))]


@operation(
    ADD_UP,
    title=N_("Add up the hours"),
    about=N_(
        "Adds up the hours that a member has to have and those that he has, by the decision "
        "table of a year."
    ),
)
def add_up(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    season_id: SeasonId,
) -> Added:
    """Add up the member's hours for the season: hours_sums has required and done, in hours.

    What is credited from now on finds the case waiting for it.
    """
    hold_member(session, member_id)
    member, season = get_member(session, member_id), get_season(session, season_id)
    tables = find_tables(session, engine, release_id=_release_of(case))
    _last, sums = _add_up(session, tables, member, season, now)
    return {"hours_sums": {"required": sums.required / 100, "done": sums.done / 100}}


class Assessed(TypedDict):
    """What is missing."""

    hours_missing: Annotated[float, Named(N_("Missing hours"))]


@operation(
    "hours.assess",
    title=N_("Work out the missing hours"),
    about=N_("Says how many hours are missing, for diagrams without a decision table."),
)
def assess(
    session: Session, *, engine: Engine, case: Case, member_id: MemberId, season_id: SeasonId
) -> Assessed:
    """Assess the member's hours for diagrams that have no table: hours_missing, in hours."""
    member, season = get_member(session, member_id), get_season(session, season_id)
    account = assess_hours(session, engine, member=member, season=season, case=case)
    return {"hours_missing": account.missing / 100}


def _add_up(
    session: Session, tables: HoursTables, member: Member, season: Season, now: datetime
) -> tuple[int | None, Sums]:
    last = last_inspected_year(session, member_id=member.id, before=season.year)
    earned = session.execute(
        select(HoursEntry.year, func.sum(HoursEntry.hours))
        .where(
            HoursEntry.member_id == member.id,
            HoursEntry.earned_date <= season.hours_until_date,
        )
        .group_by(HoursEntry.year)
    )
    sums = tables.add_up(
        member,
        season,
        last=last,
        exempt=_exempt_years(session, member),
        earned={year: int(hours) for year, hours in earned},
        today=local_date(now),
    )
    return last, sums


def _list_years(
    member: Member, season: Season, *, last: int | None, exempt: Collection[int]
) -> Iterator[YearFacts]:
    """The facts of every year since the last inspected one, or since the member joined."""
    joined, birth = member.admission_date, member.birth_date
    late_in = None if joined is None else _year_joined_late(joined, season)
    age = None if birth is None else age_on(birth, season.cut_off_date)
    free_age = season.hours_free_age
    yearly, yearly_late = season.hours_required / 100, season.hours_required_joined_late / 100
    first = last + 1 if last is not None else season.year if joined is None else joined.year
    for year in range(first, season.year + 1):
        is_late = year == late_in
        yield YearFacts(year, year in exempt, is_late, age, free_age, yearly, yearly_late)


def _year_joined_late(joined: date, season: Season) -> int | None:
    late = date(joined.year, season.late_joining_month, season.late_joining_day)
    return joined.year if joined > late else None


def _exempt_years(session: Session, member: Member) -> set[int]:
    """The years of which no hours are asked: by the ledger, or since the inspection was waived."""
    by_ledger = select(HoursExemption.year).where(HoursExemption.member_id == member.id)
    waived = select(YearlyResult.year).where(
        YearlyResult.member_id == member.id, YearlyResult.status == "exempt"
    )
    return set(session.scalars(by_ledger.union(waived)))


def _is_year(said: object) -> bool:
    if not isinstance(said, Mapping):
        return False
    return _is_hours(said.get("asked")) and isinstance(said.get("is_counted"), bool)


def _is_hours(said: object) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and said >= 0


def _release_of(case: Case | None) -> int | None:
    return case.release_id if case is not None and case.process_id == INSPECTION else None


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)


@cache
def _shipped_tables() -> HoursTables:
    return HoursTables(read_tables(INSPECTION, {SHIPPED.name: SHIPPED.read_bytes()}))
