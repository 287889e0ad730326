"""The notice above the list of classes: which are signed up for elsewhere, in adapted words."""

from string import Template

from sqlalchemy.orm import Session

from web.languages import spoken
from workflows.shared.access import Viewer
from workflows.shared.associations import get_association
from workflows.shared.message_texts import get_wording
from workflows.training_enrolment.listing import find_office
from workflows.training_enrolment.notices.texts import CLASSES_ELSEWHERE


def describe_notice(session: Session, viewer: Viewer) -> dict[str, str]:
    """The notice in the words of the viewer's association."""
    association = get_association(session, find_office(session, viewer))
    wording = get_wording(session, association_id=association.id, template=CLASSES_ELSEWHERE).texts
    is_english = spoken() == "en"
    values = {
        "name": viewer.name,
        "association": (is_english and association.name_en) or association.name,
    }
    title, text = (
        (wording.title_en, wording.text_en) if is_english else (wording.title, wording.text)
    )
    return {
        "title": Template(title).safe_substitute(values),
        "text": Template(text).safe_substitute(values),
    }
