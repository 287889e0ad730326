"""A class of a thousand: a firm's sign-ups, its page, all confirmed at once, changed, cancelled.

Everything long is done by a server's workers while somebody else reads and writes.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.completion import Bench, prepare
from benchmarks.figures import Figure
from benchmarks.http import serve, sign_in_as
from benchmarks.meanwhile import Browser, Deeds, figures_of, work_until
from engine.actors import Actor
from engine.database import new_id
from engine.tasks import Task
from web.settings import Settings
from workflows.demo.cast import FIRM_NUMBER
from workflows.demo.people import make_person
from workflows.inbox import batches
from workflows.shared import many
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import CPA, STAFF, Account
from workflows.shared.dates import ZONE, local_date
from workflows.shared.enrolments import Enrolment
from workflows.shared.private import PRIVATE_FIELDS, write_private
from workflows.shared.register import Firm, Member
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.classes.cancellation import cancel_class
from workflows.training_enrolment.classes.changes import save_class
from workflows.training_enrolment.classes.values import read_class
from workflows.training_enrolment.firms import drafts, sign_ups
from workflows.training_enrolment.firms.people import PersonKey
from workflows.training_enrolment.places import count_untold
from workflows.training_enrolment.signing_up import sign_up

STAFF_LOGIN = "zj_training"
PEOPLE = 1_000
OF_FIRM = 500
PAGES = 9
LOTS = 6


@dataclass(frozen=True)
class School:
    """An installation with a class, its people, and who looks after it.

    `members`: those of the firm first. `other_task`: one that has nothing to do with the class.
    """

    bench: Bench
    class_id: int
    staff: Viewer
    firm: Viewer
    members: list[int]
    other_task: UUID

    @contextmanager
    def opened(self) -> Iterator[tuple[Session, TrainingClass]]:
        """The class in a transaction."""
        with self.bench.engine.database.transaction() as session:
            yield session, get_class(session, self.class_id)


def measure(name: str, url: str, *, people: int = PEOPLE, of_firm: int = OF_FIRM) -> list[Figure]:
    """The figures of one database."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HUIJI_VAR": folder, "HUIJI_DATABASE_URL": url}
        bench = prepare(url, Path(folder), settings=Settings.from_environment(environment))
        school = _found(bench, people)
        person = sign_in_as(bench.engine, STAFF, STAFF_LOGIN)
        with serve("product", environment) as port:
            course = Course(name, school, Browser(port, person))
            figures = course.sign_firm_up(of_firm)
            _sign_up(bench, school.class_id, school.members[of_firm:])
            figures += [course.open_page()]
            figures += [*course.confirm_all(), *course.change(), *course.cancel()]
        bench.engine.database.close()
    return figures


class Course:
    """What happens to the class, step by step, while somebody of the office is at work."""

    def __init__(self, name: str, school: School, browser: Browser) -> None:
        self.name, self.school, self.browser = name, school, browser
        self.page = f"/classes/{school.class_id}"
        self.deeds: Deeds = {
            "inbox": ("GET", "/inbox"),
            "class_page": ("GET", self.page),
            "claim": ("POST", f"/inbox/{school.other_task}/claim"),
        }
        self.alone = browser.alone(self.deeds)

    def sign_firm_up(self, count: int) -> list[Figure]:
        """A firm signs its people up in one go."""
        engine, firm = self.school.bench.engine, self.school.firm
        firm_id, now = firm.firm_id or 0, engine.now()
        members = [PersonKey("member", each) for each in self.school.members[:count]]
        with self.school.opened() as (session, training_class):
            drafts.keep(
                session,
                engine,
                firm_id=firm_id,
                training_class=training_class,
                changes=[drafts.Change(each, ticked=True) for each in members],
                now=now,
            )
        with self.school.opened() as (session, training_class):
            key = sign_ups.start_sign_ups(
                session,
                engine,
                sign_ups_id=new_id(),
                firm_id=firm_id,
                training_class=training_class,
                viewer=firm,
                language="zh",
                now=now,
            ).id
        return self._wait_for("firm_sign_up", sign_ups.KIND, key, count)

    def open_page(self) -> Figure:
        """The page of the class with all its sign-ups."""
        self.browser.reconnect()
        took = statistics.median(self.browser.ask("GET", self.page) for _ in range(PAGES))
        return Figure(f"class_page_{len(self.school.members)}_{self.name}", took, "ms")

    def confirm_all(self) -> list[Figure]:
        """Everybody is confirmed in one action."""
        engine = self.school.bench.engine
        with engine.database.transaction() as session:
            task_ids = session.scalars(
                select(Task.id)
                .join(Enrolment, Enrolment.case_id == Task.case_id)
                .where(Enrolment.class_id == self.school.class_id, Task.state == "open")
                .order_by(Task.id)
            ).all()
            key = batches.start_batch(
                session,
                engine,
                batch_id=new_id(),
                outcome="confirm",
                task_ids=task_ids,
                viewer=self.school.staff,
                language="zh",
                now=engine.now(),
            ).id
        return self._wait_for("confirmation", batches.KIND, key, len(self.school.members))

    def change(self) -> list[Figure]:
        """The class takes place elsewhere, and everybody is told."""
        with self.school.opened() as (session, training_class):
            save_class(
                session,
                class_id=training_class.id,
                values=read_class(training_class) | {"place": "宁波"},
                version=training_class.version,
                by=self.school.staff.account_id,
                now=self.school.bench.engine.now(),
            )
        return self._wait("class_changed", self._is_told)

    def cancel(self) -> list[Figure]:
        """The class is cancelled, and everybody is told."""
        with self.school.opened() as (session, training_class):
            cancel_class(
                session,
                class_id=training_class.id,
                reason="讲师因故不能授课",
                by=self.school.staff.account_id,
                now=self.school.bench.engine.now(),
            )
        return self._wait("class_cancelled", self._is_told)

    def _is_told(self) -> bool:
        with self.school.bench.engine.database.read() as session:
            return not count_untold(session, get_class(session, self.school.class_id))

    def _wait_for(
        self, what: str, kind: many.Kind[Any, Any], key: UUID, count: int
    ) -> list[Figure]:
        """Wait for a batch of which nothing fails."""
        database = self.school.bench.engine.database

        def is_done() -> bool:
            with database.read() as session:
                return bool(session.get_one(kind.batch, key).state == many.DONE)

        figures = self._wait(what, is_done, count=count)
        with database.read() as session:
            progress = many.count_progress(session, kind, key)
        if progress.done != count:
            raise RuntimeError(f"{what}: {progress}")
        return figures

    def _wait(
        self, what: str, is_over: Callable[[], bool], *, count: int | None = None
    ) -> list[Figure]:
        count = len(self.school.members) if count is None else count
        took, meanwhile = work_until(is_over, self.browser, self.deeds)
        return [
            Figure(f"{what}_{count}_{self.name}", took, "s", note=f"{count / took:.0f} a second"),
            *figures_of(what, self.name, meanwhile, self.alone),
        ]


