"""The code that somebody shows at the door of a class: it names his sign-up, and nothing else.

The code is signed, so that nobody makes one for somebody else, and serves until the class is
over. There is one for each sign-up and nothing of it is kept: it is derived when it is drawn and
when it is shown.
"""

import base64
import secrets

from engine.errors import NotFound
from engine.language import N_
from engine.vault import Vault

PURPOSE = "door"
ID_BYTES = 8
SIGNATURE_BYTES = 12


class DoorCodeNotGenuine(NotFound):
    """A code that this installation did not make, or of which a letter was changed."""

    message = N_("This code is not genuine. Look the person up by name or number.")


def door_token(vault: Vault, enrolment_id: int) -> str:
    """The code of a sign-up: 27 letters that an address may hold."""
    said = enrolment_id.to_bytes(ID_BYTES)
    signature = vault.sign(PURPOSE, said)[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(said + signature).rstrip(b"=").decode()


def read_door_token(vault: Vault, token: str) -> int:
    """The sign-up that a code names; raises DoorCodeNotGenuine.

    Compared as it was written: of several spellings of the same bytes, one is genuine.
    """
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise DoorCodeNotGenuine from None
    enrolment_id = int.from_bytes(raw[:ID_BYTES])
    expected = door_token(vault, enrolment_id)
    if not secrets.compare_digest(expected.encode(), token.encode()):
        raise DoorCodeNotGenuine
    return enrolment_id
