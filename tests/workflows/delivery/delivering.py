"""A member who is told things over stand-ins for all channels, and what reaches him."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engine.engine import Engine
from engine.jobs import Job, Worker
from tests.workflows.conftest import NOW
from workflows.channels import phones
from workflows.channels.phones import Mood, PhoneMessage
from workflows.shared.accounts import Account, find_account
from workflows.shared.channels import SMS
from workflows.shared.codes import OneTimeCode, issue_code
from workflows.shared.deliveries import FAN_OUT, Delivery, list_attempts
from workflows.shared.messages import send_to_member
from workflows.shared.private import write_private
from workflows.shared.register import find_member_by_number

NUMBER = "330000100001"
RETURNED = "application_returned.inspection"
REMINDED = "not_applied_yet"
MOBILE, MAILBOX, OPENID = "+8613800138000", "cai@example.com", "oWX-cai"


@dataclass
class World:
    """An installation with stand-ins, and a member who has a telephone and follows."""

    engine: Engine
    now: datetime = NOW

    def write(self, template: str = RETURNED, number: str = NUMBER) -> int:
        """Write the member a message; its key."""
        with self.engine.database.transaction() as session:
            member = find_member_by_number(session, number)
            assert member is not None
            values = {"year": 2021, "reason": "请补充。", "date": "2022年12月31日"}
            return send_to_member(
                session,
                member_id=member.id,
                template=template,
                values=values,
                case_id=None,
                now=self.now,
            ).id

    def work(self) -> int:
        """Do what is due; how many jobs were tried."""
        return Worker(self.engine).run_due()

    def wait(self, **time: float) -> None:
        """Let time pass, and do what is due then."""
        self.now += timedelta(**time)
        self.work()

    def feel(self, channel: str, mood: Mood) -> None:
        """Have a channel behave in some way."""
        with self.engine.database.transaction() as session:
            phones.set_mood(session, channel=channel, mood=mood)

    @property
    def deliveries(self) -> dict[str, Delivery]:
        """What is on its way or was, by channel."""
        with self.engine.database.read() as session:
            return {each.channel: each for each in session.scalars(select(Delivery))}

    def arrived(self, to: str = "") -> Sequence[PhoneMessage]:
        """What arrived anywhere, or at one place."""
        with self.engine.database.read() as session:
            query = select(PhoneMessage).order_by(PhoneMessage.id)
            return session.scalars(query.where(PhoneMessage.to == to) if to else query).all()

    def account(self, number: str = NUMBER) -> Account:
        """The member's account."""
        with self.engine.database.read() as session:
            account = find_account(session, user_type="member", login=number)
            assert account is not None
            return account

    def change(self, **private: str) -> None:
        """Put something else on file."""
        with self.engine.database.transaction() as session:
            member = find_member_by_number(session, NUMBER)
            assert member is not None
            write_private(session, self.engine.vault, member, private)

    def outcomes(self, channel: str) -> list[str]:
        """What came of each attempt."""
        with self.engine.database.read() as session:
            delivery = session.scalars(select(Delivery).where(Delivery.channel == channel)).one()
            return [each.outcome for each in list_attempts(session, delivery_id=delivery.id)]


def fan_outs(world: World) -> list[int]:
    """How many messages each job is about that waits to hand them over."""
    with world.engine.database.read() as session:
        jobs = session.scalars(select(Job).where(Job.name == FAN_OUT)).all()
    return [len(each.args["message_ids"]) for each in jobs]


def send_code(world: World, *, to: str = "13800138000", channel: str = SMS) -> OneTimeCode:
    """Have a code sent to the member, or to nobody."""
    issue_code(
        world.engine,
        purpose="reset",
        owner="reset:1",
        account_id=world.account().id if to else None,
        channel=channel,
        to=to,
        limit_on="individual:330000100001",
        now=world.now,
    )
    with world.engine.database.read() as session:
        return session.scalars(select(OneTimeCode)).one()
