"""The decision tables of a release."""

from collections.abc import Mapping
from functools import lru_cache

from engine.errors import Problem
from engine.feel import FeelError
from engine.feel.dmn import Decisions, InvalidDecision, load_decisions
from engine.feel_sentences import Said
from engine.language import N_
from engine.spiff.problems import Problems

CACHED = 64
LARGEST_CACHED = 2**18


def read_decisions(documents: Mapping[str, bytes]) -> tuple[dict[str, Decisions], list[Problem]]:
    """Read decision documents; gives the document of every decision by the decision's id."""
    known: dict[str, Decisions] = {}
    found: list[Problem] = []
    for document, source in documents.items():
        problems = Problems(document)
        try:
            decisions = _load(source)
        except InvalidDecision as error:
            for wrong in error.problems:
                problems.add(
                    wrong.element or None,
                    "decision-broken",
                    N_("The decision “%(name)s” cannot be used: %(reason)s"),
                    name=wrong.element or document,
                    reason=Said(wrong.message, wrong.values),
                )
        except FeelError as error:
            problems.add(
                None,
                "unreadable",
                N_("The decision table cannot be read: %(reason)s"),
                reason=Said.of(error),
            )
        else:
            for each in decisions.ids:
                if each in known:
                    problems.add(
                        each, "duplicate-id", N_("Two decisions have the id “%(id)s”."), id=each
                    )
                known[each] = decisions
        found += problems.found
    return known, found


def _load(source: bytes) -> Decisions:
    return _load_once(source) if len(source) <= LARGEST_CACHED else load_decisions(source)


@lru_cache(maxsize=CACHED)
def _load_once(source: bytes) -> Decisions:
    return load_decisions(source)
