"""The pages of the register beside each other: one entry for each, shown to who may open it."""

from dataclasses import dataclass

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.language import N_, _
from web.register.blueprint import bp
from web.sessions import find_person
from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, Viewer, can, check


@dataclass(frozen=True)
class Entry:
    """A page of the place; `action` is what one must be allowed to on the system.

    `prefix`: the paths below /register/ that belong to it.
    """

    endpoint: str
    title: str
    icon: str
    prefix: str
    action: str = "see_register"


ENTRIES: tuple[Entry, ...] = (
    Entry("register.list_all_members", N_("Members"), "users", "members"),
    Entry("register.list_all_firms", N_("Firms"), "building", "firms"),
    Entry(
        "register.list_all_changes",
        N_("Trail of changes"),
        "history",
        "changes",
        "see_register_changes",
    ),
    Entry(
        "register.list_transfers",
        N_("Import and export"),
        "upload",
        "transfers",
        "transfer_tables",
    ),
    Entry("register.list_documents", N_("Documents"), "file-text", "documents", "read_register"),
)
"""All pages, in order; a part that is not installed has none."""


def get_viewer_of_register(action: str = "see_register") -> Viewer:
    """Who is signed in, if the place is his; for others there is nothing."""
    viewer = get_staff_person().viewer
    check(viewer, action, SYSTEM)
    return viewer


@bp.get("")
def index() -> ResponseReturnValue:
    """Lead to the first page of the place."""
    get_viewer_of_register()
    return redirect(url_for(ENTRIES[0].endpoint))


@bp.context_processor
def describe_places() -> dict[str, object]:
    """Give the place's templates its pages, for `register/_places.html`."""
    person = find_person()
    here = request.path.removeprefix(f"{bp.url_prefix}/").partition("/")[0]
    return {
        "register_places": [
            {
                "title": _(each.title),
                "icon": each.icon,
                "address": url_for(each.endpoint),
                "is_here": here == each.prefix,
            }
            for each in ENTRIES
            if person is not None
            and each.endpoint in current_app.view_functions
            and can(person.viewer, each.action, SYSTEM)
        ]
    }
