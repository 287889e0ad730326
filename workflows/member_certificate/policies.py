"""Who gets certificates, and how long a photo is good: an installation's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from engine.engine import Engine
from workflows.shared.dates import ZONE
from workflows.shared.photos import Photo
from workflows.shared.register import CPA, NON_PRACTISING
from workflows.shared.service_settings import IncompleteSettings

SERVICE = "certificate_policy"
"""The name under which a `CertificatePolicy` stands in `engine.services`."""

KINDS = (NON_PRACTISING, CPA)
MOST_YEARS = 50


@dataclass(frozen=True)
class CertificatePolicy:
    """`kinds`: the types of members that get any. `photo_years`: how long a photo is printed."""

    kinds: frozenset[str] = frozenset({NON_PRACTISING})
    photo_years: int = 10

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> "CertificatePolicy":
        """Read HUIJI_CERTIFICATE_KINDS and HUIJI_CERTIFICATE_PHOTO_YEARS.

        Raises IncompleteSettings.
        """
        kinds = given.get("HUIJI_CERTIFICATE_KINDS", NON_PRACTISING).replace(",", " ").split()
        years = given.get("HUIJI_CERTIFICATE_PHOTO_YEARS", "10").strip()
        if not kinds or not set(kinds) <= set(KINDS):
            raise IncompleteSettings(f"HUIJI_CERTIFICATE_KINDS are some of {' '.join(KINDS)}")
        if not years.isdecimal() or not 1 <= int(years) <= MOST_YEARS:
            raise IncompleteSettings(
                f"HUIJI_CERTIFICATE_PHOTO_YEARS is a number from 1 to {MOST_YEARS}"
            )
        return cls(kinds=frozenset(kinds), photo_years=int(years))

    def is_too_old(self, photo: Photo, now: datetime) -> bool:
        """Whether a photo was taken so long ago that a new one is needed."""
        taken, today = photo.taken_at.astimezone(ZONE), now.astimezone(ZONE)
        # Who had his taken on 29 February has until the first of March.
        due = (taken.year + self.photo_years, taken.month, taken.day)
        return (today.year, today.month, today.day) >= due


def policy_of(engine: Engine) -> CertificatePolicy:
    """The policy of an installation; the usual one where nobody set any."""
    return cast("CertificatePolicy", engine.services.get(SERVICE) or CertificatePolicy())
