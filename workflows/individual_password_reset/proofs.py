"""What the steps of the reset look at and keep nowhere."""

from engine.engine import Engine
from workflows.individual_password_reset.identity import prove_identity
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS
from workflows.shared.hand_overs import STEP, renew_hand_over
from workflows.shared.proofs import Facts, Given, Wrong, deed, proof
from workflows.shared.reset_codes import prove_code, send_to_mobile, send_to_official_account
from workflows.shared.resets import keep_new_password

PROCESS = "individual_password_reset"


@deed(PROCESS, STEP, "renew")
def show_another_code(engine: Engine, given: Given) -> Wrong | None:
    """Show another QR code."""
    return renew_hand_over(engine, given)


@deed(PROCESS, "verify_mobile", "send_code")
def send_sms(engine: Engine, given: Given) -> Wrong | None:
    """Send a code to the mobile that was typed in full."""
    return send_to_mobile(engine, given)


@proof(PROCESS, "verify_mobile")
def prove_mobile(engine: Engine, given: Given) -> Facts | Wrong:
    """Try the code of the text message."""
    return prove_code(engine, given, channel=SMS)


@deed(PROCESS, "verify_official_account", "send_code")
def send_message(engine: Engine, given: Given) -> Wrong | None:
    """Send a code to the official account."""
    return send_to_official_account(engine, given)


@proof(PROCESS, "verify_official_account")
def prove_official_account(engine: Engine, given: Given) -> Facts | Wrong:
    """Try the code of the official account."""
    return prove_code(engine, given, channel=OFFICIAL_ACCOUNT)


@proof(PROCESS, "verify_identity")
def prove_other_information(engine: Engine, given: Given) -> Facts | Wrong:
    """Compare what was typed with the register."""
    return prove_identity(engine, given)


@proof(PROCESS, "set_new_password")
def take_new_password(engine: Engine, given: Given) -> Facts | Wrong:
    """Check and hash the new password."""
    return keep_new_password(engine, given, password=given.secrets["password"])
