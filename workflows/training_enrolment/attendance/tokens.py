"""The code that somebody shows at the door of a class: it names his sign-up, and nothing else.

The code is signed, so that nobody makes one for somebody else, and serves until the class is
over. There is one for each sign-up and nothing of it is kept: it is derived when it is drawn and
when it is shown.
"""

from engine.errors import NotFound
from engine.language import N_
from engine.vault import Vault
from workflows.shared.public_codes import CodeNotGenuine, read_token, token_of

KIND = "attendance"
ID_BYTES = 8


class DoorCodeNotGenuine(NotFound):
    """A code that this installation did not make, or of which a letter was changed."""

    message = N_("This code is not genuine. Look the person up by name or number.")


def door_token(vault: Vault, enrolment_id: int) -> str:
    """The code of a sign-up: 30 letters that an address may hold."""
    return token_of(vault, KIND, enrolment_id.to_bytes(ID_BYTES))


def read_door_token(vault: Vault, token: str) -> int:
    """The sign-up that a code names; raises DoorCodeNotGenuine."""
    try:
        kind, code = read_token(vault, token)
    except CodeNotGenuine:
        raise DoorCodeNotGenuine from None
    if kind != KIND:
        raise DoorCodeNotGenuine
    return int.from_bytes(code)
