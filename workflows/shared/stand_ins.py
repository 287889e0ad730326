"""What the stand-ins of outside services were told: how to behave, and what they keep for it.

In development only; in production the table stays empty. It is in the database because a stand-in
is told through one server process and asked through another.
"""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, Json


class SimulatedSetting(Base):
    """What one of them was told: its mood, the official account's menu."""

    __tablename__ = "simulated_setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


def keep_setting(session: Session, name: str, value: object) -> None:
    """Remember what the stand-ins were told."""
    session.merge(SimulatedSetting(name=name, value=value))
    session.flush()


def find_setting(session: Session, name: str) -> Any:
    """What the stand-ins were told, or None."""
    found = session.get(SimulatedSetting, name)
    return None if found is None else found.value
