"""What managers did in the register: an entry corrected, a branch admitted, hours and a payment."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from engine.engine import Engine
from workflows.demo.cast import FIRM_NUMBER
from workflows.register.changes import edit_entry, version_of
from workflows.register.fee_ledger import enter_payment
from workflows.register.firms import admit_firm
from workflows.register.hours_ledger import enter_hours
from workflows.register.ledger_entries import LedgerChange
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.associations import get_association
from workflows.shared.dates import local_date
from workflows.shared.register import Member, find_member_by_number

MANAGER = "zj_manage"
CORRECTED, AT_THE_COUNTER = "330000000341", "330000000342"
BRANCH_NUMBER = "33000009"


def add_register(session: Session, engine: Engine, *, now: datetime) -> None:
    """Let the manager of Zhejiang work in the register, as one does in a week."""
    account = find_account(session, user_type="staff", login=MANAGER)
    corrected = find_member_by_number(session, CORRECTED)
    counter = find_member_by_number(session, AT_THE_COUNTER)
    if account is None or corrected is None or counter is None:
        return
    viewer = get_viewer(session, account)
    _correct(session, engine, corrected, viewer, now - timedelta(days=2))
    _admit_branch(session, engine, corrected.association_id, viewer, now - timedelta(days=1))
    _enter(session, engine, counter, viewer, now)


def _correct(
    session: Session, engine: Engine, member: Member, viewer: Viewer, now: datetime
) -> None:
    edit_entry(
        session,
        engine,
        holder=member,
        typed={
            "employer": "浙江演示能源有限公司",
            "department": "财务部",
            "position": "财务经理",
            "reason": "本人书面申请更正工作单位，附单位证明",
        },
        version=version_of(session, member),
        viewer=viewer,
        address="",
        now=now,
    )


def _admit_branch(
    session: Session, engine: Engine, association_id: int, viewer: Viewer, now: datetime
) -> None:
    admit_firm(
        session,
        engine,
        association=get_association(session, association_id),
        typed={
            "number": BRANCH_NUMBER,
            "name": "浙江演示会计师事务所宁波分所",
            "parent_number": FIRM_NUMBER,
            "approval_number": "演示批准〔2026〕9号",
            "head": "沈清和",
            "area_code": "330200",
            "mobile": "15499990009",
            "reason": "演示批准〔2026〕9号",
        },
        viewer=viewer,
        address="",
        now=now,
    )


def _enter(session: Session, engine: Engine, member: Member, viewer: Viewer, now: datetime) -> None:
    today = local_date(now)
    enter_hours(
        LedgerChange(session, engine, member, viewer, reason="线下班签到表补录", now=now),
        year=today.year - 1,
        hours=800,
        earned_date=today - timedelta(days=400),
        title="内部控制专题研修（补录）",
        key=UUID(int=1),
    )
    enter_payment(
        LedgerChange(session, engine, member, viewer, reason="银行转账", now=now),
        year=today.year - 1,
        amount=10_000,
        voucher="YH-0001",
        key=UUID(int=2),
    )
