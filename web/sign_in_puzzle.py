"""The puzzle before a password is checked: set with a page, taken back with its form."""

from flask import request
from sqlalchemy import func, select

from engine.attempts import Attempt
from web import current
from web.puzzle import Puzzle, check_puzzle, set_puzzle
from web.security import visitor

PER_STEP = 5
"""Attempts from one address that make the puzzle one bit harder."""


def set_sign_in_puzzle() -> Puzzle:
    """A puzzle for this browser, the harder the more was tried from its address."""
    key = f"sign-in-address:{current.address()}"
    with current.engine().database.read() as session:
        failures = session.scalar(select(func.max(Attempt.count)).where(Attempt.key == key)) or 0
    return set_puzzle(
        current.settings().cookie_key,
        browser=visitor(),
        failures=failures // PER_STEP,
        now=current.now(),
    )


def check_sign_in_puzzle() -> None:
    """Accept the puzzle that the form was sent with; raises PuzzleNotSolved."""
    check_puzzle(
        current.settings().cookie_key,
        current.engine().database,
        browser=visitor(),
        challenge=request.form.get("challenge", ""),
        proof=request.form.get("proof", ""),
        answer=request.form.get("answer", ""),
        now=current.now(),
    )
