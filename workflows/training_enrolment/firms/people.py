"""Whom a firm can sign up: its CPAs and the employees it lists, searched by name or number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import N_
from workflows.shared.employees import ACTIVE, Employee
from workflows.shared.register import CPA, Member
from workflows.shared.training_classes import TrainingClass

MEMBER = "member"
EMPLOYEE = "employee"
KINDS = (MEMBER, EMPLOYEE)
PAGE = 20

Person = Member | Employee
MODELS: Mapping[str, type[Member] | type[Employee]] = {MEMBER: Member, EMPLOYEE: Employee}
AUDIENCES = {MEMBER: "cpa", EMPLOYEE: "employee"}
"""Which audience of a class each kind of person belongs to."""


class NotOfThisFirm(NotFound):
    """Somebody who does not work at the firm, or not any more."""

    message = N_("There is no such person at your firm.")


class PersonKey(NamedTuple):
    """A person of a firm: a member or an employee."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a list of people; `total` are all that were looked for."""

    people: Sequence[Person]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // PAGE))


def key_of(person: Person) -> PersonKey:
    """The key of a person."""
    return PersonKey(MEMBER if isinstance(person, Member) else EMPLOYEE, person.id)


def kinds_for(training_class: TrainingClass) -> tuple[str, ...]:
    """The kinds of people that a firm can sign up for a class, in the order of the pages."""
    return tuple(kind for kind in KINDS if AUDIENCES[kind] in training_class.audience)


def list_people(
    session: Session,
    *,
    firm_id: int,
    kind: str,
    text: str = "",
    page: int = 1,
    among: ColumnElement[bool] | None = None,
) -> PeoplePage:
    """A page of a firm's people of a kind, by number; `text` is how name or number begin.

    `among`: a further condition on them. A page beyond the last one is the last one.
    """
    conditions = [works_at(firm_id, kind)]
    if text:
        conditions.append(begins_with(kind, text))
    if among is not None:
        conditions.append(among)
    model = MODELS[kind]
    total = session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE)))
    query = _select(kind).where(*conditions).order_by(model.number)
    people = session.scalars(query.offset((number - 1) * PAGE).limit(PAGE)).all()
    return PeoplePage(people, number, total)


def find_people(
    session: Session, *, firm_id: int, keys: Collection[PersonKey]
) -> dict[PersonKey, Person]:
    """Those of the keys who work at the firm, in a query for each kind."""
    found: dict[PersonKey, Person] = {}
    for kind in KINDS:
        ids = sorted({each.id for each in keys if each.kind == kind})
        if not ids:
            continue
        query = _select(kind).where(works_at(firm_id, kind), MODELS[kind].id.in_(ids))
        found |= {key_of(each): each for each in session.scalars(query)}
    return found


def get_person(session: Session, *, firm_id: int, key: PersonKey) -> Person:
    """Somebody who works at the firm; raises NotOfThisFirm."""
    found = find_people(session, firm_id=firm_id, keys=[key]).get(key)
    if found is None:
        raise NotOfThisFirm
    return found


def name_people(session: Session, keys: Iterable[PersonKey]) -> dict[PersonKey, tuple[str, str]]:
    """Number and name of people, wherever they work by now."""
    wanted = set(keys)
    found: dict[PersonKey, tuple[str, str]] = {}
    for kind, model in MODELS.items():
        ids = sorted({each.id for each in wanted if each.kind == kind})
        query = select(model.id, model.number, model.name).where(model.id.in_(ids))
        found |= {
            PersonKey(kind, key): (number, name) for key, number, name in session.execute(query)
        }
    return found


def works_at(firm_id: int, kind: str) -> ColumnElement[bool]:
    """The people of a kind whom a firm has now, as a condition.

    A branch 分所 has people of its own; its head office does not see them.
    """
    match kind:
        case "member":
            return and_(Member.firm_id == firm_id, Member.state == "active", Member.kind == CPA)
        case "employee":
            return and_(Employee.firm_id == firm_id, Employee.state == ACTIVE)
        case _:
            raise NotOfThisFirm


def begins_with(kind: str, text: str) -> ColumnElement[bool]:
    """The people whose name or number begins with a text.

    Compared by itself, not as a range of a sort order: those of one firm are few.
    """
    model, length = MODELS[kind], len(text)
    return or_(
        func.substr(model.name, 1, length) == text,
        func.lower(func.substr(model.number, 1, length)) == text.lower(),
    )


def _select(kind: str) -> Select[Member] | Select[Employee]:
    return select(Member) if kind == MEMBER else select(Employee)
