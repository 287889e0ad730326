"""Which duties of an association's staff may do things of one sort."""

from collections.abc import Mapping

from workflows.shared.accounts import DUTIES

OVERSEERS = ("manage", "admin", "audit")
"""Duties that look at everything of an association without working on it."""

MANAGING = ("manage", "admin")
"""Duties that settle how an association works; the auditor only reads it."""

WORKING = tuple(duty for duty in DUTIES if duty not in ("admin", "audit"))
"""Duties to which tasks may come."""

LOOKING_UP = ("review", "fees", "photos", "help_desk", *OVERSEERS)
"""Duties that find members and firms in the register."""

READING = tuple(duty for duty in LOOKING_UP if duty != "help_desk")
"""Those that also see what stands there: who helps callers asks for it and must not know it."""

TRANSFERRING: Mapping[str, tuple[str, ...]] = {
    "members": ("manage",),
    "firms": ("manage",),
    "fees": ("fees", "manage"),
    "hours": ("training", "manage"),
}
"""Duties that take over and take away whole tables, by what stands in them."""
