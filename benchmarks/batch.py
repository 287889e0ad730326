"""A thousand reviews approved at once by a server's workers, while others read and write."""

import tempfile
from pathlib import Path
from uuid import UUID

from benchmarks import reference
from benchmarks.completion import Bench, prepare
from benchmarks.figures import Figure
from benchmarks.http import serve, sign_in_as
from benchmarks.meanwhile import Browser, figures_of, work_until
from benchmarks.reference import WAY
from engine.database import new_id
from web.settings import Settings
from workflows.inbox.batches import MOST, Batch, count_progress, start_batch
from workflows.shared.accounts import STAFF
from workflows.shared.many import DONE, Progress

SENT = WAY[:5]
APPROVED = WAY[-1]


def measure(name: str, url: str, *, count: int = MOST) -> list[Figure]:
    """Seconds until all are decided, and the inbox's milliseconds meanwhile, on one database."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HUIJI_VAR": folder, "HUIJI_DATABASE_URL": url}
        bench = prepare(url, Path(folder), settings=Settings.from_environment(environment))
        task_ids = [_send(bench) for _ in range(count)]
        person = sign_in_as(bench.engine, STAFF, reference.REVIEWER)
        other = _send(bench)
        with serve("product", environment) as port:
            browser = Browser(port, person)
            deeds = {"inbox_page": ("GET", "/inbox"), "claim": ("POST", f"/inbox/{other}/claim")}
            alone = browser.alone(deeds)
            batch_id = _start(bench, task_ids)
            took, meanwhile = work_until(lambda: is_done(bench, batch_id), browser, deeds)
        progress = _read(bench, batch_id)
        bench.engine.database.close()
    if progress.done != count:
        raise RuntimeError(f"not all were decided: {progress}")
    return [
        Figure(f"batch_{count}_{name}", took, "s", note=f"{count / took:.0f} decisions a second"),
        *figures_of("batch", name, meanwhile, alone),
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


def is_done(bench: Bench, batch_id: UUID) -> bool:
    """Whether a batch is over."""
    with bench.engine.database.read() as session:
        return session.get_one(Batch, batch_id).state == DONE


def _read(bench: Bench, batch_id: UUID) -> Progress:
    with bench.engine.database.read() as session:
        return count_progress(session, batch_id)
