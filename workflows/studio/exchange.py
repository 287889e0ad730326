"""A process as files: one zip with all its documents, or single ones, out and in again.

What comes in is read in memory only, bounded before it is unpacked; its names choose among the
documents that a process may have and are never used as files' names.
"""

import io
import zipfile
import zlib
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.releases import Documents
from engine.spiff.document import BPMN, BrokenDocument, read_xml
from workflows.studio.documents import (
    FORM,
    LARGEST_DOCUMENT,
    LARGEST_DRAFT,
    MOST_DOCUMENTS,
    check_path,
    check_readable,
    check_sizes,
    diagram_of,
    english_of,
    suffix_of,
)
from workflows.studio.drafts import get_draft, list_documents, put_documents

LARGEST_UPLOAD = 2 * 2**20
WRITTEN_AT = (2000, 1, 1, 0, 0, 0)
"""In every zip, so that the same documents are the same file."""

ENCRYPTED = 0x1
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)
"""What a damaged zip, or one that was made to be one, makes its reader raise."""

LEFT_BY_TOOLS = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class NothingSent(Rejected):
    """A form without a file."""

    message = N_("Choose a file first: .zip, .bpmn, .dmn or .form.")


class KindNotTaken(Rejected):
    """A file that is none of ours."""

    message = N_("“%(name)s” is none of .zip, .bpmn, .dmn, .form and .en.json.")


class UploadTooLarge(Rejected):
    """More than is looked at."""

    message = N_(
        "The file is larger than 2 MB, or holds more than a process may: 200 documents, 8 MB."
    )


class NotAZip(Rejected):
    """A zip that cannot be unpacked."""

    message = N_("The zip cannot be unpacked: it is damaged, encrypted, or no zip.")


class NotInThere(Rejected):
    """A document with a path that leads elsewhere, or of another process."""

    message = N_("“%(path)s” in the zip cannot be a document of this process. Nothing was taken.")


class StandsTwice(Rejected):
    """Two files in a zip that would be one document."""

    message = N_("“%(path)s” stands twice in the zip. Nothing was taken.")


class NothingInside(Rejected):
    """A zip without documents."""

    message = N_("There is no document in the zip.")


class OtherProcess(Rejected):
    """A diagram of something else."""

    message = N_("The diagram does not hold this process: its process has the id “%(found)s”.")


class DraftMoved(Conflict):
    """Somebody saved between the page and the file."""

    message = N_(
        "Somebody changed the draft while this page was open. Nothing was taken. Look at the "
        "documents and send the file again."
    )


def pack(documents: Documents) -> bytes:
    """A zip of documents, each under its path."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(documents.items()):
            archive.writestr(zipfile.ZipInfo(path, WRITTEN_AT), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def read_upload(process_id: str, name: str, data: bytes) -> dict[str, bytes]:
    """The documents in a file, by the paths that they have in the process; raises Rejected."""
    if not name or not data:
        raise NothingSent
    if len(data) > LARGEST_UPLOAD:
        raise UploadTooLarge
    if name.lower().endswith(".zip"):
        documents = _unpack(process_id, data)
    elif suffix_of(name):
        documents = {_place(process_id, name): data}
    else:
        raise KindNotTaken(name=name)
    for path, each in documents.items():
        check_path(process_id, path)
        check_readable(path, each)
    _check_process(process_id, documents)
    return documents


def take_documents(
    session: Session,
    *,
    draft_id: UUID,
    documents: Documents,
    version: int,
    by: int,
    now: datetime,
) -> None:
    """Lay documents over a draft that is still what was shown; its other documents stay.

    Raises DraftNotFound, DraftMoved, DraftTooLarge.
    """
    draft = get_draft(session, draft_id, to_change=True)
    if draft.version != version:
        raise DraftMoved
    sizes = {each.path: each.size for each in list_documents(session, draft_id)}
    check_sizes(sizes | {path: len(data) for path, data in documents.items()})
    put_documents(session, draft=draft, documents=documents, by=by, now=now)


def _place(process_id: str, name: str) -> str:
    """Where a file without a folder belongs: a process has one diagram, whatever it is called."""
    match suffix := suffix_of(name):
        case ".bpmn":
            return diagram_of(process_id)
        case ".en.json":
            return english_of(process_id)
        case _:
            folder = "forms" if suffix == FORM else "bpmn"
            return f"{folder}/{process_id}/{name}"


def _unpack(process_id: str, data: bytes) -> dict[str, bytes]:
    documents: dict[str, bytes] = {}
    left = LARGEST_DRAFT
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [each for each in archive.infolist() if not _is_left_over(each)]
            if len(entries) > MOST_DOCUMENTS:
                raise UploadTooLarge
            for entry in entries:
                if entry.flag_bits & ENCRYPTED or entry.compress_type not in COMPRESSIONS:
                    raise NotAZip
                path = _path_of(process_id, entry)
                if path in documents:
                    raise StandsTwice(path=entry.filename)
                with archive.open(entry) as file:
                    # What the zip says of its sizes is nothing to rely on.
                    documents[path] = file.read(LARGEST_DOCUMENT + 1)
                left -= len(documents[path])
                if left < 0:
                    raise UploadTooLarge
    except BROKEN as error:
        raise NotAZip from error
    if not documents:
        raise NothingInside
    return documents


def _is_left_over(entry: zipfile.ZipInfo) -> bool:
    is_by_tool = entry.filename.startswith(LEFT_BY_TOOLS) or entry.filename.endswith(LEFT_BY_TOOLS)
    return entry.is_dir() or is_by_tool


def _path_of(process_id: str, entry: zipfile.ZipInfo) -> str:
    """Which document a file of the zip is; raises NotInThere."""
    name = entry.filename
    path = _place(process_id, name) if "/" not in name and suffix_of(name) else name
    is_plain = str(PurePosixPath(name)) == name and not name.startswith("/") and ".." not in name
    try:
        if not is_plain:
            raise NotInThere(path=name)
        check_path(process_id, path)
    except Rejected as error:
        raise NotInThere(path=name) from error
    return path


def _check_process(process_id: str, documents: Documents) -> None:
    """Refuse the diagram of another process: it was the wrong file."""
    path = diagram_of(process_id)
    if path not in documents:
        return
    try:
        root = read_xml(path, documents[path])
    except BrokenDocument:
        return
    found = [each.get("id") or "?" for each in root.iterchildren(f"{{{BPMN}}}process")]
    if process_id not in found:
        raise OtherProcess(found=found[0] if found else "?")
