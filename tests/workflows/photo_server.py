"""A local server that speaks what docs/certificate.md asks of a photo service."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson

from tests.local_server import Answer, Asked, json_answer, serve
from tests.workflows.conftest import NOW

CLIENT = "zhejiang"
KEY = "k" * 40
FRESH = 300


@dataclass
class PhotoServer:
    """Its books. `answer`: what it says instead, if anything; `comparisons`: results by key."""

    address: str = ""
    on_file: dict[str, bytes] = field(default_factory=dict)
    comparisons: dict[str, str] = field(default_factory=dict)
    compared: list[bytes] = field(default_factory=list)
    is_match: bool = True
    answer: Answer | None = None
    lost: bool = False

    def speak(self, asked: Asked) -> Answer:
        """Answer one request."""
        if not self._is_genuine(asked):
            return json_answer({"error": "signature"}, 401)
        if self.answer is not None:
            return self.answer
        said = orjson.loads(asked.body)
        if asked.path == "/photos/search":
            photo = self.on_file.get(said["identity_number"])
            if photo is None:
                return json_answer({"error": "none"}, 404)
            return json_answer({"photo": base64.b64encode(photo).decode()})
        key = asked.headers["Idempotency-Key"]
        if key not in self.comparisons:
            self.compared.append(base64.b64decode(said["photo"]))
            self.comparisons[key] = "match" if self.is_match else "mismatch"
        if self.lost:
            return Answer(seconds=5)
        return json_answer({"result": self.comparisons[key]})

    def _is_genuine(self, asked: Asked) -> bool:
        timestamp = asked.headers["Huiji-Timestamp"]
        said = "\n".join(
            [
                timestamp,
                asked.path,
                asked.headers.get("Idempotency-Key", ""),
                hashlib.sha256(asked.body).hexdigest(),
            ]
        )
        right = hmac.new(KEY.encode(), said.encode(), "sha256").hexdigest()
        is_fresh = abs(int(timestamp) - NOW.timestamp()) < FRESH
        is_known = asked.headers["Huiji-Client"] == CLIENT
        return (
            is_known and is_fresh and hmac.compare_digest(right, asked.headers["Huiji-Signature"])
        )


@contextmanager
def serve_photos() -> Iterator[PhotoServer]:
    """Serve until the block ends."""
    server = PhotoServer()
    with serve(server.speak) as address:
        server.address = address
        yield server
