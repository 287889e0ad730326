r"""How the platform signs its calls: HMAC-SHA256 over the moment and the body.

    Platform-Timestamp: 1662456765
    Platform-Signature: hex of HMAC-SHA256(key, timestamp + "\n" + body)

A call is taken for five minutes; one that is sent again in that time is harmless, because of its
version.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.errors import NotAllowed
from engine.language import N_
from workflows.shared.supervision import SupervisionPlatform

TIMESTAMP = "Platform-Timestamp"
SIGNATURE = "Platform-Signature"
FRESH = timedelta(minutes=5)


class InvalidCall(NotAllowed):
    """The call is not the platform's, or is too old."""

    message = N_("This call is not signed by the platform, or is too old.")


def sign(key: bytes, timestamp: str, body: bytes) -> str:
    """The signature of a call."""
    return hmac.digest(key, timestamp.encode() + b"\n" + body, hashlib.sha256).hex()


def sign_call(platform: SupervisionPlatform, body: bytes, *, now: datetime) -> dict[str, str]:
    """The headers of a call, signed with the current key."""
    timestamp = str(int(now.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: sign(platform.keys[0], timestamp, body)}


def check_call(
    platform: SupervisionPlatform, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> None:
    """See that the platform sent it, just now; raises InvalidCall."""
    timestamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    is_signed = False
    for key in platform.keys:
        right = sign(key, timestamp, body)
        is_signed |= hmac.compare_digest(right.encode(), signature.encode())
    if not is_signed or not timestamp.isdecimal() or len(timestamp) > len("9999999999"):
        raise InvalidCall
    if abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        raise InvalidCall
