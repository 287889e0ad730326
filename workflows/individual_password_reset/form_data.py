"""What the forms of the reset show: always what was kept when it began."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language
from workflows.individual_password_reset.operations import MALFORMED, MISSING, VALID, is_cpa
from workflows.individual_password_reset.proofs import PROCESS
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS
from workflows.shared.form_data import FormData, form_data
from workflows.shared.hand_overs import show_hand_over
from workflows.shared.reset_codes import show_code
from workflows.shared.resets import read_shown
from workflows.shared.visits import Visit

MEMBER_TYPES = {
    "cpa": {"zh": "注册会计师", "en": "Certified public accountant"},
    "member": {"zh": "非执业会员", "en": "Non-practising member"},
}
EVIDENCE = {
    "email": ("邮箱", "E-mail address"),
    "qualification": (
        "全科合格证号/考核批准文号",
        "Number of the certificate of all subjects passed, or of the approval",
    ),
    "archive_holder": ("档案存放单位", "Where the personal file is kept"),
    "employer": ("工作单位", "Employer"),
}


@form_data(PROCESS, "scan_code")
def show_scan(session: Session, *, engine: Engine, case: Case, now: datetime) -> FormData:
    """The QR code and the number; once the phone confirmed it, the step may be left."""
    shown = show_hand_over(session, engine, case=case, now=now)
    return FormData(
        context={"is_confirmed": shown["is_confirmed"]}, show_panels=lambda: {"scan": shown}
    )


@form_data(PROCESS, "choose_method")
def show_methods(session: Session, *, engine: Engine, case: Case) -> FormData:
    """Which ways there are."""
    return FormData(context=_context(session, engine, case))


@form_data(PROCESS, "verify_official_account")
def show_official_account(
    session: Session, *, engine: Engine, case: Case, now: datetime
) -> FormData:
    """Whether a code is on its way to the official account."""
    return FormData(
        context=_context(session, engine, case),
        show_panels=lambda: {
            "code": show_code(session, case=case, channel=OFFICIAL_ACCOUNT, now=now)
        },
    )


@form_data(PROCESS, "verify_mobile")
def show_mobile(session: Session, *, engine: Engine, case: Case, now: datetime) -> FormData:
    """The number with its middle covered, and whether a code is on its way to it."""
    return FormData(
        context=_context(session, engine, case),
        show_panels=lambda: {"code": show_code(session, case=case, channel=SMS, now=now)},
    )


@form_data(PROCESS, "verify_identity")
def show_identity(session: Session, *, engine: Engine, case: Case, language: Language) -> FormData:
    """Who the account says that one is, and what may be given as evidence."""
    context = _context(session, engine, case)
    third = "archive_holder" if is_cpa(context["member_type"]) else "employer"
    kinds = [
        {"value": each, "label": EVIDENCE[each][0], "label_en": EVIDENCE[each][1]}
        for each in ("email", "qualification", third)
    ]
    return FormData(
        locked={
            "member_type": MEMBER_TYPES[context["member_type"]][language],
            "member_number": context["login"],
            "identity_type": context["identity_type"],
            "identity": context["identity"],
        },
        context={**context, "evidence_kinds": kinds},
    )


@form_data(PROCESS, "set_new_password")
def show_password(session: Session, *, engine: Engine, case: Case) -> FormData:
    """Nothing but where one sits: the button has another word on a phone."""
    return FormData(context=_context(session, engine, case))


def _context(session: Session, engine: Engine, case: Case) -> dict[str, Any]:
    shown = read_shown(session, engine.vault, case)
    state = shown["mobile_state"]
    return {
        "login": shown["login"],
        "member_type": shown["member_type"],
        "is_phone": session.get_one(Visit, case.subject_id).is_phone,
        "is_bound": shown["is_bound"],
        "has_mobile": state == VALID,
        "mobile_is_malformed": state == MALFORMED,
        "mobile_is_missing": state == MISSING,
        "masked_mobile": shown["mobile"],
        "identity_type": shown["identity_type"],
        "identity": shown["identity"],
    }
