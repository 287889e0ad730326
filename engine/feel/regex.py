"""Regular expressions as XPath writes them, matched under a time limit.

The text is read and written anew for the `regex` module, so that nothing but what XPath has gets
through: no look-around, no recursion, no fuzzy matching.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

import regex

from engine.feel.errors import BudgetExceeded, Failure

if TYPE_CHECKING:
    from engine.feel.running import Run

LONGEST_PATTERN = 1_000
MOST_REPEATS = 1_000
LARGEST = 10_000
"""How long a pattern may be with everything repeated that it repeats at least."""

DEEPEST = 50
FLAGS = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE, "x": 0, "q": 0}
BLANKS = "\t\n\r "
# Escapes that stand for a set of characters, as XML Schema defines them.
SETS = {
    "s": r"[ \t\n\r]",
    "S": r"[^ \t\n\r]",
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"[^\p{P}\p{Z}\p{C}]",
    "W": r"[\p{P}\p{Z}\p{C}]",
    "i": r"[\p{L}\p{Nl}_:]",
    "I": r"[^\p{L}\p{Nl}_:]",
    "c": r"[\p{L}\p{Nl}\p{Nd}\p{M}_:.\-\u00b7]",
    "C": r"[^\p{L}\p{Nl}\p{Nd}\p{M}_:.\-\u00b7]",
}
PLAIN = {"n": r"\n", "r": r"\r", "t": r"\t"}
ESCAPABLE = frozenset("\\|.?*+(){}[]-^$,")
CATEGORIES = frozenset(
    (
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No",
        "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp",
        "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn",
    )
)  # fmt: skip


def without_blanks(pattern: str) -> str:
    """Take the blanks out of a pattern, but for those within sets of characters."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for sign in pattern:
        if not escaped:
            depth += (sign == "[") - (sign == "]")
        if depth > 0 or sign not in BLANKS:
            kept.append(sign)
            escaped = sign == "\\" and not escaped
    return "".join(kept)


