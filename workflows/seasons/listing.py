"""The seasons that a person may look at."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.shared.access import Viewer, visible_seasons
from workflows.shared.associations import Association
from workflows.shared.seasons import Season


def list_seasons(session: Session, viewer: Viewer) -> Sequence[tuple[Season, Association]]:
    """The seasons of the viewer's associations: the last year first, then by association."""
    found = session.execute(
        select(Season, Association)
        .join(Association, Association.id == Season.association_id)
        .where(visible_seasons(viewer))
        .order_by(Season.year.desc(), Association.id)
    )
    return [(season, association) for season, association in found]
