"""Run the test cases of the DMN TCK: `*.dmn` files with `*-test-*.xml` beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from lxml import etree

from engine.feel.dmn.decisions import Decisions, load_decisions
from engine.feel.dmn.problems import InvalidDecision
from engine.feel.dmn.reading import Element, all_text, read_xml
from engine.feel.errors import Failure, FeelError
from engine.feel.plain import from_python
from engine.feel.running import Budget
from engine.feel.temporal import DateTime, Time
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.values import Range, Value, kind

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
LEVEL = re.compile(r"compliance-level-(\d+)")
PRECISION = Decimal("1e-8")
BUDGET = Budget(steps=5_000_000, size=20_000_000)
EXTERNAL = re.compile(rb"""\bkind\s*=\s*["'](?:Java|PMML|J|P)["']|\bexternal\s*\{""")

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one test case."""

    level: str
    file: str
    case: str
    outcome: Outcome
    reason: str = ""


def local(element: Element) -> str:
    """The element’s name without its namespace."""
    return etree.QName(element).localname


def parts(element: Element, name: str) -> list[Element]:
    """The element’s children of a name."""
    return [part for part in element if local(part) == name]


def first(element: Element, name: str) -> Element | None:
    """The element’s first child of a name."""
    return next(iter(parts(element, name)), None)


def read_number(text: str) -> Value:
    """Read a decimal."""
    return Decimal(text.strip())


READERS: dict[str, Callable[[str], Value]] = {
    "string": str,
    "boolean": lambda text: text.strip() in ("true", "1"),
    "date": lambda text: parse_date(text.strip()),
    "time": lambda text: parse_time(text.strip()),
    "dateTime": lambda text: parse_date_time(text.strip()),
    "duration": lambda text: parse_duration(text.strip()),
    "decimal": read_number,
    "double": read_number,
    "float": read_number,
    "integer": read_number,
    "int": read_number,
    "long": read_number,
}


def read_value(element: Element) -> Value:
    """Read an input or an expectation: a value, a list of items or named components."""
    components = parts(element, "component")
    if components:
        return {part.get("name") or "": read_value(part) for part in components}
    listed = first(element, "list")
    if listed is not None:
        return [read_value(item) for item in parts(listed, "item")]
    value = first(element, "value")
    if value is None or value.get(NIL) in ("true", "1"):
        return None
    stated = (value.get(TYPE) or "string").rpartition(":")[2]
    text = all_text(value)
    return READERS.get(stated, str)(text)


def ours(value: Value) -> Value:
    """Turn Python's dates and times back into the language's."""
    return from_python(value) if kind(value) == "function" else value


def agrees(expected: Value, found: Value) -> bool:
    """Whether a result is the expected one; numbers may differ in the ninth digit."""
    found = ours(found)
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(expected - found) <= PRECISION * max(Decimal(1), abs(expected))
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(agrees, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            agrees(value, found[key]) for key, value in expected.items()
        )
    if isinstance(expected, Time | DateTime) and type(expected) is type(found):
        return expected == found or (
            expected.zone is not None
            and found.zone is not None
            and expected.instant == found.instant
            and expected.offset == found.offset
        )
    if isinstance(found, Range) and isinstance(expected, str):
        return str(found) == expected
    return type(expected) is type(found) and bool(expected == found)


def load_folder(folder: Path) -> dict[str, Decisions | InvalidDecision]:
    """Load the models of a folder, those that others import first."""
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.dmn"))}
    loaded: dict[str, Decisions | InvalidDecision] = {}
    waiting = dict(files)
    while waiting:
        known = {model.namespace for model in loaded.values() if isinstance(model, Decisions)}
        ready = [name for name, xml in waiting.items() if imported(xml) <= known] or list(waiting)
        for name in ready:
            models = [model for model in loaded.values() if isinstance(model, Decisions)]
            try:
                loaded[name] = load_decisions(waiting.pop(name), models, strict=False)
            except InvalidDecision as error:
                loaded[name] = error
    return loaded


def imported(xml: bytes) -> set[str]:
    """The namespaces that a model imports."""
    try:
        root = read_xml(xml)
    except InvalidDecision:
        return set()
    imports = [part.get("namespace") or "" for part in root if local(part) == "import"]
    return {namespace for namespace in imports if "DMN" not in namespace.upper() or namespace}


def run_case(case: Element, model: Decisions, now: datetime) -> str:
    """Run one case; empty if all its results are as expected, else what differs."""
    context = {node.get("name") or "": read_value(node) for node in parts(case, "inputNode")}
    for node in parts(case, "resultNode"):
        wanted = case.get("invocableName") or node.get("name") or ""
        expectation = first(node, "expected")
        expected = read_value(expectation) if expectation is not None else None
        try:
            found = model.evaluate(wanted, context, now=now, budget=BUDGET)
        except Failure as failure:
            if node.get("errorResult") != "true":
                return f"{wanted}: {failure}"
            found = None
        if not agrees(expected, found):
            return f"{wanted}: expected {expected!r}, found {ours(found)!r}"
    return ""


def run_file(
    path: Path, models: dict[str, Decisions | InvalidDecision], now: datetime
) -> Iterator[Result]:
    """Run the cases of one test file."""
    found = LEVEL.search(str(path))
    level = found[1] if found else path.parent.name
    root = read_xml(path.read_bytes())
    name = first(root, "modelName")
    file = (name.text or "").strip() if name is not None else ""
    model = models.get(file)
    external = file in models and EXTERNAL.search((path.parent / file).read_bytes()) is not None
    for case in parts(root, "testCase"):
        identity = case.get("id") or ""
        outcome: Outcome = "failed"
        if model is None:
            reason = f"There is no model {file}."
        elif isinstance(model, InvalidDecision):
            reason = str(model)
        else:
            try:
                reason = run_case(case, model, now)
            except FeelError as error:
                reason = str(error)
            outcome = "failed" if reason else "passed"
        if outcome == "failed" and external:
            outcome = "skipped"
        yield Result(level, path.name, identity, outcome, reason)


def run(folder: Path, now: datetime | None = None) -> Iterable[Result]:
    """Run every test file below a folder."""
    moment = now or datetime.now(UTC)
    for inner in sorted({path.parent for path in folder.rglob("*.xml")}):
        tests = sorted(path for path in inner.glob("*.xml") if "-test" in path.name)
        if tests:
            models = load_folder(inner)
            for path in tests:
                yield from run_file(path, models, moment)


def report(folder: Path, write: Callable[[str], None]) -> bool:
    """Write each failure, then a line for each level; whether nothing failed."""
    counts: dict[str, dict[Outcome, int]] = {}
    for result in run(folder):
        level = counts.setdefault(result.level, {"passed": 0, "failed": 0, "skipped": 0})
        level[result.outcome] += 1
        if result.outcome == "failed":
            write(f"{result.file} {result.case}: {result.reason}")
    for name, level in sorted(counts.items()):
        numbers = ", ".join(f"{count} {outcome}" for outcome, count in level.items())
        write(f"level {name}: {numbers}")
    return not any(level["failed"] for level in counts.values())
