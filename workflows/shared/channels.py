"""The channels on which a person is reached outside the pages: what each one can do.

These are the interfaces. An installation puts a real client or a stand-in for each into
`engine.services`; nothing else knows which one it is. Every call leaves the process: never make
one in a transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, cast

from engine.engine import Engine
from engine.errors import HuijiError
from engine.language import N_

OFFICIAL_ACCOUNT = "official_account"
SMS = "sms"
EMAIL = "email"
CHANNELS = (OFFICIAL_ACCOUNT, SMS, EMAIL)

SERVICE = "channels"
"""The name under which `Channels` stand in `engine.services`."""

SmsTemplate = Literal["code", "link", "notice"]
"""What a text message is about. Providers send approved templates only: `code` takes `code` and
`minutes`, `link` takes `link` and `minutes`, `notice` takes `title`."""


class ChannelAway(HuijiError):
    """The channel does not answer, or asks to be left alone for a while: try again later.

    `code` is what its provider calls the reason, empty where it did not say.
    """

    message = N_("This channel cannot be reached at the moment.")

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.code = code


class ChannelRefused(HuijiError):
    """The channel will never deliver this; `code` is what its provider calls the reason."""

    message = N_("The provider refused: %(code)s.")

    def __init__(self, code: str) -> None:
        super().__init__(code=code)
        self.code = code


@dataclass(frozen=True)
class SceneCode:
    """A QR code of the official account that carries a scene; `content` is what it says."""

    content: str
    expires_at: datetime


class OfficialAccount(Protocol):
    """The official account 公众号. `openid` is what it knows a WeChat user by.

    All calls may raise ChannelAway or ChannelRefused.
    """

    def make_scene_code(self, *, scene: str, lives: timedelta, now: datetime) -> SceneCode:
        """A QR code that tells us, when it is scanned, who scanned it; `scene`: 64 characters."""

    def send(self, *, openid: str, title: str, text: str, address: str, key: str) -> str:
        """Send a template message to a follower; the provider's key of it. `key`: once only."""

    def set_menu(self, menu: Mapping[str, object]) -> None:
        """Set the menu that every follower sees."""

    def sign_in_address(self, *, back: str, state: str) -> str:
        """Where a page inside WeChat sends its reader so that we learn his openid."""

    def find_openid(self, *, code: str) -> str:
        """The openid of the reader who came back from `sign_in_address` with this code."""

    def is_following(self, *, openid: str) -> bool:
        """Whether this WeChat user follows the official account, so that messages reach him."""


class SmsSender(Protocol):
    """A provider of text messages. May raise ChannelAway or ChannelRefused."""

    def send(
        self, *, mobile: str, template: SmsTemplate, values: Mapping[str, str], key: str
    ) -> str:
        """Send a text message; the provider's key of it. `mobile` in E.164; `key`: once only."""


class MailSender(Protocol):
    """A mail server. May raise ChannelAway or ChannelRefused."""

    def send(self, *, to: str, subject: str, text: str, key: str) -> str:
        """Send a mail; its Message-ID, which is made from `key`."""


@dataclass(frozen=True)
class Channels:
    """The channels of an installation; None where it has none of that kind."""

    official_account: OfficialAccount | None = None
    sms: SmsSender | None = None
    mail: MailSender | None = None


def channels_of(engine: Engine) -> Channels:
    """The channels of an installation; none at all where nobody set any up."""
    return cast("Channels", engine.services.get(SERVICE) or Channels())
