"""Writing the register: an identity number is one person's, whoever writes at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from engine.engine import Engine
from workflows.register.transfers.spooling import RegisterMoved, Spool
from workflows.shared.bulk import table_of
from workflows.shared.register import (
    Member,
    find_member_by_number,
    hold_member,
    identity_hash,
)
from workflows.shared.register_writing import IdentityTaken, write_fields

FIRST, SECOND = "330000100001", "330000100002"
NUMBER = "E87654321"


def give_number(engine: Engine, number: str, *, begun: Event, may_end: Event) -> None:
    """Let a member have the identity number, and wait before that is known."""
    with engine.database.transaction() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        hold_member(session, member.id)
        values = {"identity_type": "passport", "identity_number": NUMBER}
        write_fields(session, engine.vault, member, values)
        begun.set()
        assert may_end.wait(timeout=20)


def write_import(engine: Engine) -> None:
    """Write an import of somebody with the identity number, if nobody has it."""
    with Spool(engine.database) as spool:
        hashed = identity_hash(engine.vault, NUMBER)
        spool.expect_none(table_of(Member), "identity_hash", [hashed], state="active")
        with spool.transaction() as session:
            spool.write(session)


def test_of_two_who_get_an_identity_number_at_once_one_does(demo_engine: Engine) -> None:
    begun, may_end, at_once = Event(), Event(), Event()
    at_once.set()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(give_number, demo_engine, FIRST, begun=begun, may_end=may_end)
        assert begun.wait(timeout=20)
        second = threads.submit(give_number, demo_engine, SECOND, begun=Event(), may_end=at_once)
        try:
            # The second one waits until it is known what became of the first.
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        finally:
            may_end.set()
        first.result(timeout=20)
        with pytest.raises(IdentityTaken):
            second.result(timeout=20)


def test_an_import_waits_for_who_gives_somebody_its_identity_number(demo_engine: Engine) -> None:
    begun, may_end = Event(), Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(give_number, demo_engine, FIRST, begun=begun, may_end=may_end)
        assert begun.wait(timeout=20)
        second = threads.submit(write_import, demo_engine)
        try:
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        finally:
            may_end.set()
        first.result(timeout=20)
        with pytest.raises(RegisterMoved):
            second.result(timeout=20)
