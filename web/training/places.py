"""The pages of training that a member has, beside each other."""

from flask import current_app, request, url_for

from engine.language import N_, _
from web.sessions import find_person
from web.training.blueprint import bp

ENTRIES = (
    ("training.index", N_("Signing up for classes"), "school"),
    ("training.announcements", N_("Announcements"), "bell"),
    ("training.hours", N_("Hours on record"), "clock"),
    ("output_hours.index", N_("Hours for output"), "file-text"),
)
"""The pages in order; one that is not installed is not offered."""

BELONGING = {"training.announcement": "training.announcements"}
"""To which of them further pages belong; what is not said belongs to the first."""


@bp.app_context_processor
def describe_places() -> dict[str, object]:
    """Give templates the member's pages of training, for `training/_places.html`."""
    return {"training_places": list_places}


def list_places() -> list[dict[str, object]]:
    """The pages that the person has; none for who is no member."""
    person = find_person()
    if person is None or not person.is_member:
        return []
    here = request.endpoint or ""
    here = BELONGING.get(here, here)
    known = [each for each in ENTRIES if each[0] in current_app.view_functions]
    if here not in {endpoint for endpoint, *_rest in known}:
        here = "output_hours.index" if here.startswith("output_hours.") else "training.index"
    return [
        {
            "title": _(title),
            "icon": icon,
            "address": url_for(endpoint),
            "is_here": endpoint == here,
        }
        for endpoint, title, icon in known
    ]
