"""Who reads inside WeChat: the openid, learned through the official account.

A page sends its reader to WeChat, which sends him back with a code and our state. The state is
signed for this browser, so that nobody can make another's browser go on as himself. What is
learned stays in the browser, sealed, for half an hour.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

from flask import Response, request, url_for

from engine.errors import HuijiError, NotFound, Rejected
from engine.language import N_
from engine.vault import Erased
from web import current
from web.security import visitor
from workflows.shared.channels import ChannelRefused, OfficialAccount, channels_of

COOKIE = "huiji_reader"
LIFE = timedelta(minutes=30)
STATE_LIFE = timedelta(minutes=10)
MARK = "reader"
"""What else is sealed with the same key is no reader."""


class NoOfficialAccount(NotFound):
    """This installation has no official account."""

    message = N_("This installation has no official account.")


class ReaderUnknown(Rejected):
    """WeChat did not say who reads, or the answer is too old or another browser's."""

    message = N_("WeChat did not confirm who you are. Open this page from the menu again.")


class ReaderNeeded(HuijiError):
    """The page must know who reads; the browser is sent to WeChat to find out."""

    message = N_("Open this page from the official account's menu.")


def get_official_account() -> OfficialAccount:
    """The official account; raises NoOfficialAccount."""
    found = channels_of(current.engine()).official_account
    if found is None:
        raise NoOfficialAccount
    return found


def find_reader() -> str | None:
    """The openid of whoever reads, if WeChat told it to this browser lately."""
    try:
        sealed = urlsafe_b64decode(request.cookies.get(COOKIE, "").encode())
        mark, at, openid = current.engine().vault.open_text(sealed).split(":", 2)
    except (ValueError, Erased):
        return None
    if mark != MARK or not 0 <= _seconds() - int(at) <= LIFE.total_seconds():
        return None
    return openid


def get_reader() -> str:
    """The openid of whoever reads; raises ReaderNeeded."""
    found = find_reader()
    if found is None:
        raise ReaderNeeded
    return found


def ask_wechat(page: str) -> str:
    """Where WeChat tells who reads and sends him back, to go on to the page of this name."""
    text = f"{_seconds()}-{page}-{secrets.token_hex(8)}"
    return get_official_account().sign_in_address(
        back=current.settings().public_url + url_for("official_account.arrive"),
        state=f"{text}-{_sign(text)}",
    )


def read_state(state: str) -> str:
    """The page that a state was made for, in this browser; raises ReaderUnknown."""
    text, _dash, signature = state.rpartition("-")
    if not hmac.compare_digest(_sign(text).encode(), signature.encode()):
        raise ReaderUnknown
    at, page, _nonce = text.split("-")
    if not 0 <= _seconds() - int(at) <= STATE_LIFE.total_seconds():
        raise ReaderUnknown
    return page


def learn_reader(code: str) -> str:
    """The openid that a code of WeChat stands for; raises ReaderUnknown or ChannelAway."""
    try:
        return get_official_account().find_openid(code=code)
    except ChannelRefused as error:
        raise ReaderUnknown from error


def keep_reader(response: Response, openid: str) -> Response:
    """Let the browser keep who reads."""
    sealed = current.engine().vault.seal_text(f"{MARK}:{_seconds()}:{openid}")
    response.set_cookie(
        COOKIE,
        urlsafe_b64encode(sealed).decode(),
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=current.settings().is_https,
    )
    return response


def _sign(text: str) -> str:
    # WeChat takes states of 128 letters and digits.
    message = f"reader:{visitor()}:{text}".encode()
    return hmac.digest(current.settings().cookie_key, message, hashlib.sha256).hex()[:40]


def _seconds() -> int:
    return int(current.now().timestamp())
