"""What the process looks up, and how it unbinds the official account."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named, only
from engine.vault import Vault
from workflows.shared.accounts import FINANCE, Account, get_account
from workflows.shared.bindings import find_binding
from workflows.shared.decoys import Decoy
from workflows.shared.messages import tell
from workflows.shared.private import read_private
from workflows.shared.register import Firm
from workflows.shared.reset_codes import find_file_mobile, hash_mobile, mask_mobile
from workflows.shared.resets import find_beginning, get_reset, keep_shown, unbind_within
from workflows.shared.security_events import note_event

OF_DECOYS = {"is_bound": {True: 50, False: 50}, "has_mobile": {True: 94, False: 6}}
"""Firms in the register are like this; a decoy must not be rarer than what it stands for."""


@dataclass(frozen=True)
class OnFile:
    """What is on file of a firm's account, as far as its pages show it."""

    is_bound: bool
    mobile: str
    mobile_hash: str


class Way(TypedDict):
    """How a firm proves itself."""

    way: Annotated[
        str,
        Named(
            N_("Way of proving oneself"),
            choices=only("official_account", "scan", "mobile", "no_mobile"),
        ),
    ]


@operation(
    "firm_reset.look_up",
    title=N_("Find how the firm can prove itself"),
    about=N_(
        "Looks up which of its channels a firm has on file and keeps what the next pages show "
        "of them, covered."
    ),
)
def look_up(session: Session, *, engine: Engine, case: Case) -> Way:
    """Find how the firm can prove itself, and keep what its pages show."""
    begun = find_beginning(session, engine, case)
    found = _read(session, engine.vault, begun.account)
    is_bound = find_binding(session, begun.reset.account_id or 0) is not None
    firm = _decoy_of_firm(engine.vault, begun.login)
    shown = make_up(begun.decoy, firm) if found is None else OnFile(is_bound, *found)
    shown = replace(shown, is_bound=shown.is_bound and begun.has_official_account)
    keep_shown(
        session,
        engine.vault,
        case,
        is_bound=shown.is_bound,
        mobile=shown.mobile,
        mobile_hash=shown.mobile_hash,
    )
    way = choose_way(shown, can_hand_over=begun.can_hand_over)
    begun.reset.branch = way
    return {"way": way}


def choose_way(shown: OnFile, *, can_hand_over: bool) -> str:
    """How the firm proves itself, by what is on file and where it sits."""
    if shown.is_bound:
        return "official_account"
    if not shown.mobile:
        return "no_mobile"
    return "scan" if can_hand_over else "mobile"


def make_up(decoy: Decoy, firm: Decoy) -> OnFile:
    """What the pages show where nothing is on file because there is nobody.

    `firm` answers for what both accounts of a firm share, which would tell it apart otherwise.
    """
    has_mobile = firm.pick("has_mobile", OF_DECOYS["has_mobile"])
    return OnFile(
        is_bound=decoy.pick("is_bound", OF_DECOYS["is_bound"]),
        mobile=firm.masked_mobile() if has_mobile else "",
        mobile_hash=hash_mobile(decoy.vault, f"nobody's {decoy.typed}"),
    )


@operation(
    "firm_reset.unbind",
    title=N_("Unbind the official account"),
    about=N_(
        "Ends the binding of the account to the official account and tells the firm. One that "
        "is ended already stays so."
    ),
)
def unbind_official_account(
    session: Session, *, engine: Engine, case: Case, by: Actor, now: datetime
) -> None:
    """Undo the binding of the reset's account and tell the firm; undone already is fine."""
    reset = get_reset(session, case)
    account_id = reset.account_id
    if account_id is None or not unbind_within(session, engine.vault, reset):
        return
    account = get_account(session, account_id)
    note_event(
        session,
        what="unbound",
        account_id=account_id,
        actor=by,
        address="",
        details={"case": str(case.id)},
        now=now,
    )
    tell(session, engine, account=account, template="firm_unbound", values={}, now=now)


def _decoy_of_firm(vault: Vault, login: str) -> Decoy:
    """What stands in the place of the firm whose account was typed, whichever of the two it was."""
    return Decoy(vault, vault.lookup(f"reset-firm:{login.removesuffix(FINANCE)}").hex())


def _read(session: Session, vault: Vault, account: Account | None) -> tuple[str, str] | None:
    """The mobile on file, covered and hashed; where nobody is, as much is asked for."""
    key = 0 if account is None or account.firm_id is None else account.firm_id
    firm = session.scalar(select(Firm).where(Firm.id == key))
    if firm is None:
        vault.read_keys(session, [f"{Firm.private_kind}:{key}"])
        return None
    e164 = find_file_mobile(read_private(session, vault, firm)["mobile"])
    return (mask_mobile(e164) if e164 else "", hash_mobile(vault, e164))
