"""报名 of many people of a firm at once: written down as one, done person by person.

What was typed for each is frozen when the firm presses the button. Who could not be signed up
stays ticked in the draft, with everything that was typed, so that the firm can go on from there.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.vault import BY_SUBJECT
from forms.lists import Language
from workflows.shared import many
from workflows.shared.access import Viewer
from workflows.shared.many import FAILED, WAITING, BatchRow, ItemRow
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.firms import drafts
from workflows.training_enrolment.firms.people import PersonKey

MOST = 500

MISSING = "missing_field"
"""The code of a person for whom something that the class asks for is missing or wrong."""


class NobodyTicked(Rejected):
    """No person was ticked."""

    message = N_("Tick at least one person.")


class TooManyPeople(Rejected):
    """More people than are signed up in one go."""

    message = N_(
        "At most %(most)s people can be signed up in one go; %(ticked)s are ticked. "
        "Untick some and sign them up afterwards."
    )


class SignUps(BatchRow, Base):
    """People of a firm who are signed up for a class together.

    `puts_position`: the positions that were typed go into the register, too.
    """

    __tablename__ = "firm_sign_up"
    __table_args__ = (Index("ix_firm_sign_up_account_id", "account_id", "started_at"),)

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    puts_position: Mapped[bool] = mapped_column(default=False)


class SignUpItem(ItemRow, Base):
    """What became of one person: `code` says it shortly, with `enrolment_id` where there is one.

    `values_sealed`: what was typed, sealed with his key.
    """

    __tablename__ = "firm_sign_up_item"
    batch_table = "firm_sign_up"

    person_kind: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(BigId)
    values_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_SUBJECT)
    code: Mapped[str] = mapped_column(String(20), default="")
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))

    @property
    def person(self) -> PersonKey:
        """Whom it is about."""
        return PersonKey(self.person_kind, self.person_id)


KIND = many.Kind("training.firm_sign_up", SignUps, SignUpItem, in_order=True)


def start_sign_ups(
    session: Session,
    engine: Engine,
    *,
    sign_ups_id: UUID,
    firm_id: int,
    training_class: TrainingClass,
    viewer: Viewer,
    language: Language,
    now: datetime,
) -> SignUps:
    """Have everybody signed up who is ticked; what was started already is only found again.

    Raises NobodyTicked, TooManyPeople, and BatchNotFound for the key of somebody else's.
    """

    def list_items() -> Sequence[Mapping[str, object]]:
        people = drafts.list_ticked(session, firm_id=firm_id, class_id=training_class.id)
        if not people:
            raise NobodyTicked
        if len(people) > MOST:
            raise TooManyPeople(most=MOST, ticked=len(people))
        return _freeze(session, engine, firm_id, training_class, people)

    return many.begin(
        session,
        KIND,
        engine,
        batch={
            "id": sign_ups_id,
            "account_id": viewer.account_id,
            "language": language,
            "firm_id": firm_id,
            "class_id": training_class.id,
            "puts_position": drafts.puts_position(
                session, firm_id=firm_id, class_id=training_class.id
            ),
        },
        items=list_items,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Results:
    """How far a sign-up of many is. `failed`: who was not signed up; by what else, in `codes`."""

    total: int
    waiting: int
    failed: int
    codes: Mapping[str, int]

    @property
    def done(self) -> int:
        """Whose result is known."""
        return self.total - self.waiting


def count_results(session: Session, keys: Collection[UUID]) -> Mapping[UUID, Results]:
    """How far some sign-ups of many are, by their keys."""
    rows = session.execute(
        select(SignUpItem.batch_id, SignUpItem.state, SignUpItem.code, func.count())
        .where(SignUpItem.batch_id.in_(keys))
        .group_by(SignUpItem.batch_id, SignUpItem.state, SignUpItem.code)
    )
    states: dict[UUID, Counter[str]] = {key: Counter() for key in keys}
    codes: dict[UUID, Counter[str]] = {key: Counter() for key in keys}
    for key, state, code, count in rows:
        states[key][state] += count
        codes[key][code] += count
    return {
        key: Results(states[key].total(), states[key][WAITING], states[key][FAILED], codes[key])
        for key in keys
    }


def _freeze(
    session: Session,
    engine: Engine,
    firm_id: int,
    training_class: TrainingClass,
    people: Sequence[PersonKey],
) -> list[dict[str, object]]:
    """A row for each person, with what was typed for him or for all."""
    kept = drafts.read(
        session,
        engine.vault,
        firm_id=firm_id,
        class_id=training_class.id,
        keys=[*people, drafts.EVERYBODY],
    )
    for_all = kept[drafts.EVERYBODY].values
    engine.vault.read_keys(session, [drafts.subject_of(firm_id, each) for each in people])
    return [
        {
            "person_kind": each.kind,
            "person_id": each.id,
            "values_sealed": engine.vault.seal(
                session,
                drafts.subject_of(firm_id, each),
                orjson.dumps(drafts.lay_over(for_all, kept[each].values)),
            ),
            "code": "",
        }
        for each in people
    ]
