"""A delivery is tried until it arrived, once, and what stays away or refuses is seen."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from engine.database import new_id
from engine.jobs import Job, Worker, defer
from tests.workflows.conftest import NOW
from tests.workflows.delivery.delivering import MAILBOX, MOBILE, World
from workflows.channels.sms.stand_in import StandInSms
from workflows.delivery.resending import resend
from workflows.shared.access import get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.channels import EMAIL, SMS
from workflows.shared.deliveries import FAN_OUT_QUEUE, DeliveryAttempt


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


def test_a_delivery_that_is_gone_is_nothing_to_send(world: World) -> None:
    with world.engine.database.transaction() as session:
        defer(session, "deliveries.send", {"delivery_id": str(new_id())}, at=NOW, queue=SMS)
    world.work()
    assert world.arrived() == []


def test_what_is_old_is_not_sent_any_more(world: World) -> None:
    world.write()
    world.wait(days=3)
    assert world.deliveries == {}


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
