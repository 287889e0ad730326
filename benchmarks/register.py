"""Searches of the register at full size: by name, number, identity number, mobile number, firm.

The databases are those of `inbox`; firms and who practises there are added the first time. A
page's time is that of the server: from the request to the answer, in this process.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import urlencode

import lxml.html
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from benchmarks.figures import Figure
from benchmarks.inbox import CITY, NATION, Filled, open_filled, sign_in_as
from engine.engine import Engine
from workflows.seeding import Size
from workflows.shared.associations import Association
from workflows.shared.private import read_private
from workflows.shared.register import Firm, Member, identity_number

FIRMS = 1_000
PEOPLE = 20
"""Who practises at a firm, on the average."""

TIMES = 9

Ask = Callable[[], TestResponse]


@dataclass(frozen=True)
class Somebody:
    """A member whom the searches look for."""

    name: str
    number: str
    identity: str
    mobile: str


def measure(size: Size, databases: Sequence[str]) -> list[Figure]:
    """The figures of some databases."""
    figures: list[Figure] = []
    for name in databases:
        with open_filled(name, size) as filled:
            _add_firms(filled)
            for place, code in (("association", CITY), ("nation", NATION)):
                figures += _measure(filled, place, code)
    return figures


def _measure(filled: Filled, place: str, code: str) -> list[Figure]:
    somebody, firm, count = _find(filled)
    client = sign_in_as(filled, f"manage_{code}_1")
    page = lxml.html.fromstring(client.get("/register/members").text)
    (token, *_more) = cast("list[str]", page.xpath("//input[@name='csrf_token']/@value"))
    found: dict[str, Ask] = {
        what: partial(client.get, f"/register/members?{urlencode(said)}")
        for what, said in {
            "first_page": {},
            "later_page": {"after": somebody.number},
            "family_name": {"q": somebody.name[:1]},
            "family_name_later": {"q": somebody.name[:1], "after": somebody.number},
            "name": {"q": somebody.name},
            "nobody": {"q": "没有这个人"},
            "number": {"q": somebody.number},
            "begin_of_number": {"q": somebody.number[:6]},
            "firm": {"firm": firm},
            "firm_and_name": {"firm": firm, "q": somebody.name[:1]},
            "state": {"state": "resigned", "kind": "non_practising"},
        }.items()
    }
    for what, text in (("identity", somebody.identity), ("mobile", somebody.mobile)):
        said = {"q": text, "csrf_token": token}
        found[what] = partial(client.post, "/register/members/find", data=said)
    figures = [
        Figure(f"register_{what}_{place}_{filled.name}_{count // 1000}k", _time(ask), "ms")
        for what, ask in found.items()
    ]
    worst = max(figures, key=lambda each: each.value)
    name = f"register_worst_{place}_{filled.name}_{count // 1000}k"
    return [*figures, Figure(name, worst.value, "ms", note=worst.name)]


def _find(filled: Filled) -> tuple[Somebody, str, int]:
    """Somebody in the middle of an association, a firm there, and how many members there are."""
    engine: Engine = filled.app.extensions["engine"]
    with filled.database.read() as session:
        office = session.scalars(select(Association.id).where(Association.code == CITY)).one()
        count = session.scalar(select(func.count(Member.id))) or 0
        own = select(func.count(Member.id)).where(Member.association_id == office)
        middle = (session.scalar(own) or 0) // 2
        member = session.scalars(
            select(Member)
            .where(Member.association_id == office, Member.state == "active")
            .order_by(Member.number)
            .offset(middle)
            .limit(1)
        ).one()
        firm = session.scalars(
            select(Firm.name).where(Firm.association_id == office).order_by(Firm.id).limit(1)
        ).one()
        mobile = read_private(session, engine.vault, member)["mobile"]
        identity = identity_number(engine.vault, member)
    return Somebody(member.name, member.number, identity, mobile), firm, count


def _add_firms(filled: Filled) -> None:
    with filled.database.transaction() as session:
        if session.scalar(select(Firm.id).limit(1)) is None:
            _write_firms(session)


def _write_firms(session: Session) -> None:
    """Firms of every association, as many as it has members for."""
    offices = session.execute(
        select(Member.association_id, func.count(Member.id)).group_by(Member.association_id)
    ).all()
    everybody = sum(count for _office, count in offices)
    for office, count in offices:
        firms = [
            Firm(
                association_id=office,
                number=f"{office:04}{serial:05}",
                name=f"演示{office}第{serial}会计师事务所",
            )
            for serial in range(max(1, FIRMS * count // everybody))
        ]
        session.add_all(firms)
        session.flush()
        members = session.scalars(
            select(Member.id)
            .where(Member.association_id == office)
            .order_by(Member.id)
            .limit(len(firms) * PEOPLE)
        ).all()
        for at, firm in enumerate(firms):
            some = members[at * PEOPLE : (at + 1) * PEOPLE]
            session.execute(update(Member).where(Member.id.in_(some)).values(firm_id=firm.id))


def _time(ask: Ask) -> float:
    """The median of some requests, the first one left out."""
    took = []
    for _again in range(TIMES + 1):
        began = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - began) * 1e3)
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"{answer.request.path}: {answer.status_code}")
    return statistics.median(took[1:])
