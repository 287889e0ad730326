"""A change of a section as it was typed: read, checked, and every wrong value named."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from engine.language import _
from workflows.shared.setting_values import read_values
from workflows.shared.settings import ROWS, Section, Setting


def check_section(
    section: Section, raw: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The plain values of what was typed, and by field the sentence of what is wrong.

    A list's rows are at `<list>`, their wrong cells at `<list>-<row>-<column>`.
    """
    wrong: dict[str, str] = {}
    values = read_values(section.settings, raw, wrong)
    for setting in section.settings:
        if setting.kind == ROWS:
            values[setting.name] = _check_rows(setting, raw.get(setting.name, []), wrong)
    if not wrong:
        for check in CHECKS.get(section.name, ()):
            check(values, wrong)
    return values, wrong


def _check_rows(setting: Setting, rows: Any, wrong: dict[str, str]) -> list[dict[str, Any]]:
    label = _(setting.label)
    if not setting.least <= len(rows) <= setting.most:
        wrong[setting.name] = _(
            "%(label)s: from %(least)s to %(most)s rows.",
            label=label,
            least=setting.least,
            most=setting.most,
        )
    read = [
        read_values(setting.columns, row, wrong, prefix=f"{setting.name}-{place}-")
        for place, row in enumerate(rows)
    ]
    seen: set[tuple[Any, Any]] = set()
    for place, row in enumerate(read):
        key = (row.get("kind"), row["label"])
        if key in seen and row["label"]:
            wrong[f"{setting.name}-{place}-label"] = _("“%(name)s” is there twice.", name=key[1])
        seen.add(key)
    return read


Values = Mapping[str, Any]


def _check_dates(values: Values, wrong: dict[str, str]) -> None:
    """ISO dates compare as texts."""
    if values["closes_date"] < values["opens_date"]:
        wrong["closes_date"] = _("The window must not close before it opens.")
    if values["cut_off_date"] >= values["opens_date"]:
        wrong["cut_off_date"] = _("The day by which members joined lies before the window opens.")
    if values["hours_until_date"] < values["cut_off_date"]:
        wrong["hours_until_date"] = _(
            "The day by which hours are earned is not before the day by which members joined."
        )


def _check_hours(values: Values, wrong: dict[str, str]) -> None:
    try:
        # Every year has the day, so it is not the 29th of February either.
        date(2001, values["late_joining_month"], values["late_joining_day"])
    except ValueError:
        wrong["late_joining_day"] = _("There is no such day in that month.")
    if values["hours_required_joined_late"] > values["hours_required"]:
        wrong["hours_required_joined_late"] = _(
            "Who joined late is not asked for more hours than others."
        )
    if values["learning_platform"] and not values["learning_url"]:
        wrong["learning_url"] = _("Enter the platform's address.")


CHECKS: Mapping[str, tuple[Callable[[Values, dict[str, str]], None], ...]] = {
    "window": (_check_dates,),
    "hours": (_check_hours,),
}
