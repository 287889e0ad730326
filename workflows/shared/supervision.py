"""注册会计师行业统一监管平台: the platform that owns what the register says of CPAs.

Registry policy: where an installation is joined to the platform, these fields are changed there
and nowhere else; here they are read. What reaches somebody, and his account, stays here.
"""

from dataclasses import dataclass, field
from typing import cast

from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from workflows.shared.register import CPA, LOCKED_FIELDS, Member

SERVICE = "supervision_platform"
"""The name under which the platform stands in `engine.services`."""

NAME = ("注册会计师行业统一监管平台", "Unified Supervision Platform of the Chinese CPA Profession")

OWNED_FIELDS = (
    *LOCKED_FIELDS,
    "admission_date",
    "political_status",
    "region",
    "household_region",
    "employment",
    "employer",
    "employer_kind",
    "department",
    "position",
    "professional_title",
    "work_started_date",
    "employer_telephone",
    "archive_holder",
    "education",
    "qualified_date",
    "domestic_qualifications",
    "domestic_other",
    "international_qualifications",
    "international_other",
)
"""What the platform says of a CPA. How he is reached he says here himself."""


class OwnedElsewhere(Rejected):
    """The platform owns the field: nobody changes it here."""

    message = N_(
        "This is changed on the supervision platform of the profession, and comes from there."
    )


@dataclass(frozen=True)
class SupervisionPlatform:
    """The platform. `address`: where people change their data; `keys`: of its signed calls.

    The current key is the first; a call is signed with any of them.
    """

    address: str
    keys: tuple[bytes, ...] = field(repr=False)


def find_platform(engine: Engine) -> SupervisionPlatform | None:
    """The platform that this installation is joined to, or None."""
    return cast("SupervisionPlatform | None", engine.services.get(SERVICE))


def owned_fields(engine: Engine, member: Member) -> frozenset[str]:
    """The member's fields that are read-only here: a CPA's, where there is a platform."""
    return owned_fields_of(engine, member.kind)


def owned_fields_of(engine: Engine, kind: str) -> frozenset[str]:
    """The same of every member of a kind, for whoever looks at very many."""
    is_owned = kind == CPA and find_platform(engine) is not None
    return frozenset(OWNED_FIELDS) if is_owned else frozenset()
