"""The associations that take applications on paper, and what their form names."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotAllowed, Rejected
from engine.language import N_
from forms.formats import FORMATS
from workflows.paper_password_reset.documents import Office
from workflows.paper_password_reset.models import PaperResetOffice
from workflows.shared.access import Viewer
from workflows.shared.associations import Association, get_association
from workflows.shared.edits import record_edit

LONGEST = 100


class ContactNotRight(Rejected):
    """What the form would name is no mail address, or too long."""

    message = N_(
        "Enter a valid e-mail address, or none, and a telephone of at most 100 characters."
    )


def list_offices(session: Session) -> Sequence[Association]:
    """Those that an applicant chooses from: one for each province."""
    query = select(Association).where(Association.level == "provincial")
    return session.scalars(query.order_by(Association.region_code, Association.id)).all()


def find_office(session: Session, association_id: int) -> Office:
    """What an association's form names; its own telephone where nothing else was set."""
    association = get_association(session, association_id)
    own = find_own(session, association_id)
    return Office(association.name, own.email, own.telephone or association.telephone)


def find_own(session: Session, association_id: int) -> PaperResetOffice:
    """What an association set itself; both empty where it set nothing."""
    own = session.get(PaperResetOffice, association_id)
    return own or PaperResetOffice(association_id=association_id, email="", telephone="")


def save_office(
    session: Session,
    *,
    association_id: int,
    email: str,
    telephone: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Change what an association's form names; raises NotAllowed, ContactNotRight."""
    if not viewer.has("manage", association_id) and not viewer.has("admin", association_id):
        raise NotAllowed
    email, telephone = email.strip(), telephone.strip()
    if email and FORMATS["email"].check(email):
        raise ContactNotRight
    if len(email) > LONGEST or len(telephone) > LONGEST:
        raise ContactNotRight
    row = find_own(session, association_id)
    session.add(row)
    before = {"email": row.email, "telephone": row.telephone}
    row.email, row.telephone = email, telephone
    session.flush()
    record_edit(
        session,
        association_id=association_id,
        subject=f"paper_reset_office:{association_id}",
        before=before,
        after={"email": email, "telephone": telephone},
        by=viewer.account_id,
        now=now,
    )
