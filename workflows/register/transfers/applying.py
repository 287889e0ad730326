"""Taking an import over: prepared row by row, written all at once, or not at all.

Before anything is written each row is compared with the register once more; one that would change
something else now than its preview said refuses all of it. What is prepared is then written in one
short transaction, which looks again that nothing moved.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import Conflict, HuijiError, Rejected
from engine.jobs import defer, job
from engine.language import N_
from workflows.register.transfers.every import KINDS
from workflows.register.transfers.kinds import Deed
from workflows.register.transfers.looking import (
    Overtaken,
    begin_run,
    find_context,
    move_on,
    refuse,
)
from workflows.register.transfers.spooling import RegisterMoved, Spool
from workflows.register.transfers.staging import (
    APPLIED,
    APPLYING,
    FAILED,
    QUEUE,
    READY,
    Change,
    Part,
    RegisterImport,
    Row,
    find_import,
    get_import,
    path_of,
    read_portions,
)

JOB = "transfers.apply"
LONGEST_REASON = 500
AT_A_TIME = 1_000
TRIES = 3
MOST_NAMED = 20
PREPARED = 90
"""Percent of the work that is done when the writing begins."""


class ReasonMissing(Rejected):
    """Every change of the register has a reason."""

    message = N_("Say where these data come from: it is kept with every change.")


class ReasonTooLong(Rejected):
    """More than the trail keeps."""

    message = N_("The reason has at most %(most)s characters.")


class WrongRowsLeft(Rejected):
    """Nobody has said that the wrong rows may be left out."""

    message = N_("Some rows are wrong. Correct the table, or say that they are left out.")


class NotReady(Conflict):
    """It is not looked through yet, or it is over."""

    message = N_("This import cannot be confirmed any more.")


class NothingChanges(Rejected):
    """All that stands in the table stands in the register."""

    message = N_("There is nothing in this table that would change the register.")


class RowsMoved(Conflict):
    """Rows would change something else now than what was confirmed."""

    message = N_(
        "The register was changed meanwhile where these lines say something: %(lines)s. Nothing was"
        " taken over. Look the table through once more."
    )


def confirm_import(
    session: Session,
    *,
    import_id: UUID,
    account_id: int,
    reason: str,
    without_wrong: bool,
    now: datetime,
) -> RegisterImport:
    """Have an import taken over that was looked through; said twice it is once.

    Raises ReasonMissing, ReasonTooLong, WrongRowsLeft, NothingChanges, NotReady.
    """
    found = get_import(session, import_id, account_id=account_id, hold=True)
    if found.state in (APPLYING, APPLIED):
        return found
    if found.state != READY:
        raise NotReady
    said = " ".join(reason.split())
    if not said:
        raise ReasonMissing
    if len(said) > LONGEST_REASON:
        raise ReasonTooLong(most=LONGEST_REASON)
    if found.wrong and not without_wrong:
        raise WrongRowsLeft
    if not found.right:
        raise NothingChanges
    found.state, found.reason, found.confirmed_at, found.progress = APPLYING, said, now, 0
    session.flush()
    args = {"import_id": str(found.id)}
    defer(session, JOB, args, at=now, lock=f"import:{found.id}", queue=QUEUE)
    return found


def _gives_up(
    session: Session, _engine: Engine, *, now: datetime, import_id: str, **_others: object
) -> None:
    found = find_import(session, UUID(import_id))
    if found is not None and found.state == APPLYING:
        found.state, found.ended_at = FAILED, now


@job(JOB, attempts=3, gives_up=_gives_up, queues=(QUEUE,))
def apply_import(engine: Engine, *, import_id: str) -> None:
    """Take an import over; one that was taken over already is left alone."""
    key = UUID(import_id)
    with engine.database.transaction() as session:
        begun = begin_run(session, key, state=APPLYING)
        if begun is None:
            return
        found, run = begun
    try:
        _apply(engine, found, run)
    except Overtaken:
        return
    except HuijiError as error:
        with engine.database.transaction() as session:
            current = find_import(session, key)
            if current is not None and current.run == run and current.state == APPLYING:
                refuse(session, current, error, engine.now())
        return
    path_of(engine, key).unlink(missing_ok=True)


def _apply(engine: Engine, found: RegisterImport, run: UUID) -> None:
    deed = Deed(Actor("staff", found.account_id), found.reason, engine.now())
    for attempt in range(1, TRIES + 1):
        with Spool(engine.database) as spool:
            _prepare(engine, found, run, deed, spool)
            try:
                _write(engine, found, run, deed, spool)
            except (RegisterMoved, IntegrityError):
                # Somebody was faster: the next preparation finds out where.
                if attempt == TRIES:
                    raise
            else:
                return


def _prepare(engine: Engine, found: RegisterImport, run: UUID, deed: Deed, spool: Spool) -> None:
    """Compare each row once more and make what it writes; raises RowsMoved."""
    kind = KINDS[found.kind]
    moved: list[int] = []
    done = 0
    with _looking(engine) as session:
        context = find_context(session, engine, found)
        looking = kind.begin(context)
        for changes in list_changes(session, engine, found):
            rows = [Row(each.line, each.values) for each in changes]
            again = looking.look(session, rows).changes
            if again != changes:
                same = {each.line for each in again if each in changes}
                moved += [each.line for each in changes if each.line not in same]
            elif not moved:
                kind.plan(session, looking, again, deed, spool)
            # What was opened of these people is not needed any more.
            session.info.pop("subject_keys", None)
            done += len(changes)
            with engine.database.transaction() as writing:
                move_on(writing, found.id, run, progress=PREPARED * done // found.right)
    if moved:
        named = ", ".join(str(each) for each in moved[:MOST_NAMED])
        raise RowsMoved(lines=f"{named} …" if len(moved) > MOST_NAMED else named)


def _write(engine: Engine, found: RegisterImport, run: UUID, deed: Deed, spool: Spool) -> None:
    kind = KINDS[found.kind]
    with spool.transaction() as session:
        move_on(session, found.id, run, state=APPLIED, progress=100, ended_at=deed.now)
        spool.write(session)
        kind.follow(session, engine, spool.noted, deed)


@contextmanager
def _looking(engine: Engine) -> Iterator[Session]:
    """One state of the register to look at; on PostgreSQL keys are reserved in it."""
    database = engine.database
    with database.read() if database.is_sqlite else database.transaction() as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def list_changes(
    session: Session, engine: Engine, found: RegisterImport
) -> Iterator[Sequence[Change]]:
    """All right rows of an import, some hundred at a time, new ones first."""
    parts: tuple[Part, Part] = ("new", "changed")
    for part in parts:
        waiting: list[Change] = []
        for portion in read_portions(session, engine.vault, found, part):
            waiting += [each for each in portion if isinstance(each, Change)]
            if len(waiting) >= AT_A_TIME:
                yield waiting
                waiting = []
        if waiting:
            yield waiting
