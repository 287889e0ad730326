"""What the pages of payments share."""

from flask import current_app

from workflows.payment.stand_in import StandInProvider


def get_provider() -> StandInProvider:
    """The payment provider of this installation."""
    found: StandInProvider = current_app.extensions["payment_provider"]
    return found
