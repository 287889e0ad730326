"""A thousand reviews approved at once by a server's workers, while others read and write."""

import http.client
import statistics
import tempfile
import time
from pathlib import Path
from uuid import UUID

from benchmarks import reference
from benchmarks.completion import Bench, prepare
from benchmarks.figures import Figure
from benchmarks.http import SignedIn, serve, sign_in_as
from benchmarks.reference import WAY
from engine.database import new_id
from web.sessions import COOKIE
from web.settings import Settings
from workflows.inbox.batches import MOST, Batch, count_progress, start_batch
from workflows.shared.accounts import STAFF
from workflows.shared.many import DONE, Progress

SENT = WAY[:5]
APPROVED = WAY[-1]
WARM_UP = 5
BETWEEN = 0.1
"""Seconds between two openings of the inbox."""


def measure(name: str, url: str, *, count: int = MOST) -> list[Figure]:
    """Seconds until all are decided, and the inbox's milliseconds meanwhile, on one database."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HUIJI_VAR": folder, "HUIJI_DATABASE_URL": url}
        bench = prepare(url, Path(folder), settings=Settings.from_environment(environment))
        task_ids = [_send(bench) for _ in range(count)]
        person = sign_in_as(bench, STAFF)
        other = _send(bench)
        with serve("product", environment) as port:
            browser = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            alone = [_open_inbox(browser, person) for _ in range(WARM_UP)][-1]
            began = time.perf_counter()
            batch_id = _start(bench, task_ids)
            meanwhile: list[float] = []
            claims: list[float] = []
            while not _is_done(bench, batch_id):
                meanwhile.append(_open_inbox(browser, person))
                claims.append(_claim(browser, person, other))
                time.sleep(BETWEEN)
            took = time.perf_counter() - began
        progress = _read(bench, batch_id)
        bench.engine.database.close()
    if progress.done != count:
        raise RuntimeError(f"not all were decided: {progress}")
    return [
        Figure(f"batch_{count}_{name}", took, "s", note=f"{count / took:.0f} decisions a second"),
        Figure(
            f"inbox_page_during_batch_{name}",
            statistics.median(meanwhile),
            "ms",
            note=f"the longest of {len(meanwhile)}: {max(meanwhile):.0f}; alone {alone:.0f}",
        ),
        Figure(
            f"claim_during_batch_{name}",
            statistics.median(claims),
            "ms",
            note=f"the longest of {len(claims)}: {max(claims):.0f}",
        ),
    ]


def _send(bench: Bench) -> UUID:
    """A case that waits for its review."""
    bench.number += 1
    with bench.engine.database.transaction() as session:
        case_id = reference.begin(session, bench.engine, bench.number)
    for step in SENT:
        bench.take(case_id, step)
    with bench.engine.database.read() as session:
        return reference.find_task(session, case_id, APPROVED)


def _start(bench: Bench, task_ids: list[UUID]) -> UUID:
    with bench.engine.database.transaction() as session:
        return start_batch(
            session,
            bench.engine,
            batch_id=new_id(),
            outcome=APPROVED.outcome,
            task_ids=task_ids,
            viewer=bench.reviewer,
            language="zh",
            now=bench.engine.now(),
        ).id


def _open_inbox(browser: http.client.HTTPConnection, person: SignedIn) -> float:
    return _ask(browser, person, "GET", "/inbox")


def _claim(browser: http.client.HTTPConnection, person: SignedIn, task_id: UUID) -> float:
    return _ask(browser, person, "POST", f"/inbox/{task_id}/claim")


def _ask(browser: http.client.HTTPConnection, person: SignedIn, method: str, address: str) -> float:
    headers = {"Cookie": f"{COOKIE}={person.cookie}", "X-CSRF-Token": person.csrf_token}
    began = time.perf_counter()
    browser.request(method, address, headers=headers)
    answer = browser.getresponse()
    answer.read()
    if answer.status >= 400:
        raise RuntimeError(f"{address} answers {answer.status}")
    return (time.perf_counter() - began) * 1e3


def _is_done(bench: Bench, batch_id: UUID) -> bool:
    with bench.engine.database.read() as session:
        return session.get_one(Batch, batch_id).state == DONE


def _read(bench: Bench, batch_id: UUID) -> Progress:
    with bench.engine.database.read() as session:
        return count_progress(session, batch_id)
