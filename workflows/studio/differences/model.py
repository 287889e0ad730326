"""Differences as plain values: documents, the things in them that differ, and how."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["added", "removed", "changed", "moved"]

LONGEST_TEXT = 300
"""How much of a long text is shown of before and after."""


@dataclass(frozen=True)
class Detail:
    """One property of a thing before and after; empty: it had or has none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """A thing that came, went, changed or stands elsewhere.

    `thing` says it in words. `old` and `new` are the ids by which it is found on either side,
    empty where it is not there or is no single element.
    """

    kind: Kind
    thing: str
    old: str = ""
    new: str = ""
    details: tuple[Detail, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines it takes to read."""
        return 1 + len(self.details)


@dataclass(frozen=True)
class Difference:
    """A document that came, went or changed; `more` counts the changes that are left out."""

    path: str
    kind: Literal["added", "removed", "changed"]
    changes: tuple[Change, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Said:
    """A property's value: as it is written, by which it is compared, and in words."""

    written: str
    words: str


def compare_properties(
    old: Mapping[str, Said], new: Mapping[str, Said], say_label: Callable[[str], str]
) -> Iterator[Detail]:
    """The properties that differ, in the order of the new ones."""
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name), new.get(name)
        if before and after and before.written == after.written:
            continue
        yield Detail(
            say_label(name),
            "" if before is None else shorten(before.words),
            "" if after is None else shorten(after.words),
        )


def change_or_move(
    thing: str, old: str, new: str, details: Sequence[Detail], *, is_moved: bool
) -> Change:
    """A change; of what only stands elsewhere, where it did and does is the one detail."""
    kind: Kind = "moved" if is_moved and len(details) == 1 else "changed"
    return Change(kind, thing, old, new, tuple(details))


def shorten(text: str) -> str:
    """A text in one piece that is short enough to be read in a list."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def cut(changes: Iterable[Change], lines: int) -> tuple[tuple[Change, ...], int]:
    """The first changes that fit into so many lines, and how many do not."""
    found = list(changes)
    kept: list[Change] = []
    for each in found:
        if lines <= 0:
            break
        details = each.details[: lines - 1]
        kept.append(Change(each.kind, each.thing, each.old, each.new, details))
        lines -= each.lines
    return tuple(kept), len(found) - len(kept)
