"""How the register's codes are said: states, kinds, sources, and what a change changed."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.language import N_, _
from forms.masking import mask
from web import current
from web.languages import spoken
from web.words import hours, name_office, yuan
from workflows.shared.actor_names import name_actors
from workflows.shared.associations import Association
from workflows.shared.field_names import name_field, say_value
from workflows.shared.register import ERASED, Firm, Member
from workflows.shared.register_changes import (
    ADMISSION,
    APPLICATION,
    CERTIFICATE,
    EDIT,
    ENDING,
    IMPORT,
    LEDGER,
    MOVE,
    OWN,
    PLATFORM,
    PROFILE_CHANGE,
    REACH,
    SIGN_UP,
    RegisterChange,
    Said,
    read_changes,
)
from workflows.shared.statuses import ledger_label

KINDS = {"non_practising": N_("Non-practising member"), "cpa": N_("Certified public accountant")}
STATES = {
    "active": N_("Current member"),
    "moved": N_("Moved away"),
    "resigned": N_("Resigned"),
    "dead": N_("Died"),
    "left": N_("Left"),
    ERASED: N_("Erased"),
}
FIRM_STATES = {"active": N_("In practice"), "closed": N_("Closed down")}

SOURCES = {
    EDIT: N_("Changed by the association"),
    OWN: N_("Changed by the member"),
    ADMISSION: N_("Entered in the register"),
    MOVE: N_("Moved to another association"),
    ENDING: N_("Ended"),
    IMPORT: N_("Import"),
    APPLICATION: N_("From an application"),
    PROFILE_CHANGE: N_("Profile change"),
    PLATFORM: N_("From the supervision platform"),
    CERTIFICATE: N_("With the certificate"),
    REACH: N_("Mobile number or e-mail changed"),
    SIGN_UP: N_("With a sign-up for a class"),
    LEDGER: N_("Ledger"),
}
LEDGERS = {
    "fee": N_("Fee %(year)s"),
    "payment": N_("Payment for %(year)s"),
    "hours": N_("Hours %(year)s"),
    "hours_exemption": N_("Exempt from hours %(year)s"),
}
FIRM_NAMES = {
    "number": N_("Number of the firm"),
    "name": N_("Name of the firm"),
    "parent_id": N_("Head office"),
    "approval_number": N_("Number of the approval"),
    "head": N_("Head of the firm"),
    "area_code": N_("Code of the place"),
    "state": N_("Firm status"),
    "gave_birth_years": N_("Years with a birth"),
}
"""What firms have and members have not, or have otherwise."""

ALWAYS_COVERED = {"identity_number": "identity"}
COVERED = {
    "mobile": "mobile",
    "email": "email",
    "address": "address",
    "telephone": "all",
    "emergency_contact": "all",
    "employer_telephone": "all",
    "postal_code": "all",
}
"""Masks of what a trail covers; an identity number is whole only where its owner's data are."""


def describe_changes(
    session: Session,
    changes: Sequence[RegisterChange],
    *,
    is_revealed: bool = False,
    with_subjects: bool = False,
) -> list[dict[str, Any]]:
    """Who changed what, before and after in words; `with_subjects`: also of whom."""
    said = read_changes(session, current.engine().vault, changes)
    people = name_actors(session, {each.by for each in changes})
    places = _name_places(session, said.values())
    subjects = _name_subjects(session, changes) if with_subjects else {}
    return [
        {
            "title": _(SOURCES[each.source]),
            "at": each.at,
            "by": people[each.by],
            "reason": _say_reason(each),
            "is_erased": not said[each.id].after and bool(each.fields),
            "subject": subjects.get(each.id),
            "changes": _describe_said(each, said[each.id], places, is_revealed=is_revealed),
        }
        for each in changes
    ]


def _say_reason(change: RegisterChange) -> str:
    """Why; of the supervision platform the number of its version is known."""
    if change.source != PLATFORM:
        return change.reason
    return _("Version %(number)s of the platform", number=change.reason.removeprefix("#"))


