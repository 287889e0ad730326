"""The official account: the same cases against the client with a local server, and the stand-in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from engine.engine import Engine
from tests.workflows.channels.wechat_server import (
    APP_ID,
    KEYS,
    SECRET,
    TEMPLATE,
    Wechat,
    serve_wechat,
)
from tests.workflows.conftest import NOW
from workflows.channels import phones
from workflows.channels.phones import SLOW, add_phone, list_messages_to
from workflows.channels.wechat.client import WechatAccount, make_account
from workflows.channels.wechat.envelopes import open_answer, read_xml
from workflows.channels.wechat.events import NOTHING, Callbacks
from workflows.channels.wechat.stand_in import StandInAccount, stand_in_keys
from workflows.shared.channels import (
    OFFICIAL_ACCOUNT,
    ChannelAway,
    ChannelRefused,
    OfficialAccount,
)
from workflows.shared.scans import Reply, Scan
from workflows.shared.service_settings import ServiceSettings

FOLLOWER, LEFT, UNKNOWN = "oFollower000000000000000001", "oLeft0000000000000000000002", "oNobody"
MINUTES = timedelta(minutes=5)
BACK = "https://huiji.example/official-account/arrive"
MENU = {
    "button": [
        {
            "name": "我的",
            "sub_button": [
                {"type": "view", "name": "找回密码", "url": "https://huiji.example/reset"},
                {"type": "view", "name": "绑定用户", "url": "https://huiji.example/bind"},
            ],
        }
    ]
}
SETTINGS = {
    "HUIJI_WECHAT_APP_ID": APP_ID,
    "HUIJI_WECHAT_SECRET": SECRET,
    "HUIJI_WECHAT_TOKEN": KEYS.token,
    "HUIJI_WECHAT_AES_KEY": KEYS.aes_key,
    "HUIJI_WECHAT_TEMPLATE": TEMPLATE,
}


def settings(service: Wechat, **changes: str) -> ServiceSettings:
    """The settings of an installation whose WeChat is the local server."""
    return ServiceSettings({**SETTINGS, "HUIJI_WECHAT_ADDRESS": service.address, **changes})


@dataclass
class Scanned:
    """A hook that remembers what was scanned."""

    scans: list[Scan] = field(default_factory=list)

    def __call__(self, session: Session, *, engine: Engine, scan: Scan, now: datetime) -> Reply:
        self.scans.append(scan)
        return Reply("请继续。", "找回密码", "https://huiji.example/go")


class World(Protocol):
    """An official account and the other end of its line."""

    scanned: Scanned
    engine: Engine

    @property
    def account(self) -> OfficialAccount:
        """The account."""

    def be(self, mood: str) -> None:
        """Let WeChat be `well`, `away` or `refusing`."""

    def arrived(self, openid: str) -> list[tuple[str, str, str]]:
        """The messages that arrived: title, text and address."""

    def follow(self, openid: str, *, is_following: bool) -> None:
        """Let a WeChat user follow or leave."""

    def scan(self, openid: str, content: str) -> str:
        """Let a WeChat user scan a code; what he is answered."""

    def come_back(self, address: str, openid: str) -> dict[str, str]:
        """Let a reader go where a page sends him: `back`, `code` and `state`."""

    def menu(self) -> object:
        """The menu that followers see."""


@dataclass
class StandInWorld:
    """The stand-in with its phones."""

    engine: Engine
    scanned: Scanned
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        callbacks = Callbacks(self.engine, stand_in_keys(self.engine), {"reset": self.scanned})
        self.account = StandInAccount(
            self.engine, "http://localhost/simulator", callbacks.receive, self.waits.append
        )
        with self.engine.database.transaction() as session:
            for number, openid in enumerate((FOLLOWER, LEFT)):
                mobile = f"+861380000000{number}"
                add_phone(session, name="周", mobile=mobile, openid=openid, now=NOW)
            phones.set_following(session, openid=FOLLOWER, is_following=True)

    def be(self, mood: str) -> None:
        with self.engine.database.transaction() as session:
            phones.set_mood(session, channel=OFFICIAL_ACCOUNT, mood=mood)  # type: ignore[arg-type]

    def arrived(self, openid: str) -> list[tuple[str, str, str]]:
        with self.engine.database.read() as session:
            found = list_messages_to(session, openid)
        return [(each.title, each.text, each.address) for each in found]

    def follow(self, openid: str, *, is_following: bool) -> None:
        number = self._phone(openid)
        (self.account.follow if is_following else self.account.unfollow)(number)

    def scan(self, openid: str, content: str) -> str:
        before = len(self.arrived(openid))
        self.account.scan(self._phone(openid), content)
        return "".join(f"{text}\n{address}" for _, text, address in self.arrived(openid)[before:])

    def come_back(self, address: str, openid: str) -> dict[str, str]:
        said = parse_qs(urlsplit(address).query)
        code = self.account.make_sign_in_code(self._phone(openid))
        return {"back": said["back"][0], "code": code, "state": said["state"][0]}

    def menu(self) -> object:
        return self.account.read_menu()

    def _phone(self, openid: str) -> int:
        with self.engine.database.read() as session:
            phone = phones.find_phone(session, openid)
        assert phone is not None
        return phone.id


@dataclass
class WechatWorld:
    """The client with a server that speaks WeChat's protocol."""

    engine: Engine
    scanned: Scanned
    service: Wechat
    account: WechatAccount

    def __post_init__(self) -> None:
        self.callbacks = Callbacks(self.engine, KEYS, {"reset": self.scanned})
        self.service.followers = {FOLLOWER: True, LEFT: False}

    def be(self, mood: str) -> None:
        self.service.be(mood)

    def arrived(self, openid: str) -> list[tuple[str, str, str]]:
        return [
            (each["data"]["thing1"]["value"], each["data"]["thing2"]["value"], each["url"])
            for each in self.service.messages.values()
            if each["touser"] == openid
        ]

    def follow(self, openid: str, *, is_following: bool) -> None:
        self.service.followers[openid] = is_following

    def scan(self, openid: str, content: str) -> str:
        answer = self.callbacks.receive(next(self.service.scan(openid, content)))
        if answer == NOTHING:
            return ""
        return read_xml(open_answer(KEYS, answer, now=self.engine.now()))["Content"]

    def come_back(self, address: str, openid: str) -> dict[str, str]:
        return self.service.read_code(address, openid)

    def menu(self) -> object:
        return self.service.menu


