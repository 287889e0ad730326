"""What people said when they signed up for a class, as its organisers take it away."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.submissions import last_of_many
from engine.vault import Vault
from forms.bound import BoundForm
from forms.display import display
from workflows.training_enrolment.signing_up import FORM, list_fields


def name_fields(bound: BoundForm) -> list[str]:
    """The labels of the fields that a class asks for."""
    scope = bound.see({})
    return [each.label(bound.language, scope) for each in list_fields(bound)]


def read_answers(
    session: Session, vault: Vault, bound: BoundForm, case_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[str]]:
    """What was said in each of these fields, as people read it, by case of the sign-up.

    Nothing of somebody whose data were erased.
    """
    cases = session.scalars(select(Case).where(Case.id.in_(case_ids)))
    subjects = {each.id: each.subject_key for each in cases}
    sent = last_of_many(session, vault, subjects=subjects, element_id=FORM)
    return {case_id: _write(bound, each.values) for case_id, each in sent.items()}


def _write(bound: BoundForm, values: Mapping[str, object]) -> list[str]:
    scope = bound.see(values)
    return [display(bound, each, values.get(each.key), scope) for each in list_fields(bound)]
