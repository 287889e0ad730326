"""A local server that speaks SendSms as Tencent Cloud does: signatures, errors, delays.

It knows the algorithm from the service's documentation, not from our client.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from tests.local_server import Answer, Asked, json_answer, serve

SECRET_ID = "AKIDmarkedId0123456789"
SECRET_KEY = "marked-secret-key-of-tencent"
APP_ID = "1400006666"

AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<date>[0-9-]{10})/sms/tc3_request, "
    r"SignedHeaders=(?P<names>[a-z;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass
class Tencent:
    """The service: what it sent, and what it is told to answer instead of sending."""

    clock: Callable[[], datetime]
    address: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    instead: Answer | None = None
    code: str = "Ok"
    seconds: float = 0

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if self.instead is not None:
            return self.instead
        problem = self._check(asked)
        if problem:
            return json_answer({"Response": {"Error": {"Code": problem, "Message": "no"}}})
        said = orjson.loads(asked.body)
        (number,) = said["PhoneNumberSet"]
        if self.code == "Ok":
            self.sent.append(said)
        status = {
            "SerialNo": f"2640:{len(self.sent)}" if self.code == "Ok" else "",
            "PhoneNumber": number,
            "Fee": 1,
            "SessionContext": said["SessionContext"],
            "Code": self.code,
            "Message": "send success" if self.code == "Ok" else "no",
            "IsoCode": "CN",
        }
        said = {"Response": {"SendStatusSet": [status], "RequestId": "a0aabda6"}}
        return Answer(200, orjson.dumps(said), {}, self.seconds)

    def _check(self, asked: Asked) -> str:
        headers = asked.headers
        if (headers["X-TC-Action"], headers["X-TC-Version"]) != ("SendSms", "2021-01-11"):
            return "InvalidAction"
        found = AUTHORIZATION.fullmatch(headers["Authorization"] or "")
        if found is None or found["id"] != SECRET_ID:
            return "AuthFailure.SecretIdNotFound"
        at = datetime.fromtimestamp(int(headers["X-TC-Timestamp"]), UTC)
        if abs((self.clock() - at).total_seconds()) > 300 or f"{at:%Y-%m-%d}" != found["date"]:
            return "AuthFailure.SignatureExpire"
        if not hmac.compare_digest(found["signature"], _sign(asked, found["names"], at)):
            return "AuthFailure.SignatureFailure"
        said = orjson.loads(asked.body)
        if said["SmsSdkAppId"] != APP_ID:
            return "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
        return ""


def _sign(asked: Asked, names: str, at: datetime) -> str:
    lines = "".join(f"{name}:{asked.headers[name].strip()}\n" for name in names.split(";"))
    canonical = f"POST\n{asked.path}\n\n{lines}\n{names}\n{hashlib.sha256(asked.body).hexdigest()}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{int(at.timestamp())}\n{at:%Y-%m-%d}/sms/tc3_request\n{digest}"
    key = hmac.new(f"TC3{SECRET_KEY}".encode(), f"{at:%Y-%m-%d}".encode(), "sha256").digest()
    key = hmac.new(key, b"sms", "sha256").digest()
    key = hmac.new(key, b"tc3_request", "sha256").digest()
    return hmac.new(key, text.encode(), "sha256").hexdigest()


@contextmanager
def serve_tencent(clock: Callable[[], datetime]) -> Iterator[Tencent]:
    """Serve until the block ends."""
    service = Tencent(clock)
    with serve(service.answer) as address:
        service.address = address
        yield service
