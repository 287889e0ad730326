"""Making and changing a class: what it says as plain values, and saving it.

Whoever changes a class says which version of it he looked at. Somebody else's change in between
is never overwritten unseen. A change of time or place, and of how many may come, reaches who is
signed up with the same transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from workflows.shared.associations import Association
from workflows.shared.edits import Edit, list_edits, record_edit
from workflows.shared.training_classes import TrainingClass, hold_class
from workflows.training_enrolment.classes.drafts import find_contradictions
from workflows.training_enrolment.classes.settings import TOLD
from workflows.training_enrolment.classes.values import kept_as, read_class
from workflows.training_enrolment.places import counts_of, fill_places, tell_class_changed

TWICE = timedelta(hours=1)
"""The same class made again within this time by the same person is the one he made."""


class ClassChangedMeanwhile(Conflict):
    """Somebody saved a change since the version that this change was made on."""

    message = N_("Somebody else changed this class meanwhile. Nothing was saved yet.")


class ClassNotAsTyped(Rejected):
    """What was typed does not go together with what is; `wrong` has a sentence for each field."""

    message = N_("Something in the form is not right.")

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__()
        self.wrong = dict(wrong)


class ClassIsCancelled(Conflict):
    """A cancelled class stays as it is."""

    message = N_("The class was cancelled: it stays as it is.")


def subject_of(training_class: TrainingClass) -> str:
    """Under which name edits of a class are kept."""
    return f"training_class:{training_class.id}"


def create_class(
    session: Session,
    *,
    association: Association,
    values: Mapping[str, Any],
    by: int,
    now: datetime,
) -> TrainingClass:
    """Make a class of checked values; sent twice it is one. `by`: the account."""
    # One at a time of an association: who presses twice finds what he made.
    session.scalar(select(Association.id).where(Association.id == association.id).with_for_update())
    twins = session.scalars(
        select(TrainingClass).where(
            TrainingClass.association_id == association.id,
            TrainingClass.name == values["name"],
            TrainingClass.created_by == by,
            TrainingClass.created_at > now - TWICE,
        )
    )
    for each in twins:
        if read_class(each) == dict(values):
            return each
    made = TrainingClass(
        association_id=association.id, created_at=now, created_by=by, **kept_as(values)
    )
    session.add(made)
    session.flush()
    record_edit(
        session,
        association_id=association.id,
        subject=subject_of(made),
        before={"version": None},
        after={"version": 1},
        by=by,
        now=now,
    )
    return made


def save_class(
    session: Session,
    *,
    class_id: int,
    values: Mapping[str, Any],
    version: int,
    by: int,
    now: datetime,
) -> Edit | None:
    """Save a class's checked values; None if just this is what it says (sent twice).

    Raises ClassChangedMeanwhile, ClassIsCancelled, ClassNotAsTyped if places were given since
    the values were checked.
    """
    training_class = hold_class(session, class_id)
    before = read_class(training_class)
    if before == dict(values):
        return None
    if training_class.cancelled_at is not None:
        raise ClassIsCancelled
    if training_class.version != version:
        raise ClassChangedMeanwhile
    counts = counts_of(session, [class_id])[class_id]
    wrong = find_contradictions(values, training_class=training_class, counts=counts, now=now)
    if wrong:
        raise ClassNotAsTyped(wrong)
    # Also while the class goes on: its last day and its place are still to come.
    is_told = is_told_of(before, values) and bool(counts.live) and now < training_class.ends_at
    for name, value in kept_as(values).items():
        setattr(training_class, name, value)
    training_class.version += 1
    if is_told:
        training_class.change_no += 1
    session.flush()
    fill_places(session, training_class, now)
    if is_told:
        tell_class_changed(session, training_class, now)
    return record_edit(
        session,
        association_id=training_class.association_id,
        subject=subject_of(training_class),
        before=before | {"version": version},
        after=dict(values) | {"version": training_class.version},
        by=by,
        now=now,
    )


def is_told_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a change is one of time or place."""
    return any(before[name] != after[name] for name in TOLD)


def changed_meanwhile(
    session: Session, training_class: TrainingClass, *, version: int
) -> Sequence[Edit]:
    """The edits of a class since a version of it, the newest first."""
    edits = list_edits(session, subject=subject_of(training_class))
    return [each for each in edits if (each.before.get("version") or 0) >= version]


def rebase(
    session: Session, training_class: TrainingClass, typed: Mapping[str, Any], *, version: int
) -> dict[str, Any]:
    """What was typed on an older version, on this one: what he left alone is as it is now."""
    current = read_class(training_class)
    base = dict(current)
    for edit in changed_meanwhile(session, training_class, version=version):
        base |= {name: value for name, value in edit.before.items() if name in base}
    return {name: current[name] if typed[name] == base[name] else typed[name] for name in current}
