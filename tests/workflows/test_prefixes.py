"""The range of all texts that begin with a prefix."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.shared.prefixes import successor


@pytest.mark.parametrize(
    ("prefix", "end"),
    [
        ("张", "弡"),
        ("33", "34"),
        ("39", "3:"),
        ("", None),
        ("\U0010ffff", None),
        ("a\U0010ffff", "b"),
        ("\ud7ff", "\ue000"),
    ],
)
def test_the_end_of_a_prefix_is_the_next_text(prefix: str, end: str | None) -> None:
    assert successor(prefix) == end


@given(st.text(min_size=1), st.text())
def test_everything_that_begins_so_lies_in_the_range_and_nothing_else(
    prefix: str, text: str
) -> None:
    end = successor(prefix)

    for each in (text, prefix + text, prefix):
        is_inside = prefix <= each and (end is None or each < end)
        assert is_inside is each.startswith(prefix)


def test_ranges_of_neighbours_meet() -> None:
    starts = ["一", "丁", "丂"]

    assert all(successor(one) == other for one, other in pairwise(starts))