@pytest.fixture
def service(engine: Engine) -> Iterator[Wechat]:
    """The local server, on the engine's clock."""

    def clock() -> datetime:
        return engine.now()

    with serve_wechat(clock) as service:
        yield service


@pytest.fixture
def client(engine: Engine, service: Wechat) -> Iterator[WechatAccount]:
    """The client, connected to the local server."""
    made = make_account(settings(service), engine)
    with made.calls.http:
        yield made


@pytest.fixture(params=["wechat", "stand-in"])
def world(request: pytest.FixtureRequest, engine: Engine) -> World:
    """Each official account in turn, on each kind of database."""
    if request.param == "stand-in":
        return StandInWorld(engine, Scanned())
    service, client = request.getfixturevalue("service"), request.getfixturevalue("client")
    return WechatWorld(engine, Scanned(), service, client)


def send(world: World, openid: str = FOLLOWER, key: str = "message:1") -> str:
    """Send something to somebody."""
    return world.account.send(
        openid=openid, title="密码找回", text="验证码 041527", address=BACK, key=key
    )


def test_a_follower_gets_a_message(world: World) -> None:
    assert send(world)
    assert world.arrived(FOLLOWER) == [("密码找回", "验证码 041527", BACK)]


def test_a_message_that_is_sent_again_arrives_once(world: World) -> None:
    assert send(world) == send(world)
    assert len(world.arrived(FOLLOWER)) == 1
    assert send(world, key="message:2") != send(world)
    assert len(world.arrived(FOLLOWER)) == 2


def test_who_left_is_not_reached(world: World) -> None:
    with pytest.raises(ChannelRefused) as refused:
        send(world, LEFT)
    assert refused.value.code == "43004"


def test_who_never_was_there_is_not_reached(world: World) -> None:
    with pytest.raises(ChannelRefused) as refused:
        send(world, UNKNOWN)
    assert refused.value.code == "40003"


def test_whether_somebody_follows_is_known(world: World) -> None:
    assert world.account.is_following(openid=FOLLOWER)
    assert not world.account.is_following(openid=LEFT)
    with pytest.raises(ChannelRefused):
        world.account.is_following(openid=UNKNOWN)
    world.follow(FOLLOWER, is_following=False)
    assert not world.account.is_following(openid=FOLLOWER)


