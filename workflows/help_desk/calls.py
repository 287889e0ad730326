"""A call: somebody rings up, answers what the screen puts, and is helped if that was right.

Whoever sits at the desk reads questions out and types what is answered; the system compares. He
sees neither what is on file nor any password, and everything he does is among the events of the
account.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, Json, UtcDateTime, new_id
from engine.engine import Engine
from engine.errors import HuijiError, NotAllowed, NotFound, Rejected
from engine.language import N_
from workflows.shared.access import Viewer
from workflows.shared.accounts import STAFF, Account, get_account
from workflows.shared.own_facts import is_fact, read_facts
from workflows.shared.private import mobile_hash
from workflows.shared.register import Firm, Member
from workflows.shared.security_events import note_event

DUTY = "help_desk"
LASTS = timedelta(minutes=30)
QUESTIONS = 4
RIGHT_NEEDED = 3
WRONG_ALLOWED = 1
"""Of four questions three are answered right and at most one wrong; else nothing is done."""

MOST_CALLS = 3
CALLS_WINDOW = timedelta(hours=24)
"""So many calls about an account in a day may fail; then its holder comes in person."""

MOST_FOUND = 20

ASKED = (
    "identity_number",
    "approval_number",
    "head",
    "mobile",
    "email",
    "certificate_number",
    "archive_holder",
    "employer",
)
"""What may be asked: nothing that a caller says anyway to be found, such as his name."""

ALWAYS = ("identity_number", "approval_number")
"""Asked first, where they are on file."""


class CallNotFound(NotFound):
    """There is no such call, or it is somebody else's."""

    message = N_("There is no such call of yours.")


class CallOver(HuijiError):
    """The call was ended, or took too long."""

    message = N_("This call is over. Begin another one.")


class CallFailed(CallOver):
    """Too many answers were wrong."""

    message = N_(
        "The caller did not prove who it is: nothing can be changed. Offer the paper form, or a "
        "visit in person."
    )


class CallerUnknown(NotAllowed):
    """The questions were not answered well enough."""

    message = N_("The caller did not prove who it is: nothing can be changed.")


class TooManyCalls(Rejected):
    """Too many calls about an account failed today."""

    message = N_(
        "Too many calls about this account failed today. Ask its holder to come in person, or to "
        "use the paper form."
    )


class NothingToAsk(Rejected):
    """The register knows too little of the holder to ask."""

    message = N_(
        "The register knows too little of this holder to ask questions. The paper form is left."
    )


class HelpCall(Base):
    """A call about an account. `questions`: names of facts; `answers`: right or wrong, by name."""

    __tablename__ = "help_call"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    by: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    questions: Mapped[list[str]] = mapped_column(Json)
    answers: Mapped[dict[str, str]] = mapped_column(Json)
    done: Mapped[str] = mapped_column(String(20), default="")

    @property
    def is_proved(self) -> bool:
        """Whether the caller is who he says."""
        said = list(self.answers.values())
        return said.count("right") >= RIGHT_NEEDED and said.count("wrong") <= WRONG_ALLOWED

    @property
    def is_failed(self) -> bool:
        """Whether it cannot be proved any more."""
        return list(self.answers.values()).count("wrong") > WRONG_ALLOWED


def find_accounts(
    session: Session, engine: Engine, *, text: str, viewer: Viewer
) -> Sequence[Account]:
    """The accounts of members and firms that a text means, of the viewer's associations.

    A number, a name, or a mobile number, each whole: nobody leafs through the register here.
    """
    text = "".join(text.split())
    if not text:
        return []
    reached = mobile_hash(engine.vault, text)
    offices = sorted(viewer.duties.get(DUTY, frozenset()))
    query = (
        select(Account)
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Firm, Firm.id == Account.firm_id)
        .where(
            Account.user_type != STAFF,
            or_(Member.association_id.in_(offices), Firm.association_id.in_(offices)),
            or_(
                Account.login == text,
                Account.name == text,
                Member.mobile_hash == reached,
                Firm.mobile_hash == reached,
            ),
        )
        .order_by(Account.login)
    )
    return session.scalars(query.limit(MOST_FOUND)).all()


def check_help(session: Session, viewer: Viewer, account: Account) -> None:
    """Let the viewer help the holder of an account of his associations; raises NotFound."""
    association_id = None
    if account.member_id is not None:
        association_id = session.get_one(Member, account.member_id).association_id
    elif account.firm_id is not None:
        association_id = session.get_one(Firm, account.firm_id).association_id
    if association_id is None or not viewer.has(DUTY, association_id):
        raise NotFound


