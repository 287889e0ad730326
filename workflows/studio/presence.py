"""Who else has a draft open: each window says so every twenty seconds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import N_
from workflows.shared.accounts import Account
from workflows.studio.drafts import get_draft
from workflows.studio.models import DraftDocument, DraftPresence

COUNTS_FOR = timedelta(seconds=60)
TAB = re.compile(r"[A-Za-z0-9_-]{1,40}")
MOST_TABS = 20
"""How many windows of one person are told of: a name that is made up anew each time is a trick."""


class WindowNotNamed(Rejected):
    """A window that does not say which it is."""

    message = N_("This window did not say which it is. Load the page again.")


@dataclass(frozen=True)
class Other:
    """Somebody who has the draft open in another window; `is_you` is the same person."""

    name: str
    document: str
    since: datetime
    is_you: bool


def note_presence(
    session: Session, *, draft_id: UUID, account_id: int, tab: str, document: str, now: datetime
) -> Sequence[Other]:
    """Say that a window has a document of the draft open; answers who else has one.

    Raises DraftNotFound, WindowNotNamed.
    """
    if not TAB.fullmatch(tab):
        raise WindowNotNamed
    get_draft(session, draft_id, to_change=True)
    session.execute(
        delete(DraftPresence).where(
            DraftPresence.draft_id == draft_id, DraftPresence.seen_at <= now - COUNTS_FOR
        )
    )
    known = session.scalars(select(DraftPresence).where(DraftPresence.draft_id == draft_id)).all()
    mine = [each for each in known if each.account_id == account_id]
    own = next((each for each in mine if each.tab == tab), None)
    if own is not None:
        own.document, own.seen_at = document[:200], now
    elif len(mine) < MOST_TABS:
        session.add(
            DraftPresence(
                draft_id=draft_id,
                account_id=account_id,
                tab=tab,
                document=document[:200],
                opened_at=now,
                seen_at=now,
            )
        )
    others = [each for each in known if (each.account_id, each.tab) != (account_id, tab)]
    names = dict(
        session.execute(
            select(Account.id, Account.name).where(
                Account.id.in_({each.account_id for each in others})
            )
        ).all()
    )
    return [
        Other(names[each.account_id], each.document, each.opened_at, each.account_id == account_id)
        for each in sorted(others, key=lambda each: each.opened_at)
    ]


def list_versions(session: Session, draft_id: UUID) -> Mapping[str, int]:
    """The version of each document: a window learns from it that another one saved."""
    rows = session.execute(
        select(DraftDocument.path, DraftDocument.version).where(DraftDocument.draft_id == draft_id)
    )
    return {row.path: row.version for row in rows}
