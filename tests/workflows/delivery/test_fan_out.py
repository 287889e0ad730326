"""What is written is handed over to the channels after its transaction, many together."""

from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.jobs import CASES, Job, Worker, defer
from tests.workflows.conftest import NOW
from tests.workflows.delivery.delivering import (
    MAILBOX,
    MOBILE,
    NUMBER,
    OPENID,
    REMINDED,
    World,
    fan_outs,
)
from tests.workflows.walking import REVIEWER, Walk
from workflows.shared.channels import CHANNELS
from workflows.shared.deliveries import FAN_OUT, FAN_OUT_QUEUE, Delivery, deliver_message
from workflows.shared.messages import Message, send_to_member
from workflows.shared.register import Member


def test_a_message_is_delivered_once_however_often_it_is_handed_over(world: World) -> None:
    key = world.write()
    with world.engine.database.transaction() as session:
        message = session.get_one(Message, key)
        deliver_message(session, message, now=NOW)
        deliver_message(session, message, now=NOW)
    world.work()
    assert Counter(each.to for each in world.arrived()) == {OPENID: 1, MOBILE: 1, MAILBOX: 1}


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


def test_completing_a_step_costs_one_row_more(world: World) -> None:
    walk = Walk(world.engine, NUMBER).start().to_materials().apply()
    world.work()
    walk.do("review_application", "approve", by=REVIEWER)
    with world.engine.database.read() as session:
        waiting = session.scalars(select(Job).where(Job.state == "due", Job.due_at <= NOW)).all()
        assert [each.name for each in waiting] == [FAN_OUT]
        assert session.scalars(select(Delivery)).all() == []
