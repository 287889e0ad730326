"""How big requests come in: on disk as they arrive, never whole in memory."""

import tempfile
from typing import IO

from flask import Request

from web import current


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