def test_who_scans_a_scene_is_known_and_led_on(world: World) -> None:
    code = world.account.make_scene_code(scene="reset:abc", lives=MINUTES, now=NOW)
    assert code.expires_at == NOW + MINUTES
    for openid in (FOLLOWER, LEFT):
        answer = world.scan(openid, code.content)
        assert "请继续。" in answer
        assert "https://huiji.example/go" in answer
    assert world.scanned.scans == [Scan(FOLLOWER, "abc"), Scan(LEFT, "abc")]
    assert world.account.is_following(openid=LEFT)


def test_scenes_are_told_apart(world: World) -> None:
    codes = [
        world.account.make_scene_code(scene=scene, lives=MINUTES, now=NOW)
        for scene in ("reset:one", "reset:two", "r" * 64)
    ]
    assert len({each.content for each in codes}) == 3
    world.scan(FOLLOWER, codes[1].content)
    assert world.scanned.scans == [Scan(FOLLOWER, "two")]


@pytest.mark.parametrize("scene", ["", "r" * 65])
def test_a_scene_of_the_wrong_length_is_refused(world: World, scene: str) -> None:
    with pytest.raises(ChannelRefused) as refused:
        world.account.make_scene_code(scene=scene, lives=MINUTES, now=NOW)
    assert refused.value.code == "40053"


def test_the_menu_is_what_was_set_last(world: World) -> None:
    world.account.set_menu({"button": []})
    world.account.set_menu(MENU)
    assert world.menu() == MENU


def test_a_page_learns_who_reads_it(world: World) -> None:
    address = world.account.sign_in_address(back=BACK, state="a1-B2")
    said = world.come_back(address, FOLLOWER)
    assert (said["back"], said["state"]) == (BACK, "a1-B2")
    assert world.account.find_openid(code=said["code"]) == FOLLOWER


def test_a_code_of_web_authorization_works_once(world: World) -> None:
    said = world.come_back(world.account.sign_in_address(back=BACK, state="s"), LEFT)
    assert world.account.find_openid(code=said["code"]) == LEFT
    for code in (said["code"], "made-up", ""):
        with pytest.raises(ChannelRefused):
            world.account.find_openid(code=code)


def test_a_code_of_web_authorization_ends(world: World) -> None:
    said = world.come_back(world.account.sign_in_address(back=BACK, state="s"), FOLLOWER)
    world.engine.now = lambda: NOW + timedelta(minutes=6)
    with pytest.raises(ChannelRefused):
        world.account.find_openid(code=said["code"])


@pytest.mark.parametrize("state", ["a&b=c", "a b", "说", "s" * 129])
def test_a_state_that_would_not_come_back_is_a_mistake(world: World, state: str) -> None:
    with pytest.raises(ValueError, match="state"):
        world.account.sign_in_address(back=BACK, state=state)


def test_who_is_away_is_tried_again(world: World) -> None:
    world.be("away")
    with pytest.raises(ChannelAway):
        send(world)
    with pytest.raises(ChannelAway):
        world.account.make_scene_code(scene="reset:abc", lives=MINUTES, now=NOW)
    with pytest.raises(ChannelAway):
        world.account.set_menu(MENU)
    with pytest.raises(ChannelAway):
        world.account.find_openid(code="c")
    with pytest.raises(ChannelAway):
        world.account.is_following(openid=FOLLOWER)
    world.be("well")
    send(world)
    assert len(world.arrived(FOLLOWER)) == 1


def test_who_refuses_says_why(world: World) -> None:
    send(world)
    world.be("refusing")
    with pytest.raises(ChannelRefused) as refused:
        send(world, key="message:2")
    assert refused.value.code
    assert refused.value.code in str(refused.value)
    assert len(world.arrived(FOLLOWER)) == 1


def test_a_slow_stand_in_takes_its_time_and_delivers(engine: Engine) -> None:
    world = StandInWorld(engine, Scanned())
    world.be("slow")
    send(world)
    assert world.waits == [SLOW]
    assert len(world.arrived(FOLLOWER)) == 1


def test_a_stand_in_may_deliver_twice(engine: Engine) -> None:
    world = StandInWorld(engine, Scanned())
    world.be("twice")
    send(world)
    send(world)
    assert len(world.arrived(FOLLOWER)) == 2
