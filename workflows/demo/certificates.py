"""Certificates in the demo: one of every way to it, and photos that the stand-in has on file.

What leaves the process runs here outside any transaction, as it does in a job.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.calling_out import call_out
from engine.completing import hold_task
from engine.engine import Engine
from engine.files import add_file
from engine.jobs import Job
from engine.tasks import Task
from workflows.demo.portraits import draw_portrait
from workflows.demo.seed import DemoAccount
from workflows.member_certificate.cases import start_certificate
from workflows.member_certificate.stand_in import Mood, hold_photo, set_mood
from workflows.register.changes import edit_entry, version_of
from workflows.shared.access import get_viewer
from workflows.shared.accounts import MEMBER, Account
from workflows.shared.dates import local_date
from workflows.shared.register import Member, find_member_by_number, identity_number
from workflows.shared.register_writing import write_fields

ON_FILE, TO_UPLOAD, ISSUED, MISMATCHED, APPOINTED = (
    "330000100001",
    "330000100003",
    "330000100004",
    "330000100005",
    "330000100006",
)
SUPERSEDED, REFUSED, TO_SUPPLY, OF_GUANGZHOU = (
    "330000100007",
    "330000100009",
    "330000100010",
    "440100100001",
)
"""Members by what became of them; all others have no photo and may upload one."""

SITUATIONS: Mapping[str, tuple[str, str]] = {
    ON_FILE: ("会员证：有照片，待确认", "certificate: photo on file, to be confirmed"),
    TO_UPLOAD: ("会员证：待上传照片", "certificate: photo to be uploaded"),
    ISSUED: ("会员证：已签发", "certificate: issued"),
    MISMATCHED: ("会员证：待预约现场审核", "certificate: waits for an appointment"),
    APPOINTED: ("会员证：已预约现场审核", "certificate: has an appointment on site"),
    SUPERSEDED: ("会员证：信息变更，须换发", "certificate: superseded, to be issued anew"),
    REFUSED: ("会员证：照片未通过，可申诉", "certificate: photo refused, may appeal"),
    TO_SUPPLY: ("会员证：待注协补充信息", "certificate: its association supplies a field"),
    OF_GUANGZHOU: ("会员证：待预约现场审核", "certificate: waits for an appointment"),
}

MANAGER = "zj_manage"

REASON = "到场人员与会员证件照片不一致。"


@dataclass
class _Walk:
    """One member's application on its way."""

    engine: Engine
    case_id: UUID
    member: Actor
    clerk: Actor
    now: datetime

    def do(self, step: str, outcome: str, values: Mapping[str, Any] | None = None) -> None:
        """Complete the open task of a step, and make the calls that follow."""
        with self.engine.database.transaction() as session:
            task = session.scalars(
                select(Task).where(
                    Task.case_id == self.case_id, Task.element_id == step, Task.state == "open"
                )
            ).one()
            by = self.member if task.lane == "member" else self.clerk
            hold_task(session, self.engine, task.id).complete(
                outcome=outcome, values=values or {}, by=by, now=self.now
            )
        self.call_out()

    def call_out(self) -> None:
        """Do what the case asks of the photo service; its jobs find it done."""
        with self.engine.database.read() as session:
            jobs = session.scalars(
                select(Job).where(Job.name == "cases.call_out", Job.lock == f"case:{self.case_id}")
            ).all()
        for job in jobs:
            call_out(self.engine, self.now, **job.args)

    def upload(self, seed: int) -> None:
        """Send a photo, which is compared."""
        received = self.engine.files.receive(BytesIO(draw_portrait(seed)))
        with self.engine.database.transaction() as session:
            file = add_file(
                session,
                received,
                case_id=self.case_id,
                name="证件照.jpg",
                kind="jpg",
                by=self.member,
                now=self.now,
            )
            photo = file.describe(slot="photo")
        self.do("upload_photo", "compare", {"photo": [photo], "agree": True})

    def appoint(self) -> None:
        """Set an appointment for next week."""
        self.do(
            "set_appointment",
            "arrange",
            {
                "appointment_date": (local_date(self.now) + timedelta(days=9)).isoformat(),
                "appointment_time": "上午9:30至11:30",
                "place": "浙江省注册会计师协会会员服务窗口",
                "bring": "本人有效身份证件原件",
            },
        )


