"""The demo members' past: hours, fees in all four states, arrears, earlier results."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from workflows.shared.fees import FeeClaim, FeeEntry
from workflows.shared.hours import HoursEntry
from workflows.shared.results import YearlyResult

YEARS_BACK = 3
FEE = 10000
FULL = 4000
COURSES = ("企业会计准则实务", "注册会计师职业道德", "税收政策更新", "数据分析与审计", "内部控制")


@dataclass(frozen=True)
class Plan:
    """What a member's ledgers shall say; hours in hundredths, for the inspected year."""

    member_id: int
    number: str
    association_id: int
    admission_date: date
    hours: int
    fee: str | None
    past: str
    arrears: int


def draw_plan(random: Random, *, charges: bool) -> dict[str, Any]:
    """Draw an unnamed member's situation: most have what they need, all states occur."""
    fee = random.choices(("confirmed", "exempt", "pending", None), (50, 10, 5, 35))[0]
    return {
        "hours": random.choices((FULL, 2000, 0), (80, 12, 8))[0],
        "fee": fee if charges else None,
        "past": random.choices(("passed", "deferred"), (95, 5))[0],
        "arrears": 1 if charges and fee is None and random.random() < 0.2 else 0,
    }


def add_ledgers(
    session: Session, random: Random, plans: Sequence[Plan], *, year: int, now: datetime
) -> None:
    """Write everybody's ledgers in a few statements."""
    session.execute(
        insert(HoursEntry), [row for plan in plans for row in _hours(random, plan, year)]
    )
    session.execute(insert(FeeEntry), [row for plan in plans for row in _fees(plan, year, now)])
    session.execute(
        insert(FeeClaim), [_claim(plan, year, now) for plan in plans if plan.fee == "pending"]
    )
    session.execute(
        insert(YearlyResult), [row for plan in plans for row in _results(plan, year, now)]
    )


def _past_years(plan: Plan, year: int) -> range:
    return range(max(plan.admission_date.year, year - YEARS_BACK), year)


def _hours(random: Random, plan: Plan, year: int) -> Iterator[dict[str, Any]]:
    earned = {
        each: 0 if plan.past == "deferred" and each == year - 1 else FULL
        for each in _past_years(plan, year)
    }
    earned[year] = plan.hours
    for each, hours in earned.items():
        # A year's hours come in two courses.
        for part, of_it in enumerate((hours * 3 // 5, hours - hours * 3 // 5)):
            if of_it:
                yield {
                    "member_id": plan.member_id,
                    "year": each,
                    "earned_date": date(each, 5 + 4 * part, 10 + random.randrange(15)),
                    "hours": of_it,
                    "title": random.choice(COURSES),
                    "source": "继续教育在线平台",
                    "external_key": f"demo:{plan.number}:{each}:{part}",
                }


def _fees(plan: Plan, year: int, now: datetime) -> Iterator[dict[str, Any]]:
    for each in _past_years(plan, year):
        is_owed = each >= year - plan.arrears
        yield _entry(plan, each, "to_pay" if is_owed else "confirmed", now)
    if plan.fee is not None:
        yield _entry(plan, year, plan.fee, now)


def _entry(plan: Plan, year: int, status: str, now: datetime) -> dict[str, Any]:
    is_exempt = status == "exempt"
    return {
        "member_id": plan.member_id,
        "year": year,
        "status": status,
        "amount": 0 if is_exempt else FEE,
        "exempt_reason": "协会批准免收" if is_exempt else "",
        "updated_at": now,
    }


def _claim(plan: Plan, year: int, now: datetime) -> dict[str, Any]:
    return {
        "member_id": plan.member_id,
        "year": year,
        "kind": "payment",
        "expected": FEE,
        "state": "open",
        "made_at": now - timedelta(days=2),
    }


def _results(plan: Plan, year: int, now: datetime) -> Iterator[dict[str, Any]]:
    for each in _past_years(plan, year):
        is_deferred = plan.past == "deferred" and each == year - 1
        yield {
            "member_id": plan.member_id,
            "year": each,
            "kind": "deferral" if is_deferred else "inspection",
            "status": "deferred" if is_deferred else "passed",
            "association_id": plan.association_id,
            "decided_at": now.replace(year=each + 1, month=9, day=15),
            "hours_required": FULL,
            "hours_done": 0 if is_deferred else FULL,
            "fee_status": "confirmed",
            "code": secrets.token_bytes(16),
        }
