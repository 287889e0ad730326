"""Medians and percentiles of values that were counted."""

from collections.abc import Mapping

MEDIAN, MOST = 0.5, 0.9


def percentile(counts: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least this share of all does not exceed; None of nothing."""
    total, seen = sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= share * total and seen > 0:
            return value
    return None
