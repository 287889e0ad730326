"""Contacts of the associations 各地注协联系方式, for everybody."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web import current, sessions
from web.languages import spoken
from workflows.shared.associations import Association, list_contacts
from workflows.shared.register import get_firm

bp = Blueprint("contacts", __name__)
blueprints = (bp,)


@bp.get("/contacts")
def index() -> ResponseReturnValue:
    """List the associations, those of an area if one was named, the reader's own first."""
    area = request.args.get("area", "").strip()[:50]
    person = sessions.find_person()
    with current.engine().database.read() as session:
        own_id = _find_own(session, person)
        found = list_contacts(session, area=area, own_id=own_id)
        contacts = [_describe(each, own_id=own_id) for each in found]
    template = "_found" if request.headers.get("HX-Request") == "true" else "index"
    return render_template(f"contacts/{template}.html", contacts=contacts, area=area)


def _find_own(session: Session, person: sessions.Person | None) -> int | None:
    """The association of a member, a firm or a person of the staff; others have none."""
    if person is None or person.viewer.firm_id is None:
        return person.association_id if person else None
    return get_firm(session, person.viewer.firm_id).association_id


def _describe(association: Association, *, own_id: int | None) -> dict[str, object]:
    is_english = spoken() == "en"
    return {
        "area": (association.area_en if is_english else "") or association.area,
        "name": (association.name_en if is_english else "") or association.name,
        "address": association.address,
        "telephones": association.telephone.split(),
        "is_own": association.id == own_id,
    }
