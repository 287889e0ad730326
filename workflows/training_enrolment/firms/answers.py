"""What a class asks of each person whom a firm signs up, and what stands there now.

The fields are those of the sign-up form; a value comes from the register, then from what is the
same for all, then from what was typed for the person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.lifecycle import STARTED
from forms.bound import BoundForm
from forms.lists import Language
from forms.options import Option
from workflows.shared.enrolments import LIVE, Enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.audience import find_obstacle
from workflows.training_enrolment.firms import drafts
from workflows.training_enrolment.firms.drafts import lay_over
from workflows.training_enrolment.firms.people import Person, PersonKey, key_of
from workflows.training_enrolment.signing_up import Answers, bind_sign_up, list_fields, prefill

NO_ERRORS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that a class asks for, as a page draws it in a table."""

    name: str
    label: str
    type: str
    longest: int
    options: Sequence[Option] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Where one person stands: his tick and values, or why he cannot be signed up.

    `state`: of his sign-up for the class, empty without one. `errors` by field, only of those
    ticked: nobody is asked for what is not needed.
    """

    is_ticked: bool
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=lambda: NO_ERRORS)
    obstacle: str = ""
    state: str = ""


def list_asked(bound: BoundForm) -> list[Asked]:
    """The fields that a class asks for, in the order of the form."""
    scope = bound.see({})
    return [
        Asked(
            name=each.key,
            label=each.label(bound.language, scope),
            type="date" if each.type == "datetime" else each.format.input_type,
            longest=min(each.max_length, drafts.LONGEST),
            options=each.fixed_options(bound.language),
        )
        for each in list_fields(bound)
    ]


def read_rows(
    session: Session,
    engine: Engine,
    *,
    firm_id: int,
    training_class: TrainingClass,
    people: Sequence[Person],
    language: Language,
    now: datetime,
) -> list[Row]:
    """Where each of some people of a firm stands, in their order."""
    keys = [key_of(each) for each in people]
    kept = drafts.read(
        session,
        engine.vault,
        firm_id=firm_id,
        class_id=training_class.id,
        keys=[*keys, drafts.EVERYBODY],
    )
    engine.vault.read_keys(session, [each.vault_subject for each in people])
    states = _find_states(session, training_class, keys)
    bound = bind_sign_up(session, engine, training_class=training_class, language=language, now=now)

    shared = [each for each in drafts.ONE_FOR_ALL if each in training_class.required_fields]

    def read_row(person: Person, key: PersonKey) -> Row:
        if key in states:
            return Row(False, {}, state=states[key])
        obstacle = find_obstacle(engine, session, training_class, person, now)
        if obstacle:
            return Row(False, {}, obstacle=obstacle)
        own, for_all = kept[key], kept[drafts.EVERYBODY].values
        known = answers_of(session, engine, training_class, person, own.values)
        # What is the same for all stands once, above them.
        values = {**known, **{each: own.values.get(each, "") for each in shared}}
        if not own.is_ticked:
            return Row(False, values)
        answers = answers_of(session, engine, training_class, person, lay_over(for_all, own.values))
        reading = bound.read(Answers(answers), outcome=STARTED)
        return Row(True, values, {each.path: each.sentence for each in reading.errors})

    return [read_row(person, key) for person, key in zip(people, keys, strict=True)]


def answers_of(
    session: Session,
    engine: Engine,
    training_class: TrainingClass,
    person: Person,
    typed: Mapping[str, str],
) -> dict[str, str]:
    """What a person's fields say: what was typed, over what the register knows."""
    known = lay_over(prefill(session, engine, person), typed)
    return {name: known.get(name, "") for name in training_class.required_fields}


def _find_states(
    session: Session, training_class: TrainingClass, keys: Sequence[PersonKey]
) -> dict[PersonKey, str]:
    """The states of those who are signed up for the class already."""
    conditions = [
        and_(
            Enrolment.person_kind == kind,
            Enrolment.person_id.in_([each.id for each in keys if each.kind == kind]),
        )
        for kind in sorted({each.kind for each in keys})
    ]
    rows = session.execute(
        select(Enrolment.person_kind, Enrolment.person_id, Enrolment.state).where(
            Enrolment.class_id == training_class.id,
            Enrolment.state.in_(LIVE),
            or_(false(), *conditions),
        )
    )
    return {PersonKey(kind, key): state for kind, key, state in rows}
