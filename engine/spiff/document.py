"""XML from outside, read without trusting it.

No document type, no entities, no network, no giant or very deep trees: what BPMN needs is plain
elements, so everything else is refused with a sentence before anybody looks at it.
"""

from dataclasses import dataclass

from lxml import etree

from engine.errors import Problem
from engine.language import N_

SIZE_LIMIT = 4 * 1024 * 1024
DEPTH_LIMIT = 40
ATTRIBUTES_LIMIT = 100
NAMESPACES_LIMIT = 200

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element = etree._Element


class BrokenDocument(Exception):
    """A document that cannot be read at all; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Tag:
    """The parts of an element's or attribute's full name."""

    namespace: str
    name: str

    @classmethod
    def of(cls, full: str) -> "Tag":
        """Split a name as lxml writes it: `{namespace}name`."""
        qualified = etree.QName(full)
        return cls(qualified.namespace or "", qualified.localname)


def read_xml(name: str, source: bytes) -> Element:
    """Parse a document; raises BrokenDocument with a sentence for whoever sent it."""
    if len(source) > SIZE_LIMIT:
        raise _broken(name, N_("The diagram is larger than 4 MB."))
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _broken(name, N_("The diagram is not written in UTF-8.")) from error
    if source.count(b"xmlns") > NAMESPACES_LIMIT:
        raise _broken(name, N_("The diagram declares too many namespaces."))
    if b"<!DOCTYPE" in source or b"<!ENTITY" in source:
        raise _broken(name, N_("The diagram declares a document type (DOCTYPE)."))
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the document declares
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(
            name,
            N_("The diagram is not well-formed XML (line %(line)s): %(reason)s."),
            line=error.lineno or 1,
            reason=error.msg or "empty",
        ) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        raise _broken(name, N_("The diagram declares a document type (DOCTYPE)."))
    _check_depth(name, root)
    return root


def _check_depth(name: str, root: Element) -> None:
    level = [root]
    for _ in range(DEPTH_LIMIT):
        if any(len(element.attrib) > ATTRIBUTES_LIMIT for element in level):
            raise _broken(name, N_("An element of the diagram has too many attributes."))
        level = [child for element in level for child in element]
        if not level:
            return
    raise _broken(name, N_("The diagram's elements are nested too deeply."))


def _broken(name: str, message: str, **values: object) -> BrokenDocument:
    return BrokenDocument(
        Problem(name, None, message, rule="unreadable", is_warning=False, **values)
    )
