"""The association's people who are signed in, for the pages that only they have."""

from engine.errors import NotFound
from web.sessions import Person, get_person


def get_staff_person() -> Person:
    """Who is signed in of an association's staff; for others there is nothing."""
    person = get_person()
    if not person.viewer.is_staff:
        raise NotFound
    return person
