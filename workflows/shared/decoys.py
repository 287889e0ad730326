"""Decoys: what is shown for an account that there is none of, the same each time it is typed.

Everything comes from a keyed hash of what was typed, so that nobody without the key can tell it
from what is on file, and asking twice does not give it away.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from engine.vault import Erased, Vault
from forms.masking import mask

Chosen = TypeVar("Chosen")

MOBILE_PREFIXES = (
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "158",
    "159",
    "180",
    "186",
    "189",
)
REGIONS = (
    ("110101", 4), ("310104", 4), ("440106", 5), ("440305", 3), ("330106", 4), ("320102", 4),
    ("510104", 3), ("420106", 3), ("210102", 2), ("370102", 3), ("610103", 2), ("350203", 2),
)  # fmt: skip


def open_nothing(session: Session, vault: Vault, kind: str) -> None:
    """Ask for the key of nobody's private fields, as is done for somebody's."""
    with suppress(Erased):
        vault.open(session, f"{kind}:0", b"")


@dataclass(frozen=True)
class Decoy:
    """What stands in the place of the account of a user type and login that nobody has."""

    vault: Vault
    typed: str

    def pick(self, what: str, weights: Mapping[Chosen, int]) -> Chosen:
        """One of some things, each as often as its weight among all that could be typed."""
        left = self._number(what) % sum(weights.values())
        for chosen, weight in weights.items():
            if left < weight:
                return chosen
            left -= weight
        raise AssertionError("weights are positive")

    def digits(self, what: str, count: int) -> str:
        """Some digits."""
        return f"{self._number(what) % 10**count:0{count}}"

    def masked_mobile(self) -> str:
        """A mobile number as a person sees his own."""
        prefix = self.pick("mobile prefix", dict.fromkeys(MOBILE_PREFIXES, 1))
        return mask("mobile", prefix + "0000" + self.digits("mobile", 4))

    def masked_identity(self) -> str:
        """A resident identity number as a person sees his own: its region and a century."""
        region = self.pick("region", dict(REGIONS))
        century = self.pick("century", {"1": 40, "2": 1})
        return mask("identity", region + century + "0" * 11)

    def _number(self, what: str) -> int:
        return int.from_bytes(self.vault.sign(f"decoy {what}", self.typed.encode())[:12])
