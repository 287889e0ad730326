"""What the forms of the process show, and what a review needs beside them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import _
from forms.lists import Language
from forms.masking import mask
from workflows.paper_password_reset.applications import (
    FORM,
    HERE,
    PROCESS,
    REVIEW,
    SCANS,
    contact_of,
    find_applicants_account,
    read_form,
)
from workflows.paper_password_reset.offices import list_offices
from workflows.paper_password_reset.receipts import count_link, find_receipt
from workflows.shared.associations import get_association
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.own_facts import is_fact
from workflows.shared.private import read_private
from workflows.shared.proofs import Facts, Given, Wrong, proof
from workflows.shared.register import Member, find_member_by_number, get_member

FORM_ADDRESS = "/paper-reset/form.pdf"
"""Where a visitor's browser gets his own form."""


@form_data(PROCESS, FORM)
def show_form(session: Session, *, language: Language) -> FormData:
    """填写申请表: the associations to choose from."""
    return FormData(
        context={
            "offices": [
                {
                    "value": str(each.id),
                    "label": (each.name_en if language == "en" else "") or each.name,
                }
                for each in list_offices(session)
            ]
        }
    )


@form_data(PROCESS, SCANS)
def show_scans(session: Session, *, case: Case) -> FormData:
    """上传扫描件: the receipt number, and the form to print."""
    receipt = find_receipt(session, case.id)
    number = "" if receipt is None else receipt.receipt_number
    return FormData(
        show_panels=lambda: {"application_form": {"number": number, "address": FORM_ADDRESS}}
    )


@form_data(PROCESS, REVIEW)
def show_review(session: Session, *, engine: Engine, case: Case) -> FormData:
    """审核密码重置申请: what the register says of who applies."""
    form = read_form(session, engine.vault, case)
    return FormData(
        context={"target": form.get("target")},
        show_panels=lambda: {"account_check": _compare(session, engine, form)},
    )


@answer_check(PROCESS, REVIEW)
def check_account(
    session: Session, *, engine: Engine, case: Case, outcome: str
) -> Mapping[str, str]:
    """Only an account that is there gets a link."""
    if outcome != "approve":
        return {}
    if find_applicants_account(session, read_form(session, engine.vault, case)) is None:
        return {"reason": _("There is no such account here: return the application or refuse it.")}
    return {}


@proof(PROCESS, FORM)
def count_receipt(engine: Engine, given: Given) -> Facts | Wrong:
    """Count the link that is sent next: nobody's telephone is flooded from here."""
    if given.outcome != "continue":
        return {}
    contact = contact_of(given.values)
    try:
        count_link(engine, contact, address=given.address, now=given.now)
    except Rejected as error:
        return Wrong({"mobile" if contact.channel == "sms" else "email": str(error)})
    return {}


def _compare(session: Session, engine: Engine, form: Mapping[str, Any]) -> dict[str, Any]:
    """Whether account, name and mobile are those of the register; None: nothing to compare."""
    account = find_applicants_account(session, form)
    if form.get("target") == HERE:
        known = account is not None and account.member_id is not None
        member = get_member(session, account.member_id or 0) if known and account else None
    else:
        member = find_member_by_number(session, str(form.get("login", "")))
    return {
        "is_here": form.get("target") == HERE,
        "has_account": account is not None,
        "login": form.get("login", ""),
        "register": None if member is None else _describe(session, engine, member, form),
    }


def _describe(
    session: Session, engine: Engine, member: Member, form: Mapping[str, Any]
) -> dict[str, Any]:
    on_file = read_private(session, engine.vault, member)["mobile"]
    return {
        "name": member.name,
        "number": member.number,
        "association": get_association(session, member.association_id).name,
        "mobile": mask("mobile", on_file) if on_file else "",
        "has_same_name": is_fact("name", member.name, str(form.get("applicant", ""))),
        "has_same_mobile": bool(on_file)
        and is_fact("mobile", on_file, str(form.get("mobile", ""))),
    }
