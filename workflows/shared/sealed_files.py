"""Files too large to seal at once: sealed piece by piece with a subject's key, read the same way.

Each piece says its place and whether it is the last, so that none is missing or moved unseen.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from sqlalchemy.orm import Session

from engine.vault import Erased, Vault

PIECE = 1024 * 1024
_LENGTH = Struct(">I")
_PLACE = Struct(">I?")


def seal_file(
    session: Session, vault: Vault, subject: str, *, source: BinaryIO, target: BinaryIO
) -> int:
    """Seal everything that a source gives; returns how many bytes that were."""
    number = size = 0
    piece = source.read(PIECE)
    while True:
        following = source.read(PIECE)
        sealed = vault.seal(session, subject, _PLACE.pack(number, not following) + piece)
        target.write(_LENGTH.pack(len(sealed)) + sealed)
        size += len(piece)
        if not following:
            return size
        number, piece = number + 1, following


def open_file(session: Session, vault: Vault, subject: str, path: Path) -> Iterator[bytes]:
    """The content of a sealed file, piece by piece; raises Erased where it is not whole."""
    with path.open("rb") as source:
        number, is_last = 0, False
        while not is_last:
            head = source.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                raise Erased
            said = vault.open(session, subject, source.read(*_LENGTH.unpack(head)))
            place, is_last = _PLACE.unpack_from(said)
            if place != number:
                raise Erased
            number += 1
            yield said[_PLACE.size :]
