"""What is kept of a member in training: his classes, and what firms are about to say of him."""

from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.vault import Vault
from workflows.shared.enrolments import Enrolment
from workflows.shared.person_drafts import PersonDraft
from workflows.shared.register import Firm, Member
from workflows.shared.statuses import status_label
from workflows.shared.training_classes import TrainingClass


def describe_classes(session: Session, member: Member) -> list[dict[str, Any]]:
    """The classes that he signed up for, what became of it, and which firm did it for him."""
    rows = session.execute(
        select(Enrolment, TrainingClass, Firm.name)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .outerjoin(Firm, Firm.id == Enrolment.firm_id)
        .where(Enrolment.person_kind == "member", Enrolment.person_id == member.id)
        .order_by(Enrolment.id)
    )
    return [
        {
            "class": training_class.name,
            "year": training_class.year,
            "start_date": training_class.start_date.isoformat(),
            "signed_up_by": firm,
            "state": status_label(f"enrolment_{enrolment.state}"),
            "arrived_at": enrolment.arrived_at.isoformat(),
            "attendance": enrolment.attendance,
            "hours": enrolment.hours,
        }
        for enrolment, training_class, firm in rows
    ]


def describe_drafts(session: Session, vault: Vault, member: Member) -> list[dict[str, Any]]:
    """What firms typed for him and have not sent yet."""
    rows = session.execute(
        select(PersonDraft, TrainingClass.name, Firm.name)
        .join(TrainingClass, TrainingClass.id == PersonDraft.class_id)
        .join(Firm, Firm.id == PersonDraft.firm_id)
        .where(PersonDraft.person_kind == "member", PersonDraft.person_id == member.id)
        .order_by(PersonDraft.class_id, PersonDraft.firm_id)
    )
    return [
        {
            "class": name,
            "signed_up_by": firm,
            **orjson.loads(vault.open(session, member.vault_subject, draft.values_sealed)),
        }
        for draft, name, firm in rows
        if draft.values_sealed is not None
    ]
