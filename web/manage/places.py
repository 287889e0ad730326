"""The pages of 管理, beside each other: one entry for each, shown to who may open it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.language import N_, _
from web import current
from web.manage.blueprint import bp
from web.manage.deliveries import tally_failures
from web.sessions import find_person
from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, Viewer, can, check


@dataclass(frozen=True)
class Entry:
    """A page of the place; `action` is what one must be allowed to on the system.

    `prefix`: the paths below /manage/ that belong to it, if it is a page of the place's own.
    `tally` says what waits there, empty if nothing does.
    """

    endpoint: str
    title: str
    icon: str
    prefix: str
    action: str = "see_management"
    tally: Callable[[Session, Viewer], str] | None = None


ENTRIES: tuple[Entry, ...] = (
    Entry("manage.list_seasons", N_("Seasons"), "calendar", "seasons"),
    Entry("manage.list_absentees", N_("Not applied yet"), "user", "absentees"),
    Entry("manage.list_rules", N_("Assignment rules"), "adjustments", "rules"),
    Entry("manage.list_staff", N_("Staff and duties"), "users", "staff"),
    Entry("inbox.list_phrases", N_("Phrases"), "pencil", "phrases", "see_inbox"),
    Entry("manage.list_texts", N_("Message texts"), "mail", "texts"),
    Entry(
        "manage.list_all_deliveries",
        N_("Deliveries"),
        "message",
        "deliveries",
        "see_deliveries",
        tally_failures,
    ),
    Entry("manage.list_erasures", N_("Erasing data"), "trash", "erasures"),
    Entry("manage.list_reporting", N_("Financial reporting"), "receipt", "reporting"),
    Entry("manage.list_paper_resets", N_("Password reset on paper"), "printer", "paper-resets"),
    Entry(
        "manage.list_decision_tables", N_("Decision tables"), "clipboard-check", "decision-tables"
    ),
    Entry("manage.numbers", N_("Numbers"), "list-check", "numbers"),
    Entry("manage.list_security", N_("Security"), "lock", "security", "see_security_events"),
    Entry("manage.show_notice", N_("Privacy notice"), "file-text", "privacy", "publish_notice"),
)
"""All pages, in order."""


def get_viewer_of_management() -> Viewer:
    """Who is signed in, if the place is his; for others there is nothing."""
    viewer = get_staff_person().viewer
    check(viewer, "see_management", SYSTEM)
    return viewer


@bp.get("")
def index() -> ResponseReturnValue:
    """Lead to the first page of the place that the person may open."""
    viewer = get_viewer_of_management()
    return redirect(url_for(next(each for each in ENTRIES if _is_for(viewer, each)).endpoint))


@bp.context_processor
def describe_places() -> dict[str, object]:
    """Give the place's templates its pages, for `manage/_places.html`.

    A page that says no is drawn here too, whoever asked.
    """
    person = find_person()
    here = request.path.removeprefix(f"{bp.url_prefix}/").partition("/")[0]
    if person is None:
        return {"manage_places": []}
    entries = [each for each in ENTRIES if _is_for(person.viewer, each)]
    tallies = _count(person.viewer, entries)
    return {
        "manage_places": [
            {
                "title": _(each.title),
                "icon": each.icon,
                "address": url_for(each.endpoint),
                "is_here": here == each.prefix,
                "tally": tallies.get(each.endpoint, ""),
            }
            for each in entries
        ]
    }


def _count(viewer: Viewer, entries: list[Entry]) -> dict[str, str]:
    """What waits where; looked up only for who may go there."""
    counting = [(each.endpoint, each.tally) for each in entries if each.tally is not None]
    if not counting:
        return {}
    with current.engine().database.read() as session:
        return {endpoint: tally(session, viewer) for endpoint, tally in counting}


def _is_for(viewer: Viewer, entry: Entry) -> bool:
    return can(viewer, entry.action, SYSTEM)
