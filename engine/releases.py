"""Releases: the unit in which processes are put to work.

One process's diagram with those it calls, their decision tables and their forms, addressed by
the digest of its contents, never changed, numbered. A case stays on its release for life.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import TypeVar, cast

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.database import Base, UtcDateTime
from engine.errors import InvalidRelease, NotFound, Problem
from engine.language import N_
from engine.spiff import Model, examine

Made = TypeVar("Made")

CACHED_RELEASES = 64
TOO_LARGE = "too-large"
"""The rule of a diagram that is too large for anybody to look at more of it."""

MOST_TOLD = 500
"""So many problems are told by one check; nobody reads more."""

LARGEST_CACHED = 2 * 2**20
"""Units of more bytes are read anew each time, so that the cache cannot grow without bounds."""


class Release(Base):
    """One numbered state of a process; `digest` is that of its parts, in hex."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("process_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    made_by: Mapped[int | None]


class Content(Base):
    """The contents of a document, kept once however many releases share it."""

    __tablename__ = "content"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ReleasePart(Base):
    """A document of a release, by its path (`forms/review/review_application.form`)."""

    __tablename__ = "release_part"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("content.digest"))


class ReleaseNotFound(NotFound):
    """No such release."""

    message = N_("There is no release of the process %(process)s.")


Documents = Mapping[str, bytes]
"""Contents by path: `bpmn/<process>/…` (.bpmn, .dmn, .en.json), `forms/<process>/….form`."""


@dataclass(frozen=True)
class Unit:
    """What a release is made of, read: what the checks look at."""

    process_id: str
    model: Model
    documents: Documents


Check = Callable[[Unit], Iterable[Problem]]
"""Finds what is wrong with a unit; registered by the layers that know forms and operations."""


@dataclass
class LoadedRelease:
    """A release in memory, shared by all its cases and by all threads."""

    id: int
    process_id: str
    number: int
    model: Model
    documents: Documents
    _made: dict[object, object] = field(default_factory=dict)

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Something that is made of the documents once, such as a form that was read."""
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])


class Releases:
    """Reads releases once per process; they never change."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[int, LoadedRelease] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: Session, release_id: int) -> LoadedRelease:
        """A release by its key; raises ReleaseNotFound."""
        with self._lock:
            if (known := self._loaded.get(release_id)) is not None:
                self._loaded.move_to_end(release_id)
                return known
        loaded = _load(session, release_id)
        with self._lock:
            known = self._loaded.setdefault(release_id, loaded)
            while len(self._loaded) > CACHED_RELEASES:
                self._loaded.popitem(last=False)
        return known


def current_release_id(session: Session, process_id: str) -> int:
    """The release that new cases take: the last one made; raises ReleaseNotFound."""
    found = session.scalar(
        select(Release.id)
        .where(Release.process_id == process_id)
        .order_by(Release.number.desc())
        .limit(1)
    )
    if found is None:
        raise ReleaseNotFound(process=process_id)
    return found


def check_unit(process_id: str, documents: Documents, checks: Iterable[Check]) -> list[Problem]:
    """Everything that is wrong with a unit; what cannot be read hides what lies behind it."""
    model, problems = _examine(process_id, documents)
    if any(each.rule == TOO_LARGE for each in problems):
        return problems
    unit = Unit(process_id, model, documents)
    return [*problems, *(each for check in checks for each in islice(check(unit), MOST_TOLD))]


def read_unit(process_id: str, documents: Documents) -> Unit:
    """A unit as far as it can be read, whatever is wrong with it: what completion looks at."""
    return Unit(process_id, _examine(process_id, documents)[0], documents)


def make_release(
    session: Session,
    *,
    process_id: str,
    documents: Documents,
    checks: Iterable[Check],
    reason: str,
    by: Actor,
    now: datetime,
) -> Release:
    """Put a unit to work; raises InvalidRelease. The same unit again is the release it was."""
    problems = check_unit(process_id, documents, checks)
    if any(not problem.is_warning for problem in problems):
        raise InvalidRelease([each for each in problems if not each.is_warning])
    return keep_release(
        session, process_id=process_id, documents=documents, reason=reason, by=by, now=now
    )


