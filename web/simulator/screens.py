"""What a simulated phone shows of itself: home screen, WeChat, text messages, mail, scanner."""

import re
from typing import Any
from urllib.parse import unquote

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import HuijiError, Rejected
from engine.language import N_, _
from web import current
from web.simulator.browsers import LAST_PAGE
from web.simulator.parts import get_stand_in, let_be_framed, open_on_phone, write_mobile
from workflows.channels import phones
from workflows.channels.phones import PhoneMessage, SimulatedPhone
from workflows.payment.models import PaymentOrder
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS

bp = Blueprint("screens", __name__, url_prefix="/simulator/phones/<int:phone_id>")
bp.after_request(let_be_framed)

LINK = re.compile(r"(https?://[!-~]+)")

ANSWER = f"{OFFICIAL_ACCOUNT}:answer:"
"""How keys of what the official account answers at once begin; its title names its link."""

LATEST = 3
"""Messages on the home screen."""

SCREENS = {OFFICIAL_ACCOUNT: "screens.wechat", SMS: "screens.texts", EMAIL: "screens.mails"}


class LeadsElsewhere(Rejected):
    """A QR code or link that nothing of this installation stands behind."""

    message = N_("This leads out of the simulation: %(text)s")


@bp.get("")
def home(phone_id: int) -> ResponseReturnValue:
    """The home screen: what arrived last, and the apps."""
    return _draw("home", phone_id, channel=None, limit=LATEST, page=_find_last_page(phone_id))


@bp.get("/wechat")
def wechat(phone_id: int) -> ResponseReturnValue:
    """The official account in WeChat: its messages and its menu, or the button that follows."""
    return _draw("wechat", phone_id, channel=OFFICIAL_ACCOUNT, menu=_read_menu())


@bp.get("/texts")
def texts(phone_id: int) -> ResponseReturnValue:
    """Text messages."""
    return _draw("texts", phone_id, channel=SMS)


@bp.get("/mails")
def mails(phone_id: int) -> ResponseReturnValue:
    """The mailbox."""
    return _draw("mails", phone_id, channel=EMAIL)


@bp.get("/scanner")
def scanner(phone_id: int) -> ResponseReturnValue:
    """The QR codes that stand on screens just now."""
    return _draw_scanner(phone_id)


@bp.post("/scanner")
def scan(phone_id: int) -> ResponseReturnValue:
    """Scan a QR code: of the official account, of a fee, of any page of ours."""
    content = request.form.get("content", "").strip()
    try:
        address = _scan(phone_id, content)
    except HuijiError as error:
        return _draw_scanner(phone_id, error, content), 422
    if "whole" in request.form:
        return redirect(url_for("simulator.show", phone=phone_id, open=address))
    return redirect(address)


@bp.post("/follow")
def follow(phone_id: int) -> ResponseReturnValue:
    """Follow the official account."""
    get_stand_in().follow(phone_id)
    return redirect(url_for("screens.wechat", phone_id=phone_id))


@bp.post("/unfollow")
def unfollow(phone_id: int) -> ResponseReturnValue:
    """Leave the official account."""
    get_stand_in().unfollow(phone_id)
    return redirect(url_for("screens.wechat", phone_id=phone_id))


@bp.post("/menu")
def tap(phone_id: int) -> ResponseReturnValue:
    """Tap an entry of the official account's menu."""
    address = request.form.get("address", "")
    led = open_on_phone(phone_id, address)
    if not led:
        raise LeadsElsewhere(text=address[:200])
    get_stand_in().tap(phone_id, address=address)
    return redirect(led)


def _find_last_page(phone_id: int) -> str:
    """Where the phone's browser was last; at the beginning, our first page."""
    path = unquote(request.cookies.get(LAST_PAGE, ""))
    return open_on_phone(phone_id, path) or f"/phone/{phone_id}/"


def _scan(phone_id: int, content: str) -> str:
    """Where scanning leads; raises LeadsElsewhere and what the stand-in refuses with."""
    if content.startswith(f"{get_stand_in().address}/scan/"):
        get_stand_in().scan(phone_id, content)
        return url_for("screens.wechat", phone_id=phone_id)
    address = open_on_phone(phone_id, content)
    if not address:
        raise LeadsElsewhere(text=content[:200])
    return address


def _draw(
    screen: str, phone_id: int, *, channel: str | None, limit: int = 50, **values: Any
) -> ResponseReturnValue:
    """A screen with messages; nothing for who has seen the last of them already."""
    with current.engine().database.read() as session:
        phone = phones.get_phone(session, phone_id)
        found = _list_messages(session, phone, channel=channel, limit=limit)
    seen = max((each["id"] for each in found), default=0)
    if request.args.get("seen", type=int) == seen:
        return Response(status=204)
    return render_template(
        f"simulator/{screen}.html",
        phone=phone,
        messages=found,
        seen=seen,
        mobile=write_mobile(phone.mobile),
        now=current.now(),
        **values,
    )


def _list_messages(
    session: Session, phone: SimulatedPhone, *, channel: str | None, limit: int
) -> list[dict[str, Any]]:
    return [
        _describe(phone.id, each)
        for each in phones.list_messages(session, phone)
        if channel in (None, each.channel)
    ][:limit]


def _describe(phone_id: int, message: PhoneMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "title": message.title,
        "plain": message.text,
        "text": _split(phone_id, message.text),
        "at": message.at,
        "channel": message.channel,
        "is_answer": message.key.startswith(ANSWER),
        "screen": url_for(SCREENS[message.channel], phone_id=phone_id),
        "address": open_on_phone(phone_id, message.address) if message.address else "",
    }


def _split(phone_id: int, text: str) -> list[tuple[str, str]]:
    """A text in pieces, each with where it leads on this phone, empty for most."""
    return [
        (piece, open_on_phone(phone_id, piece) if LINK.fullmatch(piece) else "")
        for piece in LINK.split(text)
        if piece
    ]


def _read_menu() -> list[dict[str, Any]]:
    menu = get_stand_in().read_menu() or {}
    return list(menu.get("button", []))


def _draw_scanner(phone_id: int, error: HuijiError | None = None, content: str = "") -> str:
    now = current.now()
    with current.engine().database.read() as session:
        phone = phones.get_phone(session, phone_id)
        codes = [
            {
                "content": each.content,
                "title": _("QR code of the official account"),
                "until": each.expires_at,
            }
            for each in phones.list_codes(session, now=now)
        ]
        orders = session.scalars(
            select(PaymentOrder)
            .where(PaymentOrder.state == "open", PaymentOrder.expires_at > now)
            .order_by(PaymentOrder.created_at.desc())
        )
        codes += [
            {
                "content": each.pay_url,
                "title": _("Fee of %(year)s", year=each.year),
                "amount": each.amount,
                "until": each.expires_at,
            }
            for each in orders
            if each.pay_url
        ]
    return render_template(
        "simulator/scanner.html",
        phone=phone,
        codes=codes,
        content=content,
        problem=str(error) if error else "",
    )
