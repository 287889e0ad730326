"""Deliveries are forgotten when they are old."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.jobs import Worker, defer
from tests.workflows.conftest import NOW
from tests.workflows.delivery.delivering import World, send_code
from workflows.delivery import forgetting
from workflows.shared.codes import OneTimeCode
from workflows.shared.deliveries import FAN_OUT_QUEUE, Delivery, DeliveryAttempt


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
