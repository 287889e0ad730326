"""Filling an installation with very many invented people, watched by who does it."""

import sys
import time
from collections.abc import Callable
from contextlib import closing

import click

from engine.engine import Engine
from engine.errors import Conflict
from engine.language import N_
from web.installing import release_shipped
from web.schema import migrate
from workflows import seeding
from workflows.seeding import Size


class NotEmpty(Conflict):
    """There is something in the database: it is left alone."""

    message = N_("There is something in the database already.")


def fill_database(
    engine: Engine, size: Size, *, password: str, say: Callable[[str], object]
) -> dict[str, float]:
    """Make the tables, release the processes, fill in people and cases; raises NotEmpty.

    Answers the minutes that it took and how many rows there are.
    """
    migrate(engine.database, engine.vault)
    with engine.database.read() as session:
        if not seeding.is_empty(session):
            raise NotEmpty
    release_shipped(engine, reason="as shipped")
    began, rows, done = time.monotonic(), 0, 0
    filling = seeding.fill(engine, size, password=password, now=engine.now())
    bar = click.progressbar(
        length=size.members, label="Filling", item_show_func=_show, file=sys.stderr
    )
    # Broken off, indexes are made for what is there so far.
    with closing(filling), bar:
        for progress in filling:
            bar.update(progress.members - done, progress)
            done, rows = progress.members, progress.rows
    took = time.monotonic() - began
    say(
        f"{size.members} members, {size.cases} cases, {rows} rows"
        f" in {took / 60:.1f} minutes: {rows / took:.0f} rows a second"
    )
    return {"minutes": took / 60, "rows": rows}


def _show(progress: seeding.Progress | None) -> str:
    return "" if progress is None else f"{progress.rows} rows, {progress.step}"
