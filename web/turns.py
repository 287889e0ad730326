"""What takes long takes turns, so that whoever draws keeps nobody else from being answered."""

from collections.abc import Callable
from functools import wraps
from threading import BoundedSemaphore
from typing import Any, TypeVar

from flask import current_app

from engine.errors import HuijiError
from engine.language import N_

View = TypeVar("View", bound=Callable[..., Any])

AT_ONCE = 2
"""So many checks, comparisons and previews run at once in one process of the server."""

PATIENCE = 1.5
"""Seconds that one waits for its turn; whoever waits takes a thread of the server, too."""


class Busy(HuijiError):
    """Too many drafts are looked at; scripts ask again by themselves."""

    message = N_("Other drafts are being checked at the moment. Try again in a few seconds.")


def takes_turns(view: View) -> View:
    """Mark a view that reads and checks a whole process; raises Busy when many do."""

    @wraps(view)
    def take_turn(*args: Any, **values: Any) -> Any:
        turns = current_app.extensions.setdefault("studio_turns", BoundedSemaphore(AT_ONCE))
        if not turns.acquire(timeout=PATIENCE):
            raise Busy
        try:
            return view(*args, **values)
        finally:
            turns.release()

    return take_turn  # type: ignore[return-value]
