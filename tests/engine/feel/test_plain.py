"""The one place where variables become JSON and JSON becomes variables."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import Failure, Range, YearsMonths, compile_expression, from_json, to_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)


@given(PLAIN)
def test_json_comes_back_as_it_was(value: object) -> None:
    assert to_json(from_json(json.loads(json.dumps(value)))) == value


@given(PLAIN)
def test_expression_gives_data_back_as_it_was(value: object) -> None:
    assert to_json(compile_expression("x").evaluate({"x": value})) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("3.00"), 3),
        (Decimal("1E+3"), 1000),
        (Decimal("2.5"), Decimal("2.5")),
        (2.5, Decimal("2.5")),
        (True, True),
        (date(2026, 4, 30), "2026-04-30"),
        (time(9, 30), "09:30:00"),
        (datetime(2026, 4, 30, 9, 30, tzinfo=UTC), "2026-04-30T09:30:00Z"),
        (timedelta(days=1, hours=2), "P1DT2H"),
        (YearsMonths(14), "P1Y2M"),
        (Range(Decimal(1), Decimal(5), True, False), "[1..5)"),
        ({"a": (1, {"b": Decimal(2)})}, {"a": [1, {"b": 2}]}),
    ],
)
def test_value_becomes_json(value: object, expected: object) -> None:
    assert to_json(value) == expected
    assert type(to_json(value)) is type(expected)


@pytest.mark.parametrize("value", [object(), len, b"bytes"])
def test_what_is_no_data_is_refused(value: object) -> None:
    with pytest.raises(Failure):
        to_json({"x": value}) if not isinstance(value, bytes) else from_json(value)


def test_python_numbers_are_decimals_inside() -> None:
    assert compile_expression("a + b").evaluate({"a": 0.1, "b": 2}) == Decimal("2.1")
    assert compile_expression("a").evaluate({"a": float("nan")}) is None
    assert isinstance(compile_expression("a").evaluate({"a": 1}), Decimal)
