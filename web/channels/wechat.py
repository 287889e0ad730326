"""The official account of this installation, and the address at which WeChat tells of events."""

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue

from engine.errors import HuijiError, NotFound
from engine.language import speak
from web import current
from web.errors import status_of
from web.languages import catalogue
from web.security import csrf_exempt, takes
from workflows.channels.wechat import client
from workflows.channels.wechat.envelopes import Envelope, Keys, check_echo
from workflows.channels.wechat.events import Callbacks
from workflows.channels.wechat.stand_in import StandInAccount, stand_in_keys
from workflows.shared.channels import OfficialAccount

bp = Blueprint("wechat", __name__)

EXTENSION = "wechat_callbacks"


def make_account(app: Flask) -> OfficialAccount | None:
    """The official account that the settings name; in development else a stand-in."""
    settings, engine = app.config["SETTINGS"], app.extensions["engine"]
    if settings.services.find("HUIJI_WECHAT_APP_ID"):
        _listen(app, client.read_keys(settings.services))
        return client.make_account(settings.services, engine)
    if not settings.is_development:
        return None
    callbacks = _listen(app, stand_in_keys(engine))

    def receive(envelope: Envelope) -> bytes:
        with speak(catalogue("zh")):
            return callbacks.receive(envelope)

    return StandInAccount(engine, f"{settings.public_url}/simulator", receive)


@bp.errorhandler(HuijiError)
def refuse(error: HuijiError) -> ResponseReturnValue:
    """Answer whoever is not WeChat with nothing: no person reads it."""
    return "", status_of(error)


@bp.get("/wechat/events")
def verify() -> ResponseReturnValue:
    """Show WeChat that this address is ours, when it is entered there."""
    echo = check_echo(_callbacks().keys, request.args, now=current.now())
    return Response(echo, mimetype="text/plain")


@bp.post("/wechat/events")
@takes(64 * 1024)
@csrf_exempt
def receive() -> ResponseReturnValue:
    """Take an event in its signed and encrypted envelope, as often as it is told."""
    with speak(catalogue("zh")):
        answer = _callbacks().receive(Envelope(request.args, request.get_data()))
    return Response(answer, mimetype="application/xml")


@bp.get("/MP_verify_<proof>.txt")
def prove_domain(proof: str) -> ResponseReturnValue:
    """Show WeChat that this domain is ours, before it sends readers back to it."""
    if proof != current.settings().services.find("HUIJI_WECHAT_DOMAIN_PROOF"):
        raise NotFound
    return Response(proof, mimetype="text/plain")


def _listen(app: Flask, keys: Keys) -> Callbacks:
    hooks = app.extensions["workflows"].scan_hooks
    callbacks = Callbacks(app.extensions["engine"], keys, hooks)
    app.extensions[EXTENSION] = callbacks
    return callbacks


def _callbacks() -> Callbacks:
    found: Callbacks | None = current_app.extensions.get(EXTENSION)
    if found is None:
        raise NotFound
    return found
