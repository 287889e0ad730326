"""What cells mean: texts, dates, choices, amounts, read as people write them and written back.

A reader makes a plain value of a cell that is not empty, the same that the register's trail keeps
(dates as ISO text), or says what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from engine.language import N_
from forms.formats import FORMATS
from forms.identity import clean_identity_number
from forms.lists import Language, get_list
from forms.options import Option
from forms.regions import all_provinces, find_region_name
from workflows.register.transfers.reading import PRECISE, Cell
from workflows.shared.mobiles import NotAMobile, to_e164

OLDEST = date(1900, 1, 1)
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_HOURS = 100_000
MOST_FEN = 10**9
COVERED = "*"
"""What masked values are recognised by: an export without personal data says them so."""

Value = str | int | float | date | None
Reader = Callable[[Cell], Any]

PROBLEMS = {
    "missing": N_("There is nothing here. This column is needed."),
    "too_long": N_("This has more than %(most)s characters."),
    "no_date": N_("This is no date. Write it as 2024-03-15."),
    "no_choice": N_("“%(said)s” is none of the values that this column has."),
    "no_number": N_("A number has 4 to %(most)s letters and digits."),
    "digits_lost": N_(
        "The spreadsheet program keeps only 15 digits of a number: the last ones are lost. Format"
        " the column as text and type the number again."
    ),
    "no_amount": N_("This is no amount. Write it as 100 or 100.00."),
    "no_hours": N_("These are no hours. Write them as 8 or 7.5, with at most 2 decimals."),
    "no_year": N_("This is no year."),
    "no_mobile": N_("This is not the number of a mobile phone."),
    "no_telephone": N_("Enter a telephone number with its area code, for example 020-83063500."),
    "no_email": N_("Enter an e-mail address, for example name@example.com."),
    "no_postal_code": N_("Enter a postal code of 6 digits."),
    "no_region": N_("There is no region of this code or name."),
    "covered": N_(
        "This value is covered and is not the covered form of what is on file. Leave the cell"
        " empty or write all of it."
    ),
    "cell_error": N_("The cell contains an error of the spreadsheet program."),
}
"""What can be wrong with a cell, by code."""

_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]00:00(?::00)?)?"
)
_DATE_IN_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER = re.compile(r"[0-9A-Z]{4,20}")
_BETWEEN = re.compile(r"[、,，;；/|]+")
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


class Unfit(Exception):
    """A cell or a row that cannot be taken over: a code, and what its sentence names.

    `column`: the key of the column at which it was found; the reader of a cell leaves it out.
    """

    def __init__(self, why: str, column: str = "", **values: str) -> None:
        super().__init__(why)
        self.why, self.column, self.values = why, column, values


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, how its cells are read and written.

    `heads`: the first is what workbooks say in the reader's language, the others are understood,
    too. `covers`: the mask of its values for who takes them away without personal data.
    """

    key: str
    heads: tuple[str, ...]
    read: Reader
    write: Callable[[Any, Language], Value]
    covers: str = ""
    hint: str = ""


