"""解绑公众号: a firm that cannot get the code proves itself by what the register knows of it.

Five wrong answers lock this way for an hour, for this account from this network.
"""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.attempts import Attempt, count_attempt, forget_attempts
from engine.engine import Engine
from engine.language import N_, _, ngettext
from workflows.shared.accounts import Account
from workflows.shared.networks import network_of
from workflows.shared.own_facts import OF_FIRMS, is_fact
from workflows.shared.proofs import Facts, Given, Wrong
from workflows.shared.register import Firm
from workflows.shared.resets import Reset, get_reset, note_try

MOST_WRONG = 5
LOCK = timedelta(hours=1)
BRANCH = "unbind"

LOCKED = N_(
    "Too many wrong answers. From here this way is closed for an hour; call technical support."
)
WRONG = N_("This does not agree with the register. Check every field; one of them differs.")


def prove_firm(engine: Engine, given: Given) -> Facts | Wrong:
    """Compare what was typed with the register; attempts are counted before they are looked at."""
    with engine.database.read() as session:
        reset = get_reset(session, given.case)
    key = f"unbind:{reset.typed_hash.hex()[:40]}:{network_of(given.address)}"
    count = count_attempt(engine.database, key, window=LOCK, now=given.now)
    if count > MOST_WRONG:
        note_try(engine, given, branch=BRANCH, result="locked")
        return Wrong({"firm_number": _(LOCKED)})
    with engine.database.read() as session:
        is_right = _compare(session, reset, given)
    with engine.database.transaction() as session:
        if is_right:
            forget_attempts(session, key)
        elif count == MOST_WRONG:
            # The hour begins with the last wrong answer, not with the first.
            session.execute(update(Attempt).where(Attempt.key == key).values(since=given.now))
    left = MOST_WRONG - count
    result = "right" if is_right else "wrong" if left else "locked"
    note_try(engine, given, branch=BRANCH, result=result)
    if is_right:
        return {"check": "right"}
    return Wrong({"firm_number": _say_wrong(left)})


def _say_wrong(left: int) -> str:
    if not left:
        return _(LOCKED)
    tries = ngettext("You can try %(n)s more time.", "You can try %(n)s more times.", left)
    return f"{_(WRONG)} {tries}"


def _compare(session: Session, reset: Reset, given: Given) -> bool:
    """Everything is compared, whatever was wrong already, and for nobody as much."""
    account = session.scalar(select(Account).where(Account.id == (reset.account_id or 0)))
    key = 0 if account is None or account.firm_id is None else account.firm_id
    firm = session.scalar(select(Firm).where(Firm.id == key))
    known = {
        "firm_number": "" if firm is None else firm.number,
        "approval_number": "" if firm is None else firm.approval_number,
        "head": "" if firm is None else firm.head,
    }
    same = [is_fact(name, known[name], str(given.secrets.get(name) or "")) for name in OF_FIRMS]
    return all(same)
