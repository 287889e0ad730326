"""Signing up the people of a firm one after another, each in a transaction of its own."""

from datetime import datetime
from typing import cast

import orjson
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import HuijiError, NotAllowed
from engine.language import N_
from engine.vault import Erased
from forms.lists import Language
from workflows.shared.access import check, get_viewer
from workflows.shared.accounts import get_account
from workflows.shared.many import Doing
from workflows.shared.register import Firm, Member, apply_fields
from workflows.shared.register_changes import SIGN_UP, recording
from workflows.shared.supervision import owned_fields
from workflows.shared.training_classes import get_class
from workflows.training_enrolment.firms import drafts
from workflows.training_enrolment.firms.answers import answers_of
from workflows.training_enrolment.firms.people import Person, get_person
from workflows.training_enrolment.firms.sign_ups import SignUpItem, SignUps
from workflows.training_enrolment.signing_up import AlreadySignedUp, MissingField, sign_up

ALREADY = "already"
OTHER = "other"
"""The code of what went wrong in another way than a sign-up says."""


class AccountIsClosed(NotAllowed):
    """The firm's account cannot sign in any more."""

    message = N_("The account was closed.")


class SigningUp(Doing[SignUps, SignUpItem]):
    """Signs the people of a firm up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def do(self, session: Session, batch: SignUps, item: SignUpItem) -> None:
        """Sign one person up with what was typed; nothing more is kept of it then."""
        engine, now = self._engine, self._engine.now()
        account = get_account(session, batch.account_id)
        if not account.is_active:
            raise AccountIsClosed
        firm = session.get_one(Firm, batch.firm_id)
        check(get_viewer(session, account), "train", firm)
        person = get_person(session, firm_id=firm.id, key=item.person)
        training_class = get_class(session, batch.class_id)
        answers = answers_of(
            session, engine, training_class, person, self._open(session, batch, item)
        )
        made = sign_up(
            session,
            engine,
            training_class=training_class,
            person=person,
            answers=answers,
            by=account.actor,
            firm_id=firm.id,
            now=now,
            language=cast(Language, batch.language),
        )
        item.code, item.enrolment_id, item.values_sealed = made.state, made.id, None
        if batch.puts_position:
            position = answers.get("position", "")
            _put_position(session, engine, person, position, by=account.actor, now=now)
        drafts.forget(session, firm_id=firm.id, class_id=batch.class_id, key=item.person)

    def explain(self, session: Session, batch: SignUps, item: SignUpItem, error: HuijiError) -> str:
        """Why somebody was not signed up; who is already needs nothing more."""
        item.code = str(getattr(error, "code", OTHER))
        item.values_sealed = None  # the draft still has what was typed
        if isinstance(error, AlreadySignedUp):
            item.enrolment_id = error.enrolment.id
            drafts.forget(session, firm_id=batch.firm_id, class_id=batch.class_id, key=item.person)
        if isinstance(error, MissingField):
            return " ".join(f"{each.label}: {each.sentence}" for each in error.errors)
        return str(error)

    def _open(self, session: Session, batch: SignUps, item: SignUpItem) -> dict[str, str]:
        """What was typed; nothing of somebody who was erased since."""
        if item.values_sealed is None:
            return {}
        subject = drafts.subject_of(batch.firm_id, item.person)
        try:
            opened: dict[str, str] = orjson.loads(
                self._engine.vault.open(session, subject, item.values_sealed)
            )
        except Erased:
            return {}
        return opened


def _put_position(
    session: Session, engine: Engine, person: Person, position: str, *, by: Actor, now: datetime
) -> None:
    """Write the position that was typed into the register, or the firm's list.

    One that the supervision platform owns stays as it is there; the firm's page says so.
    """
    if not position or position == person.position:
        return
    if isinstance(person, Member):
        if "position" in owned_fields(engine, person):
            return
        with recording(session, engine.vault, person, source=SIGN_UP, by=by, now=now):
            apply_fields(session, engine.vault, person, {"position": position})
    else:
        person.position = position
