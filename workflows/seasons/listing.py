"""The seasons that a person may look at, and those that his members are in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.shared.access import Viewer, managed_associations, visible_seasons
from workflows.shared.associations import Association, ids_above
from workflows.shared.seasons import Season, associations_of


def list_seasons(session: Session, viewer: Viewer) -> Sequence[tuple[Season, Association]]:
    """The seasons of the viewer's associations: the last year first, then by association."""
    found = session.execute(
        select(Season, Association)
        .join(Association, Association.id == Season.association_id)
        .where(visible_seasons(viewer))
        .order_by(Season.year.desc(), Association.id)
    )
    return [(season, association) for season, association in found]


def list_seasons_of_members(
    session: Session, viewer: Viewer
) -> Sequence[tuple[Season, Association]]:
    """The seasons that members of the viewer's associations are in, also one from above."""
    managed = managed_associations(viewer)
    above = set(ids_above(session, viewer.association_id or 0)) - managed
    found = session.execute(
        select(Season, Association)
        .join(Association, Association.id == Season.association_id)
        .where(Season.association_id.in_(sorted(managed | above)))
        .order_by(Season.year.desc(), Association.id)
    )
    return [
        (season, association)
        for season, association in found
        if association.id in managed or associations_of(session, season) & managed
    ]
