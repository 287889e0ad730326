"""Password resets: what is known of one while it goes on, and what every kind of it shares.

Nobody can find out by a reset whether there is an account. Whatever is typed starts a case; for
an account that there is none of, or that is locked, a decoy (`decoys`) gives what the pages show,
no code arrives and no check succeeds. So that time does not tell either, everything is read at
the beginning, with the same statements, and kept with the reset.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.cases import Case, Subject
from engine.database import Base
from engine.engine import Engine
from engine.errors import BpmnError, Rejected
from engine.language import N_
from engine.lifecycle import start_case
from engine.noting import note
from engine.operations import operation
from engine.signatures import Named
from engine.tasks import Task
from engine.vault import BY_SUBJECT, Vault
from workflows.shared import beginnings
from workflows.shared.accounts import Account, find_account, get_account, hash_password
from workflows.shared.bindings import Binding, open_openid, unbind
from workflows.shared.channels import ChannelAway, ChannelRefused, channels_of
from workflows.shared.codes import forget_code
from workflows.shared.decoys import Decoy
from workflows.shared.deliveries import association_of
from workflows.shared.new_bindings import bind_own
from workflows.shared.new_passwords import check_password_of, replace_password
from workflows.shared.one_time_links import expire_links
from workflows.shared.proofs import Facts, Given, Wrong
from workflows.shared.register import Firm, Member
from workflows.shared.security_events import note_event
from workflows.shared.visits import Visit

CHANGED = "password_changed"
"""The code of the error event for an account whose password was changed meanwhile."""

TRIES = frozenset({"code_asked", "reset_tried"})
"""Events of the trail that say what was tried to prove oneself."""

BOUND, NOT_FOLLOWING, FAILED = "bound", "not_following", "failed"
"""What came of binding the official account; empty where none was used."""


class Variables(TypedDict):
    """What the diagram of a password reset knows from the beginning."""

    is_phone: Annotated[bool, Named(N_("On a phone"))]


BEGINNINGS = (
    beginnings.Beginning("individual_password_reset", Variables),
    beginnings.Beginning("firm_password_reset", Variables),
)


class Reset(Base):
    """A password reset; its key is that of the visit that it was begun in.

    `account_id` None: there is no such account. `typed_hash`: of the user type and account that
    were typed. `shown_sealed`: what its pages show. `branch`: the way of proving that was taken
    last. `known_hash`: of the password that is to be replaced, the mobile and the WeChat user that
    it was proved by, so that of two resets at once one counts and none outlives what its owner
    changes meanwhile. `binding`: what came of binding the official account.
    """

    __tablename__ = "reset"

    visit_id: Mapped[int] = mapped_column(
        ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_type: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    typed_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    shown_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_SUBJECT)
    branch: Mapped[str] = mapped_column(String(20), default="")
    known_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    new_password_hash: Mapped[str | None] = mapped_column(String(200))
    binding: Mapped[str] = mapped_column(String(20), default="")

    @property
    def typed(self) -> str:
        """What limits are counted by: the same for whatever means the same account."""
        return f"reset:{self.typed_hash.hex()}"


@dataclass(frozen=True)
class Beginning:
    """A reset that begins: what the first step of its process looks up its ways with.

    `decoy` answers in the account's place where there is none. Without an official account nobody
    is bound to it, and no desktop can show its QR code.
    """

    reset: Reset
    account: Account | None
    decoy: Decoy
    login: str
    is_phone: bool
    has_official_account: bool

    @property
    def can_hand_over(self) -> bool:
        """Whether the reset can go on to the phone by a QR code."""
        return self.has_official_account and not self.is_phone


def start_reset(
    engine: Engine,
    visit: Visit,
    *,
    process_id: str,
    user_type: str,
    login: str,
    address: str,
    now: datetime,
) -> UUID:
    """Start a reset for what was typed; the key of its case. The visit owns it.

    Whether there is such an account makes no difference. Limits and the puzzle are for the
    caller.
    """
    login = clean_login(login)
    # Accounts differ by case: what is shown for a number_CW must not be that of a number_cw.
    typed = f"{user_type}:{login}"
    vault, by = engine.vault, visit.actor
    with engine.database.transaction() as session:
        account = find_account(session, user_type=user_type, login=login)
        known = account if account is not None and account.is_active else None
        subject = f"visitor:{visit.id}"
        session.add(
            Reset(
                visit_id=visit.id,
                user_type=user_type,
                account_id=None if known is None else known.id,
                typed_hash=vault.lookup(f"reset:{typed}"),
                shown_sealed=vault.seal(session, subject, orjson.dumps({"login": login})),
                known_hash=_hash_known(session, vault, user_type, known),
                new_password_hash=None,
            )
        )
        session.flush()
        case = start_case(
            session,
            engine,
            process_id=process_id,
            business_key=f"reset:{visit.id}",
            subject=Subject("visitor", visit.id, no=login[:40], name=""),
            variables={"is_phone": visit.is_phone},
            by=by,
            now=now,
        )
        session.get_one(Visit, visit.id).case_id = case.id
        note(
            session,
            engine,
            case_id=case.id,
            kind="reset_started",
            by=by,
            now=now,
            user_type=user_type,
            branch=get_reset(session, case).branch,
            address=address,
        )
        return case.id


def find_task_of_visitor(session: Session, case_id: UUID) -> Task | None:
    """The step that a visitor himself is at, or None."""
    query = select(Task).where(
        Task.case_id == case_id, Task.state == "open", Task.lane == "visitor"
    )
    return session.scalar(query.order_by(Task.opened_at.desc()).limit(1))


def clean_login(login: str) -> str:
    """An account as it was meant, whatever the width of its characters."""
    return "".join(unicodedata.normalize("NFKC", login).split())[:50]


def get_reset(session: Session, case: Case) -> Reset:
    """The reset of a case."""
    return session.get_one(Reset, case.subject_id)


def find_reset(session: Session, visit_id: int) -> Reset | None:
    """The reset of a visit, or None."""
    return session.get(Reset, visit_id)


def find_beginning(session: Session, engine: Engine, case: Case) -> Beginning:
    """What a process looks up the ways of a reset with; the same statements for everybody."""
    reset = get_reset(session, case)
    account = session.scalar(select(Account).where(Account.id == (reset.account_id or 0)))
    visit = session.get_one(Visit, case.subject_id)
    decoy = Decoy(engine.vault, reset.typed_hash.hex())
    login = str(read_shown(session, engine.vault, case)["login"])
    has_official_account = channels_of(engine).official_account is not None
    return Beginning(reset, account, decoy, login, visit.is_phone, has_official_account)


def keep_shown(session: Session, vault: Vault, case: Case, **shown: object) -> None:
    """Keep what the pages of a reset show, beside what they show already."""
    reset = get_reset(session, case)
    kept = {**read_shown(session, vault, case), **shown}
    reset.shown_sealed = vault.seal(session, case.subject_key, orjson.dumps(kept))


def read_shown(session: Session, vault: Vault, case: Case) -> dict[str, Any]:
    """What the pages of a reset show: plain values by name."""
    sealed = get_reset(session, case).shown_sealed
    shown: dict[str, Any] = orjson.loads(vault.open(session, case.subject_key, sealed))
    return shown


def note_try(
    engine: Engine, given: Given, *, branch: str, result: str, kind: str = "reset_tried"
) -> None:
    """Write an attempt into the trail of its case: which way, what came of it, from where."""
    with engine.database.transaction() as session:
        get_reset(session, given.case).branch = branch
        note(
            session,
            engine,
            case_id=given.case.id,
            kind=kind,
            by=Actor("visitor", given.case.subject_id),
            now=given.now,
            branch=branch,
            result=result,
            address=given.address,
        )


def keep_new_password(engine: Engine, given: Given, *, password: str) -> Facts | Wrong:
    """Check and hash a new password, and keep the hash until the step is completed."""
    with engine.database.read() as session:
        reset = get_reset(session, given.case)
        account = get_account(session, reset.account_id or 0)
        try:
            check_password_of(session, engine.vault, account=account, password=password)
        except Rejected as error:
            return Wrong({"password": str(error)})
    hashed = hash_password(password)
    binding = _look_at_follower(engine, given.case)
    with engine.database.transaction() as session:
        kept = get_reset(session, given.case)
        kept.new_password_hash, kept.binding = hashed, binding
    note_try(engine, given, branch=reset.branch, result="password_typed")
    return {}


@operation(
    "accounts.set_password",
    title=N_("Set the new password"),
    about=N_("Gives the account its new password, ends its sessions and tells its owner."),
    throws={CHANGED: N_("The password has changed meanwhile")},
)
def set_password(session: Session, *, engine: Engine, case: Case, now: datetime) -> None:
    """Give the account of a reset its new password, end its sessions and tell its owner.

    Somebody who was faster makes it the error `password_changed`: what was proved before holds
    for the password that was there then.
    """
    reset = get_reset(session, case)
    query = select(Account).where(Account.id == (reset.account_id or 0)).with_for_update()
    account = session.scalar(query.execution_options(populate_existing=True))
    hashed, reset.new_password_hash = reset.new_password_hash, None
    if account is None or hashed is None or not account.is_active:
        raise BpmnError(CHANGED)
    if not _is_known(session, engine.vault, reset, account):
        raise BpmnError(CHANGED)
    replace_password(session, engine, account=account, hashed=hashed, now=now)
    expire_links(session, account_id=account.id, now=now)
    note_event(
        session,
        what="password_reset",
        account_id=account.id,
        actor=Actor("visitor", case.subject_id),
        address=session.get_one(Visit, case.subject_id).address,
        details={"case": str(case.id), "branch": reset.branch},
        now=now,
    )
    forget_code(session, owner=owner_of_code(case))
    # Now that it is proved whose it is, his association may read the trail.
    case.subject_no, case.subject_name = account.login, account.name
    case.association_id = session.scalar(select(association_of(account.id)))


def unbind_within(session: Session, vault: Vault, reset: Reset) -> bool:
    """Undo the binding of a reset's account and let the reset go on; False when there was none."""
    account = get_account(session, reset.account_id or 0)
    was_known = _is_known(session, vault, reset, account)
    if not unbind(session, account.id):
        return False
    if was_known:
        reset.known_hash = _hash_known(session, vault, reset.user_type, account)
    return True


