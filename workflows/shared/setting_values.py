"""Settings as they were typed: read, and every wrong value named."""

from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from engine.language import _
from workflows.shared.settings import (
    CHOICE,
    COUNT,
    DATE,
    DAYS,
    HOURS,
    LINK,
    MONEY,
    ROWS,
    TICKS,
    TIME,
    YES,
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
        setting = self.setting
        if setting.kind == TICKS:
            return _read_ticks(value, setting)
        text = value.strip() if isinstance(value, str) else ""
        if setting.kind == YES:
            return bool(text)
        if not text and setting.is_required:
            raise ValidationError(_("Enter: %(label)s.", label=_(setting.label)))
        return READERS.get(setting.kind, _read_text)(text.replace("\r\n", "\n"), setting)


def read_values(
    settings: tuple[Setting, ...],
    raw: Mapping[str, Any],
    wrong: dict[str, str],
    *,
    prefix: str = "",
) -> dict[str, Any]:
    """The plain values of what was typed, but for lists of rows.

    What is wrong is said in `wrong` by its field and stays as it was typed.
    """
    found = {each.name: SettingField(each) for each in settings if each.kind != ROWS}
    schema = SectionSchema.from_dict(dict(found), name="Section")()
    try:
        return dict(schema.load(raw))
    except ValidationError as error:
        said = error.messages if isinstance(error.messages, dict) else {}
        wrong.update({f"{prefix}{name}": str(each[0]) for name, each in said.items()})
        read = error.valid_data if isinstance(error.valid_data, dict) else {}
        return {each: read.get(each, raw.get(each)) for each in found}


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


def _read_time(text: str, setting: Setting) -> str:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise ValidationError(_("%(label)s: a time such as 09:00.", label=_(setting.label)))
    return found.strftime("%H:%M")


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
    if text and not _is_link(text):
        raise ValidationError(
            _("%(label)s: an address that begins with https://.", label=_(setting.label))
        )
    return _read_text(text, setting)


def _is_link(text: str) -> bool:
    """Whether a browser can go there, and nowhere else: a place on the web, with its host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and text.split() == [text]


def _read_choice(text: str, setting: Setting) -> str | int:
    if text not in {value for value, _label in setting.choices}:
        raise ValidationError(_("Choose: %(label)s.", label=_(setting.label)))
    return int(text) if text.isdigit() else text


def _read_ticks(ticked: Any, setting: Setting) -> list[str]:
    """Those that are ticked, in the order of the choices."""
    wanted = set(ticked) if isinstance(ticked, list) else set()
    found = [value for value, _label in setting.choices if value in wanted]
    if not found and setting.is_required:
        raise ValidationError(_("Tick at least one: %(label)s.", label=_(setting.label)))
    return found


def _read_days(text: str, setting: Setting) -> list[int]:
    parts = [each.strip() for each in text.replace("，", ",").replace("、", ",").split(",")]
    days = {_read_count(each, setting) for each in parts if each}
    return sorted(days, reverse=True)


READERS: Mapping[str, Callable[[str, Setting], Any]] = {
    DATE: _read_date,
    TIME: _read_time,
    COUNT: _read_count,
    HOURS: _read_hundredths,
    MONEY: _read_hundredths,
    LINK: _read_link,
    CHOICE: _read_choice,
    DAYS: _read_days,
}
