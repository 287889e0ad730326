"""TC3-HMAC-SHA256, by which Tencent Cloud knows who asks.

https://cloud.tencent.com/document/api/382/52072
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED_HEADERS = "content-type;host"


@dataclass(frozen=True)
class Credentials:
    """Who asks, and what he proves it with."""

    secret_id: str
    secret_key: str = field(repr=False)


def sign(
    credentials: Credentials, *, service: str, host: str, content: bytes, now: datetime
) -> str:
    """The header Authorization of a POST to `/` with this content."""
    date = f"{now.astimezone(UTC):%Y-%m-%d}"
    request = "\n".join(
        (
            "POST",
            "/",
            "",
            f"content-type:{CONTENT_TYPE}",
            f"host:{host}",
            "",
            SIGNED_HEADERS,
            hashlib.sha256(content).hexdigest(),
        )
    )
    scope = f"{date}/{service}/tc3_request"
    text = "\n".join(
        (
            ALGORITHM,
            str(int(now.timestamp())),
            scope,
            hashlib.sha256(request.encode()).hexdigest(),
        )
    )
    key = f"TC3{credentials.secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    signature = hmac.digest(key, text.encode(), hashlib.sha256).hex()
    return (
        f"{ALGORITHM} Credential={credentials.secret_id}/{scope}, "
        f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
    )
