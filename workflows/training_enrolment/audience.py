"""培训对象: for whom a class is, by the decision table `audience.dmn` of the process.

An administrator reads and changes the table; its outcome is a code, said here in words.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.language import N_, _
from engine.releases import LoadedRelease, current_release_id
from workflows.shared.employees import Employee
from workflows.shared.enrolments import PROCESS
from workflows.shared.register import Firm, Member
from workflows.shared.training_classes import TrainingClass, sponsors_for

DECISION = "audience"

EMPLOYEE = "employee"

Person = Member | Employee
"""Who may sign up."""

OBSTACLES = {
    "not_active": N_("The membership or the employment is not active."),
    "elsewhere": N_("The class is for another association’s members."),
    "not_target": N_("The class is for others: look at whom it is meant for."),
}
OTHER_OBSTACLE = N_("By the rules of the association the class is not for this person.")
"""What a table says that an administrator changed."""


def person_kind(person: Person) -> str:
    """What an enrolment calls somebody: member or employee."""
    return "member" if isinstance(person, Member) else EMPLOYEE


def current_release(session: Session, engine: Engine) -> LoadedRelease:
    """The release on which the next sign-up starts, asked for once in a transaction."""
    known: int | None = session.info.get(current_release)
    if known is None:
        known = session.info[current_release] = current_release_id(session, PROCESS)
    return engine.releases.get(session, known)


def association_of(session: Session, person: Person) -> int:
    """The association that somebody belongs to: an employee to that of his firm."""
    if isinstance(person, Member):
        return person.association_id
    return session.get_one(Firm, person.firm_id).association_id


def find_obstacle(
    engine: Engine,
    session: Session,
    training_class: TrainingClass,
    person: Person,
    now: datetime,
) -> str:
    """Why somebody cannot sign up for a class, as a sentence; empty when he is meant.

    Asked for 50 people in a row it looks up their association and the release once.
    """
    sponsors = _known_sponsors(session, association_of(session, person))
    facts = {
        "person_kind": person.kind if isinstance(person, Member) else EMPLOYEE,
        "person_state": person.state,
        "is_offered": training_class.association_id in sponsors,
        "for_cpas": "cpa" in training_class.audience,
        "for_employees": EMPLOYEE in training_class.audience,
        "for_non_practising": "non_practising" in training_class.audience,
    }
    model = current_release(session, engine).model
    code = model.decide(DECISION, {"sign_up": facts}, now)
    if code == "none":
        return ""
    return _(OBSTACLES.get(str(code), OTHER_OBSTACLE))


def _known_sponsors(session: Session, association_id: int) -> Sequence[int]:
    known: dict[int, Sequence[int]] = session.info.setdefault(find_obstacle, {})
    if association_id not in known:
        known[association_id] = sponsors_for(session, association_id)
    return known[association_id]
