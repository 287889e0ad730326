"""The two states of a process that are compared, by what an address names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import N_, _
from engine.releases import Documents
from workflows.studio.current import documents_of
from workflows.studio.documents import own_documents
from workflows.studio.drafts import find_draft, read_documents
from workflows.studio.going_back import get_release, list_releases
from workflows.studio.models import SHIPPED, Draft

DRAFT = "draft"
"""How an address names the draft that is edited; releases are named by their numbers."""

LONGEST_NUMBER = 9
MOST_OFFERED = 200


class NothingToCompare(NotFound):
    """A state that there is not."""

    message = N_("There is no such release to compare with.")


@dataclass(frozen=True)
class State:
    """A state of a process; `name` is how the address names it, empty where there is nothing."""

    name: str
    title: str
    documents: Documents = field(repr=False)


@dataclass(frozen=True)
class Comparison:
    """Two states of a process, and those that either may be exchanged for."""

    process_id: str
    old: State
    new: State
    offered: Mapping[str, str]
    draft_id: UUID | None = None


def compare_with_draft(session: Session, draft: Draft, *, with_name: str) -> Comparison:
    """A draft beside a release, the newest if none is named, or beside the edited draft."""
    offered = _list_offered(session, draft.process_id)
    if draft.origin == SHIPPED and find_draft(session, draft.process_id):
        offered = {DRAFT: _("Draft"), **offered}
    name = with_name or next(iter(offered), "")
    old = (
        _find_edited(session, draft.process_id)
        if name == DRAFT and draft.origin == SHIPPED
        else _find_release(session, draft.process_id, name)
    )
    title = _("What the upgrade brought") if draft.origin == SHIPPED else _("Draft")
    return Comparison(
        process_id=draft.process_id,
        old=old,
        new=State(DRAFT, title, read_documents(session, draft.id)),
        offered=offered,
        draft_id=draft.id,
    )


def compare_two_releases(
    session: Session, process_id: str, *, old_name: str, new_name: str
) -> Comparison:
    """Two releases: the newest if none is named, and the one before it if there is one."""
    offered = _list_offered(session, process_id)
    names = list(offered)
    new_name = new_name or next(iter(names), "")
    if not new_name:
        raise NothingToCompare
    if not old_name:
        earlier = names[names.index(new_name) + 1 :] if new_name in names else []
        old_name = next(iter(earlier), new_name)
    return Comparison(
        process_id=process_id,
        old=_find_release(session, process_id, old_name),
        new=_find_release(session, process_id, new_name),
        offered=offered,
    )


def _list_offered(session: Session, process_id: str) -> dict[str, str]:
    releases = list_releases(session, process_id)[:MOST_OFFERED]
    return {str(each.number): _("Release %(number)s", number=each.number) for each in releases}


def _find_release(session: Session, process_id: str, name: str) -> State:
    if not name:
        return State("", _("Nothing"), {})
    if not (name.isascii() and name.isdecimal() and len(name) <= LONGEST_NUMBER):
        raise NothingToCompare
    release = get_release(session, process_id=process_id, number=int(name))
    documents = own_documents(process_id, documents_of(session, release.id))
    return State(name, _("Release %(number)s", number=name), documents)


def _find_edited(session: Session, process_id: str) -> State:
    draft = find_draft(session, process_id)
    if draft is None:
        raise NothingToCompare
    return State(DRAFT, _("Draft"), read_documents(session, draft.id))
