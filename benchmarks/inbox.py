"""The lists at full size: a country's members and cases in the database, whole pages asked for.

The filled databases are kept in `var/bench` and used again; deleting the folder fills them anew.
A page's time is that of the server: from the request to the answer, in this process. Its floor
is the bare query for the same rows, already prepared.
"""

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Select, func, make_url, select

from benchmarks.figures import Figure
from engine.cases import Case
from engine.database import Database
from engine.tasks import Task
from tests.databases import postgresql_server
from web.app import create_app
from web.demo import PASSWORD
from web.inbox.addresses import write_filters
from web.seeding import fill_database
from web.sessions import COOKIE
from web.settings import Settings
from workflows.inbox.filters import COMPLETED, NOBODY, OPEN, SORTS, Filters
from workflows.inbox.selecting import in_state
from workflows.seeding import Size
from workflows.shared.accounts import STAFF
from workflows.shared.associations import Association
from workflows.shared.sign_in import sign_in

CACHE = Path(__file__).parents[1] / "var" / "bench"
FULL = Size(members=300_000, cases=1_000_000)

CITY, PROVINCE, NATION = "330000", "440000", "100000"
"""An association with many members and none below it; one over twenty cities; one over all."""

DATABASES = ("sqlite", "postgresql")
TIMES = 9
SOME = 150
LOTS = 7


@dataclass(frozen=True)
class Filled:
    """A filled database that is being measured."""

    name: str
    app: Flask
    size: Size

    @property
    def label(self) -> str:
        """The end of the names of its figures."""
        cases = self.size.cases
        return f"{self.name}_{f'{cases // 1_000_000}m' if cases >= 1e6 else f'{cases // 1000}k'}"

    @property
    def database(self) -> Database:
        """The database."""
        database: Database = self.app.extensions["engine"].database
        return database


def measure(size: Size, databases: Sequence[str]) -> list[Figure]:
    """The figures of some of `DATABASES`."""
    figures: list[Figure] = []
    for name in databases:
        with open_filled(name, size) as filled:
            figures += _measure(filled)
    return figures


def open_filled(name: str, size: Size) -> AbstractContextManager[Filled]:
    """A filled database of one kind, filled now if it was not before."""
    return _sqlite(size) if name == "sqlite" else _postgresql(size)


def _measure(filled: Filled) -> list[Figure]:
    reviewer = sign_in_as(filled, f"review_{CITY}_1")
    year = _last_year(filled)
    floor = _floor(filled, _first_tasks(filled))
    took = _time(reviewer, "/inbox")
    spent = f"{_spend(reviewer, '/inbox'):.1f} ms of this process's own time"
    page = Figure(f"inbox_page_{filled.label}", took, "ms", floor, spent)
    prefix = max(
        (_time(reviewer, f"/inbox?{urlencode({'q': begin})}"), begin)
        for begin in ("王", "王伟", CITY[:2], f"{CITY}0012")
    )
    figures = [
        page,
        Figure(f"inbox_prefix_{filled.label}", prefix[0], "ms", floor, f"worst: {prefix[1]}"),
        _worst(f"inbox_filters_worst_{filled.label}", reviewer, _every(year), floor),
    ]
    random = Random(LOTS)
    some = random.sample(_every(year), SOME)
    for place, login in (
        ("province", f"review_{PROVINCE}_1"),
        ("nation", f"manage_{NATION}_1"),
    ):
        viewer = sign_in_as(filled, login)
        name = f"inbox_page_{place}_{filled.label}"
        figures.append(Figure(name, _time(viewer, "/inbox"), "ms", floor))
        figures.append(_worst(f"inbox_filters_{place}_{filled.label}", viewer, some, floor))
    overseer = sign_in_as(filled, f"manage_{NATION}_1")
    cases_floor = _floor(filled, _first_cases(filled))
    name = f"cases_page_{filled.label}"
    figures.append(Figure(name, _time(overseer, "/cases"), "ms", cases_floor))
    asked = [
        f"/cases?{urlencode(each)}"
        for each in (
            {"q": "王"},
            {"q": f"{CITY}0012"},
            {"status": "in_review"},
            {"status": "not_inspected", "year": year},
            {"kind": "deferral"},
            {"kind": "appeal"},
            {"year": year - 1, "state": "open"},
        )
    ]
    slowest = max((_time(overseer, each), each) for each in asked)
    name = f"cases_filters_worst_{filled.label}"
    figures.append(Figure(name, slowest[0], "ms", cases_floor, slowest[1]))
    return [*figures, *_say_filling(filled)]


def _every(year: int) -> list[Filters]:
    """Every combination of filters, each with values that are in the data."""
    return [
        Filters(
            kind=kind,
            year=of_year,
            text=begin,
            state=state,
            assigned=assigned,
            is_overdue=is_overdue,
            is_mine=is_mine,
            is_resubmitted=is_resubmitted,
            is_nudged=is_nudged,
            sort=sort,
        )
        for kind in ("", "inspection", "deferral")
        for of_year in (None, year)
        for begin in ("", "王")
        for state in (OPEN, COMPLETED)
        for assigned in ("", NOBODY)
        for is_overdue, is_mine, is_resubmitted, is_nudged in product((False, True), repeat=4)
        for sort in SORTS
    ]


