"""The check of rules of decision tables that say nothing, or are never reached."""

from collections.abc import Iterator

from engine.errors import Problem
from engine.feel.dmn import InvalidDecision
from engine.feel.dmn.reading import (
    Element,
    attribute,
    children,
    id_of,
    read_definitions,
    text_of,
)
from engine.language import N_
from engine.releases import Unit

EMPTY = frozenset({"", "-"})
FIRST = frozenset({"FIRST", "F"})
UNIQUE = frozenset({"", "UNIQUE", "U"})


def check_rules(unit: Unit) -> Iterator[Problem]:
    """Warn of rules without a result, and of a rule for everything that is not the last one."""
    for path, source in unit.documents.items():
        if not path.endswith(".dmn"):
            continue
        try:
            root = read_definitions(source)
        except InvalidDecision:
            continue  # said where tables are read
        for decision in children(root, "decision"):
            for table in children(decision, "decisionTable"):
                yield from _check_table(path, decision, table)


def _check_table(path: str, decision: Element, table: Element) -> Iterator[Problem]:
    name = attribute(decision, "name")
    rules = list(children(table, "rule"))
    for number, rule in enumerate(rules, 1):
        if _is_empty(rule, "outputEntry"):
            message = N_("“%(name)s”, rule %(number)s gives no result.")
            yield _warn(path, rule, message, name, number)
    policy = attribute(table, "hitPolicy")
    general = next(
        (number for number, rule in enumerate(rules, 1) if _is_empty(rule, "inputEntry")), None
    )
    if general is None or len(rules) == 1:
        return
    if policy in FIRST and general < len(rules):
        message = N_(
            "“%(name)s”, rule %(number)s always holds: no rule below it is ever looked at."
        )
        yield _warn(path, rules[general - 1], message, name, general)
    elif policy in UNIQUE:
        message = N_(
            "“%(name)s”, rule %(number)s always holds, though only one rule may hold at a time: "
            "where another one holds, the table has no result."
        )
        yield _warn(path, rules[general - 1], message, name, general)


def _is_empty(rule: Element, entry: str) -> bool:
    return all(text_of(cell) in EMPTY for cell in children(rule, entry))


def _warn(path: str, rule: Element, message: str, name: str, number: int) -> Problem:
    return Problem(
        path, id_of(rule), message, rule="table-rule", is_warning=True, name=name, number=number
    )
