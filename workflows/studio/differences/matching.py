"""Which thing of one document is which of another, and which of them stand elsewhere now."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Pair(Generic[Item]):
    """A thing before and after, with its places, from 0; None: it is not there.

    `is_moved`: it stands elsewhere among those that both sides have.
    """

    old: Item | None
    new: Item | None
    old_place: int = -1
    new_place: int = -1
    is_moved: bool = False


def pair(
    old: Sequence[Item], new: Sequence[Item], *keys: Callable[[Item], Hashable]
) -> list[Pair[Item]]:
    """Pair what is the same: by the first key, what is left by the next, and so on.

    A key of None pairs nothing. Those of `new` come in their order, then those that went. Takes
    time by the number of things alone, not by its square, whatever they are.
    """
    found: dict[int, int] = {}
    left = dict.fromkeys(range(len(old)))
    for key in keys:
        known: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for place in left:
            if (name := key(old[place])) is not None:
                known[name].append(place)
        for place, item in enumerate(new):
            if place not in found and known.get(key(item)):
                found[place] = known[key(item)].popleft()
                del left[found[place]]
    stay = _longest_rise([found[place] for place in sorted(found)])
    pairs = [
        Pair(old[found[place]], item, found[place], place, found[place] not in stay)
        if place in found
        else Pair(None, item, new_place=place)
        for place, item in enumerate(new)
    ]
    return [*pairs, *(Pair(old[place], None, old_place=place) for place in left)]


def _longest_rise(places: Iterable[int]) -> set[int]:
    """The most places that come in rising order: whatever is not among them was moved."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(tails, place)
        before[place] = tails[at - 1] if at else None
        tails[at : at + 1] = [place]
    found: set[int] = set()
    place_or_none = tails[-1] if tails else None
    while place_or_none is not None:
        found.add(place_or_none)
        place_or_none = before[place_or_none]
    return found
