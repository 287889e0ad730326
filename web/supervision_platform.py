"""注册会计师行业统一监管平台: where its signed calls arrive; in development, where they are sent.

A program reads the answers: JSON with `outcome`, or with `error` and a sentence.
"""

import base64
import binascii
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.engine import Engine
from engine.errors import HuijiError
from engine.language import N_, speak
from forms.lists import get_list
from web import current, sessions
from web.errors import status_of
from web.languages import catalogue, spoken
from web.security import csrf_exempt, takes
from web.settings import IncompleteSettings, Settings
from workflows.shared.dates import local_date
from workflows.shared.register import CPA, Member, find_member_by_number
from workflows.shared.supervision import SERVICE, SupervisionPlatform, find_platform
from workflows.supervision_platform.reading import NotUnderstood, WrongFields, read_update
from workflows.supervision_platform.signing import InvalidCall, check_call
from workflows.supervision_platform.stand_in import MANNERS, Manner, SignedCall, StandInPlatform
from workflows.supervision_platform.updates import NobodyKnown, NotOwned, VersionUsed, take_update

bp = Blueprint("supervision_platform", __name__, url_prefix="/supervision-platform")
blueprints = (bp,)

REAL_ADDRESS = "http://acc.mof.gov.cn/login_achieve/login?v=7.2"
"""Where CPAs change their data, as the profession's own manual says."""

LONGEST_BODY = 64 * 1024
KEY_LENGTH = 32

ERRORS: dict[type[HuijiError], str] = {
    InvalidCall: "signature",
    NotUnderstood: "body",
    WrongFields: "fields",
    NobodyKnown: "member",
    NotOwned: "not_owned",
    VersionUsed: "version",
}


def init_app(app: Flask) -> None:
    """Join the installation to the platform that its settings name; in development a stand-in."""
    engine: Engine = app.extensions["engine"]
    platform = _read_platform(app.config["SETTINGS"], engine)
    if platform is not None:
        engine.services[SERVICE] = platform


@bp.post("/updates")
@takes(LONGEST_BODY)
@csrf_exempt
def receive() -> ResponseReturnValue:
    """Take a signed update, as often as it is sent; the signature is the platform's proof."""
    answer, status = _take(dict(request.headers), request.get_data())
    return Response(orjson.dumps(answer), status=status, mimetype="application/json")


@bp.get("/stand-in")
def show_stand_in() -> ResponseReturnValue:
    """Show the platform's stand-in: a CPA changes his data there."""
    _only_in_development()
    return _draw(_find_number())


@bp.post("/stand-in")
def send_from_stand_in() -> ResponseReturnValue:
    """Let the stand-in send a call, or the one before once more, and show the answer."""
    platform = _only_in_development()
    number = request.form.get("member_number", "").strip()[:12]
    repeated = request.form.get("repeat_version", type=int)
    asked = request.form.get("manner", "new")
    manner: Manner = next((each for each in MANNERS if each == asked), "new")
    call = StandInPlatform(platform).make_call(
        member_number=number,
        fields={
            name: request.form[name].strip()
            for name in FIELDS
            if request.form.get(name, "").strip()
        },
        now=current.now(),
        version=repeated,
        manner=manner,
    )
    answer, status = _take(dict(call.headers), call.body)
    return _draw(number, call=call, answer=answer, status=status)


FIELDS = {
    "name": N_("Name"),
    "employer": N_("Employer"),
    "position": N_("Position"),
    "professional_title": N_("Professional title"),
    "certificate_number": N_("Number of the exam certificate or approval"),
}
"""What can be changed at the stand-in."""


def _take(headers: dict[str, str], body: bytes) -> tuple[dict[str, Any], int]:
    """What becomes of a call, and the HTTP status that says so."""
    engine, now = current.engine(), current.now()
    platform = find_platform(engine)
    if platform is None:
        abort(404)
    # The sentences are for people who read the platform's log.
    with speak(catalogue("zh")):
        try:
            check_call(platform, headers, body, now=now)
            update = read_update(body, today=local_date(now))
            with engine.database.transaction() as session:
                outcome, changed = take_update(session, engine, update=update, now=now)
        except tuple(ERRORS) as error:
            said: dict[str, Any] = {"error": ERRORS[type(error)], "message": str(error)}
            if isinstance(error, WrongFields):
                said["fields"] = error.errors
            return said, status_of(error)
    return {"outcome": outcome, "changed": list(changed)}, 200


def _read_platform(settings: Settings, engine: Engine) -> SupervisionPlatform | None:
    given = settings.services.find("HUIJI_SUPERVISION_KEY")
    if given:
        address = settings.services.find("HUIJI_SUPERVISION_URL", REAL_ADDRESS)
        if not address.startswith(("http://", "https://")):
            raise IncompleteSettings("HUIJI_SUPERVISION_URL begins with http:// or https://")
        return SupervisionPlatform(address, tuple(_read_key(each) for each in given.split(",")))
    if not settings.is_development:
        return None
    key = engine.vault.sign("supervision-stand-in", b"")
    return SupervisionPlatform(f"{settings.public_url}/supervision-platform/stand-in", (key,))


def _read_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise IncompleteSettings("HUIJI_SUPERVISION_KEY is in base64") from error
    if len(key) != KEY_LENGTH:
        raise IncompleteSettings("a key of the supervision platform is 32 bytes in base64")
    return key


def _only_in_development() -> SupervisionPlatform:
    """The platform of the stand-in; with a real one, or in production, there is none."""
    platform = find_platform(current.engine())
    if (
        platform is None
        or not current.settings().is_development
        or not platform.address.endswith(url_for("supervision_platform.show_stand_in"))
    ):
        abort(404)
    return platform


def _find_number() -> str:
    """Whose data are changed at first: those of whoever is signed in, if he is a CPA."""
    person = sessions.find_person()
    return person.login if person is not None and person.user_type == CPA else ""


def _draw(
    number: str,
    *,
    call: SignedCall | None = None,
    answer: dict[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    with current.engine().database.read() as session:
        member = find_member_by_number(session, number) if number else None
        known = _describe(member) if member is not None and member.kind == CPA else {}
    said = orjson.loads(call.body) if call else {}
    page = render_template(
        "supervision_platform/stand_in.html",
        number=number,
        fields=[(name, words, known.get(name, "")) for name, words in FIELDS.items()],
        titles=get_list("professional_titles", spoken()),
        call=call,
        body=call.body.decode() if call else "",
        sent=said,
        answer=orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() if answer else "",
        status=status,
        is_taken=status == 200 and call is not None,
    )
    return page, status


def _describe(member: Member) -> dict[str, str]:
    return {name: str(getattr(member, name) or "") for name in FIELDS}
