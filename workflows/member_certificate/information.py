"""What the register must say of somebody before his certificate is issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine.engine import Engine
from workflows.shared.register import KEY_FIELDS, Member
from workflows.shared.register_changes import register_fields
from workflows.shared.supervision import owned_fields

REQUIRED_OWN = (
    "political_status",
    "region",
    "mobile",
    "email",
    "address",
    "employment",
    "employer",
    "education",
)
"""Required fields that the member fills in himself, mobile and e-mail with a code."""

REQUIRED_LOCKED = (
    "name",
    "sex",
    "birth_date",
    "nation",
    "identity_type",
    "identity_number",
    "certificate_number",
    "admission_date",
)
"""Required fields that only the association changes."""

EMPLOYED = "employed"


@dataclass(frozen=True)
class Missing:
    """The required fields of which the register says nothing, by who can fill them.

    `owned`: those that only the supervision platform fills in; the association looks after them.
    """

    own: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()

    @property
    def typed(self) -> tuple[str, ...]:
        """Those of his own that the member types into a form."""
        return tuple(each for each in self.own if each not in KEY_FIELDS)

    @property
    def proved(self) -> tuple[str, ...]:
        """Those of his own that he sets on his account's page, with a code."""
        return tuple(each for each in self.own if each in KEY_FIELDS)

    def __bool__(self) -> bool:
        return bool(self.own or self.locked or self.owned)


def find_missing(session: Session, engine: Engine, member: Member) -> Missing:
    """The required fields that are empty; an employer is required of who is employed."""
    said = register_fields(session, engine.vault, member)
    owned = owned_fields(engine, member)
    own = [each for each in REQUIRED_OWN if _is_missing(each, said)]
    locked = [each for each in REQUIRED_LOCKED if _is_missing(each, said)]
    return Missing(
        own=tuple(each for each in own if each not in owned),
        locked=tuple(each for each in locked if each not in owned),
        owned=tuple(each for each in (*own, *locked) if each in owned),
    )


def _is_missing(name: str, said: Mapping[str, Any]) -> bool:
    if name == "employer" and said["employment"] != EMPLOYED:
        return False
    return not said[name]
