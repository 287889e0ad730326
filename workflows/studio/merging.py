"""Bringing two states of a process together, document by document.

Either an upgrade waits beside what was changed here, or somebody released since a draft was
begun. Both have a state from which the two began, so that it can be said who changed what.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound
from engine.language import N_
from engine.releases import Documents, digest_of, digests_of, take_releases
from workflows.studio.current import documents_of, get_current
from workflows.studio.documents import check_sizes, own_documents
from workflows.studio.drafts import (
    drop_draft,
    find_draft,
    get_draft,
    open_draft,
    put_documents,
    read_documents,
)
from workflows.studio.models import SHIPPED, Draft, DraftDocument
from workflows.studio.shipped import find_shipped

Whose = Literal["theirs", "ours", "both"]
Source = Literal["shipped", "released"]


class NothingWaits(NotFound):
    """Nothing to be taken over."""

    message = N_("There is nothing to take over any more: it was done, or discarded.")


class ChoicesOutdated(Conflict):
    """Something moved between the page and its button."""

    message = N_(
        "Somebody changed one of the two meanwhile. Nothing was taken over. Below stands how they "
        "differ now: look at it again."
    )


@dataclass(frozen=True)
class Choice:
    """A document that is different; `kind` says what taking theirs would do to ours.

    `whose`: who changed it since the two began. Theirs alone is taken without harm.
    """

    path: str
    kind: Literal["added", "removed", "changed"]
    whose: Whose


@dataclass(frozen=True)
class Merge:
    """Two states of a process: ours is edited or at work, theirs may be taken over.

    `basis` tells this pair of states from every other.
    """

    process_id: str
    source: Source
    choices: tuple[Choice, ...]
    ours: Documents
    theirs: Documents
    basis: str


def plan_merge(session: Session, *, process_id: str, source: Source) -> Merge:
    """Compare ours with what an upgrade brought, or with what was released meanwhile.

    Raises NothingWaits, ReleaseNotFound.
    """
    edited = find_draft(session, process_id)
    current = own_documents(
        process_id, documents_of(session, get_current(session, process_id).release_id)
    )
    ours = current if edited is None else read_documents(session, edited.id)
    if source == "shipped":
        began, theirs = _shipped(session, process_id)
    else:
        began, theirs = _released(session, edited), current
    basis = digest_of(
        {"ours": digest_of(digests_of(ours)), "theirs": digest_of(digests_of(theirs))}
    )
    return Merge(
        process_id=process_id,
        source=source,
        choices=tuple(_choices(began, digests_of(ours), digests_of(theirs))),
        ours=ours,
        theirs=theirs,
        basis=basis,
    )


def take_over(
    session: Session,
    *,
    process_id: str,
    source: Source,
    basis: str,
    paths: Collection[str],
    by: int,
    now: datetime,
) -> Draft:
    """Put the ticked documents of theirs into the edited draft, which is begun if there is none.

    Afterwards nothing waits: what was not ticked stays as it is here. Raises ChoicesOutdated,
    NothingWaits, DraftTooLarge.
    """
    take_releases(session)
    edited = find_draft(session, process_id)
    if edited is not None:
        get_draft(session, edited.id, to_change=True)
    merge = plan_merge(session, process_id=process_id, source=source)
    if merge.basis != basis:
        raise ChoicesOutdated
    draft = open_draft(session, process_id=process_id, by=by, now=now)
    draft = get_draft(session, draft.id, to_change=True)
    chosen = {each.path: each.kind for each in merge.choices if each.path in set(paths)}
    gone = [path for path, kind in chosen.items() if kind == "removed"]
    new = {path: merge.theirs[path] for path, kind in chosen.items() if kind != "removed"}
    check_sizes({path: len(data) for path, data in {**merge.ours, **new}.items()})
    if gone:
        session.execute(
            delete(DraftDocument).where(
                DraftDocument.draft_id == draft.id, DraftDocument.path.in_(gone)
            )
        )
    put_documents(session, draft=draft, documents=new, by=by, now=now)
    if source == "shipped":
        _end_waiting(session, process_id, digests_of(merge.theirs))
    else:
        draft.base_release_id = get_current(session, process_id).release_id
    return draft


def discard_shipped(session: Session, *, process_id: str, basis: str) -> None:
    """Go on without what an upgrade brought, as it was shown; the next one is told of again.

    Raises NothingWaits, ChoicesOutdated.
    """
    take_releases(session)
    if plan_merge(session, process_id=process_id, source="shipped").basis != basis:
        raise ChoicesOutdated
    _drop_shipped(session, process_id)


def _drop_shipped(session: Session, process_id: str) -> None:
    found = find_draft(session, process_id, origin=SHIPPED)
    if found is None:
        raise NothingWaits
    drop_draft(session, get_draft(session, found.id, to_change=True, origin=SHIPPED))


def _shipped(session: Session, process_id: str) -> tuple[Mapping[str, str], Documents]:
    draft = find_draft(session, process_id, origin=SHIPPED)
    if draft is None:
        raise NothingWaits
    known = find_shipped(session, process_id)
    return known.documents if known else {}, read_documents(session, draft.id)


def _released(session: Session, edited: Draft | None) -> Mapping[str, str]:
    """What the draft was begun from, if it is not at work any more."""
    if edited is None or edited.base_release_id is None:
        raise NothingWaits
    if edited.base_release_id == get_current(session, edited.process_id).release_id:
        raise NothingWaits
    began = documents_of(session, edited.base_release_id)
    return digests_of(own_documents(edited.process_id, began))


def _choices(
    began: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]
) -> list[Choice]:
    found = []
    for path in sorted({*ours, *theirs}):
        before, here, there = (each.get(path) for each in (began, ours, theirs))
        if here == there:
            continue
        kind: Literal["added", "removed", "changed"] = "changed"
        if here is None:
            kind = "added"
        elif there is None:
            kind = "removed"
        whose: Whose = "both"
        if before == here:
            whose = "theirs"
        elif before == there:
            whose = "ours"
        found.append(Choice(path, kind, whose))
    return found


def _end_waiting(session: Session, process_id: str, digests: dict[str, str]) -> None:
    _drop_shipped(session, process_id)
    known = find_shipped(session, process_id)
    if known is not None:
        known.documents = digests
