"""Working days of mainland China."""

from datetime import date

import pytest

from engine.feel import Functions, compile_expression
from engine.feel.working_days import (
    WORKING_DAYS,
    add_working_days,
    count_working_days,
    is_working_day,
)


def evaluate(source: str) -> object:
    return compile_expression(source).evaluate({}, functions=WORKING_DAYS)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-02-13", True),  # a Friday
        ("2026-02-14", True),  # a Saturday worked for the Spring Festival
        ("2026-02-16", False),  # New Year's Eve by the lunar calendar
        ("2026-02-24", True),
        ("2025-10-01", False),
        ("2026-04-11", False),  # an ordinary Saturday
    ],
)
def test_day_is_worked_or_not(day: str, *, worked: bool) -> None:
    assert is_working_day(date.fromisoformat(day)).value is worked
    assert evaluate(f'is working day(date("{day}"))') is worked


def test_holidays_and_worked_weekends_are_counted_over() -> None:
    assert add_working_days(date(2026, 2, 13), 2).value == date(2026, 2, 24)
    assert add_working_days(date(2026, 2, 24), -2).value == date(2026, 2, 13)
    assert count_working_days(date(2026, 2, 13), date(2026, 2, 24)).value == 2
    assert count_working_days(date(2026, 2, 24), date(2026, 2, 13)).value == -2
    assert evaluate('add working days(date("2026-02-13"), 2)') == date(2026, 2, 24)
    assert evaluate('count working days(date("2026-02-13"), date("2026-02-24"))') == 2


def test_year_that_is_not_announced_counts_monday_to_friday_and_says_so() -> None:
    counted = add_working_days(date(2039, 9, 30), 1)  # a Friday before the National Day

    assert counted.value == date(2039, 10, 3)
    assert not counted.announced
    assert evaluate('holidays announced(date("2039-01-01"))') is False
    value, warnings = compile_expression(
        'add working days(date("2039-09-30"), 1)'
    ).evaluate_with_warnings({}, functions=WORKING_DAYS)
    assert value == date(2039, 10, 3)
    assert "not announced" in str(warnings[0])


def test_announced_year_gives_no_warning() -> None:
    _, warnings = compile_expression('is working day(date("2026-02-14"))').evaluate_with_warnings(
        {}, functions=WORKING_DAYS
    )

    assert warnings == []


def test_counting_is_bounded() -> None:
    assert evaluate('add working days(date("2026-02-13"), 100000)') is None
    assert evaluate('count working days(date("1900-01-01"), date("2199-01-01"))') is None


def test_functions_of_an_application_take_and_give_plain_data() -> None:
    functions = Functions()

    @functions.add("office of", "region: string, day: date?")
    def office_of(region: str, day: date | None = None) -> dict[str, object]:
        return {"code": region[:4], "since": day}

    expression = compile_expression('office of("440300", date("2026-01-01"))')
    assert expression.unknown_functions - functions.names == frozenset()
    assert expression.evaluate(functions=functions | WORKING_DAYS) == {
        "code": "4403",
        "since": date(2026, 1, 1),
    }
    assert compile_expression("office of(1)").evaluate(functions=functions) is None
