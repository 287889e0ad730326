"""How settings are read by people, and how they stand in the fields of a form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from engine.language import _, say_date
from web.words import hours, yuan
from workflows.shared.settings import (
    CHOICE,
    DATE,
    DAYS,
    HOURS,
    MONEY,
    ROWS,
    TICKS,
    YES,
    Section,
    Setting,
)

MOST_ROWS = 40


def say_value(setting: Setting, value: Any) -> str:
    """A value in words; an empty one is a dash."""
    if setting.kind == YES:
        return _("Yes") if value else _("No")
    if value is None or value in ("", []):
        return "–"
    if setting.kind == DATE:
        return say_date(date.fromisoformat(value))
    if setting.kind == HOURS:
        return hours(value)
    if setting.kind == MONEY:
        return yuan(value)
    if setting.kind == DAYS:
        return "、".join(str(each) for each in value)
    if setting.kind == TICKS:
        return _(", ").join(_(dict(setting.choices).get(each, each)) for each in value)
    if setting.kind == CHOICE:
        return _(dict(setting.choices).get(str(value), str(value)))
    return str(value)


def say_rows(setting: Setting, rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The rows of a list: each the words of its cells that say something."""
    return [
        [
            f"{_(column.label)}: {say_value(column, row.get(column.name))}"
            if place
            else say_value(column, row.get(column.name))
            for place, column in enumerate(_in_reading_order(setting))
            if column.kind == YES or row.get(column.name) not in (None, "")
        ]
        for row in rows
    ]


def describe_section(
    section: Section, values: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The settings of a section in words; with `before`, only those that differ."""
    return [
        {
            "name": each.name,
            "label": _(each.label),
            "kind": each.kind,
            "value": _say(each, values.get(each.name)),
            "before": before is not None and _say(each, before.get(each.name)),
        }
        for each in section.settings
        if before is None or before.get(each.name) != values.get(each.name)
    ]


def type_values(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are typed into the fields."""
    return {
        each.name: [
            {column.name: _type(column, row.get(column.name)) for column in each.columns}
            for row in values[each.name]
        ]
        if each.kind == ROWS
        else _type(each, values[each.name])
        for each in section.settings
    }


def read_typed(section: Section, posted: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, rows of lists in their order, nothing checked yet."""
    typed: dict[str, Any] = {}
    for each in section.settings:
        if each.kind == TICKS:
            typed[each.name] = posted.getlist(each.name)
            continue
        if each.kind != ROWS:
            typed[each.name] = posted.get(each.name, "")
            continue
        count = min(posted.get(f"{each.name}-count", 0, type=int), MOST_ROWS)
        typed[each.name] = [
            {
                column.name: posted.get(f"{each.name}-{place}-{column.name}", "")
                for column in each.columns
            }
            for place in range(count)
        ]
    return typed


def change_rows(typed: dict[str, Any], action: str) -> None:
    """Add a row to a list, take one away, or move one up or down, as a button asks."""
    verb, _colon, rest = action.partition(":")
    name, _colon, digits = rest.partition(":")
    rows = typed.get(name)
    if not isinstance(rows, list):
        return
    if verb == "add" and len(rows) < MOST_ROWS:
        rows.append({})
        return
    place = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else -1
    if not 0 <= place < len(rows):
        return
    row = rows.pop(place)
    if verb == "up":
        rows.insert(max(place - 1, 0), row)
    elif verb == "down":
        rows.insert(place + 1, row)
    elif verb != "remove":
        rows.insert(place, row)


def _say(setting: Setting, value: Any) -> Any:
    return say_rows(setting, value or []) if setting.kind == ROWS else say_value(setting, value)


def _type(setting: Setting, value: Any) -> Any:
    if setting.kind == TICKS:
        return list(value or ())
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if setting.kind in (HOURS, MONEY):
        return f"{value / 100:.2f}".removesuffix(".00")
    if setting.kind == DAYS:
        return ", ".join(str(each) for each in value)
    return str(value)


def _in_reading_order(setting: Setting) -> list[Setting]:
    shown = [each for each in setting.columns if each.label]
    return sorted(shown, key=lambda each: each.name != "label")
