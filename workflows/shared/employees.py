"""Other practitioners 从业人员: who works at a firm without being a CPA; the firm keeps the list.

They have no accounts and no ledger of hours; classes that are meant for them too are what they
are listed for.
"""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, BigId
from engine.errors import NotFound
from engine.language import N_
from workflows.shared.private import HoldsPrivate

ACTIVE = "active"
LEFT = "left"
"""Is no longer on the firm's list; what he took part in stays."""


class EmployeeNotFound(NotFound):
    """There is no such person on the firm's list."""

    message = N_("There is no such person on the firm’s list.")


class Employee(HoldsPrivate, Base):
    """Somebody whom a firm lists; `number` is the firm's own for him. `state`: active or left.

    His mobile number and e-mail address are private fields.
    """

    __tablename__ = "employee"
    private_kind = "employee"
    __table_args__ = (
        Index("uq_employee_firm_id_number", "firm_id", "number", unique=True),
        Index("ix_employee_firm_id_name", "firm_id", "name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    number: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(50))
    sex: Mapped[str] = mapped_column(String(10), default="")
    birth_date: Mapped[date | None]
    position: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
