"""What the pages of payments share."""

from flask import current_app

from engine.errors import Conflict, NotFound
from engine.language import N_
from workflows.payment.provider import PaymentProvider
from workflows.payment.stand_in import StandInProvider

EXTENSION = "payment_provider"


class NotOffered(Conflict):
    """This installation has no payment provider."""

    message = N_("Fees cannot be paid online here. Please pay by bank transfer.")


def find_provider() -> PaymentProvider | None:
    """The payment provider of this installation, or None: then fees are paid by transfer."""
    found: PaymentProvider | None = current_app.extensions[EXTENSION]
    return found


def get_provider() -> PaymentProvider:
    """The payment provider of this installation; raises NotOffered."""
    found = find_provider()
    if found is None:
        raise NotOffered
    return found


def get_stand_in() -> StandInProvider:
    """The stand-in, where it is the provider; raises NotFound."""
    found = find_provider()
    if not isinstance(found, StandInProvider):
        raise NotFound
    return found
