"""A firm of 3,000 CPAs before a class: its pages and searches, what it ticks, its hours.

A page's time is that of the server: from the request to the answer, in this process.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from benchmarks.figures import Figure
from benchmarks.http import sign_in_as
from engine.engine import Engine
from web.app import create_app
from web.demo import PASSWORD, make_demo
from web.sessions import COOKIE
from web.settings import Settings
from workflows.demo.cast import FIRM_NUMBER
from workflows.demo.people import make_person
from workflows.shared.accounts import FIRM
from workflows.shared.dates import ZONE, local_date
from workflows.shared.hours import HoursEntry
from workflows.shared.private import PRIVATE_FIELDS, write_private
from workflows.shared.register import Firm, Member
from workflows.shared.training_classes import TrainingClass

CPAS = 3_000
TICKED = 500
TIMES = 15
LOTS = 9
LIMIT = 100.0
"""Milliseconds within which a page of the people answers."""

Ask = Callable[[], TestResponse]


@dataclass(frozen=True)
class Desk:
    """A firm's browser, without the network between."""

    get: Callable[[str], TestResponse]
    keep: Callable[[dict[str, object]], TestResponse]
    class_id: int
    keys: list[int]


def measure(name: str, url: str) -> list[Figure]:
    """Milliseconds of the firm's pages on one database."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HUIJI_VAR": folder, "HUIJI_DATABASE_URL": url}
        settings = Settings.from_environment(environment)
        make_demo(settings)
        desk, engine = _open(settings)
        try:
            return _measure(name, desk)
        finally:
            engine.database.close()


def _measure(name: str, desk: Desk) -> list[Figure]:
    page = f"/training/classes/{desk.class_id}/people"
    for begin in range(0, TICKED, 50):
        desk.keep(
            {
                f"member-{key}": {"ticked": True, "values": {"position": "项目经理"}}
                for key in desk.keys[begin : begin + 50]
            }
        )
    asked = {
        "first_page": page,
        "last_page": f"{page}?page={CPAS // 20}",
        "by_name": f"{page}?q=王",
        "by_number": f"{page}?q=33000070012",
        "nobody": f"{page}?q=没有这个人",
        "only_ticked": f"{page}?only=ticked&page=20",
        "hours": "/training/firm/hours?page=100",
        "hours_by_name": "/training/firm/hours?q=李",
    }
    figures = [
        _figure(f"firm_{what}_{name}", partial(desk.get, address), address)
        for what, address in asked.items()
    ]
    one = {f"member-{desk.keys[0]}": {"ticked": True, "values": {"mobile": "13900000001"}}}
    figures.append(_figure(f"firm_keep_{name}", partial(desk.keep, dict(one)), "a tick and a text"))
    slow = [each.name for each in figures if each.value > LIMIT]
    export = _time(lambda: desk.get("/training/firm/hours.xlsx"), times=3)
    note = f"slower than {LIMIT:.0f} ms: {', '.join(slow) or 'none'}"
    return [*figures, Figure(f"firm_hours_xlsx_{name}", export, "ms", note=note)]


def _open(settings: Settings) -> tuple[Desk, Engine]:
    app = create_app(settings)
    engine: Engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        firm = session.scalars(select(Firm).where(Firm.number == FIRM_NUMBER)).one()
        keys = _add_people(session, engine, firm)
        training_class = _offer(session, engine, firm)
        class_id = training_class.id
    firm_session = sign_in_as(engine, FIRM, FIRM_NUMBER, password=PASSWORD)
    client = app.test_client()
    client.set_cookie(COOKIE, firm_session.cookie)

    def get(address: str) -> TestResponse:
        return _check(client.get(address))

    def keep(changes: dict[str, object]) -> TestResponse:
        said = {"csrf_token": firm_session.csrf_token, "changes": json.dumps(changes)}
        return _check(client.post(f"/training/classes/{class_id}/people/draft", data=said))

    return Desk(get, keep, class_id, keys), engine


def _add_people(session: Session, engine: Engine, firm: Firm) -> list[int]:
    """CPAs of the firm, each with private fields and hours of two years."""
    random, today = Random(LOTS), local_date(engine.now())
    made = [
        make_person(random, engine.vault, serial=20_000 + each, today=today) for each in range(CPAS)
    ]
    members = []
    for number, person in enumerate(made):
        fields = {name: value for name, value in person.items() if name not in PRIVATE_FIELDS}
        fields |= {"kind": "cpa", "number": f"3300007{number:05}", "firm_id": firm.id}
        members.append(Member(association_id=firm.association_id, **fields))
    session.add_all(members)
    session.flush()
    for member, person in zip(members, made, strict=True):
        write_private(
            session, engine.vault, member, {each: person[each] for each in PRIVATE_FIELDS}
        )
    session.add_all(
        HoursEntry(
            member_id=each.id,
            year=year,
            earned_date=today.replace(year=year, month=5, day=1),
            hours=random.randrange(400, 4000),
            title="审计准则培训班",
            source="培训班",
            external_key=f"benchmark:{each.id}:{year}",
        )
        for each in members
        for year in (today.year - 1, today.year)
    )
    return [each.id for each in members]


def _offer(session: Session, engine: Engine, firm: Firm) -> TrainingClass:
    now = engine.now()
    today = local_date(now)
    training_class = TrainingClass(
        association_id=firm.association_id,
        year=today.year,
        name="三千人事务所的培训班",
        audience=["cpa", "employee"],
        opens_date=today,
        closes_date=today + timedelta(days=10),
        start_date=today + timedelta(days=20),
        end_date=today + timedelta(days=21),
        start_time=now.astimezone(ZONE).time().replace(microsecond=0),
        planned=CPAS,
        capacity=CPAS,
        hours=1600,
        required_fields=["position", "mobile", "email", "lodging"],
        created_at=now,
    )
    session.add(training_class)
    session.flush()
    return training_class


def _figure(name: str, ask: Ask, note: str) -> Figure:
    """The time of a request, with what this process alone spent, whatever else the machine does."""
    took = _time(ask)
    began = time.process_time()
    for _ in range(TIMES):
        ask()
    spent = (time.process_time() - began) * 1e3 / TIMES
    return Figure(name, took, "ms", note=f"{note} ({spent:.1f} ms of this process's own time)")


def _time(ask: Ask, *, times: int = TIMES) -> float:
    """The median of some requests in ms, the first one left out."""
    ask()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1e3)
    return statistics.median(took)


def _check(answer: TestResponse) -> TestResponse:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.path}: {answer.status_code}")
    return answer
