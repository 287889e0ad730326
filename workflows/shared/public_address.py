"""How people reach this installation, for what is sent to them when no request says it."""

from typing import cast

from engine.engine import Engine

SERVICE = "public_address"
"""The name under which the address stands in `engine.services`."""

DEFAULT = "http://127.0.0.1:8000"


def public_address(engine: Engine) -> str:
    """The address that pages begin with, without a slash behind it."""
    return cast("str", engine.services.get(SERVICE, DEFAULT)).rstrip("/")


def message_address(engine: Engine, message_id: int) -> str:
    """Where a message is read, once its person has signed in."""
    return f"{public_address(engine)}/messages/{message_id}"
