"""Regular expressions that administrators write, run under a time limit."""

from functools import lru_cache

import regex

TIME_LIMIT_SECONDS = 0.05
LONGEST = 500


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def find_pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a regular expression, in the words of its parser."""
    if len(pattern) > LONGEST:
        return f"> {LONGEST}"
    try:
        _compiled(pattern)
    except regex.error as error:
        return str(error)
    return None


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text matches; one that takes too long to tell does not."""
    try:
        return _compiled(pattern).fullmatch(text, timeout=TIME_LIMIT_SECONDS) is not None
    except TimeoutError:
        return False