def _worst(name: str, client: FlaskClient, filters: Sequence[Filters], floor: float) -> Figure:
    """The slowest combination: found by asking each once, then measured like the others."""
    once = [(_ask(client, _address(each)), _address(each)) for each in filters]
    slow = sorted(once, reverse=True)[:8]
    value, address = max((_time(client, each), each) for _, each in slow)
    middle = statistics.median(took for took, _ in once)
    note = f"{address} (of {len(filters)}, median {middle:.1f})"
    return Figure(name, value, "ms", floor, note)


def _address(filters: Filters) -> str:
    return f"/inbox?{urlencode(write_filters(filters))}"


def _time(client: FlaskClient, address: str) -> float:
    """The median of some requests, the first one left out."""
    _ask(client, address)
    return statistics.median(_ask(client, address) for _ in range(TIMES))


def _spend(client: FlaskClient, address: str) -> float:
    """The processor's time of a request, whatever else the machine does; without the database's."""
    began = time.process_time()
    for _ in range(TIMES):
        _ask(client, address)
    return (time.process_time() - began) * 1e3 / TIMES


def _ask(client: FlaskClient, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    took = (time.perf_counter() - began) * 1e3
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return took


def _first_tasks(filled: Filled) -> Select[Task]:
    with filled.database.read() as session:
        office = session.scalar(select(Association.id).where(Association.code == CITY))
    return (
        select(Task)
        .where(Task.association_id == office, Task.duty == "review", *in_state(OPEN))
        .order_by(Task.due_at, Task.opened_at, Task.id)
        .limit(26)
    )


def _first_cases(filled: Filled) -> Select[Case]:
    with filled.database.read() as session:
        office = session.scalar(select(Association.id).where(Association.code == CITY))
    return (
        select(Case)
        .where(Case.association_id == office)
        .order_by(Case.updated_at.desc(), Case.id.desc())
        .limit(26)
    )


def _floor(filled: Filled, query: Select[Task] | Select[Case]) -> float:
    """The bare query, without SQLAlchemy's objects: ms."""
    engine = filled.database.sql
    said = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    times = []
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        for _ in range(200):
            began = time.perf_counter()
            cursor.execute(said)
            cursor.fetchall()
            times.append((time.perf_counter() - began) * 1e3)
        cursor.close()
    return statistics.median(times)


def _last_year(filled: Filled) -> int:
    with filled.database.read() as session:
        return session.scalar(select(func.max(Case.year))) or 0


def sign_in_as(filled: Filled, login: str) -> FlaskClient:
    """The browser of somebody of the staff, without the network between."""
    engine = filled.app.extensions["engine"]
    opened = sign_in(
        engine,
        user_type=STAFF,
        login=login,
        password=PASSWORD,
        address="127.0.0.1",
        user_agent="benchmark",
        length=timedelta(hours=12),
        now=engine.now(),
    )
    client = filled.app.test_client()
    client.set_cookie(COOKIE, opened.token)
    return client


def _say_filling(filled: Filled) -> list[Figure]:
    said = json.loads(_marker(_folder(filled.name, filled.size)).read_text())
    note = f"{said['rows']} rows"
    return [
        Figure(f"seed_{filled.label}", said["minutes"], "min", note=note),
        Figure(f"seed_size_{filled.label}", said["bytes"] / 2**30, "GiB"),
    ]


@contextmanager
def _sqlite(size: Size) -> Iterator[Filled]:
    folder = _folder("sqlite", size)
    url = f"sqlite:///{folder / 'huiji.sqlite3'}"
    with _filled("sqlite", size, url, lambda: (folder / "huiji.sqlite3").stat().st_size) as filled:
        yield filled


@contextmanager
def _postgresql(size: Size) -> Iterator[Filled]:
    folder = _folder("postgresql", size)
    is_there = _marker(folder).is_file()
    (folder / "server").mkdir(parents=True, exist_ok=True)
    with postgresql_server(is_durable=True, folder=folder / "server") as server:
        name = f"huiji_bench_{size.cases}"
        if not is_there:
            with psycopg.connect(server, autocommit=True) as connection:
                named = sql.Identifier(name)
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(named))
                connection.execute(sql.SQL("CREATE DATABASE {}").format(named))
        url = make_url(server).set(database=name).render_as_string(hide_password=False)

        def weigh() -> int:
            with psycopg.connect(url) as connection:
                row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
                return int(row[0]) if row else 0

        with _filled("postgresql", size, url, weigh) as filled:
            yield filled


@contextmanager
def _filled(name: str, size: Size, url: str, weigh: Callable[[], int]) -> Iterator[Filled]:
    folder = _folder(name, size)
    marker = _marker(folder)
    if not marker.is_file() and name == "sqlite":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    settings = Settings.from_environment({"HUIJI_VAR": str(folder), "HUIJI_DATABASE_URL": url})
    app = create_app(settings)
    engine = app.extensions["engine"]
    try:
        if not marker.is_file():
            filling = fill_database(engine, size, password=PASSWORD, say=_say)
            marker.write_text(json.dumps({**filling, "bytes": weigh()}))
        yield Filled(name, app, size)
    finally:
        engine.database.close()


def _folder(name: str, size: Size) -> Path:
    return CACHE / f"{name}-{size.members}-{size.cases}"


def _marker(folder: Path) -> Path:
    """Written when all is there."""
    return folder / "filled.json"


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