def _describe_said(
    change: RegisterChange, said: Said, places: Mapping[tuple[str, int], str], *, is_revealed: bool
) -> list[dict[str, str]]:
    is_first, is_firm = not any(said.before.values()), change.firm_id is not None
    say = partial(_say, places=places, is_firm=is_firm, is_revealed=is_revealed)
    return [
        {
            "label": _name(name, is_firm=is_firm),
            "before": say(name, said.before.get(name)),
            "value": say(name, said.after.get(name)),
            "kind": "words",
        }
        for name in said.after
        if not is_first or said.after[name]
    ]


def _name(name: str, *, is_firm: bool) -> str:
    ledger, _dot, year = name.partition(".")
    if year:
        return _(LEDGERS.get(ledger, ledger), year=year)
    if name in FIRM_NAMES and (is_firm or name == "gave_birth_years"):
        return _(FIRM_NAMES[name])
    return name_field(name, spoken())


def _say(
    name: str,
    value: Any,
    *,
    places: Mapping[tuple[str, int], str],
    is_firm: bool,
    is_revealed: bool,
) -> str:
    if value in (None, "", [], {}):
        return "–"
    if "." in name and isinstance(value, Mapping):
        return _say_ledger(value)
    if name in ("association_id", "firm_id", "parent_id"):
        return places.get((name.replace("parent", "firm"), int(value)), str(value))
    if name == "kind":
        return _(KINDS.get(value, value))
    if name == "state":
        states = FIRM_STATES if is_firm else STATES
        return _(states.get(value, value))
    if not is_revealed and name in COVERED:
        return mask(COVERED[name], str(value))
    if not is_revealed and name in ALWAYS_COVERED:
        return mask(ALWAYS_COVERED[name], str(value))
    return say_value(name, value, spoken())


def _say_ledger(value: Mapping[str, Any]) -> str:
    said = []
    if "status" in value:
        said.append(ledger_label(value["status"]))
    if value.get("amount"):
        said.append(_("%(amount)s yuan", amount=yuan(value["amount"])))
    if value.get("hours"):
        said.append(_("%(hours)s hours", hours=hours(value["hours"])))
    if value.get("exempt"):
        said.append(_("Exempt"))
    said += [str(value[each]) for each in ("title", "voucher", "exempt_reason") if value.get(each)]
    return " · ".join(said)


def _name_places(session: Session, said: Any) -> Mapping[tuple[str, int], str]:
    """The names of the associations and firms that changes name by their keys: two statements."""
    wanted: dict[str, set[int]] = {"association_id": set(), "firm_id": set()}
    for each in said:
        for values in (each.before, each.after):
            for name in ("association_id", "firm_id", "parent_id"):
                if isinstance(values.get(name), int):
                    wanted[name.replace("parent", "firm")].add(values[name])
    names: dict[tuple[str, int], str] = {}
    if wanted["association_id"]:
        query = select(Association).where(Association.id.in_(sorted(wanted["association_id"])))
        names |= {("association_id", each.id): name_office(each) for each in session.scalars(query)}
    if wanted["firm_id"]:
        rows = session.execute(
            select(Firm.id, Firm.name).where(Firm.id.in_(sorted(wanted["firm_id"])))
        )
        names |= {("firm_id", row.id): row.name for row in rows}
    return names


def _name_subjects(
    session: Session, changes: Sequence[RegisterChange]
) -> Mapping[int, Mapping[str, str]]:
    members = _find(session, Member, {each.member_id for each in changes})
    firms = _find(session, Firm, {each.firm_id for each in changes})
    found: dict[int, Mapping[str, str]] = {}
    for each in changes:
        if each.member_id is not None:
            name, number = members[each.member_id]
            address = url_for("register.show_member", member_id=each.member_id)
        else:
            name, number = firms[each.firm_id or 0]
            address = url_for("register.show_firm", firm_id=each.firm_id)
        found[each.id] = {"name": name, "number": number, "address": address}
    return found


def _find(
    session: Session, model: type[Member] | type[Firm], keys: set[int | None]
) -> Mapping[int, tuple[str, str]]:
    wanted = sorted(key for key in keys if key is not None)
    if not wanted:
        return {}
    rows = session.execute(select(model.id, model.name, model.number).where(model.id.in_(wanted)))
    return {row.id: (row.name, row.number) for row in rows}
