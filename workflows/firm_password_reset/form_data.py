"""What the forms of the reset show: always what was kept when it began."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from workflows.firm_password_reset.proofs import PROCESS
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS
from workflows.shared.form_data import FormData, form_data
from workflows.shared.hand_overs import STEP, show_hand_over
from workflows.shared.reset_codes import show_code
from workflows.shared.resets import read_shown


@form_data(PROCESS, STEP)
def show_scan(session: Session, *, engine: Engine, case: Case, now: datetime) -> FormData:
    """The QR code and the number; once the phone confirmed it, the step may be left."""
    shown = show_hand_over(session, engine, case=case, now=now)
    return FormData(
        context={"is_confirmed": shown["is_confirmed"]}, show_panels=lambda: {"scan": shown}
    )


@form_data(PROCESS, "verify_official_account")
def show_official_account(session: Session, *, case: Case, now: datetime) -> FormData:
    """Whether a code is on its way to the official account."""
    return FormData(
        show_panels=lambda: {
            "code": show_code(session, case=case, channel=OFFICIAL_ACCOUNT, now=now)
        }
    )


@form_data(PROCESS, "verify_mobile")
def show_mobile(session: Session, *, engine: Engine, case: Case, now: datetime) -> FormData:
    """The number with its middle covered, and whether a code is on its way to it."""
    shown: dict[str, Any] = read_shown(session, engine.vault, case)
    return FormData(
        context={"mobile": shown["mobile"]},
        show_panels=lambda: {"code": show_code(session, case=case, channel=SMS, now=now)},
    )
