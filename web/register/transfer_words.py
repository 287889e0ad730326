"""How imports are said: what each row changes, what is wrong with it, how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from engine.language import N_, _
from forms.masking import mask
from web import current
from web.languages import spoken
from workflows.register.transfers.every import KINDS, name_problem
from workflows.register.transfers.kinds import find_offices
from workflows.register.transfers.people import number_firms
from workflows.register.transfers.staging import (
    APPLIED,
    APPLYING,
    FAILED,
    READING,
    READY,
    REFUSED,
    UNDER_WAY,
    Change,
    RegisterImport,
    Wrong,
    path_of,
)

TITLES = {
    "members": N_("Members"),
    "firms": N_("Firms"),
    "fees": N_("Fees"),
    "hours": N_("Hours"),
}
SAYINGS = {
    "members": N_("Everything on file of members, and new ones with their accounts."),
    "firms": N_("Firms with their head offices, and new ones with their accounts."),
    "fees": N_("What each member owes for a year, what was paid, who is exempt."),
    "hours": N_("Hours of continuing education, entry by entry."),
}
STATES = {
    READING: N_("Being looked through"),
    READY: N_("To be confirmed"),
    APPLYING: N_("Being taken over"),
    APPLIED: N_("Taken over"),
    REFUSED: N_("Not taken over"),
    FAILED: N_("Failed"),
}
LOOKS = {
    READING: "in_review",
    READY: "awaiting_payment",
    APPLYING: "in_review",
    APPLIED: "passed",
    REFUSED: "returned",
    FAILED: "returned",
}
"""The look of a state's word."""

_BY_KEYS = {"association_id": "association", "firm_id": "firm", "parent_id": "parent"}


def describe_import(found: RegisterImport) -> dict[str, Any]:
    """An import in words."""
    problem: Mapping[str, Any] = found.problem
    return {
        "id": found.id,
        "kind": found.kind,
        "title": _(TITLES[found.kind]),
        "name": found.name,
        "state": found.state,
        "state_word": _(STATES[found.state]),
        "look": LOOKS[found.state],
        "is_under_way": found.state in UNDER_WAY,
        "progress": found.progress,
        "new": found.new,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "wrong": found.wrong,
        "right": found.right,
        "reason": found.reason,
        "problem": _say_problem(**problem) if problem else "",
        "sent_at": found.sent_at,
        "ended_at": found.ended_at,
        "has_file": path_of(current.engine(), found.id).is_file(),
        "address": url_for("register.show_import", import_id=found.id),
    }


def describe_wrong(found: RegisterImport, rows: Sequence[Wrong]) -> list[dict[str, Any]]:
    """Rows that are left out: line, cell, what stands there, what is wrong."""
    return [
        {
            "line": each.line,
            "cell": f"{letter}{each.line}" if (letter := found.letters.get(each.column)) else "",
            "column": _(KINDS[found.kind].column(each.column).heads[0]) if each.column else "",
            "said": _cover(found.kind, each.column, each.said),
            "why": _say_why(found.kind, each),
        }
        for each in rows
    ]


def describe_changes_of(
    session: Session, found: RegisterImport, rows: Sequence[Change]
) -> list[dict[str, Any]]:
    """Rows that change something: whose, and each field before and after, covered."""
    wanted = {each.before.get(name) for each in rows for name in ("firm_id", "parent_id")}
    places = _Places(number_firms(session, wanted), find_offices(session).names)
    return [
        {
            "line": each.line,
            "number": each.number,
            "name": each.name,
            "is_new": each.id is None,
            "fields": [
                {
                    "label": _name(found.kind, name),
                    "before": _say(found.kind, name, each.before.get(name), places),
                    "after": _say(found.kind, name, each.after[name], places, typed=each.values),
                }
                for name in each.after
                if name not in ("number", "name", "key") or each.id is not None
            ],
        }
        for each in rows
    ]


def _say_problem(message: str, values: Mapping[str, str]) -> str:
    return _(message, **values)


def _say_why(kind: str, wrong: Wrong) -> str:
    # What is wrong with an identity number is a message itself.
    values = {
        name: _(value) if name == "problem" else value for name, value in wrong.values.items()
    }
    return _(name_problem(kind, wrong.why), **values)


def _name(kind: str, name: str) -> str:
    return _(KINDS[kind].column(_BY_KEYS.get(name, name)).heads[0])


@dataclass(frozen=True, slots=True)
class _Places:
    """What rows name by keys: numbers of firms, names of associations."""

    firms: Mapping[int | None, str]
    offices: Mapping[int, str]


def _say(
    kind: str, name: str, value: Any, places: _Places, *, typed: Mapping[str, Any] | None = None
) -> str:
    if value in (None, "", []):
        return ""
    if name == "association_id":
        return places.offices.get(value, "")
    if name in _BY_KEYS:
        return str((typed or {}).get(_BY_KEYS[name]) or places.firms.get(value, ""))
    said = KINDS[kind].column(name).write(value, spoken())
    return _cover(kind, name, str(said if said is not None else ""))


def _cover(kind: str, name: str, said: str) -> str:
    covers = KINDS[kind].column(name).covers if name else ""
    return mask(covers, said) if covers and "*" not in said else said
