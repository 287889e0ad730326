"""The texts of a process that people read, each with its English one.

They stand in Chinese in the diagram, the decision tables and the forms; the English ones are in
one document, under keys that are made of ids.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine.feel.dmn import InvalidDecision
from engine.feel.dmn.reading import read_definitions
from engine.language import N_
from engine.releases import Documents
from engine.spiff.document import BPMN, BrokenDocument, Element, Tag, read_xml
from forms.expressions import find_places
from workflows.studio.documents import (
    DIAGRAM,
    FORM,
    TABLE,
    english_of,
    name_of,
    suffix_of,
)

CHINESE = re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile(r'"[^"]*"')

OF_COMPONENTS = ("label", "dateLabel", "description", "text")
OF_PROPERTIES = ("hint", "message", "confirm", "rowLabel")
LONGEST_NAME = 40
DEEPEST = 10

KINDS: Mapping[str, str] = {
    "name": N_("What it is called"),
    "documentation": N_("Explanation"),
    "description": N_("Explanation"),
    "label": N_("Label"),
    "text": N_("Text"),
    "hint": N_("Hint"),
    "message": N_("Sentence for a wrong answer"),
    "confirm": N_("Question before sending"),
    "rowLabel": N_("What one entry is called"),
    "values": N_("Choice"),
}
"""What a text is on its element, in words."""


@dataclass(frozen=True)
class Text:
    """One text. `about` is what it stands at is called; `kind` one of KINDS."""

    key: str
    document: str
    about: str
    kind: str
    chinese: str
    english: str

    @property
    def is_missing(self) -> bool:
        """Whether readers of English find Chinese here."""
        return not self.english.strip()

    @property
    def has_other_places(self) -> bool:
        """Whether the values put into the English text are others than in the Chinese one."""
        return not self.is_missing and places_of(self.english) != places_of(self.chinese)


def places_of(text: str) -> list[str]:
    """What is put into a text, whatever the words within say and in which order it stands."""
    places = (text[start:end] for start, end in find_places(text))
    return sorted("".join(QUOTED.sub('""', place).split()) for place in places)


def list_texts(process_id: str, documents: Documents) -> list[Text]:
    """Every text of a process's own documents, document by document: the diagram first.

    A document that cannot be read has none.
    """
    english = read_english(documents, process_id)
    found: dict[str, Text] = {}
    for path in sorted(documents, key=lambda path: (_order(path), path)):
        for key, about, kind, chinese in _read_document(path, documents[path]):
            text = Text(key, path, about, kind, chinese.strip(), english.get(key, ""))
            found.setdefault(key, text)
    return list(found.values())


def left_over(process_id: str, documents: Documents) -> dict[str, str]:
    """The English texts whose Chinese ones are no longer there, by key."""
    known = {each.key for each in list_texts(process_id, documents)}
    english = read_english(documents, process_id)
    return {key: text for key, text in english.items() if key not in known}


def read_english(documents: Documents, process_id: str) -> dict[str, str]:
    """The English texts of a process by key; none where there is no document of them."""
    try:
        texts = orjson.loads(documents.get(english_of(process_id), b"{}"))
    except orjson.JSONDecodeError:
        return {}
    is_map = isinstance(texts, dict)
    return {key: text for key, text in texts.items() if isinstance(text, str)} if is_map else {}


def write_english(texts: Mapping[str, str]) -> bytes:
    """The document of English texts as it is kept: what is empty is left out."""
    kept = {key: text.strip() for key, text in texts.items() if text.strip()}
    return orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True)
class Merged:
    """English texts with what a page changed.

    `clashes` are those that somebody else changed meanwhile to something else, as they are now,
    by key; in `texts` stands what the page says.
    """

    texts: Mapping[str, str]
    clashes: Mapping[str, str]


def merge_english(
    current: Mapping[str, str],
    *,
    typed: Mapping[str, str],
    shown: Mapping[str, str],
    dropped: Iterable[str] = (),
) -> Merged:
    """Lay what a page changed over the texts as they are now.

    `typed` is what the page sent by key, `shown` what it had been shown; what is the same in
    both was not changed, and `dropped` are keys to be taken out.
    """
    texts = dict(current)
    clashes: dict[str, str] = {}
    for key, text in typed.items():
        before, now = shown.get(key, ""), current.get(key, "")
        wanted = text.strip()
        if wanted == before.strip() or wanted == now.strip():
            continue
        texts[key] = wanted
        if now.strip() != before.strip():
            clashes[key] = now
    for key in dropped:
        texts.pop(key, None)
    return Merged(texts, clashes)


def _order(path: str) -> int:
    return {DIAGRAM: 0, TABLE: 1, FORM: 2}.get(suffix_of(path), 3)


Found = tuple[str, str, str, str]
"""A text's key, what it stands at, its kind, and its Chinese."""


