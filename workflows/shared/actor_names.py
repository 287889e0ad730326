"""How those are called who acted: names of accounts for what the trail keeps as keys."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.language import _
from workflows.shared.accounts import Account


def name_accounts(session: Session, account_ids: Iterable[int | None]) -> Mapping[int, str]:
    """The names of accounts, in one query."""
    wanted = sorted({each for each in account_ids if each is not None})
    if not wanted:
        return {}
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def name_actors(session: Session, actors: Iterable[Actor]) -> Mapping[Actor, str]:
    """What to call each of those who acted, in the reader's language."""
    wanted = set(actors)
    names = name_accounts(session, (each.id for each in wanted))
    return {each: _name(each, names) for each in wanted}


def _name(actor: Actor, names: Mapping[int, str]) -> str:
    if actor.kind == "system":
        return _("The system")
    if actor.kind == "visitor":
        return _("A visitor")
    return names.get(actor.id or 0, _("Somebody"))
