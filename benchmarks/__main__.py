"""All figures: `python -m benchmarks`, or only those named: `python -m benchmarks http`.

Those of the lists ask for a filled database, which takes a while to make for the first time:
`python -m benchmarks inbox register --members 300000 --cases 1000000`.
"""

import argparse
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from benchmarks import (
    batch,
    completion,
    delivery,
    documents,
    feel,
    http,
    inbox,
    register,
    studio,
    training,
    training_people,
    transfers,
)
from benchmarks.figures import Figure, show
from tests.databases import postgresql_server
from workflows.seeding import Size

PARTS = (
    "function",
    "http",
    "batch",
    "delivery",
    "training",
    "training_people",
    "transfers",
    "documents",
    "feel",
    "studio",
    "inbox",
    "register",
)
NAMES = "abcdefg"
"""A database for each of the parts that ask for one."""

ON_DATABASES = {"function", "http", "batch", "delivery", "training", "training_people", "transfers"}


def main(parts: list[str], size: Size, databases: Sequence[str]) -> None:
    """Measure on both databases, then what needs none, and print; lists on some databases."""
    figures: list[Figure] = []
    measured = (("sqlite", _sqlite), ("postgresql", _postgresql))
    for name, made in measured if ON_DATABASES.intersection(parts) else ():
        with made() as urls:
            figures += _measure_on(name, urls, parts)
    figures = _worst(figures)
    if "documents" in parts:
        figures += documents.measure()
    if "feel" in parts:
        figures += feel.figures()
    if "studio" in parts:
        figures += studio.measure()
    if "inbox" in parts:
        figures += inbox.measure(size, databases)
    if "register" in parts:
        figures += register.measure(size, databases)
    show(figures)


def _measure_on(database: str, urls: Sequence[str], parts: Collection[str]) -> list[Figure]:
    """What asks for a database, each part with one of its own."""
    first, second, third, fourth, fifth, sixth, seventh = urls
    figures: list[Figure] = []
    if "function" in parts:
        figures += completion.measure(database, first)
    if "http" in parts:
        figures.append(http.measure(database, second))
    if "batch" in parts:
        figures += batch.measure(database, third)
    if "delivery" in parts:
        figures += delivery.measure(database, fourth)
    if "training" in parts:
        figures += training.measure(database, fifth)
    if "training_people" in parts:
        figures += training_people.measure(database, sixth)
    if "transfers" in parts:
        figures += transfers.measure(database, seventh)
    return figures


def _worst(figures: list[Figure]) -> list[Figure]:
    """One figure of a name: what is the same on both databases is said once, the worse one."""
    found: dict[str, Figure] = {}
    for each in figures:
        known = found.get(each.name)
        found[each.name] = each if known is None or each.value > known.value else known
    return list(found.values())


@contextmanager
def _sqlite() -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield [f"sqlite:///{Path(folder) / name}.db" for name in NAMES]


@contextmanager
def _postgresql() -> Iterator[list[str]]:
    with postgresql_server(is_durable=True) as server:
        yield [_new_database(server, f"huiji_{name}") for name in NAMES]


def _new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = make_url(server).set(database=name)
    return url.render_as_string(hide_password=False)


def _part(said: str) -> str:
    """A part that there is; `choices` would refuse that none is named."""
    if said not in PARTS:
        raise argparse.ArgumentTypeError(f"{said} is none of {', '.join(PARTS)}")
    return said


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="benchmarks")
    asked.add_argument("parts", nargs="*", metavar="part", type=_part, help=", ".join(PARTS))
    asked.add_argument("--members", type=int, default=inbox.FULL.members)
    asked.add_argument("--cases", type=int, default=inbox.FULL.cases)
    asked.add_argument("--database", action="append", choices=inbox.DATABASES)
    given = asked.parse_args()
    main(
        given.parts or list(PARTS),
        Size(given.members, given.cases),
        given.database or inbox.DATABASES,
    )