def _read_document(path: str, data: bytes) -> Iterator[Found]:
    match suffix_of(path):
        case ".bpmn":
            yield from _of_elements(_elements_of_diagram(path, {path: data}), "documentation")
        case ".dmn":
            yield from _of_elements(_elements_of_table(data), "description")
        case ".form":
            yield from _of_form(name_of(path), data)


def _elements_of_diagram(path: str, documents: Documents) -> Iterator[Element]:
    try:
        root = read_xml(path, documents.get(path, b""))
    except BrokenDocument:
        return
    yield from root.iter(f"{{{BPMN}}}*")


def _elements_of_table(data: bytes) -> Iterator[Element]:
    try:
        root = read_definitions(data)
    except InvalidDecision:
        return
    yield from root.iter(f"{{{Tag.of(str(root.tag)).namespace}}}*")


def _of_elements(elements: Iterator[Element], explained: str) -> Iterator[Found]:
    for element in elements:
        key = element.get("id")
        if not key:
            continue
        name = element.get("label") or element.get("name") or ""
        about = name or _nearest_name(element)
        if CHINESE.search(name):
            yield key, about, "name", name
        more = element.find(f"{{{Tag.of(str(element.tag)).namespace}}}{explained}")
        if more is not None and CHINESE.search(more.text or ""):
            yield f"{key}.{explained}", about, explained, more.text or ""


def _nearest_name(element: Element) -> str:
    around = (each.get("label") or each.get("name") for each in element.iterancestors())
    return next(filter(None, around), "")


def _of_form(form_id: str, data: bytes) -> Iterator[Found]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return
    if isinstance(document, dict):
        yield from _of_components(form_id, document.get("components"), row="", depth=1)


def _of_components(form_id: str, components: object, *, row: str, depth: int) -> Iterator[Found]:
    if not isinstance(components, list) or depth > DEEPEST:
        return
    for each in components:
        if isinstance(each, dict):
            name = row + str(each.get("key") or each.get("path") or each.get("id") or "")
            yield from _of_component(f"{form_id}.{name}", each)
            inside = f"{name}." if each.get("type") == "dynamiclist" else row
            yield from _of_components(form_id, each.get("components"), row=inside, depth=depth + 1)


def _of_component(key: str, component: Mapping[str, Any]) -> Iterator[Found]:
    about = _called(component)
    for name in OF_COMPONENTS:
        text = component.get(name)
        # A block that the server draws says nothing of its own.
        if isinstance(text, str) and CHINESE.search(text):
            kind = "label" if name == "dateLabel" else name
            yield f"{key}.{kind}", about, kind, text
    properties = component.get("properties")
    for name in OF_PROPERTIES:
        text = properties.get(name) if isinstance(properties, dict) else None
        if isinstance(text, str) and CHINESE.search(text):
            yield f"{key}.{name}", about, name, text
    values = component.get("values")
    for value in values if isinstance(values, list) else ():
        label = value.get("label") if isinstance(value, dict) else None
        if isinstance(label, str) and CHINESE.search(label):
            yield f"{key}.values.{value.get('value')}", about, "values", label


def _called(component: Mapping[str, Any]) -> str:
    words = component.get("label") or component.get("dateLabel") or component.get("text") or ""
    return str(words)[:LONGEST_NAME]
