"""Where pages that ask who reads, and QR codes opened without a phone, lead to."""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from engine.errors import Rejected
from engine.language import N_
from web import current
from web.simulator.browsers import PHONE
from web.simulator.parts import get_stand_in, let_be_framed, open_on_phone
from workflows.channels import phones

bp = Blueprint("simulator_codes", __name__, url_prefix="/simulator")
bp.after_request(let_be_framed)


class NotThisSite(Rejected):
    """WeChat sends readers back to the addresses that an account names to it, no others."""

    message = N_("This address does not belong to the official account.")


@bp.get("/authorize")
def authorize() -> ResponseReturnValue:
    """Send a phone's page back with a code that says whose phone it is; nobody is asked."""
    phone_id, back = request.environ.get(PHONE), request.args.get("back", "")
    if phone_id is None:
        return render_template("simulator/in_wechat.html", phones=[], content="")
    address = open_on_phone(phone_id, back)
    if not address or urlsplit(back).query:
        raise NotThisSite
    with current.engine().database.read() as session:
        phones.get_phone(session, phone_id)
    code = get_stand_in().make_sign_in_code(phone_id)
    return redirect(
        f"{address}?{urlencode({'code': code, 'state': request.args.get('state', '')})}"
    )


@bp.get("/scan/<token>")
def scan(token: str) -> ResponseReturnValue:
    """Say that a code of the official account is to be scanned, and offer phones that do it."""
    content = f"{current.settings().public_url}/simulator/scan/{token}"
    with current.engine().database.read() as session:
        found = [{"id": each.id, "name": each.name} for each in phones.list_phones(session)]
    return render_template("simulator/in_wechat.html", phones=found, content=content)
