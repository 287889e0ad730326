"""How big requests come in: on disk as they arrive, never whole in memory."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from flask import Request
from werkzeug.datastructures import FileStorage

from engine.errors import Rejected
from engine.files import Received
from engine.language import N_
from forms.files import LimitedStream, check_upload, clean_file_name
from web import current


class NoFileChosen(Rejected):
    """The button was pressed before a file was chosen."""

    message = N_("Choose a file first.")


@dataclass(frozen=True)
class ReceivedFile:
    """A file that was looked at and lies in the store, with its name and kind; no row knows it."""

    content: Received
    name: str
    kind: str


@contextmanager
def received_file(
    sent: FileStorage | None, *, accept: Collection[str], max_size: int
) -> Iterator[ReceivedFile]:
    """Look at a sent file and receive it; what goes wrong in the block throws it away.

    Raises NoFileChosen and what `check_upload` raises, before anything is stored. No transaction
    should be open yet: looking takes its time.
    """
    if sent is None or not sent.filename:
        raise NoFileChosen
    name, stream = clean_file_name(sent.filename), cast(BinaryIO, sent.stream)
    kind = check_upload(stream, name, accept=accept, max_size=max_size)
    store = current.engine().files
    limited = cast(BinaryIO, LimitedStream(stream, max_size=max_size))
    content = store.receive(limited)
    try:
        yield ReceivedFile(content, name, kind.kind)
    except BaseException:
        store.discard(content)
        raise


class StreamingRequest(Request):
    """A request whose files go to a folder of the installation, not to a small /tmp."""

    max_form_memory_size = 2 * 2**20
    max_form_parts = 2_000

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        folder = current.settings().var / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile("wb+", dir=folder)
