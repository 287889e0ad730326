"""How often one address may ask for something that strangers can ask for."""

from datetime import timedelta

from engine.attempts import count_attempt
from engine.errors import HuijiError
from engine.language import N_
from web import current


class TooManyAttempts(HuijiError):
    """Too much was asked for in too short a time."""

    message = N_("Too many attempts in a short time. Please wait a few minutes.")


def check_rate(purpose: str, *, limit: int, window: timedelta) -> None:
    """Count this request; raises TooManyAttempts beyond the limit of the window."""
    key = f"{purpose}:{current.address()}"
    if count_attempt(current.engine().database, key, window=window, now=current.now()) > limit:
        raise TooManyAttempts