class Translator:
    """Reads one XPath pattern and writes it for the `regex` module."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = without_blanks(pattern) if "x" in flags else pattern
        self.flags = flags
        self.index = 0
        self.groups = 0
        self.depth = 0
        self.size = 0
        self.closed: set[int] = set()

    def error(self, why: str) -> Failure:
        return Failure(
            "“%(pattern)s” is not a regular expression: %(why)s.",
            pattern=self.pattern[:80],
            why=why,
        )

    @property
    def sign(self) -> str:
        return self.pattern[self.index : self.index + 1]

    def next(self) -> str:
        sign = self.pattern[self.index : self.index + 1]
        if not sign:
            raise self.error("it ends too early")
        self.index += 1
        return sign

    def translate(self) -> str:
        text = self.alternatives()
        if self.sign:
            raise self.error("a bracket is closed that was not opened")
        return text

    def alternatives(self) -> str:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error("its brackets are nested too deeply")
        branches = [self.branch()]
        while self.sign == "|":
            self.index += 1
            branches.append(self.branch())
        self.depth -= 1
        return "|".join(branches)

    def branch(self) -> str:
        pieces = []
        while self.sign and self.sign not in "|)":
            before = self.size
            self.size += 1
            atom = self.atom()
            quantifier, least = self.quantifier()
            self.size += (self.size - before) * (least - 1)
            if self.size > LARGEST:
                raise self.error(f"it repeats more than {LARGEST} times")
            pieces.append(atom + quantifier)
        return "".join(pieces)

    def atom(self) -> str:
        sign = self.sign
        self.index += 1
        match sign:
            case "(":
                return self.group()
            case "[":
                return self.characters()
            case "\\":
                return self.escape()
            case ".":
                return "." if "s" in self.flags else r"[^\n\r]"
            case "$":
                return "$" if "m" in self.flags else r"\Z"
            case "^":
                return "^"
            case "?" | "*" | "+" | "{" | "}" | "]":
                raise self.error(f"“{sign}” stands alone")
        return regex.escape(sign, special_only=False)

    def group(self) -> str:
        if self.pattern.startswith("?:", self.index):
            self.index += 2
            inner = f"(?:{self.alternatives()})"
        elif self.sign == "?":
            raise self.error("only “(?:” may follow “(”")
        else:
            self.groups += 1
            number = self.groups
            inner = f"({self.alternatives()})"
            self.closed.add(number)
        if self.sign != ")":
            raise self.error("a bracket is not closed")
        self.index += 1
        return inner

    def quantifier(self) -> tuple[str, int]:
        """How often something comes, and how often at least, never less than once."""
        sign = self.sign
        if sign not in ("?", "*", "+", "{"):
            return "", 1
        self.index += 1
        text, least = sign, 1
        if sign == "{":
            end = self.pattern.find("}", self.index)
            bounds = self.pattern[self.index : end] if end >= 0 else ""
            parts = bounds.split(",")
            if (
                not parts[0].isdecimal()
                or len(parts) > 2
                or not all(part.isdecimal() or not part for part in parts)
            ):
                raise self.error("“{” begins no number of repeats")
            numbers = [int(part[:6]) for part in parts if part]
            if max(numbers) > MOST_REPEATS:
                raise self.error(f"it repeats more than {MOST_REPEATS} times")
            if numbers != sorted(numbers):
                raise self.error("it repeats at least more often than at most")
            self.index = end + 1
            text = "{" + bounds + "}"
            least = max(1, numbers[0])
        if self.sign == "?":
            self.index += 1
            text += "?"
        return text, least

    def escape(self) -> str:
        sign = self.next()
        if sign in PLAIN:
            return PLAIN[sign]
        if sign in SETS:
            return SETS[sign]
        if sign in "pP":
            return self.category(sign)
        if sign in ESCAPABLE:
            return regex.escape(sign, special_only=False)
        if sign.isdecimal() and sign != "0":
            return self.reference(sign)
        raise self.error(f"“\\{sign}” means nothing")

    def reference(self, digits: str) -> str:
        """Read a reference to a group, which must be closed before."""
        while self.pattern[self.index : self.index + 1].isdecimal():
            longer = digits + self.pattern[self.index]
            if int(longer) > self.groups:
                break
            digits = longer
            self.index += 1
        if int(digits) not in self.closed:
            raise self.error(f"there is no group {digits} before")
        return rf"(?:\{digits})"

    def category(self, sign: str) -> str:
        if self.next() != "{":
            raise self.error("“{” should follow “\\p”")
        end = self.pattern.find("}", self.index)
        name = self.pattern[self.index : end] if end >= 0 else ""
        self.index = end + 1
        if name in CATEGORIES:
            return rf"\{sign}{{{name}}}"
        if name.startswith("Is") and name[2:].replace("-", "").isalnum() and name.isascii():
            block = rf"\{sign}{{Block={name[2:]}}}"
            try:
                regex.compile(block)
            except regex.error as error:
                raise self.error(f"there is no block “{name[2:]}”") from error
            return block
        raise self.error(f"there is no category “{name}”")

    def characters(self) -> str:
        """Read a set of characters, after its bracket, with one set taken away from it at most."""
        negated = self.pattern.startswith("^", self.index)
        self.index += negated
        parts: list[str] = []
        minus = ""
        first = True
        while True:
            sign = self.next()
            if sign == "]" and not first:
                break
            if sign == "-" and self.pattern.startswith("[", self.index) and self.depth < DEEPEST:
                self.index += 1
                self.depth += 1
                minus = self.characters()
                self.depth -= 1
                if self.next() != "]":
                    raise self.error("a set taken away must come last")
                break
            parts.append(self.member(sign, first=first))
            first = False
        inner = f"[{'^' if negated else ''}{''.join(parts)}]"
        return f"[{inner}--{minus}]" if minus else inner

    def member(self, sign: str, *, first: bool) -> str:
        """Read a character, a range or an escape within a set."""
        low = self.member_text(sign, first=first)
        if len(low) > 2:
            return low
        following = self.pattern[self.index : self.index + 2]
        if following.startswith("-") and following[1:] not in ("]", "[", ""):
            self.index += 1
            high = self.member_text(self.next(), first=False)
            if high.startswith(("[", "\\p", "\\P")) or self.spoken(low) > self.spoken(high):
                raise self.error("a range of characters ends before it begins")
            return f"{low}-{high}"
        return low

    def member_text(self, sign: str, *, first: bool) -> str:
        if sign == "\\":
            if self.pattern[self.index : self.index + 1].isdecimal():
                raise self.error("a group cannot be referred to within “[]”")
            return self.escape()
        if sign == "[" or (sign == "-" and not first and self.pattern[self.index] not in "]-"):
            raise self.error(f"“{sign}” must be escaped within “[]”")
        return regex.escape(sign, special_only=False)

    @staticmethod
    def spoken(text: str) -> str:
        controls = {r"\n": "\n", r"\r": "\r", r"\t": "\t"}
        return controls.get(text, text[-1])


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> regex.Pattern[str]:
    """Compile an XPath pattern. Raises `Failure` for one that is not."""
    if len(pattern) > LONGEST_PATTERN:
        raise Failure(
            "A regular expression has %(limit)s characters at most.", limit=LONGEST_PATTERN
        )
    if not set(flags) <= FLAGS.keys():
        raise Failure("“%(flags)s” are not flags; s, m, i, x and q are.", flags=flags[:80])
    options = regex.VERSION1
    for flag in flags:
        options |= FLAGS[flag]
    if "q" in flags:
        text = regex.escape(pattern, special_only=False)
    else:
        text = Translator(pattern, flags).translate()
    try:
        return regex.compile(text, options)
    except (regex.error, OverflowError, RecursionError) as error:
        raise Failure("“%(pattern)s” is not a regular expression.", pattern=pattern[:80]) from error


@contextmanager
def timed(run: Run) -> Iterator[float]:
    """Give the time that is left for regular expressions, and take what was used of it."""
    if run.seconds <= 0:
        raise too_slow()
    started = perf_counter()
    try:
        yield run.seconds
    except TimeoutError as error:
        raise too_slow() from error
    finally:
        run.seconds -= perf_counter() - started


def too_slow() -> BudgetExceeded:
    """The error of matches that take longer than they may."""
    return BudgetExceeded("The regular expressions take too long.")


def is_found(run: Run, text: str, pattern: str, flags: str) -> bool:
    """Whether the pattern is found anywhere in the text."""
    run.step(len(text) // 100 + 1)
    expression = compiled(pattern, flags)
    with timed(run) as seconds:
        return expression.search(text, timeout=seconds) is not None


def replaced(run: Run, text: str, pattern: str, replacement: str, flags: str) -> str:
    r"""Replace every match; `$1` in the replacement is a group, `\$` and `\\` those signs."""
    run.step(len(text) // 100 + 1)
    expression = compiled(pattern, flags)
    parts = [replacement] if "q" in flags else read_replacement(replacement, expression.groups)
    found: list[str] = []
    end = 0
    with timed(run) as seconds:
        for match in expression.finditer(text, timeout=seconds):
            run.step()
            if match.end() == match.start():
                continue
            piece = "".join((match[p] or "") if isinstance(p, int) else p for p in parts)
            run.build(len(piece) + match.start() - end)
            found += (text[end : match.start()], piece)
            end = match.end()
    return "".join(found) + text[end:]


def read_replacement(text: str, groups: int) -> list[str | int]:
    """Cut a replacement into texts and numbers of groups."""
    parts: list[str | int] = []
    index = 0
    while index < len(text):
        sign = text[index]
        following = text[index + 1 : index + 2]
        if sign == "\\":
            if following not in ("\\", "$"):
                raise Failure("In a replacement, only “\\$” and “\\\\” may follow a backslash.")
            parts.append(following)
            index += 2
        elif sign == "$":
            if not following.isdecimal():
                raise Failure("In a replacement, a digit must follow “$”.")
            index += 2
            number = int(following)
            while index < len(text) and text[index].isdecimal():
                longer = number * 10 + int(text[index])
                if longer > groups:
                    break
                number = longer
                index += 1
            parts.append(number if number <= groups else "")
        else:
            parts.append(sign)
            index += 1
    return parts


def split(run: Run, text: str, pattern: str) -> list[str]:
    """Cut a text where the pattern matches."""
    run.step(len(text) // 100 + 1)
    expression = compiled(pattern, "")
    pieces: list[str] = []
    end = 0
    with timed(run) as seconds:
        for match in expression.finditer(text, timeout=seconds):
            run.step()
            if match.end() == match.start():
                continue
            pieces.append(text[end : match.start()])
            end = match.end()
    pieces.append(text[end:])
    run.build(len(text) + len(pieces))
    return pieces
