"""Who is signed in: the session behind the cookie, looked up once a request."""

import logging
from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.errors import HuijiError, NotFound
from engine.language import N_
from web import current
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import Account
from workflows.shared.security_events import note_event
from workflows.shared.sign_in import (
    WebSession,
    end_session,
    find_session,
    is_to_be_noted,
    note_use,
)

COOKIE = "huiji_session"

log = logging.getLogger(__name__)


class SignInNeeded(HuijiError):
    """Nobody is signed in, or the session is over; the browser is sent to the sign-in page."""

    message = N_("Please sign in.")


@dataclass(frozen=True)
class Person:
    """Whoever is signed in, as plain values."""

    viewer: Viewer
    session_id: int
    login: str
    must_change_password: bool
    must_consent: bool
    locale: str
    confirmed_at: datetime | None
    csrf_token: str

    @property
    def actor(self) -> Actor:
        """Who writes, when this person does."""
        return self.viewer.actor

    @property
    def account_id(self) -> int:
        """The key of the account."""
        return self.viewer.account_id

    @property
    def user_type(self) -> str:
        """What this person signed in as."""
        return self.viewer.user_type

    @property
    def name(self) -> str:
        """How this person is called."""
        return self.viewer.name

    @property
    def member_id(self) -> int | None:
        """The key in the register; None for staff and firms."""
        return self.viewer.member_id

    @property
    def association_id(self) -> int | None:
        """The association that this person belongs to."""
        return self.viewer.association_id

    @property
    def is_member(self) -> bool:
        """Whether this is a person of the register, for whom the portal is."""
        return self.viewer.member_id is not None


def find_person() -> Person | None:
    """Who is signed in, or None."""
    if "person" not in g:
        token = request.cookies.get(COOKIE)
        g.person = _look_up(token) if token else None
    found: Person | None = g.person
    return found


def get_person() -> Person:
    """Who is signed in; raises SignInNeeded."""
    found = find_person()
    if found is None:
        raise SignInNeeded
    return found


def get_member_person() -> tuple[Person, int]:
    """The member who is signed in, with the key in the register; for others there is nothing."""
    person = get_person()
    if person.member_id is None:
        raise NotFound
    return person, person.member_id


def end(person: Person) -> None:
    """End the session of this browser on the server."""
    with current.engine().database.transaction() as session:
        end_session(session, session_id=person.session_id, account_id=person.account_id)
        note_event(
            session,
            what="signed_out",
            account_id=person.account_id,
            actor=person.actor,
            address=current.address(),
            now=current.now(),
        )
    g.pop("person", None)


def has_cookie() -> bool:
    """Whether the browser believes that it has a session."""
    return COOKIE in request.cookies


def set_cookie(response: Response, token: str) -> Response:
    """Let the browser keep the token of its new session."""
    settings = current.settings()
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(settings.session_length.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.is_https,
    )
    return response


def _look_up(token: str) -> Person | None:
    database, now = current.engine().database, current.now()
    with database.read() as session:
        row = find_session(session, token, idle=current.settings().session_idle, now=now)
        person = _describe(session, *row) if row is not None else None
    if row is not None and is_to_be_noted(row[0], now=now):
        _note_use(row[0].id, now)
    return person


def _note_use(session_id: int, now: datetime) -> None:
    """A page is not worth failing because a database that is busy did not note who saw it."""
    try:
        with current.engine().database.transaction() as session:
            note_use(session, session_id=session_id, now=now)
    except OperationalError:
        log.warning("the use of a session could not be noted", exc_info=True)


def _describe(session: Session, found: WebSession, account: Account) -> Person:
    return Person(
        viewer=get_viewer(session, account),
        session_id=found.id,
        login=account.login,
        must_change_password=account.must_change_password,
        must_consent=found.must_consent,
        locale=account.locale,
        confirmed_at=found.confirmed_at,
        csrf_token=found.csrf_secret.hex(),
    )
