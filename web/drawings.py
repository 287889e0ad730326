"""Pages on which diagrams are drawn: the rules they live by, and names in the reader's language."""

from collections.abc import Mapping

from flask import Response, make_response
from lxml import etree

from web.security import policy

DRAWING_POLICY = {
    # The drawing libraries position everything by style attributes.
    "style_src": "'self' 'unsafe-inline'",
    "frame_ancestors": "'self'",
}


def answer_drawing(page: str) -> Response:
    """Answer with a page on which something is drawn."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = policy(**DRAWING_POLICY)
    return response


def translate_diagram(source: bytes, english: Mapping[str, str]) -> bytes:
    """Put the English names into a diagram; it was read safely before it was kept."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(source, parser)
    for element in root.iter(etree.Element):
        key = element.get("id")
        if isinstance(key, str) and key in english and element.get("name") is not None:
            element.set("name", english[key])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
