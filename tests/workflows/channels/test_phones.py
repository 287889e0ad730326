"""Simulated phones: what arrives on them, and how their channels are told to behave."""

import pytest
from sqlalchemy.orm import Session

from engine.database import Database
from engine.errors import NotFound
from tests.workflows.conftest import NOW
from workflows.channels import phones
from workflows.channels.phones import MOODS, SLOW, STAND_INS, SimulatedPhone, arrive, behave
from workflows.shared.channels import (
    EMAIL,
    OFFICIAL_ACCOUNT,
    SMS,
    ChannelAway,
    ChannelRefused,
)

MOBILE, OPENID, MAILBOX = "+8613800000001", "oPhone00000000000000000001", "zhou@example.org"


def add(session: Session, **changes: str) -> SimulatedPhone:
    values = {"name": "周", "mobile": MOBILE, "openid": OPENID, "email": MAILBOX, **changes}
    return phones.add_phone(session, **values, now=NOW)


def put(session: Session, channel: str, to: str, key: str = "1", times: int = 1) -> None:
    arrive(session, channel=channel, to=to, title="t", text=channel, key=key, times=times, now=NOW)


def test_a_phone_shows_what_came_on_every_channel_the_newest_first(session: Session) -> None:
    phone = add(session)
    other = add(session, mobile="+8613800000002", openid="oOther", email="")
    for channel, to in ((SMS, MOBILE), (OFFICIAL_ACCOUNT, OPENID), (EMAIL, MAILBOX)):
        put(session, channel, to)
    put(session, EMAIL, "", key="2")
    shown = [each.channel for each in phones.list_messages(session, phone)]
    assert shown == [EMAIL, OFFICIAL_ACCOUNT, SMS]
    assert not phones.list_messages(session, other)
    assert [each.id for each in phones.list_phones(session)] == [phone.id, other.id]


def test_only_the_newest_are_shown(session: Session) -> None:
    phone = add(session)
    for number in range(5):
        put(session, SMS, MOBILE, key=str(number))
    keys = [each.key for each in phones.list_messages(session, phone, limit=2)]
    assert keys == ["sms:4", "sms:3"]


def test_the_same_key_arrives_once_on_each_channel(session: Session) -> None:
    phone = add(session)
    for _ in range(2):
        put(session, SMS, MOBILE)
        put(session, OFFICIAL_ACCOUNT, OPENID, times=2)
    keys = {each.key for each in phones.list_messages(session, phone)}
    assert keys == {"sms:1", "official_account:1", "official_account:1#2"}


def test_a_phone_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        phones.get_phone(session, 7)
    assert phones.find_phone(session, OPENID) is None


def test_every_channel_has_a_mood_of_its_own(database: Database) -> None:
    with database.transaction() as session:
        assert phones.list_moods(session) == dict.fromkeys(STAND_INS, "well")
        phones.set_mood(session, channel=SMS, mood="away")
        phones.set_mood(session, channel=SMS, mood="slow")
        assert phones.list_moods(session) == {**dict.fromkeys(STAND_INS, "well"), SMS: "slow"}


@pytest.mark.parametrize("mood", MOODS)
def test_a_channel_behaves_as_it_was_told(database: Database, mood: phones.Mood) -> None:
    with database.transaction() as session:
        phones.set_mood(session, channel=SMS, mood=mood)
    waits: list[float] = []
    expected = {"well": 1, "slow": 1, "twice": 2}
    if mood in expected:
        assert behave(database, SMS, wait=waits.append) == expected[mood]
        assert waits == ([SLOW] if mood == "slow" else [])
        return
    with pytest.raises(ChannelAway if mood == "away" else ChannelRefused):
        behave(database, SMS, wait=waits.append)
    assert behave(database, EMAIL) == 1
