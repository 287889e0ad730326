"""A table of a hundred thousand members: looked through, taken over, sent again, taken away.

Each database has a process of its own, so that the memory is its own.
"""

import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from sqlalchemy import func, select, update
from stdnum.cn import ric

from benchmarks.figures import Figure
from engine.database import Database, new_id
from engine.engine import Engine
from engine.jobs import Worker
from web.app import create_engine
from web.schema import migrate
from web.settings import Settings
from workflows import collect
from workflows.demo.offices import ZHEJIANG, add_offices, all_offices
from workflows.register.transfers import applying, exporting, sending, staging
from workflows.register.transfers.every import KINDS
from workflows.register.transfers.kinds import Wanted
from workflows.register.transfers.staging import APPLIED, READY, RegisterImport
from workflows.register.transfers.writing import Sheet, write_book
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import STAFF, Account, give_duty
from workflows.shared.register import Member

ROWS = 100_000
Took = dict[str, tuple[float, float]]
"""Seconds of each step: on the clock, and of the processor."""

OFFICE = "浙江省注册会计师协会"
MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10


def measure(name: str, url: str, *, rows: int = ROWS) -> list[Figure]:
    """The figures of one database."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        took, memory = apart.submit(_measure, url, rows).result()
    figures = [
        Figure(f"{step}_{rows}_{name}", seconds, "s", note=f"{worked:.1f} s of one core")
        for step, (seconds, worked) in took.items()
    ]
    return [*figures, Figure(f"transfers_memory_{name}", memory, "MB")]


def _measure(url: str, rows: int) -> tuple[Took, float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HUIJI_VAR": folder, "HUIJI_DATABASE_URL": url}
        engine = create_engine(Settings.from_environment(environment))
        collect().install(engine)
        migrate(engine.database)
        bench = _Bench(engine, Path(folder), rows)
        took = bench.run()
        engine.database.close()
        return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


class _Bench:
    """An installation with nobody in it but a manager, and tables for it."""

    def __init__(self, engine: Engine, folder: Path, rows: int) -> None:
        self.engine, self.folder, self.rows = engine, folder, rows
        self.took: Took = {}
        self.viewer = self._add_manager()

    def run(self) -> Took:
        """New people, the same again, the same with other employers, and all of it taken away."""
        first = self._write("new.xlsx", "members", _people(self.rows, employer="演示制造有限公司"))
        self._import("members_new", "members", first, (self.rows, 0, 0, 0))
        self._import("members_same", "members", first, (0, 0, self.rows, 0))
        other = self._write(
            "other.xlsx", "members", _people(self.rows, employer="演示科技有限公司")
        )
        self._import("members_changed", "members", other, (0, self.rows, 0, 0))
        for kind, rows in (
            ("firms", _firms(self.rows)),
            ("fees", _fees(self.rows)),
            ("hours", _hours(self.rows)),
        ):
            table = self._write(f"{kind}.xlsx", kind, rows)
            self._import(f"{kind}_new", kind, table, (self.rows, 0, 0, 0))
        self._time("members_export", lambda: self._export("members"))
        with self.engine.database.read() as session:
            if session.scalar(select(func.count(Member.id))) != self.rows:
                raise AssertionError("members are missing")
        return self.took

    def _import(self, step: str, kind: str, table: Path, counts: tuple[int, int, int, int]) -> None:
        import_id = new_id()
        self._time(f"{step}_looked_through", lambda: self._send(import_id, kind, table))
        found = self._find(import_id)
        now_is = (found.new, found.changed, found.unchanged, found.wrong)
        if found.state != READY or now_is != counts:
            raise AssertionError(f"{step}: {found.state} {now_is} {found.problem}")
        if found.right:
            self._time(f"{step}_taken_over", lambda: self._confirm(import_id))
            if self._find(import_id).state != APPLIED:
                raise AssertionError(f"{step}: {self._find(import_id).problem}")

    def _send(self, import_id: UUID, kind: str, table: Path) -> None:
        with table.open("rb") as content, self.engine.database.transaction() as session:
            sending.send_import(
                session,
                self.engine,
                import_id=import_id,
                kind=kind,
                viewer=self.viewer,
                content=content,
                name=table.name,
                now=self.engine.now(),
            )
        Worker(self.engine).run_due(queue=staging.QUEUE)

    def _confirm(self, import_id: UUID) -> None:
        with self.engine.database.transaction() as session:
            applying.confirm_import(
                session,
                import_id=import_id,
                account_id=self.viewer.account_id,
                reason="benchmark",
                without_wrong=False,
                now=self.engine.now(),
            )
        Worker(self.engine).run_due(queue=staging.QUEUE)

    def _export(self, kind: str) -> None:
        wanted = Wanted(self.viewer.duties["manage"])
        rows = exporting.export_rows(
            self.engine, kind=kind, wanted=wanted, is_in_full=True, language="zh"
        )
        self._write("export.xlsx", kind, rows)

    def _write(self, name: str, kind: str, rows: Iterator[Sequence[Any]]) -> Path:
        path = self.folder / name
        heads = [each.heads[1] for each in KINDS[kind].columns]
        with path.open("wb") as target:
            for piece in write_book([Sheet(kind, heads, rows)]):
                target.write(piece)
        return path

    def _find(self, import_id: UUID) -> RegisterImport:
        with self.engine.database.read() as session:
            return session.get_one(RegisterImport, import_id)

    def _time(self, step: str, do: Callable[[], None]) -> None:
        began, worked = time.perf_counter(), time.process_time()
        with _Neighbour(self.engine.database) as neighbour:
            do()
        self.took[step] = (time.perf_counter() - began, time.process_time() - worked)
        if step.endswith("taken_over"):
            # Somebody else who writes, while all of it is written.
            self.took[f"{step}_others_wait"] = (neighbour.longest, 0.0)

    def _add_manager(self) -> Viewer:
        with self.engine.database.transaction() as session:
            ids = add_offices(session, all_offices())
            account = Account(
                user_type=STAFF, login="manager", name="管理员", created_at=self.engine.now()
            )
            session.add(account)
            session.flush()
            give_duty(session, account_id=account.id, association_id=ids[ZHEJIANG], duty="manage")
            return get_viewer(session, account)


class _Neighbour:
    """Somebody else who writes a little now and then, and how long he waits at most."""

    def __init__(self, database: Database) -> None:
        self.longest = 0.0
        self._database = database
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _write(self) -> None:
        while not self._over.wait(0.2):
            began = time.perf_counter()
            with self._database.transaction() as session:
                session.execute(update(Account).values(locale="zh_CN").where(Account.id == 1))
            self.longest = max(self.longest, time.perf_counter() - began)


def _people(count: int, *, employer: str) -> Iterator[Sequence[Any]]:
    for serial in range(count):
        born = date(1958 + serial % 40, 1 + serial % 12, 1 + serial % 28)
        order = f"{serial % 500 * 2 + 1 - serial % 2:03}"
        number = f"{330102 + serial // 500 % 40}{born:%Y%m%d}{order}"
        said = {
            "number": f"330055{serial:06}",
            "name": f"演示{serial}",
            "kind": "非执业会员",
            "association": OFFICE,
            "state": "在籍",
            "sex": "男女"[serial % 2],
            "nation": "汉族",
            "birth_date": born,
            "identity_type": "护照" if serial % 10 == 0 else "居民身份证",
            "identity_number": f"E{serial:08}"
            if serial % 10 == 0
            else number + str(ric.calc_check_digit(number + "0")),
            "certificate_number": f"演示（2010）{serial:06}",
            "admission_date": date(2012, 3, 15),
            "political_status": "群众",
            "region": "浙江省 杭州市",
            "household_region": "浙江省 杭州市",
            "mobile": f"154{serial:08}",
            "email": f"member{serial}@example.com",
            "address": f"演示路{serial}号",
            "postal_code": "310000",
            "telephone": "0571-88880000",
            "emergency_contact": f"亲属{serial}",
            "employment": "在职",
            "employer": employer,
            "employer_kind": "民营企业",
            "department": "财务部",
            "position": "会计",
            "professional_title": "中级",
            "work_started_date": date(2008, 8, 1),
            "employer_telephone": "0571-88880001",
            "archive_holder": "浙江演示人才服务中心",
            "qualified_date": date(2010, 12, 1),
            "domestic_qualifications": "税务师",
            "international_qualifications": None,
        }
        yield [said.get(each.key) for each in KINDS["members"].columns]


def _firms(count: int) -> Iterator[Sequence[Any]]:
    for serial in range(count):
        said = {
            "number": f"33{serial:06}",
            "name": f"演示{serial}会计师事务所",
            "association": OFFICE,
            "state": "执业中",
            "head": f"演示{serial}",
            "mobile": f"155{serial:08}",
        }
        yield [said.get(each.key) for each in KINDS["firms"].columns]


def _fees(count: int) -> Iterator[Sequence[Any]]:
    for serial in range(count):
        said = {
            "number": f"330055{serial:06}",
            "name": f"演示{serial}",
            "year": 2024,
            "status": "已缴费",
            "amount": 100.0,
        }
        yield [said.get(each.key) for each in KINDS["fees"].columns]


def _hours(count: int) -> Iterator[Sequence[Any]]:
    for serial in range(count):
        said = {
            "number": f"330055{serial:06}",
            "name": f"演示{serial}",
            "year": 2024,
            "earned_date": date(2024, 5, 10),
            "hours": 8.0,
            "title": "企业会计准则实务",
            "source": "浙江演示培训中心",
            "key": f"K{serial}",
        }
        yield [said.get(each.key) for each in KINDS["hours"].columns]
