"""The filters that are chosen, each to be taken away by itself."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from engine.language import _
from web.inbox.addresses import write_filters
from web.words import name_office
from workflows.inbox.filters import BY_DUE, BY_NEWEST, COMPLETED, ME, NOBODY, OPEN, Filters
from workflows.shared.access import Viewer
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import Association
from workflows.shared.training_classes import TrainingClass


def describe_chips(session: Session, viewer: Viewer, filters: Filters) -> list[dict[str, str]]:
    """A word for each chosen filter, and the address of the list without it."""
    return [
        {
            "words": words,
            "address": url_for("inbox.index", **write_filters(replace(filters, **without))),
        }
        for words, without in _chosen(session, viewer, filters)
    ]


def _chosen(
    session: Session, viewer: Viewer, filters: Filters
) -> Iterator[tuple[str, dict[str, Any]]]:
    if filters.text:
        yield f"“{filters.text}”", {"text": ""}
    if filters.class_id is not None:
        found = session.get(TrainingClass, filters.class_id)
        is_named = found is not None and viewer.has("training", found.association_id)
        yield found.name if found is not None and is_named else "–", {"class_id": None}
    if filters.year is not None:
        yield str(filters.year), {"year": None}
    if filters.association_id is not None:
        office = session.get(Association, filters.association_id)
        yield name_office(office) if office else "–", {"association_id": None}
    if filters.state == COMPLETED:
        yield _("Decided"), {"state": OPEN}
    if filters.assigned:
        yield _("Assigned to %(name)s", name=_name(session, filters.assigned)), {"assigned": ""}
    for is_chosen, words, name in (
        (filters.is_overdue, _("Overdue"), "is_overdue"),
        (filters.is_mine, _("Mine"), "is_mine"),
        (filters.is_copied, _("Copied to me"), "is_copied"),
        (filters.is_resubmitted, _("Applied again"), "is_resubmitted"),
        (filters.is_nudged, _("Asked for speed"), "is_nudged"),
    ):
        if is_chosen:
            yield words, {name: False}
    if filters.sort != BY_DUE:
        words = _("Newest first") if filters.sort == BY_NEWEST else _("Longest waiting first")
        yield words, {"sort": BY_DUE}


def _name(session: Session, assigned: str) -> str:
    if assigned in (ME, NOBODY):
        return _("Me") if assigned == ME else _("Nobody")
    return name_accounts(session, [int(assigned)]).get(int(assigned), "–")
