"""How often a reset may be started: a harder puzzle first, refusal last.

An office sits behind one address and must still get its work done, so what is asked for grows in
steps, and only programs ever reach the end of them. All counts are in the database.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.attempts import Attempt, count_attempt
from engine.language import N_
from web import current
from web.limits import TooManyAttempts
from web.puzzle import EASIEST, HARDEST, PuzzleNotSolved, Solved
from workflows.shared.networks import network_of

ALL = "reset-start"
WINDOW = timedelta(hours=1)
NETWORK_STEP, MOST_OF_NETWORK = 10, 200
"""Starts from one network that make the puzzle one bit harder; with more it is refused."""
ACCOUNT_STEP, MOST_OF_ACCOUNT = 3, 20
"""The same for one account; it is refused from that network only, its owner may be elsewhere."""
ALL_STEP, HARDEST_OF_ALL = 500, 20
"""Starts from everywhere that make it one bit harder, up to so many; nobody is refused for them,
or whoever has many networks could lock everybody out."""
MOST_COPIED = 20
"""Copying digits costs a program nothing, so it serves for a few starts of a network only."""


class HarderPuzzle(PuzzleNotSolved):
    """The puzzle was solved and was too easy for what was tried with it."""

    message = N_("One more check is needed here. Please press the button again.")


def find_steps(session: Session, *, account: str = "") -> int:
    """By how many bits the puzzle is harder now, from here and for what was typed."""
    counts = [(_network(), NETWORK_STEP), (ALL, ALL_STEP)]
    counts += [(_account(account), ACCOUNT_STEP)] if account else []
    query = select(Attempt.key, Attempt.count).where(
        Attempt.key.in_([key for key, _step in counts]), Attempt.since >= current.now() - WINDOW
    )
    found = {str(key): int(count) for key, count in session.execute(query)}
    steps = {key: found.get(key, 0) // step for key, step in counts}
    of_all = steps.pop(ALL)
    return min(min(sum(steps.values()), HARDEST - EASIEST) + of_all, HARDEST_OF_ALL - EASIEST)


def check_start(solved: Solved, *, account: str) -> None:
    """Count a start and let it pass; raises HarderPuzzle or TooManyAttempts.

    `account`: the user type and account that were typed, whether there is one or not.
    """
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        needed = EASIEST + find_steps(session, account=account)
    if not solved.is_copied and solved.bits < needed:
        raise HarderPuzzle
    counted = [
        (_network(), MOST_OF_NETWORK),
        (_account(account), 0),
        (f"{_account(account)}:{_network()}"[:160], MOST_OF_ACCOUNT),
        (ALL, 0),
    ]
    if solved.is_copied:
        counted.append((f"{_network()}:copied", MOST_COPIED))
    counts = [count_attempt(engine.database, key, window=WINDOW, now=now) for key, _ in counted]
    if any(0 < most < count for count, (_key, most) in zip(counts, counted, strict=True)):
        raise TooManyAttempts


def _network() -> str:
    return f"reset-start-from:{network_of(current.address())}"


def _account(account: str) -> str:
    return f"reset-start-of:{current.engine().vault.lookup(account).hex()[:40]}"
