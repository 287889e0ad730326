"""Contacts of the associations 各地注协联系方式, for everybody."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web import current, sessions
from web.languages import spoken
from workflows.shared.associations import Association, list_contacts

bp = Blueprint("contacts", __name__)
blueprints = (bp,)


@bp.get("/contacts")
def index() -> ResponseReturnValue:
    """List the associations, those of an area if one was named, the reader's own first."""
    area = request.args.get("area", "").strip()[:50]
    person = sessions.find_person()
    own_id = person.association_id if person else None
    with current.engine().database.read() as session:
        found = list_contacts(session, area=area, own_id=own_id)
        contacts = [_describe(each, own_id=own_id) for each in found]
    template = "_found" if request.headers.get("HX-Request") == "true" else "index"
    return render_template(f"contacts/{template}.html", contacts=contacts, area=area)


def _describe(association: Association, *, own_id: int | None) -> dict[str, object]:
    is_english = spoken() == "en"
    return {
        "area": (association.area_en if is_english else "") or association.area,
        "name": (association.name_en if is_english else "") or association.name,
        "address": association.address,
        "telephones": association.telephone.split(),
        "is_own": association.id == own_id,
    }
