"""What people call a process and its documents, in their language; also where much is wrong."""

from collections.abc import Mapping

import orjson
from lxml import etree

from engine.feel.dmn import InvalidDecision
from engine.feel.dmn.reading import attribute, children, id_of, read_definitions
from engine.releases import Documents
from engine.spiff.document import BPMN, ZEEBE, BrokenDocument, Element, read_xml
from forms.lists import Language
from workflows.studio.documents import (
    FORM,
    TABLE,
    diagram_of,
    english_of,
    name_of,
    suffix_of,
)


def title_process(process_id: str, documents: Documents, language: Language) -> str:
    """The process's name, or its id where it has none."""
    english = _english(process_id, documents, language)
    if english.get(process_id):
        return english[process_id]
    root = _read(process_id, documents)
    processes = () if root is None else root.iterchildren(f"{{{BPMN}}}process")
    names = (each.get("name") for each in processes if each.get("id") == process_id)
    return next((each for each in names if each), process_id)


def about_process(process_id: str, documents: Documents, language: Language) -> str:
    """What stands in the diagram about the process; nothing if nothing does."""
    english = _english(process_id, documents, language)
    root = _read(process_id, documents)
    processes = () if root is None else root.iterchildren(f"{{{BPMN}}}process")
    texts = (
        (each.findtext(f"{{{BPMN}}}documentation") or "").strip()
        for each in processes
        if each.get("id") == process_id
    )
    return english.get(f"{process_id}.documentation") or next(texts, "")


def title_documents(process_id: str, documents: Documents, language: Language) -> dict[str, str]:
    """The name of every form and decision table, by path: a form's is that of its step."""
    english = _english(process_id, documents, language)
    steps = _steps_by_form(_read(process_id, documents))
    titles = {}
    for path in documents:
        name = name_of(path)
        if suffix_of(path) == FORM:
            step = steps.get(name)
            element = name if step is None else step.get("id") or name
            said = "" if step is None else step.get("name") or ""
            titles[path] = english.get(element) or said or name
        elif suffix_of(path) == TABLE:
            titles[path] = _title_table(documents[path], english) or name
    return titles


def title_both(
    process_id: str, old: Documents, new: Documents, language: Language
) -> dict[str, str]:
    """The names of two states' documents; what only the old one has is called as it was there."""
    return title_documents(process_id, old, language) | title_documents(process_id, new, language)


def title_elements(process_id: str, documents: Documents, language: Language) -> dict[str, str]:
    """The name of every element of the diagram that has one, by its id."""
    english = _english(process_id, documents, language)
    root = _read(process_id, documents)
    elements = () if root is None else root.iter(etree.Element)
    return {
        key: english.get(key) or each.get("name") or key
        for each in elements
        if (key := each.get("id")) and (each.get("name") or key in english)
    }


def _read(process_id: str, documents: Documents) -> Element | None:
    path = diagram_of(process_id)
    try:
        return read_xml(path, documents.get(path, b""))
    except BrokenDocument:
        return None


def _steps_by_form(root: Element | None) -> dict[str, Element]:
    if root is None:
        return {}
    found: dict[str, Element] = {}
    for form in root.iter(f"{{{ZEEBE}}}formDefinition"):
        extensions = form.getparent()
        step = None if extensions is None else extensions.getparent()
        if step is not None:
            found.setdefault(form.get("formId", ""), step)
    return found


def _title_table(source: bytes, english: Mapping[str, str]) -> str:
    """A table is called by its last decision, which is the one that answers."""
    try:
        root = read_definitions(source)
    except InvalidDecision:
        return ""
    decisions = list(children(root, "decision"))
    if len(decisions) != 1:
        return english.get(root.get("id", "")) or root.get("name") or ""
    return english.get(id_of(decisions[0])) or attribute(decisions[0], "name")


def _english(process_id: str, documents: Documents, language: Language) -> Mapping[str, str]:
    if language != "en":
        return {}
    try:
        read = orjson.loads(documents.get(english_of(process_id), b"{}"))
    except orjson.JSONDecodeError:
        return {}
    texts = read if isinstance(read, dict) else {}
    return {key: text for key, text in texts.items() if isinstance(text, str) and text}
