"""What is at work: the newest release of every process, with the documents that it has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.releases import Content, Release, ReleaseNotFound, ReleasePart, take_releases
from workflows.studio.documents import process_of


@dataclass(frozen=True)
class Current:
    """A process's newest release; `parts` are the digests of its documents by path."""

    release_id: int
    process_id: str
    number: int
    reason: str
    made_at: datetime
    made_by: int | None
    parts: Mapping[str, str]

    @property
    def processes(self) -> frozenset[str]:
        """The process with all those that it calls."""
        return frozenset(process_of(path) for path in self.parts)

    def own_parts(self, process_id: str) -> Mapping[str, str]:
        """The digests of a process's own documents, as this release has them."""
        folders = (f"bpmn/{process_id}/", f"forms/{process_id}/")
        return {path: each for path, each in self.parts.items() if path.startswith(folders)}


def list_current(session: Session, *, to_release: bool = False) -> dict[str, Current]:
    """The newest release of every process, by process, in three queries.

    `to_release` takes them until the transaction ends: releases are made one after another.
    """
    if to_release:
        take_releases(session)
    newest = (
        select(Release.process_id, func.max(Release.number).label("number"))
        .group_by(Release.process_id)
        .subquery()
    )
    query = (
        select(Release)
        .join(
            newest,
            (newest.c.process_id == Release.process_id) & (newest.c.number == Release.number),
        )
        .order_by(Release.process_id)
    )
    releases = session.scalars(query).all()
    parts: dict[int, dict[str, str]] = {each.id: {} for each in releases}
    rows = session.execute(
        select(ReleasePart.release_id, ReleasePart.path, ReleasePart.digest)
        .where(ReleasePart.release_id.in_(parts))
        .order_by(ReleasePart.path)
    )
    for row in rows:
        parts[row.release_id][row.path] = row.digest
    return {
        each.process_id: Current(
            release_id=each.id,
            process_id=each.process_id,
            number=each.number,
            reason=each.reason,
            made_at=each.made_at,
            made_by=each.made_by,
            parts=parts[each.id],
        )
        for each in releases
    }


def get_current(session: Session, process_id: str) -> Current:
    """The newest release of a process; raises ReleaseNotFound."""
    found = list_current(session).get(process_id)
    if found is None:
        raise ReleaseNotFound(process=process_id)
    return found


def callers_of(process_id: str, known: Mapping[str, Current]) -> list[str]:
    """The processes whose releases contain this one, by name."""
    return sorted(
        each.process_id
        for each in known.values()
        if each.process_id != process_id and process_id in each.processes
    )


def documents_of(session: Session, release_id: int) -> dict[str, bytes]:
    """The documents of a release by path."""
    rows = session.execute(
        select(ReleasePart.path, Content.data)
        .join(Content, Content.digest == ReleasePart.digest)
        .where(ReleasePart.release_id == release_id)
        .order_by(ReleasePart.path)
    )
    return {row.path: row.data for row in rows}


def contents_of(session: Session, digests: Iterable[str]) -> dict[str, bytes]:
    """Contents by their digest."""
    wanted = sorted(set(digests))
    rows = session.execute(select(Content.digest, Content.data).where(Content.digest.in_(wanted)))
    return {row.digest: row.data for row in rows}
