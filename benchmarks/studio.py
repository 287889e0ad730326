"""How fast a large diagram is checked while it is edited: `python -m benchmarks.studio`."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import workflows
from benchmarks.figures import Figure, show
from benchmarks.large_diagram import DIAGRAM, PROCESS, draw_large
from engine import case_operations
from engine.operations import Operations
from engine.releases import check_unit, read_unit
from workflows.release_checks import list_checks
from workflows.studio.element_templates import describe_operations
from workflows.studio.problems import variables_in

ROUNDS = 15
NOW = datetime(2026, 4, 15, tzinfo=UTC)


def measure() -> Iterator[Figure]:
    """Check a process of 300 elements again and again, changed each time as by an editor."""
    found = workflows.collect()
    operations = Operations()
    operations.add(case_operations, *found.modules)
    checks = list_checks(found, operations, clock=lambda: NOW)
    around = found.surroundings(operations)
    documents = draw_large()
    elements = documents[DIAGRAM].count(b"Shape id=") + documents[DIAGRAM].count(b"Edge id=")
    problems = len(check_unit(PROCESS, documents, checks))
    said = f"{elements} elements, {problems} problems"

    def change() -> None:
        documents[DIAGRAM] += b"\n"

    yield Figure(
        "studio_check_300",
        _median(change, lambda: check_unit(PROCESS, documents, checks)),
        "ms",
        note=said,
    )
    yield Figure(
        "studio_variables_300",
        _median(change, lambda: variables_in(read_unit(PROCESS, documents), PROCESS, around)),
        "ms",
        note="with the reading of the diagram",
    )
    described = operations.by_name.values()
    yield Figure(
        "studio_templates",
        _median(lambda: None, lambda: describe_operations(described, "zh")),
        "ms",
        note=f"{len(described)} operations",
    )


def _median(change: Callable[[], None], run: Callable[[], object]) -> float:
    """Milliseconds of one run, of which a busy machine disturbs some."""
    times = []
    for _ in range(ROUNDS):
        change()
        before = time.perf_counter()
        run()
        times.append((time.perf_counter() - before) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    show(measure())