class Bound(TypedDict):
    """What came of binding."""

    binding: Annotated[str, Named(N_("Binding"))]


@operation(
    "official_account.bind_used",
    title=N_("Bind the official account"),
    about=N_(
        "Binds the official account that the reset was made in; what goes wrong does not undo "
        "the reset."
    ),
)
def bind_used(session: Session, *, engine: Engine, case: Case, now: datetime) -> Bound:
    """Bind the official account that a reset was made in, if it was made in one.

    What goes wrong does not undo the reset: `binding` says what came of it.
    """
    reset, openid = get_reset(session, case), _find_openid(session, engine, case)
    if reset.binding == BOUND and openid is not None and reset.account_id is not None:
        bind_own(
            session,
            engine,
            account=get_account(session, reset.account_id),
            openid=openid,
            is_following=True,
            address=session.get_one(Visit, case.subject_id).address,
            now=now,
        )
    return {"binding": reset.binding}


def owner_of_code(case: Case) -> str:
    """Whose the one-time code of a case is."""
    return f"reset:{case.id}"


def _find_openid(session: Session, engine: Engine, case: Case) -> str | None:
    sealed = session.get_one(Visit, case.subject_id).openid_sealed
    return None if sealed is None else open_openid(engine.vault, sealed)


def _look_at_follower(engine: Engine, case: Case) -> str:
    """Whether the WeChat user who resets can be bound: asked outside any transaction."""
    with engine.database.read() as session:
        openid = _find_openid(session, engine, case)
    official_account = channels_of(engine).official_account
    if openid is None or official_account is None:
        return ""
    try:
        return BOUND if official_account.is_following(openid=openid) else NOT_FOLLOWING
    except (ChannelAway, ChannelRefused):
        return FAILED


def _is_known(session: Session, vault: Vault, reset: Reset, account: Account) -> bool:
    return _hash_known(session, vault, reset.user_type, account) == reset.known_hash


def _hash_known(session: Session, vault: Vault, user_type: str, account: Account | None) -> bytes:
    """What a proof holds for; as much is asked of the database for nobody."""
    holder = Firm if user_type == "firm" else Member
    holder_id = None if account is None else account.firm_id or account.member_id
    mobile = session.scalar(select(holder.mobile_hash).where(holder.id == (holder_id or 0)))
    account_id = 0 if account is None else account.id
    bound = session.scalar(select(Binding.openid_hash).where(Binding.account_id == account_id))
    if account is None:
        return vault.lookup("nobody")
    known = (account.password_hash or "", (mobile or b"").hex(), (bound or b"").hex())
    return vault.lookup("known:" + ":".join(known))
