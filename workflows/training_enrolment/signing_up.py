"""报名: somebody signs up for a class, or his firm signs him up.

Whoever calls `sign_up` has one transaction for one person; the class is held in it until it ends,
so that places are given in the order of arrival.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypedDict, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Subject
from engine.engine import Engine
from engine.errors import Conflict, NotAllowed, Rejected
from engine.language import N_
from engine.lifecycle import STARTED, start_case
from engine.signatures import Named
from forms.bound import BoundForm, Reading
from forms.document import Component
from forms.lists import Language
from forms.receiving import SHOWN, Submitted
from forms.requirements import FieldError
from workflows.shared.beginnings import Beginning
from workflows.shared.bound_forms import load_form
from workflows.shared.dates import ZONE
from workflows.shared.employees import Employee
from workflows.shared.enrolments import LIVE, PROCESS, Enrolment, find_live, find_of_case
from workflows.shared.private import read_private
from workflows.shared.register import Firm, Member
from workflows.shared.training_classes import FIELDS, TrainingClass, hold_class
from workflows.shared.vocabulary import ClassId, EnrolmentId, FirmId, PersonId, PersonKind
from workflows.training_enrolment.audience import (
    Person,
    current_release,
    find_obstacle,
    person_kind,
)

FORM = "sign_up"


class Variables(TypedDict):
    """What the diagram of a sign-up knows from the beginning."""

    class_id: ClassId
    class_key: Annotated[str, Named(N_("Key for messages of the class"))]
    person_kind: PersonKind
    person_id: PersonId
    firm_id: FirmId | None
    replaces_id: EnrolmentId | None


BEGINNING = Beginning(PROCESS, Variables)


class SignUpRejected(Rejected):
    """Somebody cannot be signed up; `code` says why to a program."""

    code = ""


class SignUpClosed(SignUpRejected):
    """It is not the time for it."""

    code = "closed"
    message = N_(
        "The class does not take sign-ups now: they are open from %(opens)s to %(closes)s."
    )


class ClassHasBegun(SignUpRejected):
    """The class has begun."""

    code = "closed"
    message = N_("The class has begun.")


class ClassIsCancelled(SignUpRejected):
    """The class does not take place."""

    code = "cancelled"
    message = N_("The class was cancelled.")


class SignUpElsewhere(SignUpRejected):
    """One signs up at an address outside."""

    code = "outside"
    message = N_("Sign-up for this class is not here: follow the link of the announcement.")


class NotTarget(SignUpRejected):
    """The class is for others."""

    code = "not_target"


class AlreadySignedUp(SignUpRejected):
    """There is a live sign-up of this person for this class: `enrolment`."""

    code = "already"
    message = N_("There is a sign-up for this class already.")

    def __init__(self, enrolment: Enrolment) -> None:
        super().__init__()
        self.enrolment = enrolment


class MissingField(SignUpRejected):
    """The form is not filled in as the class asks for it: `errors` by field."""

    code = "missing_field"
    message = N_("Something that the class asks for is missing or wrong.")

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__()
        self.errors = errors


class NotSignedUp(Conflict):
    """The place could not be reserved."""

    message = N_("The sign-up did not work. Please try again, or call the organiser.")


@dataclass(frozen=True)
class Answers:
    """Answers by field, as if a browser had posted them from a page with every field."""

    values: Mapping[str, Any]

    def getlist(self, key: str, /) -> list[str]:
        """All values of a name."""
        if key == SHOWN:
            return list(FIELDS)
        value = self.values.get(key)
        if value is None:
            return []
        return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def check_window(training_class: TrainingClass, now: datetime) -> None:
    """See that a class takes sign-ups now; raises SignUpRejected."""
    check_takes_place(training_class, now)
    if training_class.outside_url:
        raise SignUpElsewhere
    if not training_class.takes_sign_ups(now):
        raise SignUpClosed(opens=training_class.opens_date, closes=training_class.closes_date)


def check_takes_place(training_class: TrainingClass, now: datetime) -> None:
    """See that a class is still to come; raises ClassIsCancelled, ClassHasBegun."""
    if training_class.cancelled_at is not None:
        raise ClassIsCancelled
    if training_class.has_begun(now):
        raise ClassHasBegun


def bind_sign_up(
    session: Session,
    engine: Engine,
    *,
    training_class: TrainingClass,
    language: Language,
    now: datetime,
) -> BoundForm:
    """The sign-up form with the fields that a class asks for.

    Draw it with `bound.complete({**prefill(...), **typed})`.
    """
    release = current_release(session, engine)
    form = load_form(release, process_id=PROCESS, form_id=FORM)
    context = describe_asked(training_class)
    return form.bind(context=context, language=language, now=now.astimezone(ZONE))


def list_fields(bound: BoundForm) -> Sequence[Component]:
    """The fields that a class asks for, in the order of its sign-up form."""
    return [each for each in bound.form.fields if bound.visibility.shows(each)]


def describe_asked(training_class: TrainingClass) -> dict[str, object]:
    """What the form's expressions know of a class."""
    return {
        "required_fields": list(training_class.required_fields),
        "end_date": training_class.end_date,
    }


