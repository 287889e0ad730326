"""Cases that concern another case: an appeal, the case whose decision it is against."""

from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.cases import Case
from engine.database import Base


class Concern(Base):
    """Which other case a case concerns; who decides it is shown that one too."""

    __tablename__ = "concern"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    concerned_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)


def add_concern(session: Session, *, case: Case, concerned: Case) -> None:
    """Say that a case concerns another one."""
    session.add(Concern(case_id=case.id, concerned_id=concerned.id))
    session.flush()


def find_concerned(session: Session, case: Case) -> Case | None:
    """The case that another one concerns, or None."""
    return session.scalar(
        select(Case)
        .join(Concern, Concern.concerned_id == Case.id)
        .where(Concern.case_id == case.id)
    )
