"""The tests of a decision table's cell."""

from datetime import date

import pytest

from engine.feel import compile_unary_tests


@pytest.mark.parametrize(
    ("source", "passing", "failing"),
    [
        ('"unpaid"', "unpaid", "paid"),
        ('"a", "b"', "b", "c"),
        ("< 10", 9, 10),
        ("[10..20)", 10, 20),
        ("> limit", 6, 5),
        ("not(1, 2)", 3, 2),
        ("not(< 0)", 0, -1),
        ("? > 3 and odd(?)", 5, 4),
        ("true", True, False),
        ("null", None, 1),
        ("[1, 2, 3]", 2, 4),
        ("allowed", "x", "z"),
        ('("a", "b")', "a", "c"),
        ('starts with(?, "44")', "4403", "3301"),
        ('>= date("2026-04-30")', date(2026, 5, 1), date(2026, 4, 29)),
        ("!= 3", 4, 3),
        ("= 3", 3, 4),
        ("?", "anything", None.__class__),
    ],
)
def test_value_passes_or_not(source: str, passing: object, failing: object) -> None:
    tests = compile_unary_tests(source)
    context = {"limit": 5, "allowed": ["x", "y"]}

    assert tests.matches(passing, context)
    if source != "?":
        assert not tests.matches(failing, context)


@pytest.mark.parametrize("value", [1, None, "x", [1], {}, True])
def test_dash_lets_everything_pass(value: object) -> None:
    assert compile_unary_tests("-").matches(value)


def test_expression_without_the_value_is_compared_with_it() -> None:
    assert not compile_unary_tests("1 < 2").matches("text")
    assert compile_unary_tests("1 < 2").matches(value=True)
