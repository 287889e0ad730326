"""Which language a page speaks: chosen on this device, else by the person, else the browser's."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, Response, g, make_response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from engine.language import speak
from forms import Language
from web import current
from web.addresses import local_address
from web.sessions import find_person
from workflows.shared.accounts import get_account

LANGUAGES = {"zh": "中文", "en": "English"}
TAGS = {"zh": "zh-CN", "en": "en"}
LOCALES = {"zh": "zh_CN", "en": "en"}
COOKIE = "huiji_language"
CATALOGUES = Path(__file__).parent / "translations"

bp = Blueprint("languages", __name__)


@cache
def catalogue(code: str) -> NullTranslations:
    """The translations of a language; English needs none."""
    return Translations.load(CATALOGUES, [LOCALES[code]])


def spoken() -> Language:
    """The two-letter code of the language of this request."""
    # Every sentence of a page asks: it is found out once.
    if "spoken" not in g:
        chosen = request.cookies.get(COOKIE) or _chosen_by_person()
        chosen = chosen or request.accept_languages.best_match(LANGUAGES)
        g.spoken = "en" if chosen == "en" else "zh"
    found: Language = g.spoken
    return found


def keep_speaking(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Make what is sent piece by piece in this request's language, also after the request."""
    said = catalogue(spoken())

    def speak_each() -> Iterator[bytes]:
        while True:
            # Between two pieces whoever sends them may speak for others.
            with speak(said):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    return speak_each()


@bp.get("/language/<code>")
def switch(code: str) -> ResponseReturnValue:
    """Speak another language from now on and show the same page again.

    Whoever is signed in is written to in this language, too.
    """
    if code not in LANGUAGES:
        raise NotFound
    person = find_person()
    if person is not None:
        with current.engine().database.transaction() as session:
            get_account(session, person.account_id).locale = LOCALES[code]
    return keep(make_response(redirect(local_address(request.args.get("next")))), code)


def keep(response: Response, code: str) -> Response:
    """Let this device speak a language for a year."""
    response.set_cookie(
        COOKIE,
        code,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        httponly=True,
        secure=current.settings().is_https,
    )
    return response


def _chosen_by_person() -> str | None:
    person = find_person()
    locale = person.locale if person is not None else ""
    return next((code for code, name in LOCALES.items() if name == locale), None)


def init_app(app: Flask) -> None:
    """Translate templates and everything that says sentences during a request."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogue(spoken()).gettext(message),
        lambda one, many, n: catalogue(spoken()).ngettext(one, many, n),
        newstyle=True,
    )
    app.register_blueprint(bp)
    app.before_request(_begin_speaking)
    app.teardown_request(_stop_speaking)
    app.context_processor(_language)


def _begin_speaking() -> None:
    g.speaking = ExitStack()
    g.speaking.enter_context(speak(catalogue(spoken())))


def _stop_speaking(_: BaseException | None) -> None:
    speaking: ExitStack | None = g.pop("speaking", None)
    if speaking is not None:
        speaking.close()


def _language() -> dict[str, object]:
    code = spoken()
    other = "zh" if code == "en" else "en"
    return {
        "language": {"code": code, "tag": TAGS[code]},
        "other_language": {"code": other, "tag": TAGS[other], "name": LANGUAGES[other]},
    }
