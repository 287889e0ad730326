"""Completing tasks through HTTP: product and floor, each a server with two workers, in turn."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from benchmarks import reference
from benchmarks.completion import PASSWORD, Bench, prepare
from benchmarks.figures import Figure
from benchmarks.reference import WAY, StepTaken
from engine.engine import Engine
from web.sessions import COOKIE
from web.settings import Settings
from workflows.shared.accounts import MEMBER, STAFF
from workflows.shared.sign_in import HalfSignedIn, WebSession, sign_in

CASES = 40
WARM_UP = 6


@dataclass(frozen=True)
class SignedIn:
    """What a browser knows of its session."""

    cookie: str
    csrf_token: str


class Browser:
    """One kept connection to a server."""

    def __init__(self, port: int, member: SignedIn, reviewer: SignedIn) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.member, self.reviewer = member, reviewer

    def reconnect(self) -> None:
        """Connect anew: a server hangs up on who was quiet for some seconds."""
        self.connection.close()
        self.connection.connect()

    def complete(self, task_id: UUID, step: StepTaken, said: list[tuple[str, str]]) -> float:
        """Send a form; ms until the answer is read."""
        who = self.reviewer if step.is_reviewer else self.member
        place = "inbox" if step.is_reviewer and self.is_product else "tasks"
        body = urlencode([*said, ("csrf_token", who.csrf_token)])
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{COOKIE}={who.cookie}",
        }
        began = time.perf_counter()
        self.connection.request("POST", f"/{place}/{task_id}", body, headers)
        answer = self.connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1e3
        if answer.status not in (302, 303):
            raise RuntimeError(f"{step}: {answer.status}")
        return took

    is_product = True


class FloorBrowser(Browser):
    """The floor has one address for all tasks."""

    is_product = False


def measure(name: str, url: str) -> Figure:
    """The figure of one database."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HUIJI_VAR": folder, "HUIJI_DATABASE_URL": url}
        settings = Settings.from_environment(environment)
        bench = prepare(url, Path(folder), settings=settings)
        member = sign_in_as(bench.engine, MEMBER, reference.MEMBER_NO)
        reviewer = sign_in_as(bench.engine, STAFF, reference.REVIEWER)
        with serve("product", environment) as port, serve("floor", environment) as floor_port:
            product = Browser(port, member, reviewer)
            floor = FloorBrowser(floor_port, member, reviewer)
            for _ in range(WARM_UP):
                _case(bench, product)
                _case(bench, floor)
            times: list[float] = []
            floor_times: list[float] = []
            for _ in range(CASES):
                times += _case(bench, product)
                floor_times += _case(bench, floor)
        bench.engine.database.close()
    return Figure(
        f"completion_http_{name}",
        statistics.mean(times),
        "ms",
        statistics.mean(floor_times),
        f"median {statistics.median(times):.2f} and {statistics.median(floor_times):.2f}",
    )


def _case(bench: Bench, browser: Browser) -> list[float]:
    bench.number += 1
    with bench.engine.database.transaction() as session:
        case_id = reference.begin(session, bench.engine, bench.number)
    times = []
    browser.reconnect()
    for step in WAY:
        with bench.engine.database.read() as session:
            task_id = reference.find_task(session, case_id, step)
        said = bench.form_sent(task_id, step) if browser.is_product else bench.said[step.key]
        times.append(browser.complete(task_id, step, list(said.items(multi=True))))
    return times


def sign_in_as(engine: Engine, user_type: str, login: str, *, password: str = PASSWORD) -> SignedIn:
    """Sign somebody in whose account asks for a password alone."""
    opened = sign_in(
        engine,
        user_type=user_type,
        login=login,
        password=password,
        address="127.0.0.1",
        user_agent="benchmark",
        length=timedelta(hours=12),
        now=engine.now(),
    )
    if isinstance(opened, HalfSignedIn):
        raise TypeError(f"{login} signs in with a second step")
    with engine.database.read() as session:
        secret = session.scalars(
            select(WebSession.csrf_secret).where(WebSession.id == opened.session_id)
        ).one()
    return SignedIn(opened.token, secret.hex())


@contextmanager
def serve(kind: str, environment: dict[str, str]) -> Iterator[int]:
    """Run one of the two servers; answers its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks.server", kind, str(port)],
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")
