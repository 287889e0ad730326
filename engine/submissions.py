"""Submissions: what each completed task was given, kept for ever and never changed.

The values are sealed with the subject's key; the trail holds a digest of them, salted by a
random value inside the seal, so that it proves them while they exist and tells nothing of
them once they are erased.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    BindParameter,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, UtcDateTime, new_id
from engine.vault import BY_SUBJECT, Erased, Vault


class Submission(Base):
    """The values of one completed task in one round.

    `task_id` None: what a case was started with, `element_id` being its start event.
    """

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_case", "case_id", "element_id", "round"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"), unique=True)
    process_id: Mapped[str] = mapped_column(String(80))
    element_id: Mapped[str] = mapped_column(String(80))
    round: Mapped[int]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    outcome: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_SUBJECT)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_kind: Mapped[ActorKind] = mapped_column(String(10))
    by_id: Mapped[int | None]


class Mark(Base):
    """A reviewer's comment on one field or file of an application that he returned."""

    __tablename__ = "mark"
    __table_args__ = (Index("ix_mark_case", "case_id", "round"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    round: Mapped[int]
    element_id: Mapped[str] = mapped_column(String(80))
    path: Mapped[str] = mapped_column(String(200))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_SUBJECT)


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark as a reviewer sets it: the form (its task's id), the field's path, the comment."""

    element_id: str
    path: str
    comment: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission with its values opened; there are none when its subject was erased.

    `task_id` None: the case was started with it.
    """

    id: UUID
    task_id: UUID | None
    process_id: str
    element_id: str
    round: int
    outcome: str
    at: datetime
    by: Actor
    values: Mapping[str, Any]
    is_erased: bool = False


def seal_values(
    vault: Vault, session: Session, subject: str, values: Mapping[str, object]
) -> tuple[bytes, str]:
    """Seal a submission's values; returns them and their salted digest (hex)."""
    said, digest = salt_values(values)
    return vault.seal(session, subject, said), digest


def salt_values(values: object) -> tuple[bytes, str]:
    """A submission's values as they are sealed, and their salted digest (hex)."""
    said = orjson.dumps({"salt": secrets.token_hex(16), "values": values})
    return said, hashlib.sha256(said).hexdigest()


def add_submission(session: Session, row: dict[str, object]) -> None:
    """Write one submission."""
    session.execute(insert(Submission), [row])


def add_marks(
    session: Session,
    vault: Vault,
    *,
    subject: str,
    case_id: UUID,
    submission_id: UUID,
    round: int,
    marks: Collection[NewMark],
) -> None:
    """Write the marks of a return."""
    if marks:
        session.execute(
            insert(Mark),
            [
                {
                    "id": new_id(),
                    "case_id": case_id,
                    "submission_id": submission_id,
                    "round": round,
                    "element_id": mark.element_id,
                    "path": mark.path,
                    "sealed": vault.seal(session, subject, mark.comment.encode()),
                }
                for mark in marks
            ],
        )


def submissions(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    subject: str,
    element_ids: Collection[str] | None = None,
) -> list[Sent]:
    """What was sent in a case, oldest first; only for some steps if they are named."""
    query = select(Submission).where(Submission.case_id == case_id).order_by(Submission.id)
    if element_ids is not None:
        query = query.where(Submission.element_id.in_(element_ids))
    return [_opened(session, vault, subject, each) for each in session.scalars(query)]


def last_submissions(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    subject: str,
    element_ids: Collection[str],
    round: int | None = None,
) -> dict[str, Sent]:
    """Of each step the last submission, up to a round: the application as it stood then.

    In the order of `element_ids`; only these are read, however many rounds there were.
    """
    asked_for = {"case_id": case_id, "element_ids": list(element_ids), "round": round}
    rows = session.scalars(_last_submissions(is_up_to_round=round is not None), asked_for)
    found = {each.element_id: _opened(session, vault, subject, each) for each in rows}
    return {name: found[name] for name in element_ids if name in found}


@cache
def _last_submissions(*, is_up_to_round: bool) -> Select[Submission]:
    """The query of `last_submissions`, made once: each page of a case asks it, some twice."""
    place = func.row_number().over(
        partition_by=Submission.element_id, order_by=Submission.id.desc()
    )
    element_ids: BindParameter[list[str]] = bindparam("element_ids", expanding=True)
    query = select(Submission.id, place.label("place")).where(
        Submission.case_id == bindparam("case_id"), Submission.element_id.in_(element_ids)
    )
    if is_up_to_round:
        query = query.where(Submission.round <= bindparam("round"))
    ranked = query.subquery()
    return select(Submission).join(ranked, ranked.c.id == Submission.id).where(ranked.c.place == 1)


def last_of_many(
    session: Session, vault: Vault, *, subjects: Mapping[UUID, str], element_id: str
) -> dict[UUID, Sent]:
    """The last submission of one step in each of many cases; `subjects`: of each case its own.

    In two queries, however many they are; a case in which nothing was sent at the step is left out.
    """
    place = func.row_number().over(partition_by=Submission.case_id, order_by=Submission.id.desc())
    ranked = (
        select(Submission.id, place.label("place"))
        .where(Submission.case_id.in_(subjects), Submission.element_id == element_id)
        .subquery()
    )
    vault.read_keys(session, subjects.values())
    rows = session.scalars(
        select(Submission).join(ranked, ranked.c.id == Submission.id).where(ranked.c.place == 1)
    )
    return {each.case_id: _opened(session, vault, subjects[each.case_id], each) for each in rows}


def _opened(session: Session, vault: Vault, subject: str, each: Submission) -> Sent:
    values = _open(session, vault, subject, each.sealed)
    return Sent(
        id=each.id,
        task_id=each.task_id,
        process_id=each.process_id,
        element_id=each.element_id,
        round=each.round,
        outcome=each.outcome,
        at=each.at,
        by=Actor(each.by_kind, each.by_id),
        values=values or {},
        is_erased=values is None,
    )


def _open(session: Session, vault: Vault, subject: str, sealed: bytes) -> Mapping[str, Any] | None:
    """The values; None when the subject was erased: that something was sent is still read."""
    try:
        said = vault.open(session, subject, sealed)
    except Erased:
        return None
    values: Mapping[str, Any] = orjson.loads(said)["values"]
    return values


def marks(
    session: Session, vault: Vault, *, case_id: UUID, subject: str, round: int
) -> list[NewMark]:
    """The marks that were set in a round; without comments when the subject was erased."""
    query = select(Mark).where(Mark.case_id == case_id, Mark.round == round).order_by(Mark.id)
    return [
        NewMark(each.element_id, each.path, _open_comment(session, vault, subject, each.sealed))
        for each in session.scalars(query)
    ]


def _open_comment(session: Session, vault: Vault, subject: str, sealed: bytes) -> str:
    try:
        return vault.open(session, subject, sealed).decode()
    except Erased:
        return ""
