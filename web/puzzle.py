"""A puzzle before a password is checked: no picture, nothing to solve for a person.

The page looks for a number whose hash with the challenge begins with enough zero bits; that
costs a browser a moment and a guesser of many passwords his evening. Without scripts one
copies six digits, which stops only the simplest programs: what protects an account are the
counted attempts. A challenge is signed, belongs to one browser, lives a quarter of an hour and
serves once.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.attempts import count_attempt
from engine.database import Database
from engine.errors import Rejected
from engine.language import N_

LIFE = timedelta(minutes=15)
EASIEST, HARDEST = 12, 18


class PuzzleNotSolved(Rejected):
    """The proof is missing, wrong, too old, or was used before."""

    message = N_("The check against automatic sign-in did not succeed. Please try again.")


@dataclass(frozen=True)
class Puzzle:
    """What the page is given: `bits` leading zero bits are asked for."""

    challenge: str
    bits: int
    digits: str


def set_puzzle(
    key: bytes, *, browser: str, failures: int, now: datetime, hardest: int = HARDEST
) -> Puzzle:
    """A new puzzle for a browser, the harder the more often something failed before."""
    bits = min(EASIEST + failures, hardest)
    text = f"{int(now.timestamp())}.{bits}.{secrets.token_hex(8)}"
    challenge = f"{text}.{_sign(key, browser, text)}"
    return Puzzle(challenge, bits, _digits(key, challenge))


@dataclass(frozen=True)
class Solved:
    """A puzzle that was solved: how hard it was, or that its digits were copied."""

    bits: int
    is_copied: bool


def check_puzzle(
    key: bytes,
    database: Database,
    *,
    browser: str,
    challenge: str,
    proof: str,
    answer: str,
    now: datetime,
) -> Solved:
    """Accept a solved puzzle once; raises PuzzleNotSolved."""
    text, _, signature = challenge.rpartition(".")
    if not hmac.compare_digest(_sign(key, browser, text).encode(), signature.encode()):
        raise PuzzleNotSolved
    set_at, bits = (int(part) for part in text.split(".")[:2])
    if not 0 <= int(now.timestamp()) - set_at <= LIFE.total_seconds():
        raise PuzzleNotSolved
    typed = "".join(character for character in answer if character.isdigit())
    is_copied = hmac.compare_digest(_digits(key, challenge).encode(), typed.encode())
    is_proved = _proves(challenge, proof, bits)
    if not (is_copied or is_proved):
        raise PuzzleNotSolved
    if count_attempt(database, f"puzzle:{signature}", window=LIFE, now=now) > 1:
        raise PuzzleNotSolved
    return Solved(bits, is_copied=not is_proved)


def _proves(challenge: str, proof: str, bits: int) -> bool:
    if not proof.isascii() or not proof.isdigit() or len(proof) > 16:
        return False
    digest = hashlib.sha256(f"{challenge}.{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def _sign(key: bytes, browser: str, text: str) -> str:
    message = f"puzzle:{browser}:{text}".encode()
    return hmac.digest(key, message, hashlib.sha256).hex()[:40]


def _digits(key: bytes, challenge: str) -> str:
    digest = hmac.digest(key, f"digits:{challenge}".encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"