def begin_call(
    engine: Engine, *, account_id: int, viewer: Viewer, address: str, now: datetime
) -> UUID:
    """Begin a call about an account; one of the viewer's that is open about it goes on.

    Raises NotFound, NothingToAsk, TooManyCalls.
    """
    with engine.database.transaction() as session:
        account = get_account(session, account_id, for_update=True)
        check_help(session, viewer, account)
        known = select(HelpCall).where(
            HelpCall.account_id == account_id,
            HelpCall.by == viewer.account_id,
            HelpCall.ended_at.is_(None),
            HelpCall.began_at > now - LASTS,
        )
        open_call = session.scalar(known.limit(1))
        if open_call is not None:
            return open_call.id
        if _count_failed(session, account_id, now) >= MOST_CALLS:
            raise TooManyCalls
        call = HelpCall(
            id=new_id(),
            account_id=account_id,
            by=viewer.account_id,
            began_at=now,
            questions=_draw(engine, session, account),
            answers={},
        )
        session.add(call)
        _note(
            session,
            call,
            "help_asked",
            viewer=viewer,
            address=address,
            now=now,
            questions=call.questions,
        )
        return call.id


def get_call(
    session: Session, *, call_id: UUID, viewer: Viewer, now: datetime, for_update: bool = False
) -> tuple[HelpCall, Account]:
    """A call of the viewer's that is open, with its account; raises CallNotFound, CallOver."""
    call = session.get(HelpCall, call_id, with_for_update=for_update or None)
    if call is None or call.by != viewer.account_id:
        raise CallNotFound
    account = get_account(session, call.account_id)
    check_help(session, viewer, account)
    if call.is_failed:
        raise CallFailed
    if call.ended_at is not None or call.began_at + LASTS <= now:
        raise CallOver
    return call, account


def answer(
    engine: Engine,
    *,
    call_id: UUID,
    name: str,
    typed: str | None,
    viewer: Viewer,
    address: str,
    now: datetime,
) -> str:
    """Compare an answer, once: `right` or `wrong`; None: the caller does not know.

    Raises CallNotFound, CallOver. A question that was answered keeps its answer.
    """
    with engine.database.transaction() as session:
        call, account = get_call(session, call_id=call_id, viewer=viewer, now=now, for_update=True)
        if name not in call.questions:
            raise CallNotFound
        if name in call.answers:
            return call.answers[name]
        known = read_facts(session, engine.vault, account).get(name, "")
        said = "unknown" if typed is None else "right" if is_fact(name, known, typed) else "wrong"
        call.answers = {**call.answers, name: said}
        if call.is_failed:
            call.ended_at = now
        _note(
            session,
            call,
            "help_questions",
            viewer=viewer,
            address=address,
            now=now,
            question=name,
            outcome=said,
        )
        return said


def end_call(engine: Engine, *, call_id: UUID, viewer: Viewer, address: str, now: datetime) -> None:
    """End a call; ending it again changes nothing."""
    with engine.database.transaction() as session:
        query = update(HelpCall).where(
            HelpCall.id == call_id,
            HelpCall.by == viewer.account_id,
            HelpCall.ended_at.is_(None),
        )
        call = session.scalar(query.values(ended_at=now).returning(HelpCall))
        if call is not None:
            _note(
                session, call, "help_ended", viewer=viewer, address=address, now=now, done=call.done
            )


def list_calls(
    session: Session, *, viewer: Viewer, limit: int = MOST_FOUND
) -> Sequence[tuple[HelpCall, Account]]:
    """The viewer's last calls, the newest first."""
    query = (
        select(HelpCall, Account)
        .join(Account, Account.id == HelpCall.account_id)
        .where(HelpCall.by == viewer.account_id)
        .order_by(HelpCall.began_at.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query.limit(limit))]


def forget_old_calls(session: Session, *, before: datetime) -> None:
    """Remove calls that began before a moment; what was done stays among the events."""
    session.execute(delete(HelpCall).where(HelpCall.began_at < before))


def _draw(engine: Engine, session: Session, account: Account) -> list[str]:
    """Four questions, the same ones for an account each time: calling again brings no others."""
    facts = read_facts(session, engine.vault, account)
    seed = engine.vault.sign("help-desk", f"{account.id}".encode())

    def place(name: str) -> tuple[bool, bytes]:
        return name not in ALWAYS, hmac.digest(seed, name.encode(), hashlib.sha256)

    drawn = sorted((name for name in ASKED if name in facts), key=place)[:QUESTIONS]
    if len(drawn) < RIGHT_NEEDED:
        raise NothingToAsk
    return drawn


def _count_failed(session: Session, account_id: int, now: datetime) -> int:
    query = select(HelpCall).where(
        HelpCall.account_id == account_id, HelpCall.began_at > now - CALLS_WINDOW
    )
    calls = session.scalars(query)
    return sum("wrong" in each.answers.values() and not each.is_proved for each in calls)


def check_proved(call: HelpCall) -> None:
    """Let only a caller be helped who answered right; raises CallerUnknown."""
    if not call.is_proved:
        raise CallerUnknown


def _note(
    session: Session,
    call: HelpCall,
    what: str,
    *,
    viewer: Viewer,
    address: str,
    now: datetime,
    **details: object,
) -> None:
    note_event(
        session,
        what=what,
        account_id=call.account_id,
        actor=viewer.actor,
        address=address,
        details={"call": str(call.id), **details},
        now=now,
    )
