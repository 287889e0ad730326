"""A change of a section as it was typed: read, checked, and every wrong value named."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from engine.language import _
from workflows.seasons.settings import (
    CHOICE,
    COUNT,
    DATE,
    DAYS,
    HOURS,
    LINK,
    MONEY,
    ROWS,
    YES,
    Section,
    Setting,
)

HUNDREDTHS = 100


class SectionSchema(Schema):
    """What the schemas of sections have in common: names that are no settings are nothing."""

    class Meta(Schema.Meta):
        """Options of marshmallow."""

        unknown = EXCLUDE


class SettingField(fields.Field[Any]):
    """A setting as typed; becomes a plain value: ISO dates, hundredths, fen."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(load_default=None, allow_none=True)
        self.setting = setting

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **given: Any
    ) -> Any:
        """Read one value; raises ValidationError with its sentence."""
        text = value.strip() if isinstance(value, str) else ""
        setting = self.setting
        if setting.kind == YES:
            return bool(text)
        if not text and setting.is_required:
            raise ValidationError(_("Enter: %(label)s.", label=_(setting.label)))
        return READERS.get(setting.kind, _read_text)(text.replace("\r\n", "\n"), setting)


def check_section(
    section: Section, raw: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The plain values of what was typed, and by field the sentence of what is wrong.

    A list's rows are at `<list>`, their wrong cells at `<list>-<row>-<column>`.
    """
    wrong: dict[str, str] = {}
    values = _load(section.settings, raw, wrong, "")
    for setting in section.settings:
        if setting.kind == ROWS:
            values[setting.name] = _check_rows(setting, raw.get(setting.name, []), wrong)
    if not wrong:
        for check in CHECKS.get(section.name, ()):
            check(values, wrong)
    return values, wrong


def _load(
    settings: tuple[Setting, ...], raw: Mapping[str, Any], wrong: dict[str, str], prefix: str
) -> dict[str, Any]:
    found = {each.name: SettingField(each) for each in settings if each.kind != ROWS}
    schema = SectionSchema.from_dict(dict(found), name="Section")()
    try:
        return dict(schema.load(raw))
    except ValidationError as error:
        said = error.messages if isinstance(error.messages, dict) else {}
        wrong.update({f"{prefix}{name}": str(each[0]) for name, each in said.items()})
        return {each: raw.get(each) for each in found}


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
        _load(setting.columns, row, wrong, f"{setting.name}-{place}-")
        for place, row in enumerate(rows)
    ]
    seen: set[tuple[Any, Any]] = set()
    for place, row in enumerate(read):
        key = (row.get("kind"), row["label"])
        if key in seen and row["label"]:
            wrong[f"{setting.name}-{place}-label"] = _("“%(name)s” is there twice.", name=key[1])
        seen.add(key)
    return read


def _read_text(text: str, setting: Setting) -> str:
    if len(text) > setting.most:
        raise ValidationError(
            _("%(label)s: at most %(most)s characters.", label=_(setting.label), most=setting.most)
        )
    return text


def _read_date(text: str, setting: Setting) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2100:
        raise ValidationError(
            _("%(label)s: a date such as 2026-07-01.", label=_(setting.label))
        ) from None
    return day.isoformat()


def _read_count(text: str, setting: Setting) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9) or not (
        setting.least <= int(text) <= setting.most
    ):
        raise ValidationError(
            _(
                "%(label)s: a whole number from %(least)s to %(most)s.",
                label=_(setting.label),
                least=setting.least,
                most=setting.most,
            )
        )
    return int(text)


def _read_hundredths(text: str, setting: Setting) -> int:
    try:
        amount = Decimal(text) * HUNDREDTHS
    except InvalidOperation:
        amount = Decimal(-1)
    is_whole = amount.is_finite() and amount == amount.to_integral_value()
    if not is_whole or not setting.least <= amount / HUNDREDTHS <= setting.most:
        raise ValidationError(
            _(
                "%(label)s: a number from %(least)s to %(most)s with at most two decimals.",
                label=_(setting.label),
                least=setting.least,
                most=setting.most,
            )
        )
    return int(amount)


def _read_link(text: str, setting: Setting) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValidationError(
            _("%(label)s: an address that begins with https://.", label=_(setting.label))
        )
    return _read_text(text, setting)


def _read_choice(text: str, setting: Setting) -> str | int:
    if text not in {value for value, _label in setting.choices}:
        raise ValidationError(_("Choose: %(label)s.", label=_(setting.label)))
    return int(text) if text.isdigit() else text


def _read_days(text: str, setting: Setting) -> list[int]:
    parts = [each.strip() for each in text.replace("，", ",").replace("、", ",").split(",")]
    days = {_read_count(each, setting) for each in parts if each}
    return sorted(days, reverse=True)


READERS: Mapping[str, Callable[[str, Setting], Any]] = {
    DATE: _read_date,
    COUNT: _read_count,
    HOURS: _read_hundredths,
    MONEY: _read_hundredths,
    LINK: _read_link,
    CHOICE: _read_choice,
    DAYS: _read_days,
}

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
