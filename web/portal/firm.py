"""The home page of a firm's two accounts: what is on file, what the account is for, messages."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.language import _
from forms.masking import mask
from web import current
from web.portal import messages
from web.sessions import Person, get_person
from web.words import name_office
from workflows.shared.accounts import Account, get_account
from workflows.shared.associations import get_association
from workflows.shared.messages import list_messages
from workflows.shared.reach import find_reach
from workflows.shared.register import Firm, Member

RECENT = 3


def show_firm_home() -> ResponseReturnValue:
    """Show the firm, what this account is for, and what came in."""
    person = get_person()
    with current.engine().database.read() as session:
        account = get_account(session, person.account_id)
        firm = session.get_one(Firm, account.firm_id)
        found = list_messages(session, account_id=account.id, limit=RECENT)
        return render_template(
            "portal/firm.html",
            facts=_facts(session, account, firm),
            purpose=_describe_purpose(person),
            other=_find_other(session, account),
            services=[*([] if person.viewer.is_finance else _training()), *_services()],
            messages=[messages.describe(each) for each in found],
        )


def _facts(session: Session, account: Account, firm: Firm) -> list[tuple[str, str]]:
    office = get_association(session, firm.association_id)
    parent = session.get(Firm, firm.parent_id) if firm.parent_id is not None else None
    cpas = select(func.count()).where(Member.firm_id == firm.id, Member.state == "active")
    mobile = find_reach(session, current.engine().vault, account).mobile
    return [
        (_("Number of the firm"), firm.number),
        *([(_("Head office"), parent.name)] if parent is not None else []),
        (_("Association"), name_office(office)),
        # Who lost the mobile number proves himself with the head's name: it is not told here.
        (
            _("Head of the branch") if parent is not None else _("Head of the firm"),
            mask("name", firm.head) or "–",
        ),
        (_("CPAs on file"), str(session.scalar(cpas) or 0)),
        (_("Mobile number"), mask("mobile", mobile) or _("none on file")),
    ]


def _describe_purpose(person: Person) -> dict[str, str]:
    if person.viewer.is_finance:
        return {
            "title": _("Finance account"),
            "words": _(
                "This account is for the firm’s yearly financial report. Before the report opens "
                "each year the account is reset: you then receive a one-time activation code."
            ),
            "state": _("No report is open. You will be told here when one is."),
        }
    return {
        "title": _("Main account"),
        "words": _("This account is for the firm’s inspection, and for the training of its CPAs."),
        "state": _("No inspection is open. You will be told here when one is."),
    }


def _find_other(session: Session, account: Account) -> str:
    """The login of the firm's other account."""
    query = select(Account.login).where(
        Account.firm_id == account.firm_id, Account.id != account.id
    )
    return session.scalar(query.order_by(Account.login).limit(1)) or ""


def _training() -> list[dict[str, str]]:
    """What the main account does for the firm's people."""
    return [
        {
            "icon": "school",
            "title": _("Signing up for classes"),
            "words": _("Find classes and sign your people up together"),
            "address": url_for("training.index"),
        },
        {
            "icon": "clipboard-check",
            "title": _("Managing sign-ups"),
            "words": _("Whom you signed up, cancel, replace"),
            "address": url_for("training.list_firm_classes"),
        },
        {
            "icon": "clock",
            "title": _("Hours of our CPAs"),
            "words": _("What they earned, year by year"),
            "address": url_for("training.list_firm_hours"),
        },
    ]


def _services() -> list[dict[str, str]]:
    return [
        {
            "icon": "settings",
            "title": _("My account"),
            "words": _("Password, mobile number, official account, sessions"),
            "address": url_for("account.show"),
        },
        {
            "icon": "phone",
            "title": _("Contacts of the associations"),
            "words": _("Addresses and telephone numbers"),
            "address": url_for("contacts.index"),
        },
    ]
