"""A process that administrators make themselves: a part that others call, of documents only.

No case begins with it, so that it needs nothing of a program. Its id begins with OWN, as that of
no shipped process does: no upgrade ever brings another one of its name.
"""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.releases import has_release, take_releases
from workflows.studio.documents import NAME
from workflows.studio.drafts import find_draft, put_documents
from workflows.studio.first_diagram import begin_process_documents
from workflows.studio.models import EDITED, Draft

OWN = "own_"
LONGEST_NAME = 40
LONGEST_ID = 40
MOST_BEGUN = 50
"""So many processes may be begun and not released."""

UNTOUCHED = 1
"""The version of a draft as it begins."""

_APART = re.compile(r"[^a-z0-9]+")


class NamesMissing(Rejected):
    """A process that nobody would find again."""

    message = N_("Give the process a name in Chinese and one in English, of at most 40 characters.")


class IdNotAllowed(Rejected):
    """A process that could not be named in a diagram."""

    message = N_(
        "The id is made of small letters, digits and underscores, begins with a letter and has at "
        "most 40 characters."
    )


class ProcessThere(Conflict):
    """A process whose id is taken."""

    message = N_("There is a process with the id “%(id)s” already. Choose another id.")

    def __init__(self, process_id: str) -> None:
        super().__init__(id=process_id)
        self.process_id = process_id


class TooManyBegun(Conflict):
    """More drafts than people can be at work on."""

    message = N_("There are %(most)s processes that were never released. Discard some of them.")


def begin_process(
    session: Session, *, name: str, english: str, wanted_id: str, by: int, now: datetime
) -> Draft:
    """Make the draft of a new process; without an id it gets one from its English name.

    Raises NamesMissing, IdNotAllowed, ProcessThere, TooManyBegun.
    """
    if not (is_name(name) and is_name(english)):
        raise NamesMissing
    name, english = " ".join(name.split()), " ".join(english.split())
    process_id = make_id(wanted_id.strip() or english)
    # Whoever begins, releases or brings an upgrade meanwhile waits.
    take_releases(session)
    if has_release(session, process_id) or find_draft(session, process_id) is not None:
        raise ProcessThere(process_id)
    begun = select(Draft.id).where(Draft.base_release_id.is_(None), Draft.origin == EDITED)
    if len(session.scalars(begun.limit(MOST_BEGUN)).all()) == MOST_BEGUN:
        raise TooManyBegun(most=MOST_BEGUN)
    draft = Draft(
        process_id=process_id,
        origin=EDITED,
        base_release_id=None,
        version=UNTOUCHED - 1,
        made_by=by,
        made_at=now,
        changed_by=by,
        changed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError as error:
        raise ProcessThere(process_id) from error
    documents = begin_process_documents(process_id, name=name, english=english)
    put_documents(session, draft=draft, documents=documents, by=by, now=now)
    return draft


def make_id(words: str) -> str:
    """The id of a process that is called so; raises IdNotAllowed."""
    word = _APART.sub("_", words.lower()).strip("_").removeprefix(OWN)
    process_id = f"{OWN}{word}"
    if not word or len(process_id) > LONGEST_ID or not NAME.fullmatch(process_id):
        raise IdNotAllowed
    return process_id


def is_name(words: str) -> bool:
    """Whether a process can be called so: it can be read, and is in sight at once."""
    words = " ".join(words.split())
    return 0 < len(words) <= LONGEST_NAME and words.isprintable()
