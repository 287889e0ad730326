"""A supervision platform that runs in this process: for a first run and for tests.

It is honest: it counts versions of its own for each person, signs what it sends, sends the same
again, sends what is older, and signs with a wrong key when it is told to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import orjson

from workflows.shared.supervision import SupervisionPlatform
from workflows.supervision_platform.signing import sign_call

Manner = Literal["new", "old", "forged"]
"""How a call is sent: as it should be, with a version from before, signed with a wrong key."""

MANNERS: tuple[Manner, ...] = ("new", "old", "forged")


@dataclass(frozen=True)
class SignedCall:
    """A call as it travels."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class StandInPlatform:
    """The stand-in, with the keys that the installation expects of the platform."""

    platform: SupervisionPlatform

    def make_call(
        self,
        *,
        member_number: str,
        fields: Mapping[str, Any],
        now: datetime,
        version: int | None = None,
        manner: Manner = "new",
    ) -> SignedCall:
        """A call about somebody; its version is the moment where none is named."""
        if version is None:
            version = 1 if manner == "old" else int(now.timestamp() * 1000)
        said = {"member_number": member_number, "version": version, "fields": dict(fields)}
        body = orjson.dumps(said)
        signer = self.platform
        if manner == "forged":
            signer = replace(signer, keys=(bytes(len(signer.keys[0])),))
        return SignedCall(sign_call(signer, body, now=now), body)
