"""What the register knows of the holder of an account, and whether somebody else knows it too.

Facts are compared, never shown: what was typed is folded first, because people write a name with
or without its dot, a number in full width, an x for an X.
"""

import hmac
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from engine.attempts import count_attempt
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.vault import Vault
from workflows.shared.accounts import CPA, MEMBER, Account
from workflows.shared.mobiles import NotAMobile, to_e164
from workflows.shared.networks import network_of
from workflows.shared.private import read_private
from workflows.shared.reach import find_reach
from workflows.shared.register import Firm, Member, identity_number

MOST_WRONG = 5
LOCK = timedelta(hours=1)
"""Password policy: 5 wrong identity checks lock for an hour, for the account from that network."""

NAMES: Mapping[str, str] = {
    "name": N_("Name"),
    "identity_number": N_("Number of the identity document"),
    "birth_date": N_("Date of birth"),
    "mobile": N_("Mobile number"),
    "email": N_("E-mail address"),
    "certificate_number": N_("Number of the certificate of all passed exams, or of the approval"),
    "archive_holder": N_("Where the personal file is kept"),
    "employer": N_("Employer"),
    "firm_number": N_("Number of the firm"),
    "approval_number": N_("Number of the approval of the firm"),
    "head": N_("Head of the firm"),
}
"""The facts that somebody may be asked for."""

OTHERS: Mapping[str, tuple[str, ...]] = {
    MEMBER: ("email", "certificate_number", "employer"),
    CPA: ("email", "certificate_number", "archive_holder"),
}
"""Of these one is asked for, besides name and number of the identity document (其他信息验证)."""

OF_FIRMS = ("firm_number", "approval_number", "head")
"""All of these are asked for."""


class FactsWrong(Rejected):
    """What was typed is not what is on file; it is never said which of it."""

    message = N_("What you entered is not what the register says.")


class FactsLocked(Rejected):
    """Too many wrong answers from this network."""

    message = N_("Too many wrong answers. Please try again in an hour.")


def read_facts(session: Session, vault: Vault, account: Account) -> dict[str, str]:
    """What is on file of the holder, by name; what is not on file is not there."""
    facts: dict[str, str | date | None] = {}
    if account.member_id is not None:
        member = session.get_one(Member, account.member_id)
        private = read_private(session, vault, member)
        facts = {
            "name": member.name,
            "identity_number": identity_number(vault, member),
            "birth_date": member.birth_date,
            "mobile": private["mobile"],
            "email": private["email"],
            "certificate_number": member.certificate_number,
            "archive_holder": member.archive_holder,
            "employer": member.employer,
        }
    elif account.firm_id is not None:
        firm = session.get_one(Firm, account.firm_id)
        facts = {
            "firm_number": firm.number,
            "approval_number": firm.approval_number,
            "head": firm.head,
            "mobile": find_reach(session, vault, account).mobile,
        }
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
        if value
    }


def is_fact(name: str, known: str, typed: str) -> bool:
    """Whether what was typed is the fact of a name; takes the same time either way.

    What is not on file proves nothing.
    """
    on_file = _fold(name, known).encode()
    is_same = hmac.compare_digest(on_file, _fold(name, typed).encode())
    return is_same and bool(on_file)


def asked_of(account: Account) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is asked of the holder who lost everything else: all of the one, one of the other."""
    if account.firm_id is not None:
        return OF_FIRMS, ()
    return ("name", "identity_number"), OTHERS.get(account.user_type, ())


def check_facts(
    engine: Engine,
    *,
    account: Account,
    typed: Mapping[str, str],
    other: str,
    address: str,
    now: datetime,
) -> None:
    """Let somebody prove with facts that he is the holder; raises FactsWrong, FactsLocked.

    The attempt is counted before anything is compared. `other`: which one of the others.
    """
    key = f"facts:{account.id}:{network_of(address)}"[:160]
    if count_attempt(engine.database, key, window=LOCK, now=now) > MOST_WRONG:
        raise FactsLocked
    needed, others = asked_of(account)
    if others:
        needed = (*needed, other if other in others else others[0])
    with engine.database.read() as session:
        known = read_facts(session, engine.vault, account)
    right = [is_fact(name, known.get(name, ""), typed.get(name, "")) for name in needed]
    if not all(right):
        raise FactsWrong


def _fold(name: str, text: str) -> str:
    """A fact as it is compared: whatever the width, the dots, the spaces, the case."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match name:
        case "mobile":
            try:
                return to_e164(plain)
            except NotAMobile:
                return plain
        case "email":
            return plain.casefold()
        case "birth_date":
            # 1990-5-6, 1990年05月06日 and 19900506 are one day.
            parts = "".join(each if each.isdigit() else " " for each in plain).split()
            return "".join(each.zfill(2) for each in parts)
        case _:
            return "".join(each for each in plain.casefold() if each.isalnum())
