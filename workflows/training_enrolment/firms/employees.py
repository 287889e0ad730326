"""A firm's list of its other practitioners 从业人员: added, changed, taken off, put back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.vault import Vault
from workflows.shared.employees import ACTIVE, LEFT, Employee, EmployeeNotFound
from workflows.shared.enrolments import LIVE, Enrolment
from workflows.shared.private import write_private
from workflows.training_enrolment.firms.people import EMPLOYEE, PAGE, PeoplePage, begins_with

PRIVATE = ("mobile", "email")


@dataclass(frozen=True, slots=True)
class EmployeeFacts:
    """What a firm says of somebody on its list; `private`: his mobile number and e-mail."""

    number: str
    name: str
    sex: str
    birth_date: date | None
    position: str
    private: Mapping[str, str]


class NumberIsTaken(Conflict):
    """The firm has given this number to somebody already."""

    message = N_("%(name)s has this number already.")


class NumberOfSomebodyWhoLeft(Conflict):
    """The number stands for somebody who is not on the list any more."""

    message = N_("%(name)s, who is no longer on the list, has this number. Put the person back.")


class StillSignedUp(Rejected):
    """Who has a place in a class is not taken off the list."""

    message = N_("%(name)s is signed up for a class. Cancel that first.")


def list_employees(
    session: Session, *, firm_id: int, state: str = ACTIVE, text: str = "", page: int = 1
) -> PeoplePage:
    """A page of a firm's list by number; `state` left: those who were taken off it."""
    conditions = [Employee.firm_id == firm_id, Employee.state == state]
    if text:
        conditions.append(begins_with(EMPLOYEE, text))
    total = session.scalar(select(func.count()).select_from(Employee).where(*conditions)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE)))
    query = select(Employee).where(*conditions).order_by(Employee.number)
    found: Sequence[Employee] = session.scalars(query.offset((number - 1) * PAGE).limit(PAGE)).all()
    return PeoplePage(found, number, total)


def get_employee_of(
    session: Session, *, firm_id: int, employee_id: int, for_update: bool = False
) -> Employee:
    """Somebody on the firm's list, or who was; raises EmployeeNotFound."""
    found = session.get(Employee, employee_id, with_for_update=for_update or None)
    if found is None or found.firm_id != firm_id:
        raise EmployeeNotFound
    return found


def add_employee(session: Session, vault: Vault, *, firm_id: int, facts: EmployeeFacts) -> Employee:
    """Put somebody on the list; raises NumberIsTaken, NumberOfSomebodyWhoLeft."""
    added = Employee(firm_id=firm_id, state=ACTIVE)
    _write(session, vault, added, facts)
    return added


def change_employee(
    session: Session, vault: Vault, *, firm_id: int, employee_id: int, facts: EmployeeFacts
) -> Employee:
    """Change what the list says of somebody; raises as `add_employee`, and EmployeeNotFound."""
    held = get_employee_of(session, firm_id=firm_id, employee_id=employee_id, for_update=True)
    _write(session, vault, held, facts)
    return held


def remove_employee(session: Session, *, firm_id: int, employee_id: int) -> Employee:
    """Take somebody off the list; twice is once. Raises StillSignedUp."""
    held = get_employee_of(session, firm_id=firm_id, employee_id=employee_id, for_update=True)
    live = select(Enrolment.id).where(
        Enrolment.person_kind == EMPLOYEE,
        Enrolment.person_id == held.id,
        Enrolment.state.in_(LIVE),
    )
    if session.scalar(live.limit(1)) is not None:
        raise StillSignedUp(name=held.name)
    held.state = LEFT
    return held


def put_back(session: Session, *, firm_id: int, employee_id: int) -> Employee:
    """Put somebody on the list again who was taken off it; twice is once."""
    held = get_employee_of(session, firm_id=firm_id, employee_id=employee_id, for_update=True)
    held.state = ACTIVE
    return held


def _write(session: Session, vault: Vault, row: Employee, facts: EmployeeFacts) -> None:
    same_number = select(Employee).where(
        Employee.firm_id == row.firm_id,
        Employee.number == facts.number,
        Employee.id != (row.id or 0),
    )
    other = session.scalar(same_number)
    if other is not None:
        taken = NumberIsTaken if other.state == ACTIVE else NumberOfSomebodyWhoLeft
        raise taken(name=other.name)
    row.number, row.name, row.sex = facts.number, facts.name, facts.sex
    row.birth_date, row.position = facts.birth_date, facts.position
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        # Two windows of one firm in the same moment: the other one's is there now.
        raise NumberIsTaken(name=facts.name) from error
    write_private(session, vault, row, {name: facts.private.get(name, "") for name in PRIVATE})
