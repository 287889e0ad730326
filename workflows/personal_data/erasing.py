"""Erasing a person: asked for by one, agreed to by another, done at once and for good.

The person's key is deleted, and with it everything that was sealed with it; rows that name him
go, are emptied, or stay without his name (`fates`). What was decided, and the trails, stay whole.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    delete,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.cases import Case
from engine.database import Base, UtcDateTime, new_id
from engine.drafts import Draft
from engine.engine import Engine
from engine.errors import Conflict, NotAllowed, NotFound, Rejected
from engine.files import StoredFile
from engine.jobs import defer, job
from engine.language import N_, _
from engine.noting import note
from engine.tasks import Task
from workflows.personal_data.fates import DELETED, EMPTIED
from workflows.shared.access import Viewer, check
from workflows.shared.accounts import Account
from workflows.shared.dates import local_date
from workflows.shared.deliveries import Delivery, DeliveryAttempt
from workflows.shared.fees import FeeClaim
from workflows.shared.keeping import periods_of
from workflows.shared.messages import Message
from workflows.shared.register import (
    ERASED,
    ERASED_NAME,
    Member,
    get_member,
    hold_member,
    identity_hash,
)
from workflows.shared.resets import Reset
from workflows.shared.results import YearlyResult
from workflows.shared.security_events import note_event
from workflows.shared.visits import Visit

JOB = "personal_data.erase"
LONGEST_REASON = 500
NEWEST = 200

State = Literal["asked", "agreed", "erased", "withdrawn"]
LIVE: tuple[State, ...] = ("asked", "agreed")
_IS_LIVE = text("state IN ('asked', 'agreed')")


class ErasureNotFound(NotFound):
    """There is no such request."""

    message = N_("There is no such request to erase a person's data.")


class NotErasable(Rejected):
    """Something stands against erasing somebody now; the sentence says what."""

    message = N_("It cannot be erased now: %(obstacle)s")


class ReasonMissing(Rejected):
    """An erasure is asked for without a reason."""

    message = N_("Say who asked for it, or why it is time: it is kept.")


class AskedAlready(Conflict):
    """Somebody asked for it before."""

    message = N_("The data of this person are about to be erased already.")


class NeedsAnother(NotAllowed):
    """Whoever asked for an erasure agrees to it himself."""

    message = N_("A second person has to agree: you asked for it yourself.")


class AlreadySettled(Conflict):
    """Somebody else was faster."""

    message = N_("This request was settled in the meantime.")


class Erasure(Base):
    """A request to erase a member's data, and what became of it. `reason` holds nothing personal.

    `state`: asked → agreed → erased, or withdrawn. `asked_by`: None for the system.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        Index(
            "uq_erasure_member",
            "member_id",
            unique=True,
            sqlite_where=_IS_LIVE,
            postgresql_where=_IS_LIVE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[State] = mapped_column(String(10))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


def find_obstacles(
    session: Session, engine: Engine, *, member: Member, now: datetime
) -> Sequence[str]:
    """What stands against erasing a member now, in sentences; nothing if he may be erased."""
    found = []
    if member.state == "active":
        found.append(_("The membership is not over."))
    if session.scalar(select(Case.id).where(*_own_cases(member), Case.state == "open").limit(1)):
        found.append(_("A case of this person is still open."))
    claims = select(FeeClaim.id).where(FeeClaim.member_id == member.id, FeeClaim.state == "open")
    if session.scalar(claims.limit(1)):
        found.append(_("A payment of this person is not settled."))
    until = find_kept_until(session, engine, member=member)
    if until is not None and until > local_date(now):
        found.append(_("What was decided has to be kept until %(date)s.", date=until))
    return found


def find_kept_until(session: Session, engine: Engine, *, member: Member) -> date | None:
    """The day until which the records of a member have to be kept; None if there are none."""
    last = session.scalar(
        select(YearlyResult.decided_at)
        .where(YearlyResult.member_id == member.id)
        .order_by(YearlyResult.decided_at.desc())
        .limit(1)
    )
    return None if last is None else local_date(last + periods_of(engine).records)


def ask_erasure(
    session: Session,
    engine: Engine,
    *,
    member_id: int,
    viewer: Viewer,
    reason: str,
    now: datetime,
) -> Erasure:
    """Ask for a member to be erased. Raises NotErasable, ReasonMissing, AskedAlready."""
    member = get_member(session, member_id)
    check(viewer, "erase", member)
    hold_member(session, member.id)
    _check_erasable(session, engine, member=member, now=now)
    said = reason.strip()[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    if find_live_erasure(session, member_id=member.id) is not None:
        raise AskedAlready
    made = Erasure(
        member_id=member.id, reason=said, state="asked", asked_by=viewer.account_id, asked_at=now
    )
    session.add(made)
    session.flush()
    return made


def agree(
    session: Session, engine: Engine, *, erasure_id: UUID, viewer: Viewer, now: datetime
) -> Erasure:
    """Agree as the second person: a job erases at once, and nobody brings anything back.

    Raises ErasureNotFound, NeedsAnother, AlreadySettled, NotErasable.
    """
    found = _hold(session, erasure_id)
    member = get_member(session, found.member_id)
    check(viewer, "agree_erasure", member)
    if found.asked_by == viewer.account_id:
        raise NeedsAnother
    _check_asked(found)
    hold_member(session, member.id)
    _check_erasable(session, engine, member=member, now=now)
    _settle(found, "agreed", viewer, now)
    defer(session, JOB, {"erasure": str(found.id)}, at=now, lock=f"erase:{member.id}")
    session.flush()
    return found


def withdraw(session: Session, *, erasure_id: UUID, viewer: Viewer, now: datetime) -> Erasure:
    """Take a request back, or refuse it, before somebody agreed to it."""
    found = _hold(session, erasure_id)
    member = get_member(session, found.member_id)
    check(viewer, "agree_erasure", member)
    _check_asked(found)
    _settle(found, "withdrawn", viewer, now)
    session.flush()
    return found


def find_live_erasure(session: Session, *, member_id: int) -> Erasure | None:
    """The request that is under way for a member, or None."""
    return session.scalar(
        select(Erasure).where(Erasure.member_id == member_id, Erasure.state.in_(LIVE))
    )


def get_erasure(session: Session, erasure_id: UUID) -> Erasure:
    """A request; raises ErasureNotFound."""
    found = session.get(Erasure, erasure_id)
    if found is None:
        raise ErasureNotFound
    return found


def list_erasures(
    session: Session, *, association_ids: Collection[int], limit: int = NEWEST
) -> Sequence[Erasure]:
    """Requests about the members of associations, the newest first."""
    return session.scalars(
        select(Erasure)
        .join(Member, Member.id == Erasure.member_id)
        .where(Member.association_id.in_(sorted(association_ids)))
        .order_by(Erasure.asked_at.desc(), Erasure.id.desc())
        .limit(limit)
    ).all()


@job(JOB)
def erase(engine: Engine, now: datetime, *, erasure: str) -> None:
    """Erase the person whom two agreed to erase; done already is fine.

    Contents of files go when their rows are gone for good: what a crash leaves is swept.
    """
    with engine.database.transaction() as session:
        found = _hold(session, UUID(erasure))
        if found.state != "agreed":
            return
        by = Actor("staff", found.settled_by)
        files = erase_member(session, engine, member_id=found.member_id, by=by, now=now)
        found.state, found.erased_at = "erased", now
    for file_id in files:
        engine.files.path(file_id).unlink(missing_ok=True)


def erase_member(
    session: Session, engine: Engine, *, member_id: int, by: Actor, now: datetime
) -> Sequence[UUID]:
    """Erase everything personal about a member; answers the files whose contents may go.

    Nothing is asked: who may and when is for the caller. Doing it again changes nothing.
    """
    hold_member(session, member_id)
    member = session.get_one(Member, member_id, populate_existing=True)
    if member.state == ERASED:
        return []
    accounts = list(session.scalars(select(Account.id).where(Account.member_id == member_id)))
    cases = list(session.scalars(select(Case.id).where(*_own_cases(member)).order_by(Case.id)))
    visitors = _visits_of(session, accounts)
    for case_id in cases:
        note(session, engine, case_id=case_id, kind="data_erased", by=by, now=now)
    for account_id in accounts:
        note_event(
            session,
            what="data_erased",
            account_id=account_id,
            actor=by,
            address="",
            now=now,
            details={"member": member_id},
        )
    visited = [case_id for _visit, case_id in visitors if case_id is not None]
    files = _erase_cases(session, [*cases, *visited])
    _erase_rows(session, member_id=member_id, accounts=accounts, cases=cases)
    _erase_accounts(session, accounts)
    _erase_register(engine, member)
    engine.vault.erase(session, member.vault_subject)
    for visit_id, _case_id in visitors:
        engine.vault.erase(session, f"visitor:{visit_id}")
        session.execute(
            update(Visit).where(Visit.id == visit_id).values(address="", openid_sealed=None)
        )
    session.flush()
    return files


def _own_cases(member: Member) -> tuple[ColumnElement[bool], ...]:
    return (Case.subject_kind == "member", Case.subject_id == member.id)


def _hold(session: Session, erasure_id: UUID) -> Erasure:
    query = select(Erasure).where(Erasure.id == erasure_id).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise ErasureNotFound
    return found


def _check_asked(found: Erasure) -> None:
    if found.state != "asked":
        raise AlreadySettled


def _settle(found: Erasure, state: State, viewer: Viewer, now: datetime) -> None:
    found.state, found.settled_by, found.settled_at = state, viewer.account_id, now


def _check_erasable(session: Session, engine: Engine, *, member: Member, now: datetime) -> None:
    if member.state == ERASED:
        raise AlreadySettled
    obstacles = find_obstacles(session, engine, member=member, now=now)
    if obstacles:
        raise NotErasable(obstacle=" ".join(obstacles))


def _visits_of(session: Session, accounts: Sequence[int]) -> list[tuple[int, UUID | None]]:
    """The anonymous visits that were about one of these accounts, with their cases."""
    query = (
        select(Visit.id, Visit.case_id)
        .join(Reset, Reset.visit_id == Visit.id)
        .where(Reset.account_id.in_(accounts))
    )
    return [(visit_id, case_id) for visit_id, case_id in session.execute(query)]


def _erase_cases(session: Session, cases: Sequence[UUID]) -> Sequence[UUID]:
    """Drafts and files go, names are replaced; what was sent goes with its key."""
    session.execute(delete(Draft).where(Draft.case_id.in_(cases)))
    for model in (Case, Task):
        column = Case.id if model is Case else Task.case_id
        session.execute(update(model).where(column.in_(cases)).values(subject_name=ERASED_NAME))
    files = select(StoredFile.id).where(StoredFile.case_id.in_(cases))
    found = session.scalars(files).all()
    session.execute(
        update(FeeClaim).where(FeeClaim.proof_file_id.in_(found)).values(proof_file_id=None)
    )
    session.execute(delete(StoredFile).where(StoredFile.id.in_(found)))
    return found


def _erase_rows(
    session: Session, *, member_id: int, accounts: Sequence[int], cases: Sequence[UUID]
) -> None:
    tables = Base.metadata.tables
    keys = {"member_id": [member_id], "account_id": accounts}
    _erase_messages(session, member_id=member_id, accounts=accounts, cases=cases)
    for name, column in DELETED:
        session.execute(delete(tables[name]).where(tables[name].c[column].in_(keys[column])))
    for name, column, values in EMPTIED:
        table = tables[name]
        session.execute(update(table).where(table.c[column].in_(keys[column])).values(values))


def _erase_messages(
    session: Session, *, member_id: int, accounts: Sequence[int], cases: Sequence[UUID]
) -> None:
    """What he was told goes, with how it reached him; what others were told of him is emptied."""
    own = select(Message.id).where(
        Message.recipient_kind == "member", Message.recipient_id == member_id
    )
    gone = select(Delivery.id).where(
        or_(Delivery.account_id.in_(accounts), Delivery.message_id.in_(own))
    )
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(gone)))
    session.execute(delete(Delivery).where(Delivery.id.in_(gone)))
    session.execute(delete(Message).where(Message.id.in_(own)))
    words = dict.fromkeys(("title", "title_en", "text", "text_en", "sms", "sms_en"), ERASED_NAME)
    session.execute(update(Message).where(Message.case_id.in_(cases)).values(words))


def _erase_accounts(session: Session, accounts: Sequence[int]) -> None:
    session.execute(
        update(Account)
        .where(Account.id.in_(accounts))
        .values(name=ERASED_NAME, password_hash=None, is_active=False)
    )


def _erase_register(engine: Engine, member: Member) -> None:
    """Empty everything but the number, the association and when somebody was a member."""
    member.state, member.name = ERASED, ERASED_NAME
    member.identity_sealed = engine.vault.seal_text("")
    member.identity_hash = identity_hash(engine.vault, f"erased:{member.id}")
    member.private_sealed = member.mobile_hash = member.email_hash = None
    member.birth_date = member.work_started_date = member.qualified_date = None
    for name in EMPTY_TEXTS:
        setattr(member, name, "")
    for name in EMPTY_LISTS:
        setattr(member, name, [])


EMPTY_TEXTS = (
    "sex",
    "identity_type",
    "certificate_number",
    "region",
    "employment",
    "employer",
    "employer_kind",
    "department",
    "position",
    "professional_title",
    "archive_holder",
    "domestic_other",
    "international_other",
)
EMPTY_LISTS = (
    "education",
    "domestic_qualifications",
    "international_qualifications",
    "gave_birth_years",
)