def say(cell: Cell) -> str:
    """A cell as one line of text; a number without a fraction is said without one."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**PRECISE:
        cell = int(cell)
    return str(cell)


def text(most: int) -> Reader:
    """Texts of so many characters at most."""

    def read(cell: Cell) -> str:
        said = cell if type(cell) is str and cell.isalnum() else _said(cell)
        if len(said) > most:
            raise Unfit("too_long", most=str(most))
        return said

    return read


def number(most: int) -> Reader:
    """Numbers of members and firms: letters and digits, not more than so many."""

    def read(cell: Cell) -> str:
        said = _digits(cell).upper()
        if len(said) > most or not _NUMBER.fullmatch(said):
            raise Unfit("no_number", most=str(most))
        return said

    return read


def read_identity(cell: Cell) -> str:
    """Numbers of identity documents; whether they are right depends on the type of document."""
    said = clean_identity_number(_digits(cell))
    if len(said) > 30:
        raise Unfit("too_long", most="30")
    return said


def read_date(cell: Cell) -> str:
    """Dates, as cells that are dates or as texts that look like one."""
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    else:
        said = _said(cell)
        parts = _DATE.fullmatch(said) or _DATE_IN_DIGITS.fullmatch(said)
        if parts is None:
            raise Unfit("no_date")
        try:
            found = date(*(int(each) for each in parts.groups()))
        except ValueError:
            raise Unfit("no_date") from None
    if found < OLDEST:
        raise Unfit("no_date")
    return found.isoformat()


def write_date(value: Any, _language: Language) -> Value:
    """Dates of the register as dates of a sheet."""
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def write_plain(value: Any, _language: Language) -> Value:
    """Texts and whole numbers as they are."""
    return value if value not in (None, "") else None


def choice(options: Callable[[Language], Sequence[Option]]) -> Reader:
    """One of a list, by its value or its name in either language."""
    known = _known(options)

    def read(cell: Cell) -> str:
        found = known.get(cell) if isinstance(cell, str) else None
        if found is None:
            found = known.get(_fold(_said(cell)))
        if found is None:
            raise Unfit("no_choice", said=_said(cell)[:40])
        return found

    return read


def write_choice(
    options: Callable[[Language], Sequence[Option]],
) -> Callable[[Any, Language], Value]:
    """Values of a list by their names."""
    names = {
        language: {each.value: each.label for each in options(language)}
        for language in ("zh", "en")
    }
    return lambda value, language: names[language].get(value, value) or None


def choices(options: Callable[[Language], Sequence[Option]]) -> Reader:
    """Several of a list, one after the other."""
    known = _known(options)

    def read(cell: Cell) -> list[str]:
        found = []
        for each in filter(None, _BETWEEN.split(_said(cell))):
            value = known.get(_fold(each.strip()))
            if value is None:
                raise Unfit("no_choice", said=each.strip()[:40])
            if value not in found:
                found.append(value)
        return found

    return read


def write_choices(
    options: Callable[[Language], Sequence[Option]],
) -> Callable[[Any, Language], Value]:
    """Several values of a list by their names."""
    write = write_choice(options)
    return lambda value, language: (
        "、".join(str(write(each, language)) for each in value or ()) or None
    )


def of_list(name: str) -> Callable[[Language], Sequence[Option]]:
    """The options of a list of the forms."""
    return lambda language: get_list(name, language)


def read_region(cell: Cell) -> str:
    """Regions, by code or by name: “广东省 广州市”, or “广州市” where only one is called so."""
    found = _find_region(_digits(cell))
    if found is None:
        raise Unfit("no_region")
    return found


def write_region(value: Any, _language: Language) -> Value:
    """Regions by name."""
    return find_region_name(value) or value or None


def read_money(cell: Cell) -> int:
    """Amounts of yuan, in fen."""
    said = _said(cell).removeprefix("¥").removeprefix("￥").removesuffix("元").replace(",", "")
    return _hundredths(said.strip(), "no_amount", most=MOST_FEN)


def read_hours(cell: Cell) -> int:
    """Hours, in hundredths."""
    return _hundredths(_said(cell), "no_hours", most=MOST_HOURS, least=-MOST_HOURS)


def write_hundredths(value: Any, _language: Language) -> Value:
    """Amounts and hours as numbers of a sheet."""
    return None if value is None else value / 100


def read_year(cell: Cell) -> int:
    """Years."""
    said = _said(cell).removesuffix("年").removesuffix("年度").strip()
    if not said.isdecimal() or not FIRST_YEAR <= int(said[:6]) <= LAST_YEAR:
        raise Unfit("no_year")
    return int(said)


def read_mobile(cell: Cell) -> str:
    """Numbers of mobile phones."""
    said = FORMATS["mobile"].clean(_digits(cell))
    if len(said) == 11 and said.isdecimal() and said[0] == "1" and said[1] in "3456789":
        return said
    try:
        to_e164(said)
    except NotAMobile:
        raise Unfit("no_mobile") from None
    return said


def formatted(name: str, why: str) -> Reader:
    """Texts of one of the forms' formats."""
    known = FORMATS[name]

    def read(cell: Cell) -> str:
        said = known.clean(_said(cell))
        if known.check(said):
            raise Unfit(why)
        return said

    return read


def _said(cell: Cell) -> str:
    said = unicodedata.normalize("NFC", say(cell))
    if said in _ERRORS:
        raise Unfit("cell_error")
    return said


def _digits(cell: Cell) -> str:
    """A number of something as text; raises Unfit where the sheet has lost digits of it."""
    if type(cell) is str and cell.isascii() and cell.isalnum():
        return cell
    if isinstance(cell, bool) or (isinstance(cell, int | float) and abs(cell) >= 10**PRECISE):
        raise Unfit("digits_lost")
    return unicodedata.normalize("NFKC", _said(cell)).strip("'’")


def _hundredths(said: str, why: str, *, most: int, least: int = 0) -> int:
    try:
        found = Decimal(said) * 100
    except InvalidOperation:
        raise Unfit(why) from None
    if not found.is_finite() or found != found.to_integral_value() or not least <= found <= most:
        raise Unfit(why)
    return int(found)


def _known(options: Callable[[Language], Sequence[Option]]) -> Mapping[str, str]:
    """Values by everything that they may be called."""
    known: dict[str, str] = {}
    for language in ("zh", "en"):
        for each in options(language):
            known.setdefault(each.value, each.value)
            known.setdefault(each.label, each.value)
            known.setdefault(_fold(each.label), each.value)
    return known


def _fold(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip().casefold().replace(" ", "")


@lru_cache(maxsize=4096)
def _find_region(said: str) -> str | None:
    return said if find_region_name(said) else _regions().get(said.replace(" ", ""))


@cache
def _regions() -> Mapping[str, str]:
    known: dict[str, str] = {}
    twice: set[str] = set()
    for province in all_provinces():
        known[province.name] = province.code
        for region in province.regions:
            known[(find_region_name(region.code) or region.name).replace(" ", "")] = region.code
            if known.setdefault(region.name, region.code) != region.code:
                twice.add(region.name)
    return {name: code for name, code in known.items() if name not in twice}
