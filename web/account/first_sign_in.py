"""What is asked of somebody before anything else.

He agrees to the privacy notice, and changes a password that others issued.
"""

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web import sessions

ALWAYS = frozenset({"static", "signin.sign_out", "languages.switch", "contacts.index"})
CONSENTING = ALWAYS | {"privacy.show", "privacy.ask", "privacy.consent"}
CHANGING = CONSENTING | {"account.password", "account.change_password"}
"""What may be opened before it is done."""


def init_app(app: Flask) -> None:
    """Ask before any other page is shown."""
    app.before_request(_ask)


def _ask() -> ResponseReturnValue | None:
    if request.endpoint in CONSENTING:
        return None
    person = sessions.find_person()
    if person is None:
        return None
    if person.must_consent:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("privacy.ask", next=back))
    if person.must_change_password and request.endpoint not in CHANGING:
        return redirect(url_for("account.password"))
    return None
