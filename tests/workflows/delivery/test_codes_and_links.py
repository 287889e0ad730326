"""Codes and links: at once, to where they were asked for, and told by no row."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from engine.actors import SYSTEM
from engine.jobs import Job
from tests.workflows.conftest import NOW
from tests.workflows.delivery.delivering import MAILBOX, MOBILE, OPENID, World, send_code
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS
from workflows.shared.codes import derive_code
from workflows.shared.deliveries import Delivery, DeliveryAttempt
from workflows.shared.one_time_links import derive_link, issue_link
from workflows.shared.public_address import public_address


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
