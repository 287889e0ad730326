"""`and`, `or`, `not`: the tables of the standard, and what follows from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import compile_expression

TRUTHS = st.sampled_from([True, False, None])
AND = compile_expression("a and b")
OR = compile_expression("a or b")


def least(*values: bool | None) -> bool | None:
    """Null lies between false and true."""
    return min(values, key=[False, None, True].index)


def greatest(*values: bool | None) -> bool | None:
    return max(values, key=[False, None, True].index)


@given(TRUTHS, TRUTHS)
def test_and_is_the_lesser_and_or_the_greater(a: bool | None, b: bool | None) -> None:
    assert AND.evaluate({"a": a, "b": b}) is least(a, b)
    assert OR.evaluate({"a": a, "b": b}) is greatest(a, b)


@given(TRUTHS, TRUTHS)
def test_de_morgan_holds(a: bool | None, b: bool | None) -> None:
    context = {"a": a, "b": b}
    one = compile_expression("not(a and b)").evaluate(context)
    other = compile_expression("not(a) or not(b)").evaluate(context)
    assert one is other


@given(st.lists(TRUTHS, max_size=5))
def test_all_and_any_agree_with_chains(values: list[bool | None]) -> None:
    context = {"values": values}
    assert compile_expression("all(values)").evaluate(context) is least(True, *values)
    assert compile_expression("any(values)").evaluate(context) is greatest(False, *values)


@pytest.mark.parametrize("other", ["1", '"true"', "[true]", "{}"])
def test_what_is_not_boolean_counts_as_null(other: str) -> None:
    assert compile_expression(f"{other} and false").evaluate() is False
    assert compile_expression(f"{other} and true").evaluate() is None
    assert compile_expression(f"{other} or true").evaluate() is True
    assert compile_expression(f"{other} or false").evaluate() is None
