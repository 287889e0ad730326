"""People of the demo's associations, for tests of what they do with each other."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine.engine import Engine
from tests.workflows.walking import Walk
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import Account, find_account

MEMBER, OTHER, IN_GUANGZHOU = "330000100001", "330000100002", "440100100001"


def account(session: Session, login: str) -> Account:
    """The account of a person of the staff."""
    found = find_account(session, user_type="staff", login=login)
    assert found is not None
    return found


def viewer(session: Session, login: str) -> Viewer:
    """A person of the staff with his duties as they are now."""
    return get_viewer(session, account(session, login))


def applied(engine: Engine, number: str = MEMBER) -> Walk:
    """A member's application that waits for review."""
    return Walk(engine, number).start().to_materials().apply()


def review_of(walk: Walk) -> UUID:
    """The review that waits in a case."""
    return walk.tasks()["review_application"].id
