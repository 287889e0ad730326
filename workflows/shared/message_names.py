"""The messages that cases are told, and what each says: diagrams wait for them by name.

Whoever learns of something publishes it under its name (`engine.message_events`); the key says
of whom or what it is.
"""

from collections.abc import Mapping
from typing import NamedTuple

from engine.language import N_


class MessageName(NamedTuple):
    """What a message says and what its key is of; msgids."""

    title: str
    key: str


MESSAGES: Mapping[str, MessageName] = {
    "hours_credited": MessageName(N_("Hours were credited"), N_("the member's key")),
    "payment_received": MessageName(N_("A payment was received"), N_("the key of the fee")),
    "payment_claimed": MessageName(N_("A payment was announced"), N_("the key of the fee")),
    "withdrawn": MessageName(N_("The application was withdrawn"), N_("the member's key")),
    "decision_revoked": MessageName(N_("A decision was taken back"), N_("the case")),
    "place_freed": MessageName(N_("A place of a class became free"), N_("the sign-up")),
    "enrolment_cancelled": MessageName(N_("A sign-up was given up"), N_("the sign-up")),
    "attendance_recorded": MessageName(N_("Attendance was recorded"), N_("the sign-up")),
    "class_changed": MessageName(N_("A class was changed"), N_("the class")),
    "class_cancelled": MessageName(N_("A class was cancelled"), N_("the class")),
}
