"""What the software brings: new shipped processes, without undoing what was changed here.

A process that still is what was shipped takes the new documents as a release; its callers get
one each. One that was changed here gets them as a draft beside it. Nothing of it stops an
installation from starting, unless a process that was never released cannot be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.engine import Engine
from engine.errors import InvalidRelease, Problem
from engine.releases import (
    Documents,
    Release,
    check_unit,
    digest_of,
    digests_of,
    keep_release,
    take_releases,
)
from workflows.studio.composing import compose
from workflows.studio.current import Current, list_current
from workflows.studio.documents import own_documents, process_of
from workflows.studio.drafts import drop_draft, find_draft, get_draft, put_documents
from workflows.studio.models import SHIPPED, Draft, ShippedProcess
from workflows.studio.planning import Sources

TRIES = 5


class Moved(Exception):
    """Somebody released while it was found out what to release."""


@dataclass
class Brought:
    """What came of bringing shipped processes.

    `waiting`: those that wait as drafts, with the errors that they would have had.
    """

    released: list[Release] = field(default_factory=list)
    waiting: dict[str, list[Problem]] = field(default_factory=dict)


@dataclass
class _Plan:
    """What is to be done: `taken` are released, `beside` become drafts, `known` were brought."""

    rests_on: Mapping[str, int]
    shipped: Mapping[str, Documents]
    taken: set[str]
    known: set[str]
    beside: dict[str, list[Problem]]
    units: Mapping[str, Documents] = field(default_factory=dict)


def bring_shipped(engine: Engine, shipped: Mapping[str, Documents], *, reason: str) -> Brought:
    """Put shipped processes to work, or beside what was changed here; the same again is nothing.

    `shipped`: own documents by process. Raises InvalidRelease for a new process with errors.
    """
    for _ in range(TRIES):
        with engine.database.read() as session:
            plan = _make_plan(session, engine, shipped)
        try:
            with engine.database.transaction() as session:
                return _carry_out(session, plan, reason=reason, now=engine.now())
        except (Moved, IntegrityError):
            # Another server starts, too: what it has brought is there by now.
            continue
    raise Moved


def find_shipped(session: Session, process_id: str) -> ShippedProcess | None:
    """What was shipped of a process, or None if it is not one of ours."""
    return session.get(ShippedProcess, process_id)


def _make_plan(session: Session, engine: Engine, shipped: Mapping[str, Documents]) -> _Plan:
    sources = Sources(session)
    known = {each.process_id: each for each in session.scalars(select(ShippedProcess))}
    plan = _Plan(
        rests_on={name: each.release_id for name, each in sources.known.items()},
        shipped=shipped,
        taken=set(),
        known=set(),
        beside={},
    )
    for name, documents in shipped.items():
        digests = digests_of(documents)
        current, last = sources.known.get(name), known.get(name)
        if current is None:
            plan.taken.add(name)
        elif last is not None and last.digest == digest_of(digests):
            plan.known.add(name)
        elif digests == current.own_parts(name) or (last and digests == last.documents):
            continue
        elif _is_changed_here(session, current, last):
            plan.beside[name] = []
        else:
            plan.taken.add(name)
    _compose(plan, engine, sources)
    return plan


def _is_changed_here(session: Session, current: Current, last: ShippedProcess | None) -> bool:
    """Whether a process is not what was shipped before.

    Before it was written down what was shipped, only files were released: by the system.
    """
    if last is not None:
        return current.own_parts(current.process_id) != last.documents
    people = select(Release.id).where(
        Release.process_id == current.process_id, Release.made_by.is_not(None)
    )
    return session.scalar(people.limit(1)) is not None


def _compose(plan: _Plan, engine: Engine, sources: Sources) -> None:
    """Find the units to be released; what does not fit what is at work goes beside it instead."""
    while True:
        plan.units = {
            name: made
            for name in sorted({*sources.known, *plan.taken})
            if (made := _compose_unit(name, plan, sources)) != sources.unit(name)
        }
        for name, unit in plan.units.items():
            errors = [each for each in check_unit(name, unit, engine.checks) if not each.is_warning]
            if not errors:
                continue
            blamed = {
                each for each in map(process_of, unit) if each in plan.taken & sources.known.keys()
            }
            if not blamed:
                raise InvalidRelease(errors)
            plan.taken -= blamed
            plan.beside |= dict.fromkeys(blamed, errors)
            break
        else:
            return


def _compose_unit(process_id: str, plan: _Plan, sources: Sources) -> dict[str, bytes]:
    has = sources.unit(process_id)

    def find(name: str) -> Documents:
        own = own_documents(name, has)
        # A caller that was left out when a called process was released goes on with what it has.
        if name in plan.taken and (not own or own == sources.own(name) or not sources.own(name)):
            return plan.shipped[name]
        return own or sources.own(name) or plan.shipped.get(name, {})

    return compose(process_id, find)


def _carry_out(session: Session, plan: _Plan, *, reason: str, now: datetime) -> Brought:
    take_releases(session)
    known = {name: each.release_id for name, each in list_current(session).items()}
    if known != plan.rests_on:
        raise Moved
    brought = Brought(waiting=plan.beside)
    for name, unit in plan.units.items():
        brought.released.append(
            keep_release(
                session, process_id=name, documents=unit, reason=reason, by=SYSTEM, now=now
            )
        )
    for name in plan.shipped.keys() - plan.known:
        documents, is_beside = plan.shipped[name], name in plan.beside
        _remember(session, name, documents, is_beside=is_beside, now=now)
        _drop_old(session, name)
        if is_beside:
            _lay_beside(session, name, documents, base=known.get(name), now=now)
    return brought


def _remember(
    session: Session, name: str, documents: Documents, *, is_beside: bool, now: datetime
) -> None:
    digests = digests_of(documents)
    digest = digest_of(digests)
    found = session.get(ShippedProcess, name)
    if found is None:
        # What is at work was changed here and nobody knows from what: all of it counts as changed.
        at_one = {} if is_beside else digests
        session.add(
            ShippedProcess(process_id=name, digest=digest, documents=at_one, brought_at=now)
        )
    else:
        found.digest, found.brought_at = digest, now
        if not is_beside:
            found.documents = digests
    session.flush()


def _lay_beside(
    session: Session, name: str, documents: Documents, *, base: int | None, now: datetime
) -> None:
    """Make the draft of what was shipped."""
    draft = Draft(
        process_id=name,
        origin=SHIPPED,
        base_release_id=base,
        version=0,
        made_by=None,
        made_at=now,
        changed_by=None,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    put_documents(session, draft=draft, documents=documents, by=None, now=now)


def _drop_old(session: Session, name: str) -> None:
    """Take away what waits of an older version."""
    found = find_draft(session, name, origin=SHIPPED)
    if found is not None:
        drop_draft(session, get_draft(session, found.id, to_change=True, origin=SHIPPED))
