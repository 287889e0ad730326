"""Documents: PDFs that are made from templates, with plain values, by a process of their own.

A template is HTML with its style in it. It sees what it is given and nothing else: it runs in a
sandbox, and what it refers to is not fetched, neither from the network nor from the disk. Only
the two fonts that every document uses are read, from the installation's own folder.

A server has at most two such processes: the second is for who comes while the first is busy. Each
is warm after its first document and goes when nobody needed it for a while. A document that needs
too much time or memory takes it along; the next one gets a new one. Who works in the background
(`engine.write_queue.in_no_hurry`) lets those go first who wait for their document.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Condition
from types import MappingProxyType
from typing import IO, TypeAlias, cast

import orjson

from engine.engine import Engine
from engine.errors import HuijiError, Rejected
from engine.language import N_
from engine.write_queue import is_in_no_hurry
from forms.lists import Language

SERVICE = "documents"
"""The name under which `Documents` stand in `engine.services`."""

PROGRAM = Path(__file__).parents[1] / "document_maker.py"
MAKERS = 2
"""Processes that make documents side by side, at most: a core each, where there are two."""

START_SECONDS = 60.0
LONGEST_WAIT = 20.0
"""Seconds by the clock, for one document on a machine that has other things to do."""

CHUNK = 2**20
MOST_TOGETHER = 20 * 2**20
"""Bytes of a request with its pictures."""

NO_FONTS_BUT_OURS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><cachedir>{folder}</cachedir></fontconfig>
"""

Plain: TypeAlias = "str | int | float | bool | date | Sequence[Plain] | Mapping[str, Plain] | None"
"""What a template may be given."""

Sign: TypeAlias = Callable[[bytes], bytes]
"""Signs a document."""


class DocumentTooLarge(Rejected):
    """It needs more time or memory than a document may."""

    message = N_("This document would be too large to be made. Please ask for less of it.")


class CharactersLacking(Rejected):
    """The fonts cannot draw what is to be shown: boxes would stand there."""

    message = N_(
        "The document cannot be made: its font lacks %(characters)s. Please tell your association,"
        " which can enter a character in its place."
    )


class DocumentLate(HuijiError):
    """Nothing came of it for a while: the machine is busy with other things."""

    message = N_("The document could not be made in time. Please try again in a moment.")


class DocumentFault(RuntimeError):
    """A template asks for what is not there or may not be asked for: it is wrong."""


class Documents:
    """Makes PDFs; the first one waits until the fonts are read.

    `fonts`: the folder of the two fonts; `sign`: what signs documents, where a key is there.
    """

    def __init__(self, fonts: Path, *, sign: Sign | None = None) -> None:
        self._fonts = fonts
        self._sign = sign
        self._places = [_Place() for _number in range(MAKERS)]
        self._free = self._places.copy()
        self._freed = Condition()
        self._in_a_hurry = 0

    @property
    def can_sign(self) -> bool:
        """Whether documents leave here signed."""
        return self._sign is not None

    def make(
        self,
        template: str,
        values: Mapping[str, Plain],
        *,
        title: str,
        author: str,
        dated: date,
        language: Language = "zh",
        pictures: Mapping[str, bytes] = MappingProxyType({}),
        is_signed: bool = True,
    ) -> bytes:
        """The PDF of a template's text filled with values, tagged so that it can be read aloud.

        `title`, `author` and `dated` are what the file says of itself: `dated` is the day or the
        moment of what it says, so that the same document made again is the same file. A template
        may use the title, too.
        It shows `pictures` (JPEG, PNG, SVG) as `picture:<name>`. `is_signed`: where there is a key.
        What is no plain value raises TypeError, a template that is wrong DocumentFault; what needs
        too much DocumentTooLarge, a character that no font has CharactersLacking, and what takes
        too long on a busy machine DocumentLate.
        """
        _check_plain(values)
        asked = {
            "template": template,
            "values": values,
            "title": title,
            "author": author,
            "dated": _say_moment(dated),
            "language": language,
            "pictures": list(pictures),
        }
        frames = [orjson.dumps(asked, default=_say, option=orjson.OPT_PASSTHROUGH_DATETIME)]
        frames += pictures.values()
        if sum(map(len, frames)) > MOST_TOGETHER:
            raise DocumentTooLarge
        with self._place() as place:
            made = place.ask(frames, self._fonts)
        return self._sign(made) if self._sign is not None and is_signed else made

    def close(self) -> None:
        """End the processes, if there are any."""
        for place in self._places:
            place.close()

    @contextmanager
    def _place(self) -> Iterator["_Place"]:
        """A place that is free, the one that was used last; who is in no hurry lets others go."""
        is_patient = is_in_no_hurry()
        with self._freed:
            self._in_a_hurry += not is_patient
            self._freed.wait_for(lambda: bool(self._free) and not (is_patient and self._in_a_hurry))
            self._in_a_hurry -= not is_patient
            place = self._free.pop()
            # Who is in no hurry may have waited for this, too.
            self._freed.notify_all()
        try:
            yield place
        finally:
            with self._freed:
                self._free.append(place)
                self._freed.notify_all()


