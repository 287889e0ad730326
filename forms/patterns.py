"""Regular expressions that administrators write, run under a time limit."""

import math
import re
from functools import lru_cache

import regex

TIME_LIMIT_SECONDS = 0.05
LONGEST = 500
MOST_REPEATS = 1_000
MOST_IN_EACH_OTHER = 10_000

REPEAT = re.compile(r"(\\.|[\w\].])?\{(\d+)")
"""How often something comes at least; with nothing before it, more than one character."""


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def find_pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a regular expression, in the words of its parser."""
    if len(pattern) > LONGEST:
        return f"> {LONGEST}"
    # What comes so often at least is written out by the engine, and the memory is soon gone.
    for most, least in _repeats(pattern):
        if least > most:
            return f"{{{least}}} > {most}"
    try:
        _compiled(pattern)
    except regex.error as error:
        return str(error)
    return None


def _repeats(pattern: str) -> list[tuple[int, int]]:
    """What may be repeated how often, and how often it is: single characters, and groups."""
    found = [(single, max(1, int(least[:9]))) for single, least in REPEAT.findall(pattern)]
    characters = max((least for single, least in found if single), default=1)
    groups = math.prod(least for single, least in found if not single)
    return [(MOST_REPEATS, characters), (MOST_IN_EACH_OTHER, characters * groups)]


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text matches; one that takes too long to tell does not."""
    try:
        return _compiled(pattern).fullmatch(text, timeout=TIME_LIMIT_SECONDS) is not None
    except TimeoutError:
        return False
