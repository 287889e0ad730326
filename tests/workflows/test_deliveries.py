"""How a message, a code or a link reaches people, and what is seen of it when it does not."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.database import new_id
from engine.engine import Engine
from engine.jobs import CASES, Job, Worker, defer
from tests.workflows.conftest import NOW
from tests.workflows.walking import REVIEWER, Walk
from workflows.channels import phones
from workflows.channels.mail.stand_in import StandInMail
from workflows.channels.phones import Mood, PhoneMessage, SimulatedPhone
from workflows.channels.sms.stand_in import StandInSms
from workflows.channels.wechat.stand_in import StandInAccount
from workflows.delivery import forgetting
from workflows.delivery.quiet import when_to_send
from workflows.delivery.resending import resend
from workflows.shared.access import get_viewer
from workflows.shared.accounts import Account, find_account
from workflows.shared.bindings import bind, note_following
from workflows.shared.channels import CHANNELS, EMAIL, OFFICIAL_ACCOUNT, SERVICE, SMS, Channels
from workflows.shared.codes import OneTimeCode, derive_code, issue_code
from workflows.shared.deliveries import (
    FAN_OUT,
    FAN_OUT_QUEUE,
    Delivery,
    DeliveryAttempt,
    deliver_message,
    list_attempts,
)
from workflows.shared.messages import Message, send_to_member, tell
from workflows.shared.new_bindings import bind_own
from workflows.shared.one_time_links import derive_link, issue_link
from workflows.shared.private import write_private
from workflows.shared.public_address import public_address
from workflows.shared.reach import find_reach
from workflows.shared.register import Member, find_member_by_number

NUMBER = "330000100001"
RETURNED = "application_returned.inspection"
REMINDED = "not_applied_yet"
MOBILE, MAILBOX, OPENID = "+8613800138000", "cai@example.com", "oWX-cai"
MORNING = datetime(2022, 9, 7, 0, 0, tzinfo=UTC)


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


@pytest.fixture
def world(demo_engine: Engine) -> World:
    """The demo with stand-ins for all channels."""
    world = World(demo_engine)
    demo_engine.now = lambda: world.now
    demo_engine.services[SERVICE] = Channels(
        official_account=StandInAccount(demo_engine, "", lambda _: b"", wait=lambda _: None),
        sms=StandInSms(demo_engine.database, demo_engine.now),
        mail=StandInMail(demo_engine.database, demo_engine.now),
    )
    world.change(mobile="13800138000", email=MAILBOX)
    with demo_engine.database.transaction() as session:
        phone = SimulatedPhone(
            name="蔡思源", mobile=MOBILE, email=MAILBOX, openid=OPENID, created_at=NOW
        )
        phone.is_following = True
        session.add(phone)
        bind(session, demo_engine.vault, account_id=world.account().id, openid=OPENID, now=NOW)
    world.work()
    return world


def test_a_decision_goes_to_every_channel_that_its_person_has(world: World) -> None:
    message_id = world.write()
    world.work()
    assert {each.channel: each.to for each in world.arrived()} == {
        OFFICIAL_ACCOUNT: OPENID,
        SMS: MOBILE,
        EMAIL: MAILBOX,
    }
    told, text, letter = (
        world.arrived(OPENID)[0],
        world.arrived(MOBILE)[0],
        world.arrived(MAILBOX)[0],
    )
    assert told.title == letter.title == "2021年度年检申请已退回"
    assert told.address.endswith(f"/messages/{message_id}")
    assert "请补充。" in letter.text
    assert "2021年度年检申请已退回" in text.text
    assert "请补充" not in text.text
    assert {each.state for each in world.deliveries.values()} == {"sent"}
    assert world.deliveries[SMS].to_masked == "138****8000"


def test_a_reminder_costs_no_text_message(world: World) -> None:
    world.write(REMINDED)
    world.work()
    assert set(world.deliveries) == {OFFICIAL_ACCOUNT, EMAIL}


def test_a_person_reads_in_the_language_of_his_account(world: World) -> None:
    with world.engine.database.transaction() as session:
        session.get_one(Account, world.account().id).locale = "en"
    world.write()
    world.work()
    assert world.arrived(OPENID)[0].title == "Your inspection application for 2021 was returned"
    assert "Dear " in world.arrived(MAILBOX)[0].text
    assert "Your inspection application" in world.arrived(MOBILE)[0].text


def test_who_does_not_follow_or_has_a_malformed_number_is_told_elsewhere(world: World) -> None:
    world.change(mobile="0571-88888888", email="nobody")
    with world.engine.database.transaction() as session:
        note_following(session, world.engine.vault, openid=OPENID, is_following=False)
    world.write()
    world.work()
    assert world.deliveries == {}


def test_a_channel_that_is_not_installed_is_not_tried(world: World) -> None:
    world.engine.services[SERVICE] = Channels(mail=StandInMail(world.engine.database))
    world.write()
    world.work()
    assert set(world.deliveries) == {EMAIL}
    del world.engine.services[SERVICE]
    world.write()
    world.work()
    assert set(world.deliveries) == {EMAIL}


def test_what_changed_on_file_meanwhile_is_where_it_goes(world: World) -> None:
    world.feel(SMS, "away")
    world.write()
    world.work()
    world.change(mobile="13900139000")
    world.feel(SMS, "well")
    world.wait(minutes=1)
    assert [each.to for each in world.arrived() if each.channel == SMS] == ["+8613900139000"]
    assert world.deliveries[SMS].to_masked == "139****9000"


def test_a_channel_that_is_away_is_tried_again_each_time_later(world: World) -> None:
    world.feel(SMS, "away")
    world.write()
    world.work()
    for seconds in (1, 1.5, 4.5, 8.5):
        world.wait(seconds=seconds)
    assert world.outcomes(SMS) == ["away"] * 4
    assert (world.deliveries[SMS].state, world.deliveries[SMS].error) == ("due", "ChannelAway")
    world.feel(SMS, "well")
    world.wait(minutes=1)
    assert world.outcomes(SMS) == ["away"] * 4 + ["sent"]
    assert (world.deliveries[SMS].state, world.deliveries[SMS].error) == ("sent", None)
    assert len(world.arrived(MOBILE)) == 1


def test_a_channel_that_stays_away_fails_for_good_where_an_administrator_sees_it(
    world: World,
) -> None:
    world.feel(EMAIL, "away")
    world.write()
    world.work()
    for _ in range(30):
        world.wait(hours=1)
    assert world.deliveries[EMAIL].state == "failed"
    assert world.deliveries[EMAIL].attempts == 24
    with world.engine.database.read() as session:
        assert (
            session.scalars(select(Job).where(Job.name != "tidy", Job.state == "failed")).all()
            == []
        )


def test_a_refusal_is_final(world: World) -> None:
    world.feel(SMS, "refusing")
    world.write()
    world.work()
    world.wait(hours=1)
    assert world.outcomes(SMS) == ["refused"]
    assert (world.deliveries[SMS].state, world.deliveries[SMS].error) == ("failed", "stand_in")


def test_a_message_is_delivered_once_however_often_it_is_handed_over(world: World) -> None:
    key = world.write()
    with world.engine.database.transaction() as session:
        message = session.get_one(Message, key)
        deliver_message(session, message, now=NOW)
        deliver_message(session, message, now=NOW)
    world.work()
    assert Counter(each.to for each in world.arrived()) == {OPENID: 1, MOBILE: 1, MAILBOX: 1}


def test_after_a_crash_between_sending_and_noting_it_arrives_once(world: World) -> None:
    world.write()
    Worker(world.engine).run_due(queue=FAN_OUT_QUEUE)
    delivery = world.deliveries[SMS]
    sms = StandInSms(world.engine.database)
    sms.send(mobile=MOBILE, template="notice", values={"title": "…"}, key=delivery.provider_key)
    with world.engine.database.transaction() as session:
        session.add(DeliveryAttempt(delivery_id=delivery.id, at=NOW, outcome="begun"))
    world.work()
    assert world.outcomes(SMS) == ["begun", "sent"]
    assert len(world.arrived(MOBILE)) == 1


def test_a_message_of_a_transaction_that_fails_goes_nowhere(world: World) -> None:
    def write_and_fail() -> None:
        with world.engine.database.transaction() as session:
            message = session.get_one(Message, key)
            deliver_message(session, message, now=NOW)
            raise RuntimeError

    world.engine.services.clear()
    key = world.write()
    world.work()
    with pytest.raises(RuntimeError):
        write_and_fail()
    assert fan_outs(world) == []


def remind(session: Session, member_id: int) -> None:
    """Write a message to a member."""
    send_to_member(
        session, member_id=member_id, template=REMINDED, values={}, case_id=None, now=NOW
    )


def fan_outs(world: World) -> list[int]:
    """How many messages each job is about that waits to hand them over."""
    with world.engine.database.read() as session:
        jobs = session.scalars(select(Job).where(Job.name == FAN_OUT)).all()
    return [len(each.args["message_ids"]) for each in jobs]


def test_messages_of_one_transaction_are_one_row_more(world: World) -> None:
    with world.engine.database.transaction() as session:
        members = session.scalars(select(Member.id).where(Member.state == "active").limit(250))
        for member_id in members.all():
            remind(session, member_id)
    assert fan_outs(world) == [50] * 5
    world.work()
    with world.engine.database.read() as session:
        states = session.execute(
            select(Delivery.state, func.count()).group_by(Delivery.state)
        ).all()
    assert [state for state, _count in states] == ["sent"]


def test_what_many_wrote_one_by_one_is_handed_over_together(world: World) -> None:
    for _ in range(5):
        world.write()
    assert len(fan_outs(world)) == 5
    assert Worker(world.engine).run_due(queue=FAN_OUT_QUEUE) == 1
    assert fan_outs(world) == []
    with world.engine.database.read() as session:
        messages = session.scalars(select(Delivery.message_id).distinct()).all()
    assert len(messages) == 5


def test_what_a_part_of_a_transaction_wrote_is_one_row_with_the_rest(world: World) -> None:
    with world.engine.database.transaction() as session:
        members = session.scalars(select(Member.id).where(Member.state == "active").limit(3)).all()
        for member_id in members:
            with session.begin_nested():
                remind(session, member_id)
    assert fan_outs(world) == [3]


def test_a_text_message_that_can_wait_does_not_come_by_night(world: World) -> None:
    world.now = datetime(2022, 9, 6, 15, 0, tzinfo=UTC)
    world.write()
    world.work()
    assert {each.channel for each in world.arrived()} == {OFFICIAL_ACCOUNT, EMAIL}
    world.wait(hours=8.5)
    assert world.arrived(MOBILE) == []
    world.now = MORNING
    world.work()
    assert len(world.arrived(MOBILE)) == 1


def test_what_could_not_be_sent_in_the_evening_waits_for_the_morning(world: World) -> None:
    world.now = datetime(2022, 9, 6, 13, 59, 59, tzinfo=UTC)
    world.feel(SMS, "away")
    world.write()
    world.work()
    world.feel(SMS, "well")
    world.wait(minutes=5)
    assert world.arrived(MOBILE) == []
    world.now = MORNING
    world.work()
    assert len(world.arrived(MOBILE)) == 1


@pytest.mark.parametrize(
    ("hour", "minute", "until"),
    [(14, 0, 24), (13, 59, None), (23, 59, 24), (0, 0, None), (18, 30, 24)],
)
def test_the_night_is_from_ten_to_eight_in_china(hour: int, minute: int, until: int | None) -> None:
    now = datetime(2022, 9, 6, hour, minute, tzinfo=UTC)
    midnight = now.replace(hour=0, minute=0)
    expected = now if until is None else midnight + timedelta(hours=until)
    assert when_to_send(SMS, is_urgent=False, now=now) == expected
    assert when_to_send(SMS, is_urgent=True, now=now) == now
    assert when_to_send(EMAIL, is_urgent=False, now=now) == now


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


def test_a_code_comes_by_night_and_to_where_it_was_asked_for(world: World) -> None:
    world.now = datetime(2022, 9, 6, 18, 0, tzinfo=UTC)
    code = send_code(world, to="13900139000")
    world.work()
    (arrived,) = world.arrived("+8613900139000")
    assert derive_code(world.engine.vault, code.id) in arrived.text
    assert world.deliveries[SMS].to_sealed is None


@pytest.mark.parametrize(("channel", "to"), [(OFFICIAL_ACCOUNT, OPENID), (EMAIL, MAILBOX)])
def test_a_code_comes_by_the_other_channels_too(world: World, channel: str, to: str) -> None:
    code = send_code(world, to=to, channel=channel)
    world.work()
    (arrived,) = world.arrived(to)
    assert derive_code(world.engine.vault, code.id) in arrived.text


def test_a_code_for_nobody_is_sent_to_nobody(world: World) -> None:
    send_code(world, to="")
    world.work()
    assert world.arrived() == []
    assert (world.deliveries[SMS].state, world.deliveries[SMS].attempts) == ("nowhere", 0)


def test_a_code_without_a_channel_is_seen_by_an_administrator(world: World) -> None:
    world.engine.services.clear()
    send_code(world)
    world.work()
    assert (world.deliveries[SMS].state, world.deliveries[SMS].error) == ("failed", "no_channel")


def test_a_code_that_has_expired_is_not_sent(world: World) -> None:
    world.feel(SMS, "away")
    send_code(world)
    world.work()
    world.feel(SMS, "well")
    world.wait(minutes=5)
    assert world.arrived() == []
    assert (world.deliveries[SMS].state, world.deliveries[SMS].error) == ("failed", "expired")


def test_a_link_comes_however_long_its_channel_was_away(world: World) -> None:
    world.feel(SMS, "away")
    with world.engine.database.transaction() as session:
        link = issue_link(
            session,
            world.engine,
            account_id=world.account().id,
            purpose="reset",
            channel=SMS,
            by=SYSTEM,
            now=NOW,
        )
    for _ in range(12):
        world.wait(minutes=20)
    assert world.deliveries[SMS].state == "due"
    world.feel(SMS, "well")
    world.wait(hours=1)
    (arrived,) = world.arrived(MOBILE)
    assert arrived.address == derive_link(world.engine.vault, link.id, public_address(world.engine))
    assert world.deliveries[SMS].to_sealed is None


def test_no_row_tells_a_code_or_where_it_went(world: World) -> None:
    code = derive_code(world.engine.vault, send_code(world).id)
    world.feel(SMS, "away")
    world.work()
    with world.engine.database.read() as session:
        rows = [
            *session.scalars(select(Delivery)),
            *session.scalars(select(DeliveryAttempt)),
            *session.scalars(select(Job)),
        ]
        kept = " ".join(repr(vars(each)) for each in rows)
    assert code not in kept
    assert "13800138000" not in kept


def test_a_change_is_told_to_the_old_number_too(world: World) -> None:
    with world.engine.database.transaction() as session:
        account = session.get_one(Account, world.account().id)
        old = find_reach(session, world.engine.vault, account)
        write_private(
            session,
            world.engine.vault,
            session.get_one(Member, account.member_id),
            {"mobile": "13900139000"},
        )
        tell(
            session,
            world.engine,
            account=account,
            template=RETURNED,
            values={"year": 2021, "reason": "…"},
            also_to={SMS: old.mobile},
            now=NOW,
        )
    world.work()
    told = sorted(each.to for each in world.arrived() if each.channel == SMS)
    assert told == [MOBILE, "+8613900139000"]


@pytest.mark.parametrize(
    ("openid", "is_following", "told"),
    [
        ("oWX-new", True, [OPENID, "oWX-new"]),
        ("oWX-new", False, ["oWX-new"]),
        (OPENID, True, []),
    ],
)
def test_a_new_binding_is_told_to_the_wechat_user_that_it_replaces_too(
    world: World, openid: str, is_following: bool, told: list[str]
) -> None:
    with world.engine.database.transaction() as session:
        phone = SimulatedPhone(
            name="新手机", mobile="+8615499990002", email="", openid="oWX-new", created_at=NOW
        )
        phone.is_following = True
        session.add(phone)
        note_following(session, world.engine.vault, openid=OPENID, is_following=is_following)
    for _ in range(2):
        with world.engine.database.transaction() as session:
            bind_own(
                session,
                world.engine,
                account=session.get_one(Account, world.account().id),
                openid=openid,
                is_following=True,
                address="203.0.113.7",
                now=NOW,
            )
    world.work()
    assert sorted(each.to for each in world.arrived() if each.channel == OFFICIAL_ACCOUNT) == told


def test_a_firm_and_a_person_of_the_staff_are_told_by_their_account(world: World) -> None:
    with world.engine.database.transaction() as session:
        for user_type in ("staff", "firm"):
            account = session.scalars(
                select(Account).where(Account.user_type == user_type).limit(1)
            ).one()
            message = tell(
                session,
                world.engine,
                account=account,
                template=RETURNED,
                values={"year": 2021, "reason": "…"},
                now=NOW,
            )
            assert message is not None
            assert (message.recipient_kind, message.recipient_id) == (user_type, account.id)


def test_whoever_waits_for_a_provider_keeps_no_case_waiting(world: World) -> None:
    world.write()
    world.work()
    with world.engine.database.transaction() as session:
        defer(session, "inbox.remind", {}, at=NOW)
    world.write()
    queues = world.engine.jobs.queues
    assert queues[0] == CASES
    assert set(CHANNELS) < set(queues)
    before = len(world.arrived())
    Worker(world.engine).run_due(queue=CASES)
    assert len(world.arrived()) == before
    with world.engine.database.read() as session:
        waiting = session.scalars(
            select(Job.queue).where(Job.state == "due", Job.due_at <= NOW)
        ).all()
    assert waiting == [FAN_OUT_QUEUE]


def test_a_delivery_that_is_gone_is_nothing_to_send(world: World) -> None:
    with world.engine.database.transaction() as session:
        defer(session, "deliveries.send", {"delivery_id": str(new_id())}, at=NOW, queue=SMS)
    world.work()
    assert world.arrived() == []


def test_what_is_old_is_not_sent_any_more(world: World) -> None:
    world.write()
    world.wait(days=3)
    assert world.deliveries == {}


def test_old_deliveries_are_forgotten_portion_by_portion(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PORTION", 2)
    world.write()
    send_code(world)
    world.work()
    kept = world.deliveries
    assert len(kept) == 3

    def forget(days: int) -> None:
        world.now = NOW + timedelta(days=days)
        with world.engine.database.transaction() as session:
            defer(session, forgetting.NAME, {}, at=world.now, queue=FAN_OUT_QUEUE)
        Worker(world.engine).run_due(queue=FAN_OUT_QUEUE)

    forget(days=90)
    with world.engine.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 4
        assert session.scalars(select(OneTimeCode)).all() == []
    forget(days=91)
    with world.engine.database.read() as session:
        for table in (Delivery, DeliveryAttempt):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_two_workers_at_one_delivery_send_it_once(world: World) -> None:
    world.write()
    Worker(world.engine).run_due(queue=FAN_OUT_QUEUE)
    delivery = world.deliveries[EMAIL]
    with world.engine.database.transaction() as session:
        for _ in range(6):
            args = {"delivery_id": str(delivery.id)}
            defer(session, "deliveries.send", args, at=NOW, queue=EMAIL)
    with ThreadPoolExecutor(6) as threads:
        for each in [threads.submit(Worker(world.engine).run_due) for _ in range(6)]:
            each.result()
    assert len(world.arrived(MAILBOX)) == 1
    assert world.deliveries[EMAIL].state == "sent"


def test_sending_again_asked_for_at_once_sends_once(world: World) -> None:
    world.write()
    world.work()
    delivery = world.deliveries[SMS]
    with world.engine.database.read() as session:
        admin = find_account(session, user_type="staff", login="admin")
        assert admin is not None
        viewer = get_viewer(session, admin)

    def ask(_: int) -> bool:
        with world.engine.database.transaction() as session:
            return resend(
                session,
                delivery_id=delivery.id,
                round=1,
                viewer=viewer,
                address="127.0.0.1",
                now=NOW,
            )

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(16))) == 1
    world.work()
    assert len(world.arrived(MOBILE)) == 2


def test_completing_a_step_costs_one_row_more(world: World) -> None:
    walk = Walk(world.engine, NUMBER).start().to_materials().apply()
    world.work()
    walk.do("review_application", "approve", by=REVIEWER)
    with world.engine.database.read() as session:
        waiting = session.scalars(select(Job).where(Job.state == "due", Job.due_at <= NOW)).all()
        assert [each.name for each in waiting] == [FAN_OUT]
        assert session.scalars(select(Delivery)).all() == []
