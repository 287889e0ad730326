"""What WeChat tells our server: each event is taken once, in envelopes of its protocol."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.attempts import Attempt
from engine.engine import Engine
from engine.errors import Conflict
from engine.jobs import Worker, plan_recurring
from tests.workflows.conftest import NOW
from workflows.channels import phones
from workflows.channels.phones import PhoneMessage, add_phone, list_messages_to
from workflows.channels.wechat.envelopes import (
    Envelope,
    Keys,
    NotReadable,
    make_envelope,
    open_answer,
    read_xml,
    write_xml,
)
from workflows.channels.wechat.events import NOTHING, Callbacks, WechatEvent
from workflows.channels.wechat.stand_in import CodeNotScanned, StandInAccount, stand_in_keys
from workflows.shared.accounts import find_account
from workflows.shared.bindings import bind, find_binding
from workflows.shared.channels import OFFICIAL_ACCOUNT
from workflows.shared.scans import Reply, Scan

OPENID = "oPhone00000000000000000001"
AN_HOUR = timedelta(hours=1)


@dataclass
class Seen:
    """A hook that writes down what was scanned, in the database as hooks do."""

    fails: bool = False
    scans: list[Scan] = field(default_factory=list)

    def __call__(self, session: Session, *, engine: Engine, scan: Scan, now: datetime) -> Reply:
        number = len(self.scans)
        session.add(Attempt(key=f"{scan.value}:{number}", count=1, since=now))
        session.flush()
        self.scans.append(scan)
        if self.fails:
            raise Conflict
        return Reply("Go on here.", "Reset the password", f"https://huiji.example/{scan.value}")


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def callbacks(engine: Engine, seen: Seen) -> Callbacks:
    return Callbacks(engine, stand_in_keys(engine), {"reset": seen})


@pytest.fixture
def account(engine: Engine, callbacks: Callbacks) -> StandInAccount:
    with engine.database.transaction() as session:
        add_phone(session, name="周", mobile="+8613800000001", openid=OPENID, now=NOW)
    return StandInAccount(engine, "http://localhost/simulator", callbacks.receive)


def scene_code(account: StandInAccount, scene: str = "reset:abc") -> str:
    """What the QR code of a scene says."""
    return account.make_scene_code(scene=scene, lives=AN_HOUR, now=NOW).content


def arrived(engine: Engine) -> list[PhoneMessage]:
    """What arrived on the phone."""
    with engine.database.read() as session:
        return list(list_messages_to(session, OPENID))


def told(keys: Keys, *, at: datetime = NOW, created: datetime = NOW, **event: str) -> Envelope:
    """An envelope as WeChat would send it."""
    said = {
        "ToUserName": "gh_1",
        "FromUserName": OPENID,
        "CreateTime": str(int(created.timestamp())),
        "MsgType": "event",
        **event,
    }
    return make_envelope(keys, write_xml(said), now=at)


def count(engine: Engine, table: type) -> int:
    with engine.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_scanning_a_code_follows_and_answers_with_its_link(
    engine: Engine, account: StandInAccount, seen: Seen
) -> None:
    account.scan(1, scene_code(account))
    assert seen.scans == [Scan(OPENID, "abc")]
    (answer,) = arrived(engine)
    assert (answer.title, answer.text) == ("Reset the password", "Go on here.")
    assert answer.address == "https://huiji.example/abc"
    assert account.is_following(openid=OPENID)


def test_a_follower_who_scans_is_recognised_too(account: StandInAccount, seen: Seen) -> None:
    account.follow(1)
    account.scan(1, scene_code(account))
    assert seen.scans == [Scan(OPENID, "abc")]


def test_whoever_follows_without_a_scene_is_welcomed(
    engine: Engine, account: StandInAccount, seen: Seen
) -> None:
    account.follow(1)
    account.follow(1)
    (answer,) = arrived(engine)
    assert answer.text.startswith("Welcome.")
    assert not seen.scans


def test_a_scene_that_nobody_knows_welcomes_only(
    engine: Engine, account: StandInAccount, seen: Seen
) -> None:
    account.scan(1, scene_code(account, "other:abc"))
    account.scan(1, scene_code(account, "other:abc"))
    assert [each.text[:8] for each in arrived(engine)] == ["Welcome."]


def test_tapping_a_menu_entry_is_taken_silently(engine: Engine, account: StandInAccount) -> None:
    account.tap(1, address="https://huiji.example/")
    assert not arrived(engine)
    assert count(engine, WechatEvent) == 1


def test_an_event_that_is_told_twice_happens_once(
    engine: Engine, account: StandInAccount, seen: Seen
) -> None:
    content = scene_code(account)
    with engine.database.transaction() as session:
        phones.set_mood(session, channel=OFFICIAL_ACCOUNT, mood="twice")
    account.scan(1, content)
    assert len(seen.scans) == count(engine, Attempt) == 1


def test_an_event_that_is_told_again_is_answered_the_same(callbacks: Callbacks, seen: Seen) -> None:
    answers = []
    for seconds in (0, 5, 10):
        later = NOW + timedelta(seconds=seconds)
        envelope = told(callbacks.keys, at=later, Event="SCAN", EventKey="reset:abc")
        answers.append(read_xml(open_answer(callbacks.keys, callbacks.receive(envelope), now=NOW)))
    assert len(seen.scans) == 1
    assert answers[0]["Content"].endswith(
        '<a href="https://huiji.example/abc">Reset the password</a>'
    )
    assert len({tuple(each.items()) for each in answers}) == 1


def test_one_that_is_told_by_several_at_once_happens_once(
    engine: Engine, callbacks: Callbacks, seen: Seen
) -> None:
    envelopes = [told(callbacks.keys, Event="SCAN", EventKey="reset:abc") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(callbacks.receive, envelopes))
    assert len(seen.scans) == count(engine, Attempt) == 1
    assert NOTHING not in answers


def test_two_scans_within_a_second_are_two(callbacks: Callbacks, seen: Seen) -> None:
    for scene in ("reset:abc", "reset:def"):
        callbacks.receive(told(callbacks.keys, Event="SCAN", EventKey=scene))
    assert [each.value for each in seen.scans] == ["abc", "def"]


def test_a_written_message_is_known_by_its_id(engine: Engine, callbacks: Callbacks) -> None:
    for number in ("1", "1", "2"):
        written = told(callbacks.keys, MsgType="text", Content="hello", MsgId=number)
        assert callbacks.receive(written) == NOTHING
    assert count(engine, WechatEvent) == 2


def test_what_a_hook_refuses_is_undone_and_told(
    engine: Engine, account: StandInAccount, seen: Seen
) -> None:
    seen.fails = True
    account.scan(1, scene_code(account))
    assert [each.text for each in arrived(engine)] == ["This has changed in the meantime."]
    assert count(engine, Attempt) == 0
    assert account.is_following(openid=OPENID)


def test_a_text_cannot_hold_a_link_of_its_own(callbacks: Callbacks, engine: Engine) -> None:
    def hook(session: Session, *, engine: Engine, scan: Scan, now: datetime) -> Reply:
        return Reply('<a href="https://elsewhere.example">x</a>')

    answering = Callbacks(engine, callbacks.keys, {"reset": hook})
    answer = answering.receive(told(callbacks.keys, Event="SCAN", EventKey="reset:abc"))
    assert "<a" not in read_xml(open_answer(callbacks.keys, answer, now=NOW))["Content"]


def test_who_leaves_stays_bound_and_is_not_reached(demo_engine: Engine) -> None:
    account = StandInAccount(
        demo_engine,
        "http://localhost/simulator",
        Callbacks(demo_engine, stand_in_keys(demo_engine), {}).receive,
    )
    with demo_engine.database.transaction() as session:
        phone = add_phone(session, name="周", mobile="+8613800000009", openid=OPENID, now=NOW)
        member = find_account(session, user_type="member", login="330000100001")
        assert member is not None
        bind(session, demo_engine.vault, account_id=member.id, openid=OPENID, now=NOW)
    following = []
    for deed in (account.follow, account.unfollow, account.unfollow, account.follow):
        deed(phone.id)
        with demo_engine.database.read() as session:
            binding = find_binding(session, member.id)
            assert binding is not None
            following.append(binding.is_following)
        demo_engine.now = lambda: NOW + timedelta(seconds=len(following))
    assert following == [True, False, False, True]


def test_the_database_keeps_neither_openid_nor_link_in_clear(
    engine: Engine, account: StandInAccount
) -> None:
    account.scan(1, scene_code(account))
    with engine.database.read() as session:
        (row,) = session.scalars(select(WechatEvent)).all()
    assert row.reply is not None
    assert b"huiji.example" not in row.reply
    assert OPENID.encode() not in row.key + row.reply


def test_events_are_forgotten_when_they_cannot_be_told_again(
    engine: Engine, account: StandInAccount
) -> None:
    account.scan(1, scene_code(account))
    plan_recurring(engine)
    Worker(engine).run_due()
    assert count(engine, WechatEvent) == 1
    engine.now = lambda: NOW + timedelta(days=2)
    Worker(engine).run_due()
    assert count(engine, WechatEvent) == 0


def test_an_expired_or_foreign_code_leads_nowhere(
    engine: Engine, account: StandInAccount, seen: Seen
) -> None:
    content = scene_code(account)
    with pytest.raises(CodeNotScanned):
        account.scan(1, content + "x")
    with pytest.raises(CodeNotScanned):
        account.scan(1, "https://elsewhere.example/")
    engine.now = lambda: NOW + 2 * AN_HOUR
    with pytest.raises(CodeNotScanned):
        account.scan(1, content)
    assert not seen.scans


def test_what_nobody_did_is_refused(callbacks: Callbacks) -> None:
    for openid in ("", "o" * 65, "o周", "a b", "<xml/>"):
        with pytest.raises(NotReadable):
            callbacks.receive(told(callbacks.keys, FromUserName=openid, Event="subscribe"))


def test_any_event_is_taken_as_often_as_it_comes(callbacks: Callbacks) -> None:
    keys = ("", "reset", "reset:", ":", "qrscene_", "qrscene_reset:x", "周" * 99)
    for event, key in product(("subscribe", "SCAN", "CLICK", "unsubscribe", "", "周"), keys):
        envelope = told(callbacks.keys, Event=event, EventKey=key)
        answers = [callbacks.receive(envelope) for _ in range(2)]
        assert (answers[0] == NOTHING) == (answers[1] == NOTHING)
