"""What a person can choose from: options, alone or in groups."""

from typing import NamedTuple


class Option(NamedTuple):
    """One choice. `label` is in the language of the page; `group` heads the options beside it."""

    value: str
    label: str
    group: str = ""


def find_label(options: tuple[Option, ...], value: object) -> str | None:
    """Return the label of a value, or nothing if it is none of the options."""
    return next((option.label for option in options if option.value == value), None)
