"""Codes that people carry about: what stands in a QR code, signed so that nobody makes his own.

A token says what kind of code it holds, with which key it was signed, the code, and the
signature. Who shows it to whom decides what it is worth; here it is only genuine or not.

The keys are those of the vault, the current one first (`HUIJI_SECRET_CODES`), and after them one
that is derived from the installation's own secrets: it signs where no other is given, and what it
signed stays genuine when there is. So does what was printed before tokens said their kind.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import NotFound
from engine.language import N_
from engine.vault import Vault

SIGNATURE_BYTES = 12
LONGEST_TOKEN = 64

KINDS = {"result": 1, "attendance": 2, "certificate": 3}
"""What a token may be of, and the number that says so in it: printed, so none ever changes."""


class CodeNotGenuine(NotFound):
    """A code that this installation did not make, or of which a letter was changed."""

    message = N_("This verification code is not genuine.")


@dataclass(frozen=True)
class _Former:
    """How a kind was signed before tokens said their kind: told by how many bytes there are."""

    kind: str
    purpose: str


FORMER = {28: _Former("result", "verification"), 20: _Former("attendance", "door")}
"""By length; what is made today is longer by two bytes, and its codes are as long as these."""

_NAMES = {number: name for name, number in KINDS.items()}


def token_of(vault: Vault, kind: str, code: bytes) -> str:
    """A code of a kind as letters that an address may hold, signed with the current key."""
    return _write(_sign(_keys_of(vault)[0], KINDS[kind], code))


def read_token(vault: Vault, token: str) -> tuple[str, bytes]:
    """The kind and the code of a token; raises CodeNotGenuine.

    Compared as it was written: of several spellings of the same bytes, one is genuine.
    """
    raw = _read(token)
    former = FORMER.get(len(raw))
    if former is not None:
        return _read_former(vault, former, raw)
    if len(raw) <= 2 + SIGNATURE_BYTES or raw[0] not in _NAMES:
        raise CodeNotGenuine
    code = raw[2:-SIGNATURE_BYTES]
    for key in _keys_of(vault):
        if _number_of(key) == raw[1] and secrets.compare_digest(_sign(key, raw[0], code), raw):
            return _NAMES[raw[0]], code
    raise CodeNotGenuine


def _read_former(vault: Vault, former: _Former, raw: bytes) -> tuple[str, bytes]:
    code, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    expected = vault.sign(former.purpose, code)[:SIGNATURE_BYTES]
    if not secrets.compare_digest(signature, expected):
        raise CodeNotGenuine
    return former.kind, code


def _keys_of(vault: Vault) -> Sequence[bytes]:
    return (*vault.code_keys, vault.sign("codes", b""))


def _number_of(key: bytes) -> int:
    """The number that says in a token which key signed it: its own, wherever in the list it is."""
    return hmac.digest(key, b"number", hashlib.sha256)[0]


def _sign(key: bytes, kind: int, code: bytes) -> bytes:
    said = bytes([kind, _number_of(key)]) + code
    return said + hmac.digest(key, b"code:" + said, hashlib.sha256)[:SIGNATURE_BYTES]


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(token: str) -> bytes:
    if len(token) > LONGEST_TOKEN:
        raise CodeNotGenuine
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        raise CodeNotGenuine from None
    if _write(raw) != token:
        raise CodeNotGenuine
    return raw
