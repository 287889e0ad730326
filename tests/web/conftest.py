"""An application on the demo, and browsers without scripts to look at it."""

import hashlib
import io
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import lxml.html
import pytest
from flask import Flask, before_render_template
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from engine.jobs import Worker
from engine.tasks import Task
from tests.databases import PostgresqlCopies, SqliteCopies
from tests.workflows.conftest import NOW, PASSWORD, postgresql_demo, sqlite_demo
from web.app import create_app
from web.sessions import COOKIE
from web.settings import Settings
from workflows.shared.access import get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.sign_in import open_session

__all__ = ["postgresql_demo", "sqlite_demo"]

READY = "330000100001"
"""A member who has all hours and whose fee is settled."""
PAYS = "330000100003"
"""A member who has all hours and has to pay."""
REVIEWER = "zj_manage"


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a copy of the demo, on its own clock."""
    if request.param == "sqlite":
        copies: SqliteCopies = request.getfixturevalue("sqlite_demo")
        yield from _make_app(copies.copy_to(tmp_path), tmp_path)
        return
    others: PostgresqlCopies = request.getfixturevalue("postgresql_demo")
    with others.copy() as url:
        yield from _make_app(url, tmp_path)


def _make_app(url: str, folder: Path) -> Iterator[Flask]:
    settings = Settings(
        environment="development",
        var=folder,
        database_url=url,
        masters=(b"m" * 32,),
        lookup_key=b"l" * 32,
        trail_key=b"t" * 32,
        cookie_key=b"c" * 32,
        public_url="http://localhost",
    )
    app = create_app(settings)
    app.testing = True
    app.extensions["engine"].now = lambda: NOW
    yield app
    app.extensions["engine"].database.close()


class Page:
    """An answer, with its document."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        # What the test client sends is in a file of its own when it is big.
        response.request.environ["wsgi.input"].close()
        self.status = response.status_code
        self.path = response.request.path
        # Its published types take each answer of xpath for a number, too, or a text: no use here.
        self.html: Any = lxml.html.document_fromstring(response.get_data(as_text=True) or "<p></p>")

    @property
    def text(self) -> str:
        """What a person reads, spaces made one."""
        return " ".join(self.html.text_content().split())

    def form(self, action: str = "") -> lxml.html.FormElement:
        """The form that is sent to addresses beginning so; else the only one in the page."""
        sent_to = f"[@method='post'][starts-with(@action, '{action}')]"
        (found,) = self.html.xpath(f"//main//form{sent_to}")
        return found

    def values(self, action: str = "") -> MultiDict[str, str]:
        """What a form on the page would send, without its buttons."""
        return MultiDict(self.form(action).form_values())

    def links(self) -> dict[str, str]:
        """Addresses by the words of their links."""
        return {
            " ".join(each.text_content().split()): each.get("href")
            for each in self.html.xpath("//a[@href]")
        }


class Visitor:
    """Somebody with a browser that runs no scripts and speaks English."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.client.set_cookie("huiji_language", "en")

    def open(self, address: str, **options: object) -> Page:
        """Open an address, following where it leads."""
        options = {"follow_redirects": True, "buffered": True, **options}
        return Page(self.client.get(address, **options))

    def send(self, address: str, values: Mapping[str, object], **options: object) -> Page:
        """Send a form, following where it leads."""
        options = {"follow_redirects": True, "buffered": True, **options}
        return Page(self.client.post(address, data=values, **options))

    def upload(
        self,
        address: str,
        values: Mapping[str, object],
        field: str,
        content: bytes | BinaryIO,
        name: str,
    ) -> Page:
        """Send a form with a file chosen in one of its fields, following where it leads."""
        file = (io.BytesIO(content) if isinstance(content, bytes) else content, name)
        sent = MultiDict[str, object](values)
        sent.setlist(field, [file])
        return self.send(address, sent, content_type="multipart/form-data")

    def press(self, page: Page, **pressed: str) -> Page:
        """Press a button of the step on the page; what is given is typed before."""
        values = page.values()
        for name, value in pressed.items():
            values.setlist(name.replace("__", "."), [value])
        return self.send(page.form().get("action"), values)

    def enter(self, login: str, kind: str = "member") -> "Visitor":
        """Be signed in; the way in has tests of its own."""
        engine = self.app.extensions["engine"]
        with engine.database.transaction() as session:
            account = find_account(session, user_type=kind, login=login)
            assert account is not None
            opened = open_session(
                session,
                account=account,
                address="127.0.0.1",
                user_agent="test",
                length=self.app.config["SETTINGS"].session_length,
                now=engine.now(),
            )
        self.client.set_cookie(COOKIE, opened.token)
        return self

    def sign_in(self, login: str, password: str = PASSWORD, kind: str = "member") -> Page:
        """Sign in through the form, the puzzle solved as a page's script does."""
        page = self.open("/sign-in")
        form = page.form()
        values = page.values()
        values["kind"], values["account"], values["password"] = kind, login, password
        values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
        return self.send("/sign-in", values)


