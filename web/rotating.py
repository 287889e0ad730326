"""Rotating the master keys, watched by who does it."""

import sys
from collections.abc import Callable, Iterable

import click

from engine.engine import Engine
from engine.rotation import Rotated, count_sealed, rotate_keys
from web.schema import all_tables

MOST_PASSES = 3
"""A second pass finds what came in between; a third, that somebody still seals as before."""


def rotate(engine: Engine, *, say: Callable[[str], object]) -> bool:
    """Seal everything with the current master; whether the older ones are needed no more."""
    tables = all_tables()
    renewed = lost = 0
    for _pass in range(MOST_PASSES):
        total = count_sealed(engine.database, engine.vault, tables)
        done = _watch(rotate_keys(engine.database, engine.vault, tables), total)
        renewed, lost = renewed + done.renewed, done.lost
        if done.renewed == 0:
            break
    else:
        say(f"{renewed} values sealed anew, but older ones still come in.")
        say(
            "Does a server or worker run with the settings of before? Restart it, and rotate again."
        )
        return False
    say(f"{total} values, {renewed} of them sealed anew.")
    if lost:
        say(f"{lost} values are sealed with a key that is not in HUIJI_SECRET_MASTER: add it.")
        return False
    say("The older keys are needed no more: take them out of HUIJI_SECRET_MASTER.")
    return True


def _watch(rotated: Iterable[Rotated], total: int) -> Rotated:
    """Follow a pass; what it came to."""
    renewed = lost = 0
    bar = click.progressbar(length=total, label="Rotating", item_show_func=_show, file=sys.stderr)
    with bar:
        for each in rotated:
            renewed, lost = renewed + each.renewed, lost + each.lost
            bar.update(each.rows, each)
    return Rotated("", total, renewed, lost)


def _show(rotated: Rotated | None) -> str:
    return "" if rotated is None else rotated.column
