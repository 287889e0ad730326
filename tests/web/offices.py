"""The association's people and what waits for them, for tests of their pages."""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from web.sessions import COOKIE
from workflows.shared.accounts import find_account
from workflows.shared.sign_in import WebSession

READY = "330000100001"
OTHERS = ("330000100002", "330000100009")
IN_GUANGZHOU = "440100100001"


def staff(app: Flask, login: str = "zj_review") -> Visitor:
    """Somebody of an association's staff, signed in already: the way in has its own tests."""
    token = secrets.token_urlsafe(8)
    with app.extensions["engine"].database.transaction() as session:
        account = find_account(session, user_type="staff", login=login)
        assert account is not None
        session.add(
            WebSession(
                token_hash=hashlib.sha256(token.encode()).digest(),
                account_id=account.id,
                csrf_secret=b"s" * 32,
                created_at=NOW,
                seen_at=NOW,
                expires_at=NOW + timedelta(hours=1),
            )
        )
    found = Visitor(app)
    found.client.set_cookie(COOKIE, token)
    return found


TOKEN = {"csrf_token": (b"s" * 32).hex()}
"""What a form of such a person carries."""


def applied(app: Flask, number: str = READY) -> Walk:
    """A member's application that waits for review."""
    return Walk(app.extensions["engine"], number).start().to_materials().apply()


def address_of(walk: Walk, step: str = "review_application") -> str:
    """Where a step of the association is decided."""
    return f"/inbox/{walk.tasks()[step].id}"


def part(page: Page, element_id: str) -> Any:
    """The part of a page with an id."""
    (found,) = page.html.xpath(f"//*[@id='{element_id}']")
    return found


def say(element: Any) -> str:
    """What a person reads of a part."""
    return " ".join(element.text_content().split())


def decide(visitor: Visitor, page: Page, outcome: str, **typed: str) -> Page:
    """Fill in the decision and press a button; `__` in a name stands for a dot."""
    values: MultiDict[str, str] = MultiDict(part(page, "review").form_values())
    for name, value in typed.items():
        values.setlist(name.replace("__", "."), [value])
    values["outcome"] = outcome
    return visitor.send(page.path, values)


def put_question(app: Flask, walk: Walk, question: str) -> None:
    """Let the release that a case runs on ask a question before a return."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        release = engine.releases.get(session, walk.case.release_id)
    path = "forms/review/review_application.form"
    document = json.loads(release.documents[path])
    button = next(each for each in document["components"] if each["id"] == "return")
    button["properties"]["confirm"] = question
    release.documents = {**release.documents, path: json.dumps(document).encode()}
