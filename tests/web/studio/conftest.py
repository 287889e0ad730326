"""Administrators at work in the studio, and what their scripts send."""

from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import Visitor

ADMIN = "admin"
"""The national association's administrator."""


class Studio:
    """A person who has a process's draft open, and the scripts of his pages."""

    def __init__(self, app: Flask, login: str = ADMIN) -> None:
        self.visitor = Visitor(app).enter(login, kind="staff")
        self.client = self.visitor.client

    def open_draft(self, process_id: str) -> UUID:
        """Press the button that opens a process's draft; answers its key."""
        page = self.visitor.open(f"/studio/processes/{process_id}")
        action = f"/studio/processes/{process_id}/draft"
        editor = self.visitor.send(action, page.values(action))
        assert editor.status == 200, editor.text
        (body,) = editor.html.xpath("//body")
        self.token = body.get("data-csrf")
        return UUID(body.get("data-draft").rpartition("/")[2])

    def ask(
        self,
        method: str,
        address: str,
        *,
        match: str | None = None,
        is_new: bool = False,
        **sent: object,
    ) -> TestResponse:
        """Send a request as a script does, with the page's token."""
        headers = {"X-CSRF-Token": self.token, "Origin": "http://localhost"}
        if match is not None:
            headers["If-Match"] = match
        if is_new:
            headers["If-None-Match"] = "*"
        return self.client.open(address, method=method, headers=headers, **sent)  # type: ignore[arg-type]

    def read(self, draft_id: UUID, path: str) -> tuple[bytes, str]:
        """A document and its version."""
        answer = self.ask("GET", f"/studio/drafts/{draft_id}/documents/{path}")
        assert answer.status_code == 200, answer.text
        return answer.data, answer.headers["ETag"]

    def save(self, draft_id: UUID, path: str, data: bytes, match: str | None) -> TestResponse:
        """Save a document that was changed from a version; None: a new one."""
        address = f"/studio/drafts/{draft_id}/documents/{path}"
        return self.ask("PUT", address, match=match, is_new=match is None, data=data)


@pytest.fixture
def studio(app: Flask) -> Studio:
    """The national association's administrator."""
    return Studio(app)
