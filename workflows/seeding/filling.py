"""Writing members with everything that is theirs: ledgers, cases, results, a few at a time."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from random import Random
from typing import Any

import orjson

from engine.database import Base
from engine.engine import Engine
from engine.vault import SubjectKey
from forms.masking import mask
from workflows.demo.people import make_person
from workflows.seeding.cases import RESULT, Applicant, Cases, new_code
from workflows.seeding.offices import Place, add_offices, season_dates
from workflows.seeding.patterns import MODELS, Pattern
from workflows.seeding.recording import record_stories
from workflows.seeding.stories import STORIES, Story, Told
from workflows.shared import bulk
from workflows.shared.accounts import Account
from workflows.shared.dates import ZONE, local_date
from workflows.shared.fees import FeeClaim, FeeEntry
from workflows.shared.hours import HoursEntry
from workflows.shared.privacy import SHIPPED
from workflows.shared.private import private_columns
from workflows.shared.register import FREE_FIELDS, LOCKED_FIELDS, Member
from workflows.shared.results import YearlyResult, subject_of

LOTS = 20260101
"""All lots are drawn from this number, so that the same is filled in each time."""

AT_ONCE = 2000
FIRST_MEMBER_ACCOUNT = 1_000_000
YEARS_BEFORE = 3
APPLIED = 0.4
"""How many members have begun their application of the season that is open."""

PERSONAL = (*LOCKED_FIELDS, *FREE_FIELDS)
LOADED: tuple[type[Base], ...] = (
    Member,
    Account,
    SubjectKey,
    HoursEntry,
    FeeEntry,
    FeeClaim,
    *MODELS,
    YearlyResult,
)


@dataclass(frozen=True)
class Size:
    """How much is filled in."""

    members: int
    cases: int


@dataclass(frozen=True)
class Progress:
    """How far it came: rows in the database, and what it is at."""

    members: int
    rows: int
    step: str


def fill(engine: Engine, size: Size, *, password: str, now: datetime) -> Generator[Progress]:
    """Fill an empty database, some members in each transaction, and say how far it is.

    The processes must have been released. Broken off, it leaves what is there so far, whole.
    """
    database = engine.database
    patterns = record_stories(engine)
    last_year = local_date(now).year - 1
    years = list(range(last_year - max(YEARS_BEFORE, _years(size)), last_year + 1))
    with database.transaction() as session:
        places = add_offices(session, years=years, password=password, now=now)
        hashed = session.query(Account.password_hash).limit(1).scalar()
    filler = _Filler(engine, size, places, years, patterns, hashed=hashed, now=now)
    rows = 0
    with bulk.without_indexes(database, [bulk.table_of(each) for each in LOADED]) as dropped:
        for begin in range(0, size.members, AT_ONCE):
            end = min(begin + AT_ONCE, size.members)
            with database.transaction() as session:
                bulk.begin_bulk(session, database)
                filler.add_members(begin, end)
                rows += filler.rows.write(session)
            yield Progress(end, rows, "members")
        while dropped:
            index = bulk.make_index(database, dropped)
            yield Progress(size.members, rows, str(index.name))
    bulk.gather_statistics(database)
    yield Progress(size.members, rows, "statistics")


def _years(size: Size) -> int:
    """How many years before the last one it takes: nobody has two cases in a year."""
    return ceil(max(size.cases / size.members - APPLIED, 0))


class _Filler:
    """Makes members' rows, one after the other."""

    def __init__(
        self,
        engine: Engine,
        size: Size,
        places: Sequence[Place],
        years: Sequence[int],
        patterns: Mapping[Told, Pattern],
        *,
        hashed: str,
        now: datetime,
    ) -> None:
        self.engine, self.size, self.years = engine, size, years
        self.now = now.astimezone(UTC)
        self.hashed = hashed
        self.today = local_date(now)
        self.places = places
        self.weights = [each.weight for each in places]
        self.random = Random(LOTS)  # noqa: S311 - invented people, no secrets
        self.rows = bulk.Bulk(engine.database)
        self.cases = Cases(engine, self.rows, patterns, self.random)
        is_now = min(size.cases / size.members, APPLIED)
        before = (size.cases / size.members - is_now) / (len(years) - 1)
        self.share = {year: is_now if year == years[-1] else before for year in years}
        self.windows = {year: self._window(year) for year in years}
        self.stories = {
            (is_now, is_city): _weighted(is_now=is_now, is_city=is_city)
            for is_now in (True, False)
            for is_city in (True, False)
        }
        self.columns = _member_columns()

    def add_members(self, begin: int, end: int) -> None:
        """Make the rows of some members."""
        for serial in range(begin, end):
            self._add_member(serial)

    def _add_member(self, serial: int) -> None:
        random = self.random
        place = random.choices(self.places, self.weights)[0]
        key = serial + 1
        # Numbers are not in the order in which people apply.
        order = (serial * 7919) % self.size.members
        person = make_person(
            random, self.engine.vault, serial=order + 1, today=self.today, region=place.code
        )
        person |= {
            "id": key,
            "number": f"{place.code}{order:06}",
            "association_id": place.id,
            "household_region": place.code if order % 3 else "",
        }
        secret, wrapped = self.engine.vault.make_key(subject_of(key))
        person |= private_columns(self.engine.vault, secret, person)
        self._add(Member, self.columns, [tuple(_plain(person[name]) for name in self.columns)])
        account_id = FIRST_MEMBER_ACCOUNT + key
        self._add(
            Account,
            (
                "id",
                "user_type",
                "login",
                "name",
                "password_hash",
                "must_change_password",
                "is_active",
                "member_id",
                "locale",
                "consented_version",
                "created_at",
            ),
            [
                (
                    account_id,
                    "member",
                    person["number"],
                    person["name"],
                    self.hashed,
                    False,
                    True,
                    key,
                    "",
                    SHIPPED,
                    self.now,
                )
            ],
        )
        self._add(SubjectKey, ("subject", "wrapped"), [(subject_of(key), wrapped)])
        said = {name: _said(person[name]) for name in PERSONAL if name in person}
        said["identity_number"] = mask(
            "identity", self.engine.vault.open_text(person["identity_sealed"])
        )
        self._add_first_result(person)
        applicant = Applicant(person, said, account_id, secret)
        told = [(year, self._draw(year, place, serial)) for year in self.years]
        for year, story in told:
            is_now = year == self.years[-1]
            if is_now:
                self._add_ledgers(person, year, story)
            if story is not None:
                self.cases.add(
                    story,
                    is_whole=is_now,
                    place=place,
                    applicant=applicant,
                    year=year,
                    began=self._began(year, serial),
                    until=self._until(year),
                )

    def _draw(self, year: int, place: Place, serial: int) -> Story | None:
        """What becomes of the member's application of a year, if he applies."""
        is_now = year == self.years[-1]
        share = self.share[year]
        offset = self.years.index(year) * 0.37
        # Shares are kept exactly: this many of those so far have applied.
        count = int((serial + 1) * share + offset) - int(serial * share + offset)
        if not count:
            return None
        stories, weights = self.stories[is_now, place.is_city]
        return self.random.choices(stories, weights)[0]

    def _window(self, year: int) -> tuple[datetime, datetime]:
        opens, closes = season_dates(year, today=self.today)
        ends = min(datetime.combine(closes, time(), ZONE), self.now)
        return datetime.combine(opens, time(9), ZONE).astimezone(UTC), ends.astimezone(UTC)

    def _began(self, year: int, serial: int) -> datetime:
        """Members apply one after the other through a season's window."""
        opens, closes = self.windows[year]
        whole = (closes - opens) * 0.9
        at = opens + whole * (serial / self.size.members)
        return at + timedelta(seconds=self.random.randrange(7200), microseconds=serial % 1000)

    def _until(self, year: int) -> datetime:
        return self.now if year == self.years[-1] else self.windows[year][1] + timedelta(days=60)

    def _add_ledgers(self, person: Mapping[str, Any], year: int, story: Story | None) -> None:
        member_id, number = person["id"], person["number"]
        hours = 4000 if story is None else story.hours
        fee = "confirmed" if story is None else story.fee
        self._add(
            HoursEntry,
            ("member_id", "year", "earned_date", "hours", "title", "source", "external_key"),
            [
                (
                    member_id,
                    year,
                    date(year, 5, 10),
                    hours,
                    "企业会计准则实务",
                    "继续教育在线平台",
                    f"seed:{number}:{year}",
                )
            ],
        )
        opens = self.windows[year][0]
        self._add(
            FeeEntry,
            ("member_id", "year", "status", "amount", "exempt_reason", "updated_at"),
            [(member_id, year, fee, 10000, "", opens)],
        )
        if fee == "pending":
            self._add(
                FeeClaim,
                ("member_id", "year", "kind", "expected", "state", "reason", "made_at"),
                [(member_id, year, "payment", 10000, "open", "", opens)],
            )

    def _add_first_result(self, person: Mapping[str, Any]) -> None:
        """The last year that was inspected before all cases: hours count from there."""
        year = self.years[0] - 1
        decided_at = datetime(year + 1, 9, 15, 2, tzinfo=UTC)
        row = (person["id"], year, "inspection", "passed", person["association_id"], decided_at)
        self._add(YearlyResult, RESULT, [(*row, None, 4000, 4000, "confirmed", None, new_code())])

    def _add(self, model: type[Base], columns: tuple[str, ...], rows: list[bulk.Row]) -> None:
        self.rows.add(bulk.table_of(model), columns, rows)


def _weighted(*, is_now: bool, is_city: bool) -> tuple[list[Story], list[float]]:
    told = [each for each in STORIES if each.fits(is_city=is_city)]
    told = [each for each in told if (each.now if is_now else each.before)]
    return told, [each.now if is_now else each.before for each in told]


def _member_columns() -> tuple[str, ...]:
    return tuple(each.name for each in bulk.table_of(Member).columns)


def _plain(value: object) -> object:
    """A value of a row as it is written: lists are JSON."""
    return orjson.dumps(value).decode() if isinstance(value, list) else value


def _said(value: object) -> object:
    """A value of the register as a form says it."""
    return value.isoformat() if isinstance(value, date) else value
