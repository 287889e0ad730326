"""The pages of training that a firm's main account has, beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import N_, _
from web.sessions import find_person, get_person
from web.training.blueprint import bp
from workflows.shared.access import Viewer, check
from workflows.shared.accounts import FIRM
from workflows.shared.register import Firm


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the place; `prefix`: how the paths below /training/ begin that belong to it."""

    endpoint: str
    title: str
    icon: str
    prefix: str


ENTRIES: Sequence[Entry] = (
    Entry("training.index", N_("Signing up for classes"), "school", ""),
    Entry("training.list_firm_classes", N_("Managing sign-ups"), "clipboard-check", "firm/classes"),
    Entry("training.list_firm_enrolments", N_("Classes of our people"), "list-search", "firm/all"),
    Entry("training.list_firm_hours", N_("Hours of our CPAs"), "clock", "firm/hours"),
    Entry("training.list_employees", N_("Other practitioners"), "users", "firm/employees"),
)
"""All pages, in order; what belongs to none of the others belongs to the first."""


def get_firm(session: Session) -> tuple[Firm, Viewer]:
    """The firm whose main account is signed in; for everybody else there is nothing."""
    viewer = get_person().viewer
    firm = None if viewer.firm_id is None else session.get(Firm, viewer.firm_id)
    if firm is None:
        raise NotFound
    check(viewer, "train", firm)
    return firm, viewer


@bp.context_processor
def describe_places() -> dict[str, object]:
    """Give the templates of training the firm's pages, for `training/firm_places.html`."""
    person = find_person()
    if person is None or person.user_type != FIRM or person.viewer.is_finance:
        return {"firm_places": []}
    path = request.path.removeprefix(f"{bp.url_prefix}/")
    here = next(
        (each for each in ENTRIES if each.prefix and path.startswith(each.prefix)), ENTRIES[0]
    )
    return {
        "firm_places": [
            {
                "title": _(each.title),
                "icon": each.icon,
                "address": url_for(each.endpoint),
                "is_here": each is here,
            }
            for each in ENTRIES
        ]
    }


def read_page(name: str = "page") -> int:
    """The number of the page that is asked for; the first one if it is none."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
