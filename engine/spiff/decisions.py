"""The decision tables of a release."""

from collections.abc import Mapping
from functools import lru_cache

from lxml import etree

from engine.errors import Problem
from engine.feel import FeelError
from engine.feel.dmn import Decisions, InvalidDecision, load_decisions
from engine.feel.dmn.reading import Element, attribute, children, read_definitions, tag
from engine.feel_sentences import Said
from engine.language import N_
from engine.spiff.problems import Problems

CACHED = 64
LARGEST_CACHED = 2**18


def read_decisions(documents: Mapping[str, bytes]) -> tuple[dict[str, Decisions], list[Problem]]:
    """Read decision documents; gives the document of every decision by the decision's id."""
    known: dict[str, Decisions] = {}
    found: list[Problem] = []
    for document, source in documents.items():
        problems = Problems(document)
        try:
            decisions = _load(source)
        except InvalidDecision as error:
            for wrong in error.problems:
                message, values = _describe_place(source, wrong.element)
                problems.add(
                    wrong.element or None,
                    "decision-broken",
                    message,
                    **({"name": document} | values),
                    reason=Said(wrong.message, wrong.values),
                )
        except FeelError as error:
            problems.add(
                None,
                "unreadable",
                N_("The decision table cannot be read: %(reason)s"),
                reason=Said.of(error),
            )
        else:
            for each in decisions.ids:
                if each in known:
                    problems.add(
                        each, "duplicate-id", N_("Two decisions have the id “%(id)s”."), id=each
                    )
                known[each] = decisions
        found += problems.found
    return known, found


def _describe_place(source: bytes, element_id: str) -> tuple[str, dict[str, object]]:
    """Where an element stands, as people see it: the table's name, its rule, its column."""
    message = N_("The decision “%(name)s” cannot be used: %(reason)s")
    try:
        root = read_definitions(source)
    except InvalidDecision:
        return message, {}
    found = next((each for each in root.iter(etree.Element) if each.get("id") == element_id), None)
    if found is None:
        return message, {"name": element_id} if element_id else {}
    around = {tag(each): each for each in (found, *found.iterancestors())}
    decision = around.get("decision")
    called: dict[str, object] = {
        "name": element_id if decision is None else attribute(decision, "name") or element_id
    }
    rule = around.get("rule")
    if rule is None:
        return message, called
    number = 1 + sum(1 for _ in rule.itersiblings(rule.tag, preceding=True))
    placed = {**called, "number": number}
    column = _find_column(around)
    if column:
        words = N_("“%(name)s”, rule %(number)s, “%(column)s”: %(reason)s")
        return words, {**placed, "column": column}
    return N_("“%(name)s”, rule %(number)s: %(reason)s"), placed


def _find_column(around: Mapping[str, Element]) -> str:
    """What stands above a cell."""
    for entry, clause in (("inputEntry", "input"), ("outputEntry", "output")):
        cell = around.get(entry)
        if cell is None:
            continue
        place = sum(1 for _ in cell.itersiblings(cell.tag, preceding=True))
        columns = list(children(around["decisionTable"], clause))
        if place < len(columns):
            return attribute(columns[place], "label") or attribute(columns[place], "name")
    return ""


def _load(source: bytes) -> Decisions:
    return _load_once(source) if len(source) <= LARGEST_CACHED else load_decisions(source)


@lru_cache(maxsize=CACHED)
def _load_once(source: bytes) -> Decisions:
    return load_decisions(source)
