"""Provinces and cities of China by their codes in GB/T 2260.

The table is the one that python-stdnum keeps for identity numbers; it knows former names and
places too, of which only those of today count here.
"""

import re
from functools import cache
from typing import NamedTuple

from stdnum import numdb

# Cities that are provinces, and the regions whose parts the standard does not number.
_WHOLE = frozenset({"11", "12", "31", "50", "71", "81", "82"})
# The table names these two in traditional characters.
_NAMES = {"81": "香港特别行政区", "82": "澳门特别行政区"}
_NO_CITY = frozenset({"市辖区", "县", "林区"})
_DATED = re.compile(r"\[(?P<start>\d*)-(?P<end>\d*)\](?P<name>.*)")


class Region(NamedTuple):
    """A city, prefecture or directly governed county; of a municipality the whole."""

    code: str
    name: str


class Province(NamedTuple):
    """A province with its regions in the order of their codes."""

    code: str
    name: str
    regions: tuple[Region, ...]


def _name_today(entry: str) -> str | None:
    last = entry.rpartition(",")[2]
    dated = _DATED.fullmatch(last)
    if dated is None:
        return last
    return None if dated["end"] else dated["name"]


def _find_place(code: str) -> str | None:
    parts = numdb.get("cn/loc").info(code)
    entry = parts[1][1].get("county") if len(parts) > 1 else None
    return None if entry is None else _name_today(entry)


def _regions(prefix: str) -> list[Region]:
    found: dict[str, Region] = {}
    cities = [f"{prefix}{number:02}00" for number in range(1, 90)]
    direct = [f"{prefix}90{number:02}" for number in range(1, 100)]
    for code in cities + direct:
        name = _find_place(code)
        if name is not None and name not in _NO_CITY:
            # A city that once was a directly governed county still has its old code.
            found.setdefault(name, Region(code, name))
    return list(found.values())


@cache
def all_provinces() -> tuple[Province, ...]:
    """Return every province with its regions, by code."""
    provinces = []
    for number in range(11, 83):
        prefix = str(number)
        parts = numdb.get("cn/loc").info(f"{prefix}0000")
        if not parts or "province" not in parts[0][1]:
            continue
        code, name = f"{prefix}0000", _NAMES.get(prefix, parts[0][1]["province"])
        regions = [Region(code, name)] if prefix in _WHOLE else _regions(prefix)
        provinces.append(Province(code, name, tuple(regions)))
    return tuple(provinces)


@cache
def _names() -> dict[str, str]:
    names = {}
    for province in all_provinces():
        for region in province.regions:
            same = region.code == province.code
            names[region.code] = region.name if same else f"{province.name} {region.name}"
        names.setdefault(province.code, province.name)
    return names


def find_region_name(code: str) -> str | None:
    """Return “广东省 广州市” for `440100` and “广东省” for `440000`."""
    return _names().get(code)
