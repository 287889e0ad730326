"""What protects every page: headers, and the check that a request was meant.

A form carries the token of the browser's session, of its visit where nobody is signed in or,
before there is one, a keyed hash of its visitor cookie.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

from engine.errors import NotAllowed
from engine.language import N_
from web import current, sessions, visiting

View = TypeVar("View", bound=Callable[..., Any])

VISITOR_COOKIE = "huiji_visitor"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

SMALL = 2 * 2**20
"""Bytes that a request may have unless its view says more with `takes`."""

PAGE_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class NotMeant(NotAllowed):
    """The page that sent this was not one of ours, or is too old."""

    message = N_("This page was open for too long. Go back, load it again and send it once more.")


def policy(**changes: str) -> str:
    """The Content-Security-Policy of a page, with directives changed (`frame_ancestors=…`)."""
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in (PAGE_POLICY | changed).items())


def csrf_exempt(view: View) -> View:
    """Let a view be called by another program, which proves itself in another way."""
    view.is_csrf_exempt = True  # type: ignore[attr-defined]
    return view


def takes(size: int) -> Callable[[View], View]:
    """Let requests to a view have up to this many bytes."""

    def mark(view: View) -> View:
        view.max_content_length = size  # type: ignore[attr-defined]
        return view

    return mark


def for_visitors(view: View) -> View:
    """Let a view be used by people who are not signed in: what it takes belongs to their visit."""
    view.is_for_visitors = True  # type: ignore[attr-defined]
    return view


def csrf_token() -> str:
    """The token that a form of this browser must send back as `csrf_token`."""
    if _is_for_visitors():
        visit = visiting.find_own_visit()
        if visit is not None:
            return visit.csrf_secret.hex()
    else:
        person = sessions.find_person()
        if person is not None:
            return person.csrf_token
    message = b"csrf:" + visitor().encode()
    return hmac.digest(current.settings().cookie_key, message, hashlib.sha256).hex()


def init_app(app: Flask) -> None:
    """Check every request and set the headers of every answer."""
    app.before_request(_check_meant)
    app.after_request(_answer)
    app.jinja_env.globals["csrf_token"] = csrf_token


def _check_meant() -> None:
    _check_texts((request.view_args or {}).values())
    _check_texts(value for _name, value in request.args.items(multi=True))
    request.max_content_length = _largest_body()
    if request.method in SAFE or getattr(_view(), "is_csrf_exempt", False):
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise NotMeant
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotMeant
    if _is_for_visitors():
        visiting.check_not_over()
    elif sessions.has_cookie() and sessions.find_person() is None:
        raise sessions.SignInNeeded
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(csrf_token().encode(), sent.encode()):
        raise NotMeant
    _check_texts(value for _name, value in request.form.items(multi=True))
    _check_texts(file.filename for _name, file in request.files.items(multi=True))


def _check_texts(texts: Iterable[object]) -> None:
    """PostgreSQL has no character for nothing, and no person types one."""
    if any("\x00" in text for text in texts if isinstance(text, str)):
        abort(400)


def _largest_body() -> int:
    """What a view takes, from those it is for; nobody else's big body is read."""
    size: int = getattr(_view(), "max_content_length", SMALL)
    if size <= SMALL:
        return size
    whose = visiting.find_own_visit() if _is_for_visitors() else sessions.find_person()
    return SMALL if whose is None else size


def _is_for_visitors() -> bool:
    return getattr(_view(), "is_for_visitors", False)


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def visitor() -> str:
    """What tells this browser from others before anybody signed in."""
    known = request.cookies.get(VISITOR_COOKIE) or g.get("visitor")
    if known is None:
        known = g.visitor = secrets.token_urlsafe(24)
    return str(known)


def _answer(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy())
    settings = current.settings()
    if settings.is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    # What Flask sends as a file says no-cache by itself, which lets browsers keep it.
    if request.endpoint != "static" and response.headers.get("Cache-Control") in {None, "no-cache"}:
        response.headers["Cache-Control"] = "no-store"
    if "visitor" in g:
        response.set_cookie(
            VISITOR_COOKIE,
            g.visitor,
            httponly=True,
            samesite="Lax",
            secure=settings.is_https,
        )
    return response
