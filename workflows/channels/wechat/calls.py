"""Calling WeChat: what is asked over HTTP, and what its error codes mean to us.

WeChat wants its secrets in the address of a request. They are put there on the last step only, so
that whatever logs or repeats a request shows its address without them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import orjson

from workflows.shared.channels import ChannelAway, ChannelRefused

ADDRESS = "https://api.weixin.qq.com"
TIMEOUT = httpx.Timeout(8, connect=4)

SECRETS = "huiji.secrets"
"""The extension of a request that holds what is added to its address."""

TOKEN_OVER = frozenset({"40001", "40014", "42001"})
"""The access token is not good (any more)."""

LATER = TOKEN_OVER | {
    "-1",  # busy
    "45009",  # today's quota is used up
    "45011",  # this minute's is
    "40002",  # from here on: how the account or this installation is set up
    "40013",
    "40125",
    "40164",
    "41002",
    "41004",
    "48001",
    "48004",
    "50002",
    "61004",
}
"""What is no fault of the message: it can be sent when somebody has waited or put it right."""


class HiddenSecrets(httpx.BaseTransport):
    """Adds the secrets of a request to its address where nobody looks any more."""

    def __init__(self, proxy: str | None = None) -> None:
        self._inner = httpx.HTTPTransport(proxy=proxy)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        secrets = request.extensions.get(SECRETS)
        if secrets:
            request = httpx.Request(
                request.method,
                request.url.copy_merge_params(secrets),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True)
class Calls:
    """WeChat's interface; `http` is made by `open_http`."""

    http: httpx.Client = field(repr=False)

    def get(
        self, path: str, *, said: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Ask for something; raises ChannelAway and ChannelRefused."""
        return self._ask(self.http.build_request("GET", path, params=said), secrets)

    def post(
        self, path: str, *, said: Mapping[str, object], secrets: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Have something done; raises ChannelAway and ChannelRefused."""
        headers = {"Content-Type": "application/json"}
        request = self.http.build_request("POST", path, content=orjson.dumps(said), headers=headers)
        return self._ask(request, secrets or {})

    def _ask(self, request: httpx.Request, secrets: Mapping[str, str]) -> Mapping[str, Any]:
        request.extensions[SECRETS] = dict(secrets)
        try:
            response = self.http.send(request)
        except httpx.HTTPError as error:
            raise ChannelAway from error
        if response.status_code != httpx.codes.OK:
            raise ChannelAway
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise ChannelAway from error
        if not isinstance(answer, dict):
            raise ChannelAway
        code = str(answer.get("errcode", 0))
        if not re.fullmatch("-?[0-9]{1,9}", code) or code in LATER:
            raise ChannelAway(code[:20])
        if code != "0":
            raise ChannelRefused(code)
        return answer


def expect(answer: Mapping[str, Any], name: str) -> str:
    """What an answer must say; one that does not is none of WeChat's: raises ChannelAway."""
    found = answer.get(name)
    if not isinstance(found, str) or not found:
        raise ChannelAway
    return found


def open_http(address: str) -> httpx.Client:
    """A client of WeChat's interface at an address."""
    transport = HiddenSecrets(find_proxy(address))
    return httpx.Client(base_url=address, timeout=TIMEOUT, transport=transport)


def find_proxy(address: str) -> str | None:
    """The proxy that the environment names for an address, as for every other client here."""
    parts = urlsplit(address)
    if proxy_bypass(parts.netloc):
        return None
    return getproxies().get(parts.scheme)