def add_certificates(engine: Engine, *, now: datetime) -> int:
    """Have members of Zhejiang get certificates, or come as far as they do; answers how many.

    The demo must be seeded, the process released, and the photo service be its stand-in.
    """
    _hold_photos(engine, ON_FILE, ISSUED, SUPERSEDED)
    for number, days in ((ISSUED, 6), (SUPERSEDED, 20)):
        _begin(engine, number, days=days, now=now).do("confirm_information", "issue")
    _correct_admission(engine, SUPERSEDED, now=now - timedelta(days=3))
    _begin(engine, TO_UPLOAD, days=2, now=now)
    _be(engine, "mismatching")
    _begin(engine, MISMATCHED, days=1, now=now).upload(5)
    _begin(engine, OF_GUANGZHOU, days=1, now=now, clerk="gd_photos").upload(7)
    walk = _begin(engine, APPOINTED, days=4, now=now)
    walk.upload(6)
    walk.appoint()
    walk = _begin(engine, REFUSED, days=12, now=now)
    walk.upload(9)
    walk.appoint()
    walk.do("review_on_site", "refuse", {"reason": REASON})
    _be(engine, "matching")
    with engine.database.transaction() as session:
        write_fields(session, engine.vault, _get(session, TO_SUPPLY), {"nation": ""})
    _begin(engine, TO_SUPPLY, days=2, now=now)
    return 8


def describe_certificates(accounts: Sequence[DemoAccount]) -> list[DemoAccount]:
    """The demo's accounts, those of members saying how their certificate stands."""
    described = []
    for account in accounts:
        said = SITUATIONS.get(account.login) if account.user_type == MEMBER else None
        described.append(
            replace(
                account,
                situation=f"{account.situation}；{said[0]}",
                situation_en=f"{account.situation_en}; {said[1]}",
            )
            if said
            else account
        )
    return described


def _begin(
    engine: Engine, number: str, *, days: int, now: datetime, clerk: str = "zj_photos"
) -> _Walk:
    began = now - timedelta(days=days, hours=1)
    with engine.database.transaction() as session:
        member = _get(session, number)
        account = session.scalars(select(Account).where(Account.member_id == member.id)).one()
        staff = session.scalars(select(Account).where(Account.login == clerk)).one()
        case = start_certificate(session, engine, member=member, by=account.actor, now=began)
        walk = _Walk(engine, case.id, account.actor, staff.actor, began)
    walk.call_out()
    return walk


def _hold_photos(engine: Engine, *numbers: str) -> None:
    with engine.database.transaction() as session:
        for seed, number in enumerate(numbers):
            hold_photo(
                session,
                engine.vault,
                identity_number=identity_number(engine.vault, _get(session, number)),
                picture=draw_portrait(seed),
            )


def _correct_admission(engine: Engine, number: str, *, now: datetime) -> None:
    """Let the association correct what a certificate shows: it does not hold any more."""
    with engine.database.transaction() as session:
        member = _get(session, number)
        manager = session.scalars(select(Account).where(Account.login == MANAGER)).one()
        admitted = member.admission_date or local_date(now)
        edit_entry(
            session,
            engine,
            holder=member,
            typed={
                "admission_date": (admitted + timedelta(days=30)).isoformat(),
                "reason": "入会日期登记有误，按批准文件更正",
            },
            version=version_of(session, member),
            viewer=get_viewer(session, manager),
            address="",
            now=now,
        )


def _be(engine: Engine, mood: Mood) -> None:
    with engine.database.transaction() as session:
        set_mood(session, mood)


def _get(session: Session, number: str) -> Member:
    member = find_member_by_number(session, number)
    if member is None:
        raise LookupError(f"the demo has no member {number}")
    return member