def solve(challenge: str, bits: int) -> str:
    """Find the number whose hash with the challenge begins with enough zero bits."""
    number = 0
    while True:
        digest = hashlib.sha256(f"{challenge}.{number}".encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - bits) == 0:
            return str(number)
        number += 1


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app)


@pytest.fixture
def member(app: Flask) -> Visitor:
    """A member with all hours and a settled fee, signed in."""
    found = Visitor(app)
    found.enter(READY)
    return found


def begin(visitor: Visitor) -> Page:
    """Start the year's inspection."""
    values = visitor.open("/").values("/applications")
    return visitor.send("/applications", values)


def go_to_settlement(visitor: Visitor) -> Page:
    """Walk from the first step to fee and materials."""
    page = visitor.press(begin(visitor), outcome="apply")
    page = visitor.press(page, outcome="continue")
    return visitor.press(page, outcome="confirm", agreed="true")


def apply(visitor: Visitor) -> Page:
    """Walk every step and send the application."""
    page = visitor.press(go_to_settlement(visitor), outcome="continue")
    return visitor.press(page, outcome="apply", confirmed="apply")


def review(app: Flask, member_no: str, outcome: str, **typed: str) -> None:
    """Decide a member's application as a reviewer of his association."""
    engine, tasks = app.extensions["engine"], app.extensions["tasks"]
    with engine.database.transaction() as session:
        task = session.scalars(
            select(Task).where(
                Task.subject_no == member_no, Task.state == "open", Task.lane == "association"
            )
        ).one()
        account = find_account(session, user_type="staff", login=REVIEWER)
        assert account is not None
        tasks.complete(
            session,
            task_id=task.id,
            outcome=outcome,
            posted=MultiDict(typed),
            viewer=get_viewer(session, account),
            language="en",
            now=NOW,
        )


@contextmanager
def drawing_watched(app: Flask) -> Iterator[list[bool]]:
    """Note at each page that is drawn whether somebody's writing stands still meanwhile."""
    database, noted = app.extensions["engine"].database, list[bool]()

    def note(_app: Flask, **_drawn: object) -> None:
        if database.is_sqlite:
            with closing(sqlite3.connect(database.url.database, timeout=0)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    noted.append(True)
                    return
            noted.append(False)
            return
        query = "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
        with database.read() as session:
            mine = f"{query} AND datname = current_database()"
            noted.append(bool(session.scalar(text(mine))))

    with before_render_template.connected_to(note, app):
        yield noted


def together(app: Flask, *deeds: Callable[[], Page]) -> list[Page]:
    """Do things at once, each in a thread; what an application raises is a page here."""
    app.testing = False
    with ThreadPoolExecutor(len(deeds)) as threads:
        return [each.result() for each in [threads.submit(deed) for deed in deeds]]


def run_jobs(app: Flask) -> None:
    """Do what is due."""
    Worker(app.extensions["engine"]).run_due()
