"""The operation that finds the commitment 承诺书 to be accepted now."""

from sqlalchemy.orm import Session

from engine.operations import operation
from workflows.shared.seasons import current_commitment


@operation("commitments.find_version")
def find_version(session: Session, *, season_id: int, kind: str) -> dict[str, object]:
    """Find the current version of the season's commitment; 0 when it has none.

    Inspection policy: a new version is accepted anew at the next application.
    """
    found = current_commitment(session, season_id=season_id, kind=kind)
    return {"current_commitment": 0 if found is None else found.version}
