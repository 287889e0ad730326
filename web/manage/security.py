"""安全日志: what happened to accounts outside any case, for the auditor."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.language import N_, _
from web import current
from web.manage.blueprint import bp
from web.navigation import USER_TYPES
from web.numbers import small_int
from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, check, event_associations
from workflows.shared.accounts import Account
from workflows.shared.actor_names import name_actors
from workflows.shared.security_events import NEWEST, WHAT, SecurityEvent, list_events

DETAILS = {
    "before": N_("before"),
    "after": N_("after"),
    "proof": N_("proved by"),
    "outcome": N_("outcome"),
    "for": N_("for"),
    "channel": N_("by"),
    "left": N_("left"),
    "version": N_("version"),
    "question": N_("question"),
    "why": N_("why"),
    "purpose": N_("purpose"),
}
"""What is said of an event besides; keys of rows are left out."""


@bp.get("/security")
def list_security() -> str:
    """List the events of the associations' accounts, the newest first."""
    viewer = get_staff_person().viewer
    check(viewer, "see_security_events", SYSTEM)
    what, login = request.args.get("what", ""), request.args.get("login", "").strip()[:50]
    with current.engine().database.read() as session:
        found = list_events(
            session,
            association_ids=event_associations(viewer),
            what=what if what in WHAT else "",
            login=login,
            before_id=request.args.get("before", type=small_int),
            limit=NEWEST + 1,
        )
        shown = found[:NEWEST]
        return render_template(
            "manage/security.html",
            rows=_describe(session, shown),
            kinds=[{"code": code, "name": _(name)} for code, name in WHAT.items()],
            filters={"what": what, "login": login},
            older=shown[-1].id if len(found) > NEWEST else None,
        )


def _describe(session: Session, events: Sequence[SecurityEvent]) -> list[dict[str, Any]]:
    keys = {each.account_id for each in events if each.account_id is not None}
    accounts = {key: session.get_one(Account, key) for key in keys}
    actors = [Actor(each.by_kind, each.by_id) for each in events]
    names = name_actors(session, actors)
    return [
        {
            "at": each.at,
            "what": _(WHAT[each.what]) if each.what in WHAT else each.what,
            "account": _say_account(accounts.get(each.account_id or 0)),
            "by": names[actor],
            "address": each.address,
            "details": [
                (_(word), each.details[key]) for key, word in DETAILS.items() if key in each.details
            ],
        }
        for each, actor in zip(events, actors, strict=True)
    ]


def _say_account(account: Account | None) -> dict[str, str]:
    if account is None:
        return {"name": _("no such account"), "login": "", "user_type": ""}
    return {
        "name": account.name,
        "login": account.login,
        "user_type": _(USER_TYPES[account.user_type]),
    }
