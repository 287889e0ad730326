"""A member's case of a year, written from the pattern of its story."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from engine.engine import Engine
from engine.submissions import salt_values
from engine.trail import NOTHING_YET, link
from engine.vault import seal_with
from workflows.seeding.offices import Place
from workflows.seeding.patterns import Pattern, Values
from workflows.seeding.stories import Story, Told
from workflows.shared.bulk import Bulk, table_of
from workflows.shared.dates import local_date
from workflows.shared.results import YearlyResult
from workflows.shared.working_days import end_of_working_day

SERVICE_DAYS = 5
PERSONS_FORM = "fill_information"
OFFICE_STEPS = frozenset({"review_application", "second_review", "agree_refusal"})
RESULT = (
    "member_id",
    "year",
    "kind",
    "status",
    "association_id",
    "decided_at",
    "case_id",
    "hours_required",
    "hours_done",
    "fee_status",
    "record",
    "code",
)


@dataclass(frozen=True)
class Applicant:
    """A member as his cases need him; `key` is his own, `said` what he tells of himself."""

    person: Mapping[str, Any]
    said: Mapping[str, Any]
    account_id: int
    key: bytes


class Cases:
    """Fills patterns in."""

    def __init__(
        self,
        engine: Engine,
        rows: Bulk,
        patterns: Mapping[Told, Pattern],
        random: Random,
    ) -> None:
        self.rows, self.patterns, self.random = rows, patterns, random
        self.trail_key = engine.vault.trail_key
        self.dues: dict[Any, datetime] = {}
        self.said = {
            id(sent): orjson.Fragment(orjson.dumps(sent.values))
            for pattern in patterns.values()
            for sent in pattern.sent
        }

    def add(
        self,
        story: Story,
        *,
        is_whole: bool,
        place: Place,
        applicant: Applicant,
        year: int,
        began: datetime,
        until: datetime,
    ) -> None:
        """Add the rows of one case: all of them, or what is left of one of an earlier season."""
        pattern = self.patterns[Told(story.name, place.is_city, is_whole)]
        values = list(pattern.slots.constants)
        self._name(pattern, values, self._people(place, applicant, year))
        times = self._times(story, began, until)
        for place_of_moment, at in zip(pattern.moments, times, strict=False):
            values[place_of_moment] = at
        last = times[len(story.steps)]
        if "assigned_to" in pattern.slots.names:
            handed = self._hand_out(place, story, opened_at=last, until=until)
            self._name(pattern, values, dict(handed))
        self._fill(pattern, values, applicant)
        for table, columns, getters in pattern.tables:
            if getters:
                self.rows.add(table, columns, [getter(values) for getter in getters])
        if pattern.result is not None:
            self._add_result(pattern, values, place, applicant, (year, last))

    def _people(self, place: Place, applicant: Applicant, year: int) -> Mapping[str, Any]:
        """What a case has in the places of the pattern's own people and numbers."""
        person = applicant.person
        return {
            "year": year,
            "member": person["id"],
            "account": applicant.account_id,
            "office": place.id,
            "above": place.second_id,
            "season": place.seasons[year],
            "reviewer": self.random.choice(place.reviewers),
            "second": self.random.choice(place.second_reviewers or place.reviewers),
            "manager": place.manager,
            "number": person["number"],
            "name": person["name"],
            "region": person["region"],
        }

    def _name(self, pattern: Pattern, values: Values, known: Mapping[str, Any]) -> None:
        slots = pattern.slots.names
        for name, value in known.items():
            if name in slots:
                values[slots[name]] = value

    def _fill(self, pattern: Pattern, values: Values, applicant: Applicant) -> None:
        """What follows from people and moments: keys, seals, texts, the chain."""
        for due, opened in pattern.dues:
            values[due] = self._due(values[opened])
        self._make_keys(pattern, values)
        self._seal(pattern, values, applicant.said, applicant.key)
        for text in pattern.texts:
            values[text.slot] = text.fill(values)
        if pattern.state is not None:
            values[pattern.state.slot] = pattern.state.fill(values).encode()
        self._chain(pattern, values)

    def _add_result(
        self,
        pattern: Pattern,
        values: Values,
        place: Place,
        applicant: Applicant,
        decided: tuple[int, datetime],
    ) -> None:
        result = pattern.result or {}
        record = None
        if pattern.record is not None:
            said = orjson.dumps(_retold(pattern.record, applicant.said))
            record = seal_with(applicant.key, said)
        year, at = decided
        row = (
            applicant.person["id"],
            year,
            result["kind"],
            result["status"],
            place.id,
            at,
            values[pattern.case],
            result["hours_required"],
            result["hours_done"],
            result["fee_status"],
            record,
            new_code(),
        )
        self.rows.add(table_of(YearlyResult), RESULT, [row])

    def _times(self, story: Story, began: datetime, until: datetime) -> list[datetime]:
        """When the steps were: a member's within minutes or days, an association's in days."""
        random, at = self.random, began
        times = [at]
        for element_id, _outcome in story.steps:
            if element_id in OFFICE_STEPS:
                at += timedelta(days=random.randrange(1, 7), seconds=random.randrange(20000))
            elif random.random() < 0.15:
                at += timedelta(days=random.randrange(1, 4), seconds=random.randrange(20000))
            else:
                at += timedelta(seconds=random.randrange(60, 1200))
            times.append(at)
        times.append(at + timedelta(days=2))
        if times[-2] > until:
            share = max((until - began) / (times[-2] - began), 0.0)
            times = [began + (each - began) * share for each in times]
        return times

    def _due(self, opened_at: datetime) -> datetime:
        day = local_date(opened_at)
        if day not in self.dues:
            self.dues[day] = end_of_working_day(opened_at, SERVICE_DAYS)
        return self.dues[day]

    def _hand_out(
        self, place: Place, story: Story, *, opened_at: datetime, until: datetime
    ) -> Iterator[tuple[str, Any]]:
        """Who has an open task of the association, who is on it, whether he was asked to hurry."""
        random = self.random
        people = {
            "fee": place.clerks,
            "second_review": place.second_reviewers,
            "refusal": (place.manager,),
        }.get(story.name, place.reviewers)
        yield "nudges", 0
        if random.random() < 0.45:
            yield "assigned_to", random.choice(people)
            yield "assigned_at", opened_at
        if random.random() < 0.004:
            yield "claimed_by", random.choice(people)
            yield "claimed_at", until
        if random.random() < 0.03 and until - opened_at > timedelta(days=1):
            yield "nudges", random.choice((1, 1, 1, 2, 3))
            yield "nudged_at", until

    def _make_keys(self, pattern: Pattern, values: Values) -> None:
        for slot, hexadecimal, text, moment in pattern.keys:
            made = new_key(values[moment])
            values[slot] = made
            if hexadecimal >= 0:
                values[hexadecimal] = made.hex
            if text >= 0:
                values[text] = str(made)

    def _seal(self, pattern: Pattern, values: Values, said: Mapping[str, Any], key: bytes) -> None:
        for sent in pattern.sent:
            told: object = self.said[id(sent)]
            if sent.element_id == PERSONS_FORM:
                told = {name: said.get(name, value) for name, value in sent.values.items()}
            plain, values[sent.digest] = salt_values(told)
            values[sent.sealed] = seal_with(key, plain)
        for slot, comment in pattern.marks:
            values[slot] = seal_with(key, comment)

    def _chain(self, pattern: Pattern, values: Values) -> None:
        head = NOTHING_YET
        for event in pattern.events:
            row = {
                "case_id": values[pattern.case],
                "number": event.number,
                "kind": event.kind,
                "at": values[event.at],
                "by_kind": event.by_kind,
                "by_id": values[event.by_id],
                "data": orjson.Fragment(values[event.data]),
            }
            head = values[event.mac] = link(self.trail_key, head, row)
        values[pattern.slots.names["head"]] = head


def _retold(record: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a result keeps of a member, with this one's own words."""
    application = dict(record["application"])
    if PERSONS_FORM in application:
        told = application[PERSONS_FORM]
        application[PERSONS_FORM] = {name: said.get(name, value) for name, value in told.items()}
    retold = {name: said.get(name, value) for name, value in record.items()}
    return {**retold, "application": application}


def new_key(at: datetime) -> UUID:
    """A key of a moment, as the engine makes them of this one (UUID version 7)."""
    milliseconds = int(at.timestamp() * 1000)
    lot = secrets.randbits(74)
    high = (milliseconds << 16) | 0x7000 | (lot >> 62)
    return UUID(int=(high << 64) | (0b10 << 62) | (lot & ((1 << 62) - 1)))


def new_code() -> bytes:
    """The code under which a result is verified."""
    return secrets.token_bytes(16)
