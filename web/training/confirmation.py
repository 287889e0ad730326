"""报名确认单: the confirmation of a sign-up as a document, for who takes part and for his firm."""

from datetime import timedelta

from flask import Response, url_for
from sqlalchemy.orm import Session

from web import current
from web.documents import send_document
from web.limits import check_rate
from web.sessions import get_person
from web.training.blueprint import bp
from web.training.door import door_address
from workflows.shared.access import Viewer, can
from workflows.shared.documents import documents_of
from workflows.shared.enrolments import Enrolment, EnrolmentNotFound, get_enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.confirmation import (
    has_confirmation,
    make_confirmation,
    read_confirmation,
)


@bp.get("/sign-ups/<int:enrolment_id>/confirmation.pdf")
def confirmation(enrolment_id: int) -> Response:
    """The confirmation of one's own sign-up, or of one by one's firm."""
    person = get_person()
    check_rate("documents", limit=60, window=timedelta(minutes=1))
    engine = current.engine()
    with engine.database.read() as session:
        said = read_confirmation(
            session,
            _get_seen(session, person.viewer, enrolment_id),
            door_address=door_address(enrolment_id),
            now=current.now(),
        )
    # Nobody waits for the database while the document is made.
    return send_document(make_confirmation(documents_of(engine), said), said.name)


def find_confirmation_address(enrolment: Enrolment, training_class: TrainingClass) -> str:
    """Where the confirmation is, for who may see the sign-up; empty where there is none."""
    if not has_confirmation(enrolment, training_class):
        return ""
    return url_for("training.confirmation", enrolment_id=enrolment.id)


def _get_seen(session: Session, viewer: Viewer, enrolment_id: int) -> Enrolment:
    """A sign-up that one may see; raises EnrolmentNotFound."""
    enrolment = get_enrolment(session, enrolment_id)
    if not can(viewer, "see", enrolment):
        raise EnrolmentNotFound
    return enrolment
