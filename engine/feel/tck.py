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
from engine.feel.dmn.problems import InvalidDecision, Problem
from engine.feel.dmn.reading import Element, all_text, read_xml
from engine.feel.errors import Failure, FeelError
from engine.feel.plain import from_python
from engine.feel.running import Budget
from engine.feel.temporal import DateTime, Time
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.types import ANY, Type
from engine.feel.values import Range, Value, kind, written

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


class Untyped(str):
    """A value whose type the test does not state."""

    __slots__ = ()


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

DECLARED: dict[str, Callable[[str], Value]] = {
    "number": READERS["decimal"],
    "boolean": READERS["boolean"],
    "date": READERS["date"],
    "time": READERS["time"],
    "date and time": READERS["dateTime"],
    "days and time duration": READERS["duration"],
    "years and months duration": READERS["duration"],
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
    stated = (value.get(TYPE) or "").rpartition(":")[2]
    return READERS.get(stated, Untyped)(all_text(value))


def typed(value: Value, declared: Type) -> Value:
    """Give an input of which the test states no type the one that the model declares."""
    if isinstance(value, list):
        item = declared.of[0] if declared.kind == "list" and declared.of else ANY
        return [typed(each, item) for each in value]
    if isinstance(value, dict):
        kinds = dict(zip(declared.fields, declared.of, strict=False))
        return {name: typed(each, kinds.get(name, ANY)) for name, each in value.items()}
    if not isinstance(value, Untyped):
        return value
    return DECLARED.get(declared.kind, str)(value)


def ours(value: Value) -> Value:
    """Turn Python's dates and times back into the language's."""
    return from_python(value) if kind(value) == "function" else value


def as_if(expected: Untyped, found: Value) -> Value:
    """Read an expectation without a type as a value of the type of what was found."""
    if found is None:
        return None if expected.strip() == "" else str(expected)
    if isinstance(found, Decimal):
        try:
            return read_number(expected)
        except ArithmeticError:
            return str(expected)
    same = str(found) == expected or written(found) == expected.strip()
    return found if same else str(expected)


def agrees(expected: Value, found: Value) -> bool:
    """Whether a result is the expected one; numbers may differ in the ninth digit."""
    found = ours(found)
    if isinstance(expected, Untyped):
        return agrees(as_if(expected, found), found)
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


class Models:
    """The models below a folder, loaded with those that they import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loaded: dict[Path, Decisions | InvalidDecision] = {}
        self.namespaces: dict[str, Path] = {}
        for path in sorted(folder.rglob("*.dmn"), reverse=True):
            namespace = namespace_of(path)
            if namespace:
                self.namespaces[namespace] = path

    def load(self, path: Path) -> Decisions | InvalidDecision:
        """Load a model, once."""
        if path not in self.loaded:
            self.loaded[path] = InvalidDecision([Problem("", "The model imports itself.")])
            try:
                xml = path.read_bytes()
                self.loaded[path] = load_decisions(xml, self.imports(path, xml), strict=False)
            except InvalidDecision as error:
                self.loaded[path] = error
        return self.loaded[path]

    def imports(self, path: Path, xml: bytes) -> Iterator[Decisions]:
        """The models that one imports: where it says they are, else by their namespace."""
        for element in parts(read_xml(xml), "import"):
            place = path.parent / (element.get("locationURI") or "")
            found = place if place.is_file() else None
            found = found or self.namespaces.get(element.get("namespace") or "")
            model = self.load(found) if found is not None else None
            if isinstance(model, Decisions):
                yield model


def namespace_of(path: Path) -> str:
    """The namespace of a model; empty if it cannot be read."""
    try:
        return read_xml(path.read_bytes()).get("namespace") or ""
    except InvalidDecision:
        return ""


def put(node: Element, context: dict[str, Value], model: Decisions) -> None:
    """Put an input among the variables, one of an imported model under the model's name."""
    name, namespace = node.get("name") or "", node.get("namespace")
    before, _, after = name.partition(".")
    if after and before in model.imports:
        name, qualifier = after, before
    else:
        imported = (each for each, of in model.imports.items() if of.namespace == namespace)
        qualifier = next(imported, "")
    owner = model.imports[qualifier] if qualifier else model
    value = typed(read_value(node), owner.inputs.get(name, ANY))
    if qualifier:
        context.setdefault(qualifier, {})[name] = value
    elif namespace in (None, model.namespace):
        context[name] = value
    else:
        context.setdefault(name, value)


def run_case(case: Element, model: Decisions, now: datetime) -> str:
    """Run one case; empty if all its results are as expected, else what differs."""
    context: dict[str, Value] = {}
    for node in parts(case, "inputNode"):
        put(node, context, model)
    for node in parts(case, "resultNode"):
        name = node.get("name") or ""
        invoked = case.get("invocableName") or ""
        wanted = invoked if model.has(invoked) else name
        expectation = first(node, "expected")
        expected = read_value(expectation) if expectation is not None else None
        try:
            found = model.evaluate(wanted, context, now=now, budget=BUDGET)
        except Failure as failure:
            if node.get("errorResult") != "true":
                return f"{wanted}: {failure}"
            found = None
        if name != wanted and isinstance(found, dict) and name in found:
            found = found[name]  # one of several decisions that a service gives
        if not agrees(expected, found):
            return f"{wanted}: expected {expected!r}, found {ours(found)!r}"
    return ""


def run_file(path: Path, models: Models, now: datetime) -> Iterator[Result]:
    """Run the cases of one test file."""
    found = LEVEL.search(str(path))
    level = found[1] if found else path.parent.name
    root = read_xml(path.read_bytes())
    name = first(root, "modelName")
    file = (name.text or "").strip() if name is not None else ""
    source = path.parent / file
    model = models.load(source) if source.is_file() else None
    external = model is not None and EXTERNAL.search(source.read_bytes()) is not None
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
            except (FeelError, ArithmeticError) as error:
                reason = str(error) or type(error).__name__
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
            models = Models(inner)
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
