"""A diagram as it is written: the things that can come and go, and all that is said of each."""

from collections.abc import Iterator

from lxml import etree

from engine.language import _
from engine.spiff.document import BPMN, BPMNDI, ZEEBE, Element, Tag
from engine.spiff.supported import DECORATIONS

CONTAINERS = frozenset({"definitions", "process", "collaboration", "laneSet", "subProcess"})
"""Elements whose children are things of their own."""

NOTED = frozenset({"incoming", "outgoing", "flowNodeRef"})
"""What says again what flows and lanes say."""

FILE_ONLY = frozenset({"exporter", "exporterVersion", "targetNamespace", *DECORATIONS})
"""What editors note about themselves."""

SILENT = frozenset({"userTask"})
"""Extensions that say nothing: every step of a person is one of ours."""


def list_things(container: Element) -> Iterator[Element]:
    """A diagram's root and everything in it that can come and go, in the order of the document."""
    if container.getparent() is None:
        yield container
    for child in container:
        tag = Tag.of(str(child.tag))
        is_part = tag.name in NOTED or tag.name in {"documentation", "extensionElements"}
        if is_part or tag.namespace == BPMNDI:
            continue
        yield child
        if tag.namespace == BPMN and tag.name in CONTAINERS:
            yield from list_things(child)


def list_written(element: Element) -> Iterator[tuple[str, str]]:
    """Name and value of all that is written of a thing, but for what is a thing of its own."""
    is_root = element.getparent() is None
    for full, value in element.attrib.items():
        tag = Tag.of(str(full))
        if tag.name not in FILE_ONLY and not (is_root and tag.namespace):
            yield tag.name, str(value)
    is_container = Tag.of(str(element.tag)).name in CONTAINERS
    for child in element:
        tag = Tag.of(str(child.tag))
        if tag.name in NOTED or tag.namespace == BPMNDI:
            continue
        if tag.name == "extensionElements":
            for each in child:
                if Tag.of(str(each.tag)).name not in SILENT:
                    yield from _extension(each)
        elif tag.name == "documentation" or not is_container:
            yield from _part(child)


def _part(element: Element) -> Iterator[tuple[str, str]]:
    """A part of an element that has no name of its own: a condition, an event's definition."""
    tag = Tag.of(str(element.tag)).name
    text = (element.text or "").strip()
    match tag:
        case "documentation" | "text":
            yield tag, text
        case "conditionExpression":
            yield "condition", text
        case _:
            yield from _flat(tag, element)


def _extension(element: Element) -> Iterator[tuple[str, str]]:
    tag = Tag.of(str(element.tag))
    if tag.namespace == ZEEBE and tag.name in {"ioMapping", "properties"}:
        for line in element:
            kind = Tag.of(str(line.tag)).name
            name, value = ("name", "value") if kind == "property" else ("target", "source")
            yield f"{kind} {line.get(name, '')}", line.get(value, "")
    else:
        yield from _flat(tag.name, element)


def _flat(name: str, element: Element) -> Iterator[tuple[str, str]]:
    """Everything in an element by the path to it; the id of a part means nothing."""
    attributes = {
        Tag.of(str(full)).name: str(value)
        for full, value in element.attrib.items()
        if full != "id" and not str(full).startswith("{http://www.w3.org/")
    }
    text = (element.text or "").strip()
    if text or not (attributes or len(element)):
        yield name, text or _("Yes")
    for key, value in attributes.items():
        yield f"{name} {key}", value
    for child in element:
        yield from _flat(f"{name} {Tag.of(str(child.tag)).name}", child)


def say_place(drawing: Element) -> bytes:
    """How something is drawn, whatever the drawing's own ids are."""
    parts = [
        (Tag.of(str(each.tag)).name, sorted((k, v) for k, v in each.attrib.items() if k != "id"))
        for each in drawing.iter(etree.Element)
    ]
    return repr(parts).encode()