def keep_release(
    session: Session,
    *,
    process_id: str,
    documents: Documents,
    reason: str,
    by: Actor,
    now: datetime,
) -> Release:
    """Put a unit to work that was checked already. The same unit again is the release it was."""
    digests = digests_of(documents)
    digest = digest_of(digests)
    take_releases(session)
    last = session.scalar(
        select(Release)
        .where(Release.process_id == process_id)
        .order_by(Release.number.desc())
        .limit(1)
    )
    if last is not None and last.digest == digest:
        return last
    known = set(session.scalars(select(Content.digest).where(Content.digest.in_(digests.values()))))
    contents = {digests[path]: data for path, data in documents.items()}
    session.add_all(
        Content(digest=each, data=data) for each, data in contents.items() if each not in known
    )
    release = Release(
        process_id=process_id,
        number=1 if last is None else last.number + 1,
        digest=digest,
        reason=reason,
        made_at=now,
        made_by=by.id,
    )
    session.add(release)
    session.flush()
    session.add_all(
        ReleasePart(release_id=release.id, path=path, digest=each) for path, each in digests.items()
    )
    session.flush()
    return release


def take_releases(session: Session, process_id: str | None = None) -> None:
    """Let nobody else release a process, None: any, until the transaction ends.

    A process's first release, which never changes, is what stands for all of them.
    """
    query = select(Release.id).where(Release.number == 1).order_by(Release.id)
    if process_id is not None:
        query = query.where(Release.process_id == process_id)
    session.execute(query.with_for_update())


def digests_of(documents: Documents) -> dict[str, str]:
    """The digest of each document, by path."""
    return {path: hashlib.sha256(data).hexdigest() for path, data in documents.items()}


def digest_of(digests: Mapping[str, str]) -> str:
    """The digest of a unit, of its documents' digests by path."""
    lines = "\n".join(f"{path} {digests[path]}" for path in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def has_release(session: Session, process_id: str) -> bool:
    """Whether a process was ever released."""
    query = select(func.count()).where(Release.process_id == process_id)
    return bool(session.scalar(query))


def _load(session: Session, release_id: int) -> LoadedRelease:
    release = session.get(Release, release_id)
    if release is None:
        raise ReleaseNotFound(process="?")
    parts = session.execute(
        select(ReleasePart.path, Content.data)
        .join(Content, Content.digest == ReleasePart.digest)
        .where(ReleasePart.release_id == release_id)
        .order_by(ReleasePart.path)
    )
    documents: dict[str, bytes] = {row.path: row.data for row in parts}
    return LoadedRelease(
        id=release.id,
        process_id=release.process_id,
        number=release.number,
        model=_read(release.process_id, documents),
        documents=documents,
    )


def _read(process_id: str, documents: Documents) -> Model:
    model, problems = _examine(process_id, documents)
    if any(not problem.is_warning for problem in problems):
        raise InvalidRelease(problems)
    return model


def _examine(process_id: str, documents: Documents) -> tuple[Model, list[Problem]]:
    read: Callable[..., tuple[Model, list[Problem]]] = _examine_once
    if sum(len(data) for data in documents.values()) > LARGEST_CACHED:
        read = _examine_once.__wrapped__
    return read(process_id, tuple(sorted(documents.items())))


# What is checked before it becomes a release is the model that its first case runs on.
@lru_cache(maxsize=CACHED_RELEASES)
def _examine_once(
    process_id: str, documents: tuple[tuple[str, bytes], ...]
) -> tuple[Model, list[Problem]]:
    return examine(
        process_id,
        {path: data for path, data in documents if path.endswith(".bpmn")},
        {path: data for path, data in documents if path.endswith(".dmn")},
    )
