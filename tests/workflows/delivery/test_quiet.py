"""Text messages that can wait do not come by night."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.workflows.delivery.delivering import MOBILE, World
from workflows.delivery.quiet import when_to_send
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS

MORNING = datetime(2022, 9, 7, 0, 0, tzinfo=UTC)


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
