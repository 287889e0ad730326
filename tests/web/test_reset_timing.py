"""Time does not tell whether there is an account: known and unknown ones in turns, ranked."""

from collections.abc import Callable
from time import thread_time

from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Page
from tests.web.resetting import Forgetful, engine_of
from workflows.shared.accounts import Account

PEOPLE = 60
"""Of each kind; every one makes three requests that are measured."""
APART = 0.2
"""How far from one half the chance may be that a known account took longer than an unknown one.
For so many that are alike it is 0.5 with a deviation of 0.053."""


def known_accounts(app: Flask) -> list[str]:
    with engine_of(app).database.read() as session:
        query = select(Account.login).where(Account.user_type == "member").order_by(Account.id)
        return list(session.scalars(query.limit(PEOPLE)))


def timed(times: list[float], deed: Callable[[], Page]) -> Page:
    began = thread_time()
    page = deed()
    times.append(thread_time() - began)
    return page


def walk(app: Flask, number: int, login: str, times: dict[str, list[float]]) -> None:
    """Begin, ask for other information, and get it wrong; from a network of one's own."""
    person = Forgetful(app, address=f"10.{number // 200}.{number % 200}.9")
    page = timed(times["begin"], lambda: person.begin(login))
    if page.html.xpath("//button[@value='other']"):
        page = person.press(page, outcome="other")
    if page.html.xpath("//button[@value='identity']"):
        page = timed(times["choose"], lambda: person.press(page, outcome="identity"))
    typed = {"name": "别人", "identity_number": "11010119900307002X"}
    values = {"outcome": "next", **typed, "evidence_kind": "employer", "evidence": "某公司"}
    assert timed(times["prove"], lambda: person.press(page, **values)).status == 422


def chance_to_be_longer(one: list[float], other: list[float]) -> float:
    """How often a time of the one is longer than one of the other (Mann and Whitney's U)."""
    pairs = [(a > b) + (a == b) / 2 for a in one for b in other]
    return sum(pairs) / len(pairs)


def test_time_does_not_tell_known_from_unknown_accounts(app: Flask) -> None:
    known, unknown = (
        {"begin": list[float](), "choose": list[float](), "prove": list[float]()} for _ in range(2)
    )
    for number, login in enumerate(known_accounts(app)):
        walk(app, 2 * number, login, known)
        walk(app, 2 * number + 1, f"9{login[1:]}", unknown)
    found = {each: chance_to_be_longer(known[each], unknown[each]) for each in known}
    assert all(abs(chance - 0.5) < APART for chance in found.values()), found
