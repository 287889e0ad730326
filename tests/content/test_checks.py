"""Shipped processes pass every check of a release, without a warning."""

import time
from datetime import UTC, datetime

import pytest

import workflows
from benchmarks.large_diagram import DIAGRAM, PROCESS, draw_large
from engine import case_operations
from engine.operations import Operations
from engine.releases import check_unit
from engine.shipped import gather_unit, list_top_processes
from tests.content.shipped import FOLDER, PROCESSES
from workflows.release_checks import list_checks

FOUND = workflows.collect()
OPERATIONS = Operations()
OPERATIONS.add(case_operations, *FOUND.modules)
NOW = datetime(2022, 9, 6, tzinfo=UTC)
CHECKS = list_checks(FOUND, OPERATIONS, clock=lambda: NOW)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_shipped_process_has_no_problems(process: str) -> None:
    found = check_unit(process, gather_unit(process, FOLDER), CHECKS)
    assert [str(each) for each in found] == []


def test_it_is_known_what_every_process_that_people_begin_begins_with() -> None:
    assert set(list_top_processes(FOLDER)) <= set(FOUND.beginnings)


@pytest.mark.parametrize("name", sorted(OPERATIONS.by_name))
def test_an_operation_is_described_to_administrators(name: str) -> None:
    operation = OPERATIONS.get(name)
    assert operation.title
    assert operation.about
    assert operation.gives is not None, "it says what it comes to"
    values = [*operation.takes.values(), *operation.gives.values()]
    assert [each.name for each in values if not each.named.title] == []
    assert set(operation.schema.fields) == set(operation.takes)


def test_a_diagram_of_300_elements_is_checked_within_a_second() -> None:
    documents = draw_large()
    assert documents[DIAGRAM].count(b"Shape id=") + documents[DIAGRAM].count(b"Edge id=") >= 300
    times = []
    for _ in range(3):
        documents[DIAGRAM] += b"\n"
        began = time.process_time()
        assert check_unit(PROCESS, documents, CHECKS) == []
        times.append(time.process_time() - began)
    assert min(times) < 1
