"""An installation whose channels are stand-ins."""

import pytest

from engine.engine import Engine
from tests.workflows.conftest import NOW
from tests.workflows.delivery.delivering import MAILBOX, MOBILE, OPENID, World
from workflows.channels.mail.stand_in import StandInMail
from workflows.channels.phones import SimulatedPhone
from workflows.channels.sms.stand_in import StandInSms
from workflows.channels.wechat.stand_in import StandInAccount
from workflows.shared.bindings import bind
from workflows.shared.channels import SERVICE, Channels


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
