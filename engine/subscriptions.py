"""Subscriptions: which cases wait for which event, found without loading a case."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, delete, insert, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base

KEYS_AT_A_TIME = 500

Key = tuple[str, str]
"""An event's name and its correlation key (empty when it has none)."""


class Subscription(Base):
    """A case waits for an event with a key."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_event", "name", "key"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)


def change_subscriptions(
    session: Session, case_id: UUID, *, before: Iterable[Key], after: Iterable[Key]
) -> None:
    """Bring a case's rows from what it waited for to what it waits for."""
    old, new = set(before), set(after)
    if gone := old - new:
        session.execute(
            delete(Subscription).where(
                Subscription.case_id == case_id,
                tuple_(Subscription.name, Subscription.key).in_(sorted(gone)),
            )
        )
    if added := new - old:
        session.execute(
            insert(Subscription),
            [{"case_id": case_id, "name": name, "key": key} for name, key in sorted(added)],
        )


def drop_subscriptions(session: Session, case_id: UUID) -> None:
    """Let a case wait for nothing any more."""
    session.execute(delete(Subscription).where(Subscription.case_id == case_id))


def subscribed(session: Session, *, name: str, keys: Sequence[str]) -> list[tuple[UUID, str]]:
    """The cases that wait for an event with one of these keys, each with its key."""
    found = list[tuple[UUID, str]]()
    for begin in range(0, len(keys), KEYS_AT_A_TIME):
        query = select(Subscription.case_id, Subscription.key).where(
            Subscription.name == name, Subscription.key.in_(keys[begin : begin + KEYS_AT_A_TIME])
        )
        found += [(case_id, key) for case_id, key in session.execute(query)]
    return found
