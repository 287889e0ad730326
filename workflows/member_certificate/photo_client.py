"""The client of a photo service: a few lines of JSON over HTTPS, signed with a shared key.

The public-security photo database is reached through a service of the profession; what it must
speak is written down in docs/certificate.md, and a small gateway speaks it for any other.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import orjson

from engine.engine import wall_clock
from workflows.member_certificate.photo_service import PhotoServiceAway
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

TIMEOUT = httpx.Timeout(20, connect=5)
LONGEST_ANSWER = 2**20
SHORTEST_KEY = 32


@dataclass(frozen=True)
class HttpPhotoService:
    """The client of one installation; `key` is shared with the service."""

    http: httpx.Client = field(repr=False)
    client_id: str
    key: bytes = field(repr=False)
    clock: Callable[[], datetime] = wall_clock

    def find_photo(self, *, identity_number: str, name: str) -> bytes | None:
        """The photo on file; None for 404. Raises PhotoServiceAway."""
        asked = {"identity_number": identity_number, "name": name}
        answer = self._ask("/photos/search", asked, key="")
        if answer is None:
            return None
        try:
            return base64.b64decode(str(answer["photo"]), validate=True)
        except (KeyError, binascii.Error) as error:
            raise PhotoServiceAway from error

    def compare(self, *, photo: bytes, identity_number: str, name: str, key: str) -> bool:
        """Whether a photo shows the person; raises PhotoServiceAway."""
        asked = {
            "identity_number": identity_number,
            "name": name,
            "photo": base64.b64encode(photo).decode(),
        }
        answer = self._ask("/comparisons", asked, key=key)
        result = None if answer is None else answer.get("result")
        if result not in ("match", "mismatch"):
            # It answered something: whether it counted this one is not known.
            raise PhotoServiceAway(is_unsure=True)
        return bool(result == "match")

    def _ask(self, path: str, asked: Mapping[str, str], *, key: str) -> Mapping[str, Any] | None:
        """Ask, and read the answer; None for 404. Raises PhotoServiceAway.

        Only what surely never reached the service, or what it turned away, is not unsure.
        """
        content = orjson.dumps(asked)
        timestamp = str(int(self.clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Huiji-Client": self.client_id,
            "Huiji-Timestamp": timestamp,
            "Huiji-Signature": sign(self.key, timestamp, path, key, content),
        }
        if key:
            headers["Idempotency-Key"] = key
        try:
            response = self.http.post(path, content=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PhotoServiceAway from error
        except httpx.HTTPError as error:
            raise PhotoServiceAway(is_unsure=True) from error
        if response.status_code == httpx.codes.NOT_FOUND and not key:
            return None
        if response.status_code in TURNED_AWAY:
            raise PhotoServiceAway
        if response.status_code != httpx.codes.OK or len(response.content) > LONGEST_ANSWER:
            raise PhotoServiceAway(is_unsure=True)
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise PhotoServiceAway(is_unsure=True) from error
        if not isinstance(answer, dict):
            raise PhotoServiceAway(is_unsure=True)
        return answer


TURNED_AWAY = frozenset({400, 401, 403, 404, 413, 415, 422, 429, 503})
"""What a service answers before it does anything: the request, its rights, its quota, closed."""


def sign(key: bytes, timestamp: str, path: str, idempotency_key: str, content: bytes) -> str:
    """The signature of a request: HMAC-SHA256 over when, where, which one and what, in hex."""
    digest = hashlib.sha256(content).hexdigest()
    said = f"{timestamp}\n{path}\n{idempotency_key}\n{digest}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def make_service(settings: ServiceSettings) -> HttpPhotoService | None:
    """The service that the settings name, or None; raises IncompleteSettings."""
    address = settings.find("HUIJI_PHOTO_ADDRESS")
    if not address:
        return None
    key = settings.get("HUIJI_PHOTO_KEY").encode()
    if len(key) < SHORTEST_KEY:
        raise IncompleteSettings(f"HUIJI_PHOTO_KEY has at least {SHORTEST_KEY} characters")
    return HttpPhotoService(
        http=httpx.Client(base_url=address.rstrip("/"), timeout=TIMEOUT),
        client_id=settings.get("HUIJI_PHOTO_CLIENT"),
        key=key,
    )