class _Place:
    """Where one document at a time is made: by a process that is started when it is needed."""

    def __init__(self) -> None:
        self._maker: _Maker | None = None

    def ask(self, frames: Sequence[bytes], fonts: Path) -> bytes:
        """Have a document made, by a new process where the one that ran is gone or grew too big."""
        if self._maker is not None and self._maker.is_there:
            try:
                return self._maker.ask(frames)
            except _Gone:
                pass
        self._maker = _Maker(fonts)
        try:
            return self._maker.ask(frames)
        except _Gone:
            raise DocumentTooLarge from None

    def close(self) -> None:
        """End the process, if there is one."""
        if self._maker is not None:
            self._maker.end()
            self._maker = None


class _Gone(Exception):
    """The process ended: it was idle for long, or outgrew its memory."""


class _Maker:
    """One process that makes documents, and its folder for the time being."""

    def __init__(self, fonts: Path) -> None:
        folder = tempfile.mkdtemp(prefix="huiji-documents-")
        self._owner = os.getpid()
        config = Path(folder, "fonts.conf")
        config.write_text(NO_FONTS_BUT_OURS.format(folder=folder), encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603  a program of ours
            [sys.executable, "-I", "-W", "ignore", PROGRAM, fonts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Nothing of this process's environment: secrets are in it.
            env={"LANG": "C.UTF-8", "TMPDIR": folder, "FONTCONFIG_FILE": str(config)},
        )
        self.end = weakref.finalize(self, _end, self._process, folder, self._owner)
        try:
            self._read(START_SECONDS)
        except (_Gone, DocumentLate):
            self.end()
            raise RuntimeError("the process that makes documents does not start") from None

    @property
    def is_there(self) -> bool:
        """Whether it runs for this process; one that was forked off leaves it to its parent."""
        return self.end.alive and self._owner == os.getpid()

    def ask(self, frames: Sequence[bytes]) -> bytes:
        """The document of a request; after whatever else is raised the process is over."""
        try:
            for frame in frames:
                _pipe(self._process.stdin).write(len(frame).to_bytes(4) + frame)
            _pipe(self._process.stdin).flush()
            answer = self._read(LONGEST_WAIT)
        except BrokenPipeError:
            self.end()
            raise _Gone from None
        except (_Gone, DocumentTooLarge, DocumentLate):
            self.end()
            raise
        if answer[:1] == b"l":
            raise CharactersLacking(characters=answer[1:].decode())
        if answer[:1] == b"f":
            raise DocumentFault(answer[1:].decode())
        return answer[1:]

    def _read(self, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        length = int.from_bytes(self._read_exactly(4, until))
        return self._read_exactly(length, until)

    def _read_exactly(self, count: int, until: float) -> bytes:
        read = bytearray()
        source = _pipe(self._process.stdout).fileno()
        waiting = select.poll()
        waiting.register(source, select.POLLIN)
        while len(read) < count:
            left = until - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1000):
                raise DocumentLate
            chunk = os.read(source, min(CHUNK, count - len(read)))
            if not chunk:
                raise DocumentTooLarge if self._process.wait() == -signal.SIGPROF else _Gone
            read += chunk
        return bytes(read)


def documents_of(engine: Engine) -> Documents:
    """What makes the documents of an installation; raises LookupError where nothing does."""
    try:
        return cast("Documents", engine.services[SERVICE])
    except KeyError:
        raise LookupError("this installation makes no documents") from None


def _end(process: subprocess.Popen[bytes], folder: str, owner: int) -> None:
    if os.getpid() != owner:
        return
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(BrokenPipeError):
            _pipe(pipe).close()
    shutil.rmtree(folder, ignore_errors=True)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("a process that was started with pipes has none")
    return pipe


def _say_moment(dated: date) -> str:
    """A day, or a moment to the second, as files say it."""
    if isinstance(dated, datetime):
        return f"{dated.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return dated.isoformat()


def _say(value: object) -> object:
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    raise TypeError


def _check_plain(value: object) -> None:
    match value:
        case datetime():
            raise TypeError("a document is given dates, and moments as they are to be read")
        case None | str() | int() | float() | bool() | date():
            return
        case Mapping():
            for each in value.values():
                _check_plain(each)
        case list() | tuple():
            for each in value:
                _check_plain(each)
        case _:
            raise TypeError(f"a document is given plain values, not {type(value).__name__}")
