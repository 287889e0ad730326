"""What completing a task may cost, whatever the case went through before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.completion import Bench, count_statements, prepare
from benchmarks.reference import WAY

WITHOUT_OPERATIONS = ("provide_materials",)
"""Steps of the reference case that lead to the next one without calling an operation."""


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """The reference case's installation."""
    made = prepare(database_url, tmp_path)
    yield made
    made.engine.database.close()


def test_a_step_without_operations_takes_at_most_twelve_statements(bench: Bench) -> None:
    bench.product_case()
    counts = dict(zip(WAY, count_statements(bench), strict=True))
    assert [count for step, count in counts.items() if step.element_id in WITHOUT_OPERATIONS] == [
        12
    ]


def test_the_floor_walks_the_same_way(bench: Bench) -> None:
    # The floor is sent what the product was sent.
    assert len(bench.product_case()) == len(bench.floor_case()) == len(WAY)


def test_the_state_stays_below_two_kilobytes_and_the_same_after_twenty_rounds(
    bench: Bench,
) -> None:
    bench.round_times(20)
    second_round, last_round = bench.state_bytes[6:10], bench.state_bytes[-4:]
    assert max(bench.state_bytes) < 2000
    assert last_round == second_round


def test_a_late_round_takes_as_many_statements_as_an_early_one(bench: Bench) -> None:
    counts = count_statements(bench, take=lambda: bench.round_times(20))
    assert counts[-4:] == counts[6:10]
