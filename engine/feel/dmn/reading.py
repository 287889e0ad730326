"""Read DMN's XML without trusting it: no entities, no DTD, no network, nothing huge."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.feel.dmn.problems import InvalidDecision, Problem

Element = etree._Element  # noqa: SLF001  # lxml has no other name for it
NAMESPACES = frozenset(
    (
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    )
)
LARGEST_FILE = 5_000_000
EXPRESSIONS = frozenset(
    (
        "literalExpression", "context", "decisionTable", "invocation", "functionDefinition",
        "relation", "list", "conditional", "filter", "for", "some", "every",
    )
)  # fmt: skip


def read_xml(xml: bytes) -> Element:
    """Parse bytes of a stranger's XML. Raises `InvalidDecision`."""
    if len(xml) > LARGEST_FILE:
        raise refused("The file is larger than %(limit)s bytes.", limit=LARGEST_FILE)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refused("The file is not well-formed XML: %(why)s.", why=str(error)) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs lack it
        raise refused("The file must not have a document type (DOCTYPE).")
    return root


def read_definitions(xml: bytes) -> Element:
    """Parse DMN's XML to its `definitions`. Raises `InvalidDecision`."""
    root = read_xml(xml)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise refused("The file is not a DMN model of the versions 1.2 to 1.5.")
    return root


def refused(message: str, **values: object) -> InvalidDecision:
    """The error of a file that is refused as a whole."""
    return InvalidDecision([Problem("", message, values)])


def tag(element: Element) -> str:
    """The element's name without its namespace; empty for what is not DMN's."""
    name = etree.QName(element)
    return name.localname if name.namespace in NAMESPACES else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """The element’s children of these names."""
    for child in element:
        if tag(child) in names:
            yield child


def child(element: Element, *names: str) -> Element | None:
    """The element’s first child of these names."""
    return next(children(element, *names), None)


def all_text(element: Element) -> str:
    """All text in an element, however deep."""
    return "".join(map(str, element.itertext()))


def text_of(element: Element | None) -> str:
    """The text within `<text>`; empty if there is none."""
    inner = child(element, "text") if element is not None else None
    return all_text(inner).strip() if inner is not None else ""


def expression_of(element: Element) -> Element | None:
    """The boxed expression that an element holds."""
    return child(element, *EXPRESSIONS)


def attribute(element: Element, name: str) -> str:
    """The attribute’s value, or nothing."""
    return element.get(name) or ""


def id_of(element: Element) -> str:
    """The element's id, or that of the nearest element around it which has one."""
    around: Element | None = element
    while around is not None:
        found = around.get("id") or around.get("name")
        if found:
            return found
        around = around.getparent()
    return ""


def name_of(element: Element) -> str:
    """The name under which the element's value is known."""
    variable = child(element, "variable")
    name = variable.get("name") if variable is not None else None
    return " ".join((name or attribute(element, "name")).split())


def type_name(element: Element) -> str:
    """The type that an element states: an attribute, or an element in some versions."""
    inner = child(element, "typeRef")
    name = (inner.text or "").strip() if inner is not None else attribute(element, "typeRef")
    # Versions before 1.2 qualify names by a namespace's prefix, which some files forget to declare.
    prefix, colon, rest = name.partition(":")
    return rest if colon and (prefix in element.nsmap or prefix.isidentifier()) else name
