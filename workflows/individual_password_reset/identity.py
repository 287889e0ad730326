"""其他信息验证: who somebody is, by what only he and the register know.

Five wrong answers lock this way for an hour, for this account from this network: its owner, who
is elsewhere, is not locked out by somebody who guesses.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.attempts import Attempt, count_attempt, forget_attempts
from engine.engine import Engine
from engine.language import N_, _
from workflows.shared.accounts import Account
from workflows.shared.decoys import open_nothing
from workflows.shared.networks import network_of
from workflows.shared.own_facts import is_fact
from workflows.shared.private import read_private
from workflows.shared.proofs import Facts, Given, Wrong
from workflows.shared.register import Firm, Member, identity_number
from workflows.shared.resets import Reset, get_reset, note_try

MOST_WRONG = 5
LOCK = timedelta(hours=1)
BRANCH = "identity"

LOCKED = N_(
    "Too many wrong answers. From here this way is closed for an hour; use another way, or call "
    "technical support."
)
WRONG = N_("This does not agree with the register. Check every field; one of them differs.")

EVIDENCE: dict[str, Callable[[Session, Member, dict[str, str]], tuple[str, ...]]] = {
    "email": lambda _session, _member, private: (private["email"],),
    "qualification": lambda _session, member, _private: (member.certificate_number,),
    "archive_holder": lambda _session, member, _private: (member.archive_holder,),
    "employer": lambda session, member, _private: (member.employer, _firm_of(session, member)),
}
"""What of the register each kind of evidence is compared with; one of them must be the same."""


def prove_identity(engine: Engine, given: Given) -> Facts | Wrong:
    """Compare what was typed with the register; attempts are counted before they are looked at."""
    with engine.database.read() as session:
        reset = get_reset(session, given.case)
    key = f"identity:{reset.typed_hash.hex()[:40]}:{network_of(given.address)}"
    count = count_attempt(engine.database, key, window=LOCK, now=given.now)
    if count > MOST_WRONG:
        note_try(engine, given, branch=BRANCH, result="locked")
        return Wrong({"name": _(LOCKED)})
    with engine.database.read() as session:
        is_right = _compare(session, engine, reset, given)
    with engine.database.transaction() as session:
        if is_right:
            forget_attempts(session, key)
        elif count == MOST_WRONG:
            # The hour begins with the last wrong answer, not with the first.
            session.execute(update(Attempt).where(Attempt.key == key).values(since=given.now))
    result = "right" if is_right else "wrong" if count < MOST_WRONG else "locked"
    note_try(engine, given, branch=BRANCH, result=result)
    if is_right:
        return {"check": "right"}
    return Wrong({"name": _(LOCKED) if result == "locked" else _(WRONG)})


def _compare(session: Session, engine: Engine, reset: Reset, given: Given) -> bool:
    """Everything is compared, whatever was wrong already, and for nobody as much."""
    account = session.scalar(select(Account).where(Account.id == (reset.account_id or 0)))
    key = 0 if account is None or account.member_id is None else account.member_id
    member = session.scalar(select(Member).where(Member.id == key))
    typed = {name: str(value or "") for name, value in given.secrets.items()}
    kind = str(given.values.get("evidence_kind") or "email")
    if member is None:
        open_nothing(session, engine.vault, Member.private_kind)
        session.scalar(select(Firm.name).where(Firm.id == 0))
        wanted: list[tuple[str, tuple[str, ...]]] = [
            (name, ("",)) for name in ("name", "identity_number", "evidence")
        ]
    else:
        private = read_private(session, engine.vault, member)
        evidence = EVIDENCE[kind](session, member, private)
        if kind != "employer":
            session.scalar(select(Firm.name).where(Firm.id == 0))
        wanted = [
            ("name", (member.name,)),
            ("identity_number", (identity_number(engine.vault, member),)),
            ("evidence", evidence),
        ]
    # An address with a dot more is another one's; of everything else dots and spaces are left out.
    facts = {"evidence": "email"} if kind == "email" else {}
    same = [_is_one_of(facts.get(name, name), typed.get(name, ""), known) for name, known in wanted]
    return all(same)


def _is_one_of(fact: str, typed: str, known: tuple[str, ...]) -> bool:
    """Whether something was typed that is on file."""
    same = [is_fact(fact, each, typed) for each in known]
    return any(same)


def _firm_of(session: Session, member: Member) -> str:
    return session.scalar(select(Firm.name).where(Firm.id == (member.firm_id or 0))) or ""
