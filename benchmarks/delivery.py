"""Messages by the hundred handed to providers by one worker, while steps are completed beside."""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.completion import Bench, prepare
from benchmarks.figures import Figure
from engine.jobs import Job, Worker
from workflows.shared.channels import SERVICE, Channels
from workflows.shared.deliveries import FAN_OUT_QUEUE, Delivery
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member

MESSAGES = 300
PORTION = 100
WARM_UP = 3
CASES = 8
LOOK = 0.05
ANSWERS_AFTER = 0.03
NOON = datetime(2026, 9, 1, 4, tzinfo=UTC)
"""Text messages are not sent by night."""


class Provider:
    """A provider of text messages or mail that answers as soon as good ones do."""

    def send(self, *, key: str, **_: object) -> str:
        """Take it."""
        time.sleep(ANSWERS_AFTER)
        return key


def measure(name: str, url: str, *, count: int = MESSAGES) -> list[Figure]:
    """Deliveries a second on one database, and what completing a step takes meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        bench = prepare(url, Path(folder))
        engine = bench.engine
        engine.services[SERVICE] = Channels(sms=Provider(), mail=Provider())
        engine.now = lambda: NOON
        for _ in range(WARM_UP):
            bench.product_case()
        alone = [each for _ in range(CASES) for each in bench.product_case()]
        Worker(engine).run_due()
        before = _count(bench)
        written = _write(bench, count)
        began = time.perf_counter()
        Worker(engine).run_due(queue=FAN_OUT_QUEUE)
        fanned_out = time.perf_counter() - began
        made = _count(bench) - before
        worker = Worker(engine)
        began = time.perf_counter()
        worker.start()
        meanwhile = [each for _ in range(CASES) for each in bench.product_case()]
        while _waiting(bench):
            time.sleep(LOOK)
        sent = time.perf_counter() - began
        worker.stop()
        engine.database.close()
    return [
        Figure(
            f"message_written_{name}",
            written / count * 1e3,
            "ms",
            note=f"a season's reminding, {PORTION} in a transaction",
        ),
        Figure(
            f"fan_out_{count}_{name}",
            fanned_out,
            "s",
            note=f"{made} deliveries, {made / fanned_out:.0f} a second",
        ),
        Figure(
            f"delivery_{made}_{name}",
            sent,
            "s",
            note=f"{made / sent:.0f} a second on two channels that answer after "
            f"{ANSWERS_AFTER * 1e3:.0f} ms, by one worker",
        ),
        Figure(
            f"completion_during_delivery_{name}",
            statistics.mean(meanwhile),
            "ms",
            statistics.mean(alone),
            f"the floor is without deliveries; the longest: {max(meanwhile):.0f}",
        ),
    ]


def _write(bench: Bench, count: int) -> float:
    """Write members a message each, over and over; seconds."""
    with bench.engine.database.read() as session:
        keys = session.scalars(select(Member.id).where(Member.state == "active")).all()
    wanted = [keys[number % len(keys)] for number in range(count)]
    began = time.perf_counter()
    for at in range(0, count, PORTION):
        with bench.engine.database.transaction() as session:
            for member_id in wanted[at : at + PORTION]:
                send_to_member(
                    session,
                    member_id=member_id,
                    template="application_returned.inspection",
                    values={"year": 2025, "reason": "请补充。"},
                    case_id=None,
                    now=NOON,
                )
    return time.perf_counter() - began


def _count(bench: Bench) -> int:
    with bench.engine.database.read() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


def _waiting(bench: Bench) -> bool:
    with bench.engine.database.read() as session:
        is_due = Job.state.in_(("due", "running")), Job.due_at <= NOON
        return session.scalar(select(Job.id).where(*is_due).limit(1)) is not None
