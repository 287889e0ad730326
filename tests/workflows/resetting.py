"""Somebody who forgot his password, without pages: a visit, its case, and what it is asked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event, select
from werkzeug.datastructures import MultiDict

import workflows
from engine.cases import Case, get_case
from engine.completing import Completed
from engine.engine import Engine
from engine.jobs import Worker
from engine.tasks import Task
from engine.trail import events
from tests.workflows.conftest import NOW
from tests.workflows.official_account import have_official_account
from workflows.channels.phones import list_messages_to
from workflows.channels.sms.stand_in import StandInSms
from workflows.shared.access import get_visitor
from workflows.shared.accounts import find_account
from workflows.shared.channels import SERVICE, Channels
from workflows.shared.mobiles import to_e164
from workflows.shared.private import write_private
from workflows.shared.reach import find_reach
from workflows.shared.register import Member, identity_number
from workflows.shared.resets import find_task_of_visitor, start_reset
from workflows.shared.tasks import Refused, Tasks, Unconfirmed
from workflows.shared.visits import Visit, open_visit

PROCESS = "individual_password_reset"
KNOWN = "330000100003"
UNKNOWN = "330000999999"
HOME, ELSEWHERE = "192.0.2.10", "198.51.100.7"
"""Two networks."""
NEW_PASSWORD = "summer-rain-on-tiles-42"


@dataclass
class Forgetful:
    """A visitor's browser. `case_id` is the case that it owns."""

    engine: Engine
    tasks: Tasks
    visit: Visit
    token: str
    address: str = HOME
    now: datetime = NOW

    @property
    def step(self) -> str:
        """The step that waits for the visitor; empty when none does."""
        with self.engine.database.read() as session:
            task = find_task_of_visitor(session, self.case.id)
        return "" if task is None else task.element_id

    @property
    def case(self) -> Case:
        """The case as it is now."""
        with self.engine.database.read() as session:
            visit = session.get_one(Visit, self.visit.id)
            assert visit.case_id is not None
            return get_case(session, visit.case_id)

    def _task(self) -> Task:
        with self.engine.database.read() as session:
            task = find_task_of_visitor(session, self.case.id)
        assert task is not None
        return task

    def do(self, action: str, **typed: str) -> Refused:
        """Press a button that stays on the page."""
        return self.tasks.do(
            task_id=self._task().id,
            action=action,
            posted=MultiDict(typed),
            viewer=get_visitor(self.visit),
            language="en",
            address=self.address,
            now=self.now,
        )

    def press(self, outcome: str, **typed: str) -> Completed | Refused | Unconfirmed:
        """Press a button that leaves the page."""
        given = {
            "task_id": self._task().id,
            "outcome": outcome,
            "posted": MultiDict(typed),
            "viewer": get_visitor(self.visit),
            "language": "en",
            "now": self.now,
        }
        proved = self.tasks.prove(**given, address=self.address)  # type: ignore[arg-type]
        if isinstance(proved, Refused):
            return proved
        with self.engine.database.transaction() as session:
            return self.tasks.complete(session, **given, proved=proved)  # type: ignore[arg-type]

    def tries(self) -> list[dict[str, object]]:
        """What the trail says of attempts: branch, result and address of each."""
        with self.engine.database.read() as session:
            return [
                {name: each.data[name] for name in ("branch", "result", "address")}
                for each in events(session, self.case.id)
                if each.kind in {"reset_tried", "code_asked"}
            ]


def begin(
    engine: Engine,
    login: str = KNOWN,
    kind: str = "member",
    *,
    address: str = HOME,
    is_phone: bool = True,
    has_official_account: bool = True,
    now: datetime = NOW,
) -> Forgetful:
    """Open a visit and begin a reset in it."""
    have_official_account(engine, is_there=has_official_account)
    found = workflows.collect()
    tasks = Tasks(
        engine,
        form_data=found.form_data,
        answer_checks=found.answer_checks,
        proofs=found.proofs,
        deeds=found.deeds,
    )
    with engine.database.transaction() as session:
        opened = open_visit(session, address=address, is_phone=is_phone, now=now)
    start_reset(
        engine,
        opened.visit,
        process_id=PROCESS,
        user_type=kind,
        login=login,
        address=address,
        now=now,
    )
    return Forgetful(engine, tasks, opened.visit, opened.token, address, now)


def errors_of(done: Completed | Refused | Unconfirmed) -> dict[str, str]:
    """What was wrong, by field."""
    assert isinstance(done, Refused)
    return {each.path: each.sentence for each in done.errors}


def write_on_file(engine: Engine, login: str = KNOWN, **values: str) -> None:
    """Have something stand in the register of a member."""
    with engine.database.transaction() as session:
        member = session.scalars(select(Member).where(Member.number == login)).one()
        write_private(session, engine.vault, member, values)


def mobile_of(engine: Engine, login: str = KNOWN, kind: str = "member") -> str:
    """The mobile number on file, in E.164."""
    with engine.database.read() as session:
        account = find_account(session, user_type=kind, login=login)
        assert account is not None
        return to_e164(find_reach(session, engine.vault, account).mobile)


def answers_of(engine: Engine, login: str = KNOWN) -> dict[str, str]:
    """What the owner of an account types at 其他信息验证; an e-mail address is on file then."""
    write_on_file(engine, login, email="owner@example.org")
    with engine.database.read() as session:
        member = session.scalars(select(Member).where(Member.number == login)).one()
        return {
            "name": member.name,
            "identity_number": identity_number(engine.vault, member),
            "evidence_kind": "email",
            "evidence": "owner@example.org",
        }


def last_code(engine: Engine, to: str) -> str:
    """The digits that arrived there last."""
    engine.services[SERVICE] = Channels(sms=StandInSms(engine.database, engine.now))
    Worker(engine).run_due()
    with engine.database.read() as session:
        texts = [each.text for each in list_messages_to(session, to)]
    found = [code for text in texts for code in re.findall(r"(?<!\d)\d{6}(?!\d)", text)]
    assert found, f"nothing arrived at {to}"
    return found[-1]


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile, without their values."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(re.sub(r"\s+", " ", statement))

    event.listen(engine.database.sql, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine.database.sql, "before_cursor_execute", note)
