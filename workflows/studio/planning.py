"""What a release would be: the units that would be made, what is wrong with them, what changed."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Problem
from engine.releases import Documents, check_unit, digest_of, digests_of
from workflows.studio.composing import compose
from workflows.studio.current import Current, callers_of, documents_of, list_current
from workflows.studio.differences import Difference, differences_of
from workflows.studio.documents import own_documents, process_of


@dataclass(frozen=True)
class Making:
    """A release that would be made; `current` is the one that it would follow."""

    process_id: str
    documents: Documents
    current: Current | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """What forbids it."""
        return [each for each in self.problems if not each.is_warning]

    @property
    def warnings(self) -> list[Problem]:
        """What should be looked at."""
        return [each for each in self.problems if each.is_warning]

    @cached_property
    def is_change(self) -> bool:
        """Whether it would be another one than the current."""
        digests = digests_of(self.documents)
        return self.current is None or digest_of(digests) != digest_of(self.current.parts)


@dataclass(frozen=True)
class Plan:
    """Releases that belong together: a process's, and one of each of its callers.

    `old` and `new` are the process's own documents before and after. `rests_on` says which
    releases it was made from; `basis` tells this plan from one made of anything else.
    """

    process: Making
    callers: tuple[Making, ...]
    old: Documents
    new: Documents
    rests_on: Mapping[str, int]
    basis: str = field(default="")

    @property
    def process_id(self) -> str:
        """Which process it is of."""
        return self.process.process_id

    @cached_property
    def offered(self) -> tuple[Making, ...]:
        """The callers for which it would make a difference."""
        return tuple(each for each in self.callers if each.is_change)

    @cached_property
    def differences(self) -> list[Difference]:
        """Which of the process's own documents differ."""
        return differences_of(self.old, self.new)


class Sources:
    """Where the documents of units come from: releases, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.known = list_current(session)
        self._read: dict[int, dict[str, bytes]] = {}

    def unit(self, process_id: str) -> Documents:
        """All documents of a process's current release, none if there is none."""
        current = self.known.get(process_id)
        return {} if current is None else self.documents(current.release_id)

    def documents(self, release_id: int) -> Documents:
        """All documents of a release."""
        if release_id not in self._read:
            self._read[release_id] = documents_of(self._session, release_id)
        return self._read[release_id]

    def own(self, process_id: str) -> Documents:
        """A process's own documents as its current release has them."""
        return own_documents(process_id, self.unit(process_id))


def make_plan(
    session: Session,
    engine: Engine,
    *,
    process_id: str,
    new: Documents,
    first: Documents | None = None,
) -> Plan:
    """What releasing `new`, a process's own documents, would make.

    What the process calls stays as its current release has it, or is taken from `first` where
    that has it; what it calls newly is taken from the called one's current release. A caller
    keeps what it has, but for this process and what that brings with it.
    """
    sources = Sources(session)
    units = {process_id: _compose_process(process_id, new, first, sources)}
    callers = callers_of(process_id, sources.known)
    for caller in callers:
        units[caller] = _compose_caller(caller, process_id, units[process_id], sources)
    made = {
        name: Making(
            process_id=name,
            documents=unit,
            current=sources.known.get(name),
            problems=tuple(check_unit(name, unit, engine.checks)),
        )
        for name, unit in units.items()
    }
    involved = {process_of(path) for unit in units.values() for path in unit} | set(units)
    rests_on = {
        name: sources.known[name].release_id for name in sorted(involved) if name in sources.known
    }
    return Plan(
        process=made[process_id],
        callers=tuple(made[caller] for caller in callers),
        old=sources.own(process_id),
        new=new,
        rests_on=rests_on,
        basis=_basis(new, rests_on, callers),
    )


def still_holds(session: Session, plan: Plan) -> bool:
    """Whether the releases that a plan rests on are still the current ones, and the same call it.

    Asked by whoever has taken the releases of all processes.
    """
    known = list_current(session)
    now = {name: known[name].release_id for name in plan.rests_on if name in known}
    callers = [each.process_id for each in plan.callers]
    return now == plan.rests_on and callers_of(plan.process_id, known) == callers


def _compose_process(
    process_id: str, new: Documents, first: Documents | None, sources: Sources
) -> dict[str, bytes]:
    has = sources.unit(process_id) if first is None else first

    def find(name: str) -> Documents:
        if name == process_id:
            return new
        return own_documents(name, has) or sources.own(name)

    return compose(process_id, find)


def _compose_caller(
    caller: str, process_id: str, unit: Documents, sources: Sources
) -> dict[str, bytes]:
    has = sources.unit(caller)

    def find(name: str) -> Documents:
        if name == process_id:
            return own_documents(name, unit)
        return own_documents(name, has) or own_documents(name, unit) or sources.own(name)

    return compose(caller, find)


def _basis(new: Documents, rests_on: Mapping[str, int], callers: Iterable[str]) -> str:
    digest = hashlib.sha256()
    digest.update(digest_of(digests_of(new)).encode())
    for name, release_id in sorted(rests_on.items()):
        digest.update(f"{name} {release_id}\n".encode())
    digest.update(" ".join(callers).encode())
    return digest.hexdigest()
