"""What the process looks up first: how the holder of an account can prove that it is his."""

from dataclasses import dataclass
from typing import Annotated, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named, only
from engine.vault import Vault
from forms.masking import mask
from workflows.shared.accounts import CPA, Account
from workflows.shared.bindings import find_binding
from workflows.shared.decoys import Decoy, open_nothing
from workflows.shared.private import read_private
from workflows.shared.register import Member, identity_number
from workflows.shared.reset_codes import find_file_mobile, hash_mobile, mask_mobile
from workflows.shared.resets import find_beginning, keep_shown

SHORT = 8
"""Of a text with no more characters nearly all would be shown."""

VALID, MALFORMED, MISSING = "valid", "malformed", "missing"

BOUND = {True: 35, False: 65}
MOBILES = {VALID: 93, MALFORMED: 4, MISSING: 3}
AREAS = {"010": 5, "020": 3, "021": 3, "0571": 1}
"""What stands in the register is like this; a decoy must not be rarer than what it stands for."""


@dataclass(frozen=True)
class OnFile:
    """What is on file of the holder of an account, as far as his pages show it."""

    is_bound: bool
    mobile_state: str
    mobile: str
    mobile_hash: str
    identity_type: str
    identity: str


class Way(TypedDict):
    """How the holder of an account proves himself."""

    way: Annotated[
        str,
        Named(
            N_("Way of proving oneself"),
            choices=only("official_account", "scan", "mobile", "identity"),
        ),
    ]
    has_mobile: Annotated[bool, Named(N_("A mobile number is on file"))]


@operation(
    "individual_reset.look_up",
    title=N_("Find how the member can prove himself"),
    about=N_(
        "Looks up what stands in the register of the account’s holder and keeps what the next "
        "pages show of it, covered."
    ),
)
def look_up(session: Session, *, engine: Engine, case: Case) -> Way:
    """Find how the account's holder can prove himself, and keep what his pages show."""
    begun = find_beginning(session, engine, case)
    found = _read(session, engine.vault, begun.account)
    is_bound = find_binding(session, begun.reset.account_id or 0) is not None
    shown = found or make_up(begun.decoy)
    if found is None:
        is_bound = shown.is_bound
    is_bound = is_bound and begun.has_official_account
    keep_shown(
        session,
        engine.vault,
        case,
        is_bound=is_bound,
        member_type=begun.reset.user_type,
        mobile_state=shown.mobile_state,
        mobile=shown.mobile,
        mobile_hash=shown.mobile_hash,
        identity_type=shown.identity_type,
        identity=shown.identity,
    )
    way = _choose_way(
        is_bound=is_bound, can_hand_over=begun.can_hand_over, mobile_state=shown.mobile_state
    )
    begun.reset.branch = way
    return {"way": way, "has_mobile": shown.mobile_state == VALID}


def make_up(decoy: Decoy) -> OnFile:
    """What the pages show where nothing is on file because there is nobody."""
    state = decoy.pick("mobile", MOBILES)
    mobile = ""
    if state == VALID:
        mobile = decoy.masked_mobile()
    elif state == MALFORMED:
        area = decoy.pick("malformed", AREAS)
        mobile = mask_malformed(area + decoy.digits("malformed", 8))
    return OnFile(
        is_bound=decoy.pick("is_bound", BOUND),
        mobile_state=state,
        mobile=mobile,
        mobile_hash=hash_mobile(decoy.vault, f"nobody's {decoy.typed}"),
        identity_type="identity_card",
        identity=decoy.masked_identity(),
    )


def mask_malformed(text: str) -> str:
    """What stands where a mobile number should, as its owner may recognise it."""
    return f"{text[:3]}****{text[7:]}" if len(text) > SHORT else f"{text[:1]}****"


def _read(session: Session, vault: Vault, account: Account | None) -> OnFile | None:
    """What is on file; where nobody is, as much is asked of the database."""
    key = 0 if account is None or account.member_id is None else account.member_id
    member = session.scalar(select(Member).where(Member.id == key))
    if member is None:
        open_nothing(session, vault, Member.private_kind)
        return None
    on_file = read_private(session, vault, member)["mobile"]
    e164 = find_file_mobile(on_file)
    state = VALID if e164 else MALFORMED if on_file else MISSING
    return OnFile(
        is_bound=False,
        mobile_state=state,
        mobile=mask_mobile(e164) if e164 else mask_malformed(on_file) if on_file else "",
        mobile_hash=hash_mobile(vault, e164 or on_file),
        identity_type=member.identity_type,
        identity=mask("identity", identity_number(vault, member)),
    )


def _choose_way(*, is_bound: bool, can_hand_over: bool, mobile_state: str) -> str:
    if is_bound:
        return "official_account"
    if can_hand_over:
        return "scan"
    return "mobile" if mobile_state == VALID else "identity"


def is_cpa(user_type: str) -> bool:
    """Whether this is a practising accountant, who proves himself by other papers."""
    return user_type == CPA