def _found(bench: Bench, people: int) -> School:
    """Offer the class to people of the demo's firm."""
    engine = bench.engine
    with engine.database.transaction() as session:
        firm = session.scalars(select(Firm).where(Firm.number == FIRM_NUMBER)).one()
        staff, of_firm = (
            get_viewer(session, session.scalars(select(Account).where(Account.login == each)).one())
            for each in (STAFF_LOGIN, FIRM_NUMBER)
        )
        training_class = _offer(session, bench, firm, "千人培训班", people)
        other_class = _offer(session, bench, firm, "另一个培训班", 1)
        *members, other = _add_people(session, bench, firm, people + 1)
    _sign_up(bench, other_class.id, [other])
    with engine.database.read() as session:
        task_id = session.scalars(
            select(Task.id).where(Task.subject_id == other, Task.state == "open")
        ).one()
    return School(bench, training_class.id, staff, of_firm, members, task_id)


def _offer(session: Session, bench: Bench, firm: Firm, name: str, people: int) -> TrainingClass:
    now = bench.engine.now()
    today = local_date(now)
    training_class = TrainingClass(
        association_id=firm.association_id,
        year=today.year,
        name=name,
        audience=["cpa"],
        opens_date=today,
        closes_date=today + timedelta(days=10),
        start_date=today + timedelta(days=20),
        end_date=today + timedelta(days=21),
        start_time=now.astimezone(ZONE).time().replace(second=0, microsecond=0),
        planned=people,
        capacity=people,
        place="杭州",
        hours=1600,
        required_fields=[],
        created_at=now,
    )
    session.add(training_class)
    session.flush()
    return training_class


def _add_people(session: Session, bench: Bench, firm: Firm, count: int) -> list[int]:
    """CPAs with accounts, so that messages reach them."""
    engine = bench.engine
    random, now = Random(LOTS), engine.now()
    members = []
    for each in range(count):
        person = make_person(random, engine.vault, serial=20_000 + each, today=local_date(now))
        fields = {name: value for name, value in person.items() if name not in PRIVATE_FIELDS}
        fields |= {"kind": "cpa", "number": f"3300007{each:05}", "firm_id": firm.id}
        member = Member(association_id=firm.association_id, **fields)
        session.add(member)
        session.flush()
        write_private(
            session, engine.vault, member, {name: person[name] for name in PRIVATE_FIELDS}
        )
        session.add(
            Account(
                user_type=CPA,
                login=member.number,
                name=member.name,
                member_id=member.id,
                created_at=now,
            )
        )
        members.append(member.id)
    return members


def _sign_up(bench: Bench, class_id: int, members: Sequence[int]) -> None:
    """They sign up one by one."""
    engine = bench.engine
    for each in members:
        with engine.database.transaction() as session:
            sign_up(
                session,
                engine,
                training_class=get_class(session, class_id),
                person=session.get_one(Member, each),
                answers={},
                by=Actor("member", each),
                firm_id=None,
                now=engine.now(),
            )
