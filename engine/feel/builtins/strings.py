"""Functions of strings, and `not`."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import regex
from engine.feel.errors import Failure
from engine.feel.functions import builtin
from engine.feel.numbers import integer
from engine.feel.running import Run
from engine.feel.values import Value


@builtin("not", "negand: any")
def negation(run: Run, negand: Value) -> bool | None:
    return not negand if isinstance(negand, bool) else None


@builtin("substring", "string: string, start position: number, length: number?")
def substring(run: Run, string: str, start: Decimal, length: Decimal | None = None) -> str:
    first = integer(start)
    if first == 0 or abs(first) > len(string):
        raise Failure("The string has no position %(position)s.", position=first)
    count = len(string) if length is None else integer(length)
    if count < 1:
        raise Failure("A part of a string has one character at least.")
    begin = first - 1 if first > 0 else len(string) + first
    return string[begin : begin + count]


@builtin("string length", "string: string")
def string_length(run: Run, string: str) -> Decimal:
    return Decimal(len(string))


@builtin("upper case", "string: string")
def upper_case(run: Run, string: str) -> str:
    run.build(len(string))
    return string.upper()


@builtin("lower case", "string: string")
def lower_case(run: Run, string: str) -> str:
    run.build(len(string))
    return string.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(run: Run, string: str, match: str) -> str:
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(run: Run, string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


@builtin("contains", "string: string, match: string")
def contains(run: Run, string: str, match: str) -> bool:
    run.step(len(string) // 100)
    return match in string


@builtin("starts with", "string: string, match: string")
def starts_with(run: Run, string: str, match: str) -> bool:
    return string.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(run: Run, string: str, match: str) -> bool:
    return string.endswith(match)


@builtin("matches", "input: string, pattern: string, flags: string?")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return regex.is_found(run, text, pattern, flags or "")


@builtin("replace", "input: string, pattern: string, replacement: string, flags: string?")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    return regex.replaced(run, text, pattern, replacement, flags or "")


@builtin("split", "string: string, delimiter: string")
def split(run: Run, string: str, delimiter: str) -> list[str]:
    return regex.split(run, string, delimiter)


@builtin("string join", "list: list, delimiter: string?")
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> str:
    if not all(item is None or isinstance(item, str) for item in items):
        raise Failure("Only strings can be joined.")
    texts = [item for item in items if item is not None]
    between = delimiter or ""
    run.build(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)
