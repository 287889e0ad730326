"""What the steps of the reset look at and keep nowhere: codes, new passwords, answers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Rejected
from engine.vault import Vault
from workflows.firm_password_reset.unbinding import prove_firm
from workflows.shared.accounts import FIRM, Account, check_new_password
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS
from workflows.shared.hand_overs import STEP, renew_hand_over
from workflows.shared.private import read_private
from workflows.shared.proofs import Facts, Given, Wrong, deed, proof
from workflows.shared.register import Firm
from workflows.shared.reset_codes import (
    find_file_mobile,
    prove_code,
    send_reset_code,
    send_to_official_account,
)
from workflows.shared.resets import Reset, get_reset, keep_new_password, read_shown

PROCESS = "firm_password_reset"


@deed(PROCESS, STEP, "renew")
def show_another_code(engine: Engine, given: Given) -> Wrong | None:
    """Show another QR code."""
    return renew_hand_over(engine, given)


@deed(PROCESS, "verify_official_account", "send_code")
def send_message(engine: Engine, given: Given) -> Wrong | None:
    """Send a code to the official account."""
    return send_to_official_account(engine, given)


@deed(PROCESS, "verify_mobile", "send_code")
def send_sms(engine: Engine, given: Given) -> Wrong | None:
    """Send a code to the mobile number on file, whose middle alone is shown."""
    with engine.database.read() as session:
        shown = read_shown(session, engine.vault, given.case)
        to = _find_mobile(session, engine.vault, get_reset(session, given.case))
    return send_reset_code(engine, given, SMS, to=to, to_masked=shown["mobile"])


@proof(PROCESS, "verify_official_account")
def prove_official_account(engine: Engine, given: Given) -> Facts | Wrong:
    """Try the code of the official account and take the new password."""
    return _prove_and_take(engine, given, OFFICIAL_ACCOUNT)


@proof(PROCESS, "verify_mobile")
def prove_mobile(engine: Engine, given: Given) -> Facts | Wrong:
    """Try the code of the text message and take the new password."""
    return _prove_and_take(engine, given, SMS)


@proof(PROCESS, "unbind_official_account")
def prove_answers(engine: Engine, given: Given) -> Facts | Wrong:
    """Compare what was typed with the register."""
    return prove_firm(engine, given)


def _prove_and_take(engine: Engine, given: Given, channel: str) -> Facts | Wrong:
    """Try the code, then keep the password that came with it.

    What is wrong with the password whoever it is for is said before: the code serves once. What
    only somebody of the firm may hear, such as that its head's name is in it, is said after.
    """
    password = given.secrets["password"]
    with engine.database.read() as session:
        login = str(read_shown(session, engine.vault, given.case)["login"])
    try:
        check_new_password(password, account=Account(user_type=FIRM, login=login, name=""))
    except Rejected as error:
        return Wrong({"password": str(error)})
    proved = prove_code(engine, given, channel=channel)
    if isinstance(proved, Wrong) or proved["check"] != "right":
        return proved
    kept = keep_new_password(engine, given, password=password)
    return kept if isinstance(kept, Wrong) else proved


def _find_mobile(session: Session, vault: Vault, reset: Reset) -> str:
    """The number on file; where nobody is, as much is asked of the database."""
    account = session.scalar(select(Account).where(Account.id == (reset.account_id or 0)))
    key = 0 if account is None or account.firm_id is None else account.firm_id
    firm = session.scalar(select(Firm).where(Firm.id == key))
    if firm is None:
        vault.read_keys(session, [f"{Firm.private_kind}:{key}"])
        return ""
    return find_file_mobile(read_private(session, vault, firm)["mobile"])
