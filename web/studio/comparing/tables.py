"""Decision tables of two states, row beside row, with what differs marked."""

from collections.abc import Mapping
from typing import Any, Literal

from engine.feel.dmn import InvalidDecision
from web.languages import spoken
from web.studio.comparing.sides import Comparison, State
from workflows.shared.decision_cells import ANY, read_cell
from workflows.studio.differences.matching import Pair
from workflows.studio.differences.tables import (
    Column,
    Rule,
    Table,
    TablePair,
    pair_tables,
    read_tables,
)
from workflows.studio.english import read_english

Side = Literal["old", "new"]

MOST_RULES = 300
MOST_COLUMNS = 60
"""How much of a table is drawn; the list says in words what differs in the rest."""


def describe_tables(comparison: Comparison, path: str) -> list[dict[str, Any]]:
    """Each decision table of a document, before and after; none if one cannot be read."""
    try:
        old = _read(comparison.process_id, comparison.old, path)
        new = _read(comparison.process_id, comparison.new, path)
    except InvalidDecision:
        return []
    return [
        {
            "title": (each.new or each.old or old[0]).title,
            "old": _describe(each, "old"),
            "new": _describe(each, "new"),
        }
        for each in pair_tables(old, new)
        if any(table is not None and table.columns for table in (each.old, each.new))
    ]


def _read(process_id: str, state: State, path: str) -> list[Table]:
    if path not in state.documents:
        return []
    english: Mapping[str, str] = {}
    if spoken() == "en":
        english = read_english(state.documents, process_id)
    return read_tables(state.documents[path], english)


def _describe(found: TablePair, side: Side) -> dict[str, Any] | None:
    table = found.old if side == "old" else found.new
    if table is None:
        return None
    columns = {
        place: _mark(each, side)
        for each in found.columns
        if (place := _place(each, side)) is not None
    }
    rules = {place: each for each in found.rules if (place := _place(each, side)) is not None}
    return {
        "policy": table.policy,
        "columns": [
            {
                "label": column.say(table.english),
                "is_input": column.is_input,
                "mark": columns.get(place, ""),
            }
            for place, column in enumerate(table.columns[:MOST_COLUMNS])
        ],
        "rules": [
            _describe_rule(found, rules[place], rule, side)
            for place, rule in enumerate(table.rules[:MOST_RULES])
        ],
        "more": max(0, len(table.rules) - MOST_RULES),
    }


def _describe_rule(found: TablePair, each: Pair[Rule], rule: Rule, side: Side) -> dict[str, Any]:
    changed = {
        old_place if side == "old" else new_place
        for old_place, new_place, _before, _after in found.changed_cells(each)
    }
    table = found.old if side == "old" else found.new
    width = min(MOST_COLUMNS, len(table.columns)) if table else 0
    cells = [read_cell(rule.cells.get(place, ANY)) for place in range(width)]
    is_changed = (
        each.old is not None
        and each.new is not None
        and (bool(changed) or each.old.about != each.new.about)
    )
    return {
        "id": rule.id or str(rule.number),
        "number": rule.number,
        "about": rule.about,
        "mark": _mark(each, side)
        or ("changed" if is_changed else "moved" if each.is_moved else ""),
        "cells": [
            {"text": cell.text, "is_feel": cell.is_feel, "is_changed": place in changed}
            for place, cell in enumerate(cells)
        ],
    }


def _place(each: Pair[Column] | Pair[Rule], side: Side) -> int | None:
    place = each.old_place if side == "old" else each.new_place
    return None if place < 0 else place


def _mark(each: Pair[Column] | Pair[Rule], side: Side) -> str:
    """Whether it is on one side only."""
    if side == "old":
        return "removed" if each.new is None else ""
    return "added" if each.old is None else ""
