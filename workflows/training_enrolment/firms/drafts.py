"""What a firm has ticked and typed for a class and not sent yet: kept as it is made.

A row for each person, so that two computers of a firm do not undo each other's work; what was
typed is sealed with the key of whom it is about. One row more says what is the same for all.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.jobs import job
from engine.recurring import Daily
from engine.vault import Erased, Vault
from forms.answers import clean_text
from workflows.shared.dates import ZONE, local_date
from workflows.shared.person_drafts import PersonDraft
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.firms.people import MODELS, PersonKey, find_people, kinds_for

EVERYBODY = PersonKey("all", 0)
"""Stands for what is the same for all who are signed up together; its tick: their positions go
into the register, too."""

ONE_FOR_ALL = ("lodging", "arrival", "invoice_title", "tax_number")
"""Fields that a firm may answer once for all."""

NIGHT = time(3, tzinfo=ZONE)
LONGEST = 500
MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What was done about one person; `ticked` None: nothing with his box.

    `values`: by field, only those that were typed in.
    """

    person: PersonKey
    ticked: bool | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about one person."""

    is_ticked: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


NOTHING = Kept()


def keep(
    session: Session,
    engine: Engine,
    *,
    firm_id: int,
    training_class: TrainingClass,
    changes: Sequence[Change],
    now: datetime,
) -> None:
    """Keep what was ticked and typed; said twice is said once.

    What is about nobody of the firm, or in a field that the class does not ask for, is left out:
    somebody may have left since.
    """
    kinds = kinds_for(training_class)
    wanted = _merge(changes[:MOST_CHANGES])
    known = find_people(
        session,
        firm_id=firm_id,
        keys=[key for key in wanted if key.kind in kinds],
    )
    wanted = {key: each for key, each in wanted.items() if key in known or key == EVERYBODY}
    if not wanted:
        return
    # One writer of a firm's drafts at a time, in the order of their keys.
    held = _hold(session, engine, firm_id, training_class.id, keys=wanted, now=now)
    vault = engine.vault
    vault.read_keys(session, [subject_of(firm_id, key) for key in held])
    for key, row in held.items():
        change = wanted[key]
        allowed = ONE_FOR_ALL if key == EVERYBODY else training_class.required_fields
        typed = {
            name: clean_text(text[:LONGEST], lines=False)
            for name, text in change.values.items()
            if name in allowed and name in training_class.required_fields
        }
        if change.ticked is not None:
            row.is_ticked = change.ticked
        if typed:
            values = {**_open(session, vault, firm_id, key, row.values_sealed), **typed}
            row.values_sealed = vault.seal(session, subject_of(firm_id, key), orjson.dumps(values))
        row.changed_at = now


def read(
    session: Session,
    vault: Vault,
    *,
    firm_id: int,
    class_id: int,
    keys: Sequence[PersonKey],
) -> dict[PersonKey, Kept]:
    """What is kept about people; nothing for those of whom nothing is."""
    rows = {_key_of(each): each for each in session.scalars(_rows(firm_id, class_id, keys))}
    vault.read_keys(session, [subject_of(firm_id, key) for key in rows])
    found = dict.fromkeys(keys, NOTHING)
    for key, row in rows.items():
        values = _open(session, vault, firm_id, key, row.values_sealed)
        found[key] = Kept(row.is_ticked, values)
    return found


def list_ticked(session: Session, *, firm_id: int, class_id: int) -> list[PersonKey]:
    """Who is ticked, by kind and then by number, and still works at the firm."""
    found: list[PersonKey] = []
    for kind, model in MODELS.items():
        query = select(model.id).where(is_ticked(firm_id, class_id, kind)).order_by(model.number)
        ids = list(session.scalars(query))
        known = find_people(session, firm_id=firm_id, keys=[PersonKey(kind, each) for each in ids])
        found += [key for key in (PersonKey(kind, each) for each in ids) if key in known]
    return found


def count_ticked(session: Session, *, firm_id: int, class_id: int) -> int:
    """How many are ticked."""
    return (
        session.scalar(
            select(func.count()).where(
                PersonDraft.firm_id == firm_id,
                PersonDraft.class_id == class_id,
                PersonDraft.person_kind != EVERYBODY.kind,
                PersonDraft.is_ticked,
            )
        )
        or 0
    )


def puts_position(session: Session, *, firm_id: int, class_id: int) -> bool:
    """Whether the positions that are typed are to go into the register, too."""
    row = session.get(PersonDraft, (firm_id, class_id, *EVERYBODY))
    return row is not None and row.is_ticked


def is_ticked(firm_id: int, class_id: int, kind: str) -> ColumnElement[bool]:
    """Who is ticked, as a condition on the people of a kind."""
    return exists().where(
        PersonDraft.firm_id == firm_id,
        PersonDraft.class_id == class_id,
        PersonDraft.person_kind == kind,
        PersonDraft.person_id == MODELS[kind].id,
        PersonDraft.is_ticked,
    )


def untick_all(session: Session, *, firm_id: int, training_class: TrainingClass) -> None:
    """Take every tick away; what was typed stays."""
    for row in session.scalars(
        select(PersonDraft)
        .where(
            PersonDraft.firm_id == firm_id,
            PersonDraft.class_id == training_class.id,
            PersonDraft.person_kind != EVERYBODY.kind,
            PersonDraft.is_ticked,
        )
        .order_by(PersonDraft.person_kind, PersonDraft.person_id)
        .with_for_update()
    ):
        row.is_ticked = False


def forget(session: Session, *, firm_id: int, class_id: int, key: PersonKey) -> None:
    """Keep nothing more about somebody: he is signed up."""
    session.execute(
        delete(PersonDraft).where(
            PersonDraft.firm_id == firm_id,
            PersonDraft.class_id == class_id,
            PersonDraft.person_kind == key.kind,
            PersonDraft.person_id == key.id,
        )
    )


@job("training.forget_drafts", attempts=4, recurs=Daily(NIGHT))
def forget_drafts(session: Session, now: datetime) -> None:
    """Keep nothing more of what firms typed for classes that have begun."""
    begun = select(TrainingClass.id).where(TrainingClass.start_date < local_date(now))
    session.execute(
        delete(PersonDraft)
        .where(PersonDraft.class_id.in_(begun))
        .execution_options(synchronize_session=False)
    )


def lay_over(values: Mapping[str, str], over: Mapping[str, str]) -> dict[str, str]:
    """Values with others in their place; an empty one takes nothing away from what all have."""
    return {**values, **{name: text for name, text in over.items() if text or name not in values}}


def subject_of(firm_id: int, key: PersonKey) -> str:
    """Whose key seals what was typed."""
    return f"firm:{firm_id}" if key == EVERYBODY else f"{key.kind}:{key.id}"


def _merge(changes: Sequence[Change]) -> dict[PersonKey, Change]:
    """One change for each person: what came later goes before what came earlier."""
    merged: dict[PersonKey, Change] = {}
    for each in changes:
        before = merged.get(each.person)
        if before is None:
            merged[each.person] = each
            continue
        ticked = before.ticked if each.ticked is None else each.ticked
        merged[each.person] = Change(each.person, ticked, {**before.values, **each.values})
    return merged


def _hold(
    session: Session,
    engine: Engine,
    firm_id: int,
    class_id: int,
    *,
    keys: Collection[PersonKey],
    now: datetime,
) -> dict[PersonKey, PersonDraft]:
    """The rows of people, locked in one order; those that were not there are made."""
    insert_one = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    ordered = sorted(keys)
    rows = [
        {
            "firm_id": firm_id,
            "class_id": class_id,
            "person_kind": each.kind,
            "person_id": each.id,
            "is_ticked": False,
            "changed_at": now,
        }
        for each in ordered
    ]
    session.execute(insert_one(PersonDraft).values(rows).on_conflict_do_nothing())
    query = _rows(firm_id, class_id, ordered).order_by(
        PersonDraft.person_kind, PersonDraft.person_id
    )
    held = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    return {_key_of(each): each for each in held}


def _key_of(row: PersonDraft) -> PersonKey:
    return PersonKey(row.person_kind, row.person_id)


def _rows(firm_id: int, class_id: int, keys: Collection[PersonKey]) -> Select[PersonDraft]:
    conditions = [
        and_(
            PersonDraft.person_kind == kind,
            PersonDraft.person_id.in_(sorted({each.id for each in keys if each.kind == kind})),
        )
        for kind in sorted({each.kind for each in keys})
    ]
    return select(PersonDraft).where(
        PersonDraft.firm_id == firm_id, PersonDraft.class_id == class_id, or_(false(), *conditions)
    )


def _open(
    session: Session, vault: Vault, firm_id: int, key: PersonKey, sealed: bytes | None
) -> dict[str, str]:
    values: dict[str, str] = {}
    if sealed is not None:
        with suppress(Erased):
            values = orjson.loads(vault.open(session, subject_of(firm_id, key), sealed))
    return values
