"""Who acts: the answer to “by whom” on everything that is written."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["member", "firm", "staff", "visitor", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a firm, a visitor's session or the system itself.

    `id` is the key of the account; the system has none.
    """

    kind: ActorKind
    id: int | None = None


SYSTEM = Actor("system")
