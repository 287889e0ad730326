"""Settings that people type into a form: each with its label and bounds, in sections.

Pages, checks, histories and what is shown before saving all read one description of these.
"""

from dataclasses import dataclass

DATE, TIME, COUNT, HOURS, MONEY, TEXT, WORDS, LINK, DAYS, YES, CHOICE, TICKS, ROWS = (
    "date",
    "time",
    "count",
    "hours",
    "money",
    "text",
    "words",
    "link",
    "days",
    "yes",
    "choice",
    "ticks",
    "rows",
)


@dataclass(frozen=True)
class Setting:
    """One setting. `least` and `most` bound a number (hours and money in whole units) or a text.

    `choices` are values with their labels, of which `TICKS` takes several; `columns` those of a
    list's rows.
    """

    name: str
    label: str
    kind: str
    hint: str = ""
    least: int = 0
    most: int = 0
    is_required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    columns: tuple["Setting", ...] = ()


@dataclass(frozen=True)
class Section:
    """Settings that belong together."""

    name: str
    title: str
    settings: tuple[Setting, ...]