def prefill(session: Session, engine: Engine, person: Person) -> dict[str, str]:
    """What the register knows of what the form may ask for."""
    private = read_private(session, engine.vault, person)
    firm = None if person.firm_id is None else session.get(Firm, person.firm_id)
    firm_name = "" if firm is None else firm.name
    employer = person.employer if isinstance(person, Member) else ""
    known = {
        "position": person.position,
        "employer": employer or firm_name,
        "mobile": private["mobile"],
        "email": private["email"],
        "invoice_title": firm_name,
    }
    return {name: value for name, value in known.items() if value}


def read_answers(
    session: Session,
    engine: Engine,
    *,
    training_class: TrainingClass,
    posted: Submitted,
    language: Language,
    now: datetime,
) -> Reading:
    """Read what was posted in the sign-up form; what is wrong stands in `errors`."""
    bound = bind_sign_up(session, engine, training_class=training_class, language=language, now=now)
    return bound.read(posted, outcome=STARTED)


def sign_up(
    session: Session,
    engine: Engine,
    *,
    training_class: TrainingClass,
    person: Person,
    answers: Mapping[str, Any],
    by: Actor,
    firm_id: int | None,
    now: datetime,
    replaces: Enrolment | None = None,
    language: Language = "zh",
) -> Enrolment:
    """Sign somebody up: he has a place then, or is on the waiting list.

    `answers`: by field, looked at as if they were posted; an answer to what is not asked for is
    left out. `firm_id`: the firm that signs him up. `replaces`: whose place he takes, which
    `cancelling.replace_person` has freed for him. Raises a SignUpRejected with a `code`, and
    NotAllowed for a person of another firm.
    """
    person = hold_person(session, person)
    if firm_id is not None and person.firm_id != firm_id:
        raise NotAllowed
    held = hold_class(session, training_class.id)
    if replaces is None:
        check_window(held, now)
    else:
        check_takes_place(held, now)
    obstacle = find_obstacle(engine, session, held, person, now)
    if obstacle:
        raise NotTarget(obstacle)
    kind = person_kind(person)
    live = find_live(session, class_id=held.id, person_kind=kind, person_id=person.id)
    if live is not None:
        # It can be looked at when what was tried is taken back.
        session.expunge(live)
        raise AlreadySignedUp(live)
    reading = read_answers(
        session,
        engine,
        training_class=held,
        posted=Answers(answers),
        language=language,
        now=now,
    )
    if reading.errors:
        raise MissingField(reading.errors)
    case = start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=f"{PROCESS}:{held.id}:{kind}:{person.id}",
        subject=_subject(person, held),
        variables={
            "class_id": held.id,
            "class_key": str(held.id),
            "person_kind": kind,
            "person_id": person.id,
            "firm_id": firm_id,
            "replaces_id": None if replaces is None else replaces.id,
        },
        answers=reading.values,
        # No year: that of a case is the year of an inspection.
        by=by,
        now=now,
    )
    enrolment = find_of_case(session, case.id)
    if enrolment is None:
        # Without a place there is no case either: everything is taken back.
        raise NotSignedUp
    return enrolment


def hold_person(session: Session, person: Person) -> Person:
    """The person as he is now, locked before the class: nobody takes him off meanwhile.

    Whoever ends a membership or takes somebody off a list finds this sign-up, or is found here.
    """
    model: type[Member | Employee] = type(person)
    query = select(model).where(model.id == person.id).with_for_update(key_share=True)
    held = session.scalars(query.execution_options(populate_existing=True)).one()
    return cast(Person, held)


def find_overlaps(
    session: Session, person: Person, training_class: TrainingClass
) -> Sequence[TrainingClass]:
    """The other classes for which somebody is signed up on days of this one."""
    query = (
        select(TrainingClass)
        .join(Enrolment, Enrolment.class_id == TrainingClass.id)
        .where(
            Enrolment.person_kind == person_kind(person),
            Enrolment.person_id == person.id,
            Enrolment.state.in_(LIVE),
            TrainingClass.id != training_class.id,
            TrainingClass.cancelled_at.is_(None),
            TrainingClass.start_date <= training_class.end_date,
            TrainingClass.end_date >= training_class.start_date,
        )
        .order_by(TrainingClass.start_date, TrainingClass.id)
    )
    return session.scalars(query).all()


def _subject(person: Person, training_class: TrainingClass) -> Subject:
    """The person as the subject of a case that belongs to the class's association."""
    return Subject(
        kind=person_kind(person),
        id=person.id,
        no=person.number,
        name=person.name,
        association_id=training_class.association_id,
        region=(person.region or None) if isinstance(person, Member) else None,
    )
