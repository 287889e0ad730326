"""The documents of one process: which there may be, how big, and what can be read at all.

What is refused here could not be shown in any editor. Everything else that is wrong with a
document is kept and told as a problem: an unfinished drawing is no reason to lose it.
"""

import re
from collections.abc import Mapping

import orjson

from engine.errors import Rejected
from engine.feel.dmn import InvalidDecision
from engine.feel.dmn.reading import read_definitions
from engine.feel_sentences import Said
from engine.language import N_
from engine.releases import Documents
from engine.spiff.document import BrokenDocument, read_xml

LARGEST_DOCUMENT = 2**20
LARGEST_DRAFT = 8 * 2**20
MOST_DOCUMENTS = 200
DEEPEST = 40

DIAGRAM, TABLE, FORM, ENGLISH = ".bpmn", ".dmn", ".form", ".en.json"
KINDS = {
    DIAGRAM: N_("Diagram"),
    FORM: N_("Form"),
    TABLE: N_("Decision table"),
    ENGLISH: N_("English texts"),
}
"""What people call the kinds of documents."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
"""What processes, forms and decision tables may be called: as their ids in the diagram."""

NOT_JSON = N_("it is not JSON.")
NO_OBJECT = N_("it is JSON, but no object with named values.")
NO_TEXTS = N_("it holds something else than texts by name.")
TOO_DEEP = N_("its values are nested too deeply.")


class PathNotAllowed(Rejected):
    """A document that cannot be one of the process."""

    message = N_(
        "“%(path)s” cannot be a document of this process: names are made of small letters, "
        "digits and underscores, and begin with a letter."
    )


class DocumentTooLarge(Rejected):
    """More than a document may hold."""

    message = N_("The document is larger than 1 MB.")


class DraftTooLarge(Rejected):
    """More than a draft may hold."""

    message = N_("The draft has more than 200 documents or is larger than 8 MB.")


class NotReadable(Rejected):
    """A document that is not what its name says."""

    message = N_("“%(path)s” cannot be read: %(reason)s")


def diagram_of(process_id: str) -> str:
    """The path of a process's diagram."""
    return f"bpmn/{process_id}/{process_id}{DIAGRAM}"


def english_of(process_id: str) -> str:
    """The path of a process's English texts."""
    return f"bpmn/{process_id}/{process_id}{ENGLISH}"


def path_of(process_id: str, suffix: str, name: str) -> str:
    """The path of a document by its kind and its name; raises PathNotAllowed."""
    folder = "forms" if suffix == FORM else "bpmn"
    path = f"{folder}/{process_id}/{name}{suffix}"
    check_path(process_id, path)
    return path


def suffix_of(path: str) -> str:
    """The kind of a document, by its path."""
    return next((each for each in (ENGLISH, DIAGRAM, TABLE, FORM) if path.endswith(each)), "")


def name_of(path: str) -> str:
    """What a document is called by those that name it: its file's name without the kind."""
    return path.rpartition("/")[2].removesuffix(suffix_of(path))


def check_path(process_id: str, path: str) -> None:
    """Raise PathNotAllowed unless the process may have a document of this path."""
    name = name_of(path)
    allowed = (
        diagram_of(process_id),
        english_of(process_id),
        f"bpmn/{process_id}/{name}{TABLE}",
        f"forms/{process_id}/{name}{FORM}",
    )
    is_named = all(NAME.fullmatch(each) for each in (process_id, name))
    if not is_named or path not in allowed:
        raise PathNotAllowed(path=path)


def check_readable(path: str, data: bytes) -> None:
    """Raise DocumentTooLarge or NotReadable for what no editor could show."""
    if len(data) > LARGEST_DOCUMENT:
        raise DocumentTooLarge
    match suffix_of(path):
        case ".bpmn":
            _check_xml(path, data)
        case ".dmn":
            _check_xml(path, data)
            _check_decision(path, data)
        case _:
            _check_json(path, data)


def check_sizes(documents: Mapping[str, int]) -> None:
    """Raise DraftTooLarge if the documents, by path with their bytes, are too many or too big."""
    if len(documents) > MOST_DOCUMENTS or sum(documents.values()) > LARGEST_DRAFT:
        raise DraftTooLarge


def own_documents(process_id: str, documents: Documents) -> dict[str, bytes]:
    """Those of a unit's documents that are the process's own."""
    folders = (f"bpmn/{process_id}/", f"forms/{process_id}/")
    return {path: data for path, data in documents.items() if path.startswith(folders)}


def process_of(path: str) -> str:
    """Whose document it is."""
    return path.split("/")[1]


def _check_xml(path: str, data: bytes) -> None:
    try:
        read_xml(path, data)
    except BrokenDocument as broken:
        raise NotReadable(path=path, reason=broken.problem) from broken


def _check_decision(path: str, data: bytes) -> None:
    try:
        read_definitions(data)
    except InvalidDecision as error:
        wrong = error.problems[0]
        raise NotReadable(path=path, reason=Said(wrong.message, wrong.values)) from error


def _check_json(path: str, data: bytes) -> None:
    try:
        read = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotReadable(path=path, reason=Said(NOT_JSON, {})) from error
    if not isinstance(read, dict):
        raise NotReadable(path=path, reason=Said(NO_OBJECT, {}))
    _check_depth(path, read)
    is_texts = all(isinstance(each, str) for each in read.values())
    if suffix_of(path) == ENGLISH and not is_texts:
        raise NotReadable(path=path, reason=Said(NO_TEXTS, {}))


def _check_depth(path: str, read: object) -> None:
    level: list[object] = [read]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    raise NotReadable(path=path, reason=Said(TOO_DEEP, {}))


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
