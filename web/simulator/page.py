"""The page with the phones, and what the stand-ins of the channels are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import HuijiError
from engine.language import N_, _
from web import current, sessions
from web.addresses import local_address
from web.simulator.adding import NoSuchAccount, add_owners_phone, add_strangers_phone
from web.simulator.parts import open_on_phone, write_mobile
from web.simulator.screens import ANSWER, SCREENS
from workflows.channels import phones
from workflows.channels.phones import MOODS, PAYMENT, STAND_INS, PhoneMessage, SimulatedPhone
from workflows.member_certificate import stand_in as photo_stand_in
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS

bp = Blueprint("simulator", __name__, url_prefix="/simulator")

ON_SCREEN = 3
"""As many phones as a desk's screen has room for."""

CHANNEL_NAMES = {
    OFFICIAL_ACCOUNT: N_("Official account"),
    SMS: N_("Text messages"),
    EMAIL: N_("E-mail"),
    PAYMENT: N_("Payment"),
}
PHOTOS = "photo_service"
PHOTO_MOOD_NAMES = {
    "matching": N_("finds that photos match"),
    "mismatching": N_("finds that photos do not match"),
    "away": N_("is away"),
    "lost": N_("compares, and its answers are lost"),
}
MOOD_NAMES = {
    "well": N_("works"),
    "away": N_("is away"),
    "slow": N_("is slow"),
    "refusing": N_("refuses"),
    "twice": N_("delivers twice"),
}


@bp.get("")
def show() -> ResponseReturnValue:
    """Show some phones: the ones asked for first, then the oldest."""
    response = make_response(_draw())
    if sessions.has_cookie() and sessions.find_person() is None:
        # A session that is over must not keep the phones from being used.
        response.delete_cookie(sessions.COOKIE)
    return response


@bp.post("/phones")
def add() -> ResponseReturnValue:
    """Add a phone, the one of an account's owner or a stranger's."""
    login, name = request.form.get("login", "").strip(), request.form.get("name", "").strip()
    engine, now = current.engine(), current.now()
    try:
        with engine.database.transaction() as session:
            if login:
                phone = add_owners_phone(session, engine.vault, login=login, now=now)
            else:
                phone = add_strangers_phone(session, name=name or _("Stranger"), now=now)
            phone_id = phone.id
    except NoSuchAccount as error:
        return _draw(error), 422
    return redirect(url_for("simulator.show", phone=phone_id))


@bp.post("/moods")
def tell() -> ResponseReturnValue:
    """Tell the stand-ins how to behave."""
    moods = {channel: request.form.get(channel, "") for channel in STAND_INS}
    with current.engine().database.transaction() as session:
        for channel, told in moods.items():
            mood = next((each for each in MOODS if each == told), None)
            if mood is not None:
                phones.set_mood(session, channel=channel, mood=mood)
        photo_told = request.form.get(PHOTOS)
        photo_mood = next((each for each in photo_stand_in.MOODS if each == photo_told), None)
        if photo_mood is not None:
            photo_stand_in.set_mood(session, photo_mood)
    return redirect(local_address(request.form.get("next"), url_for("simulator.show")))


@bp.get("/phones/<int:phone_id>/news")
def news(phone_id: int) -> ResponseReturnValue:
    """What arrived on a phone since the message that was seen last, to show above its screen."""
    with current.engine().database.read() as session:
        phone = phones.get_phone(session, phone_id)
        newest = next(iter(phones.list_messages(session, phone, limit=1)), None)
        seen = request.args.get("seen", 0, type=int)
        if newest is None or newest.id <= seen:
            return "", 204
        return render_template(
            "simulator/_news.html", phone_id=phone_id, news=_describe(phone_id, newest)
        )


def _draw(error: HuijiError | None = None) -> str:
    with current.engine().database.read() as session:
        known = phones.list_phones(session)
        moods = phones.list_moods(session)
        photo_mood = photo_stand_in.find_mood(session)
        chosen = _choose(known)
        handsets = [_describe_phone(session, each) for each in chosen]
    if handsets:
        _open(handsets[0], request.args.get("open"))
    return render_template(
        "simulator/show.html",
        phones=[{"id": each.id, "name": each.name, "is_shown": each in chosen} for each in known],
        handsets=handsets,
        now=current.now(),
        stand_ins=[
            *(
                (channel, _(CHANNEL_NAMES[channel]), moods[channel], _say_moods(MOODS, MOOD_NAMES))
                for channel in STAND_INS
            ),
            (
                PHOTOS,
                _("Photo service"),
                photo_mood,
                _say_moods(photo_stand_in.MOODS, PHOTO_MOOD_NAMES),
            ),
        ],
        problems=[("login", str(error))] if error else [],
    )


def _say_moods(moods: Sequence[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(mood, _(names[mood])) for mood in moods]


def _choose(known: Sequence[SimulatedPhone]) -> list[SimulatedPhone]:
    wanted = request.args.getlist("phone", type=int)
    first = [each for number in wanted for each in known if each.id == number]
    rest = [each for each in known if each not in first]
    return (first + rest)[:ON_SCREEN]


def _open(handset: dict[str, Any], asked: str | None) -> None:
    """Let a phone begin with a screen of its own or a page of ours, if one was asked for."""
    path = local_address(asked, "")
    if path.startswith(handset["screen"]):
        handset["screen"] = path
    elif path:
        handset["screen"] = open_on_phone(handset["id"], path)


def _describe_phone(session: Session, phone: SimulatedPhone) -> dict[str, Any]:
    newest = next(iter(phones.list_messages(session, phone, limit=1)), None)
    return {
        "id": phone.id,
        "name": phone.name,
        "mobile": write_mobile(phone.mobile),
        "screen": url_for("screens.home", phone_id=phone.id),
        "seen": newest.id if newest else 0,
    }


def _describe(phone_id: int, message: PhoneMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "channel": message.channel,
        "screen": url_for(SCREENS[message.channel], phone_id=phone_id),
        "title": "" if message.key.startswith(ANSWER) else message.title,
        "text": message.text,
    }
