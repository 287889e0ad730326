"""What a page for staff shows of a person's data: covered, unless he was let see it now."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import N_, _
from web import current
from web.inbox.addresses import kept_filters
from web.staff import get_staff_person
from workflows.personal_data.unmasking import (
    COVERED,
    SHOWN,
    PersonalData,
    find_unmasking,
    read_personal_data,
)
from workflows.shared.access import can
from workflows.shared.register import ERASED, get_member

WORDS = (
    ("mobile", N_("Mobile number")),
    ("email", N_("E-mail")),
    ("address", N_("Address")),
    ("postal_code", N_("Postal code")),
    ("telephone", N_("Telephone")),
    ("emergency_contact", N_("Emergency contact")),
    ("employer_telephone", N_("Employer's telephone")),
)


def reveal(session: Session, case: Case) -> Collection[str]:
    """The masks that forms of a case lift for who asks.

    What a class asks for is asked for its organisers: they reach its people by it.
    """
    viewer, now = get_staff_person().viewer, current.now()
    if can(viewer, "reach", case):
        return SHOWN
    if case.subject_kind != "member":
        return COVERED
    member = get_member(session, case.subject_id)
    found = find_unmasking(session, viewer=viewer, holder=member, now=now)
    return COVERED if found is None else SHOWN


def describe(session: Session, case: Case, *, task_id: UUID | None = None) -> dict[str, Any] | None:
    """The bar above a case's data: what is covered, who may lift it, or what is shown now.

    None where there is nobody's data. What a class asked for is covered to nobody who holds it:
    there is nothing to lift then. `task_id`: the page of a task, to come back to.
    """
    if case.subject_kind != "member":
        return None
    viewer, member = get_staff_person().viewer, get_member(session, case.subject_id)
    if member.state == ERASED:
        return {"is_erased": True}
    found = find_unmasking(session, viewer=viewer, holder=member, now=current.now())
    back = {} if task_id is None else {"task": str(task_id), **kept_filters()}
    return {
        "is_erased": False,
        "is_reached": can(viewer, "reach", case),
        "can_show": can(viewer, "unmask", member),
        "show_address": url_for("personal_data.ask", case_id=case.id, **back),
        "cover_address": url_for("personal_data.cover_again", case_id=case.id, **back),
        "until": found and found.until,
        "facts": list_facts(read_personal_data(session, current.engine(), member)) if found else [],
    }


def list_facts(data: PersonalData) -> list[tuple[str, str]]:
    """What is shown of a person's data, with what each is called."""
    facts = [(_("Identity number"), data.identity_number)]
    facts += [(_(word), data.private[name]) for name, word in WORDS]
    return [(word, value) for word, value in facts if value]
