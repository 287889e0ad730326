"""New documents as they begin: a form with one button, a decision table with one rule."""

import orjson
from lxml import etree

from engine.spiff.document import Element
from workflows.studio.documents import name_of, suffix_of

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DMNDI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"
MODELER = "http://camunda.org/schema/modeler/1.0"
OWN = "http://camunda.org/schema/1.0/dmn"
NAMESPACES = {None: DMN, "dmndi": DMNDI, "dc": DC, "modeler": MODELER}
PLATFORM = {"executionPlatform": "Camunda Cloud", "executionPlatformVersion": "8.6.0"}


def begin_document(path: str, title: str) -> bytes:
    """What a new form or decision table holds before anybody has edited it."""
    match suffix_of(path):
        case ".form":
            return _begin_form(name_of(path), title)
        case ".dmn":
            return _begin_table(name_of(path), title)
        case _:
            return b"{}\n"


def _begin_form(name: str, title: str) -> bytes:
    form = {
        "schemaVersion": 18,
        "type": "default",
        "id": name,
        **PLATFORM,
        "components": [
            {"type": "text", "id": "about", "text": title},
            {
                "type": "button",
                "label": "提交",
                "id": "submit",
                "action": "submit",
                "properties": {"outcome": "submit"},
            },
        ],
    }
    return orjson.dumps(form, option=orjson.OPT_INDENT_2) + b"\n"


def _begin_table(name: str, title: str) -> bytes:
    platform = {f"{{{MODELER}}}{each}": value for each, value in PLATFORM.items()}
    # None is the namespace without a prefix; the stubs do not know it.
    root = etree.Element(f"{{{DMN}}}definitions", platform, nsmap=NAMESPACES)  # type: ignore[arg-type]
    root.attrib.update({"id": f"{name}_definitions", "name": title, "namespace": OWN})
    decision = _add(root, DMN, "decision", id=name, name=title)
    _add(decision, DMN, "variable", id=f"{name}_variable", name=name)
    table = _add(decision, DMN, "decisionTable", id=f"{name}_table", hitPolicy="FIRST")
    asked = _add(table, DMN, "input", id=f"{name}_input", label="条件")
    asked = _add(asked, DMN, "inputExpression", id=f"{name}_asks", typeRef="string")
    _add(asked, DMN, "text").text = "value"
    answer = {"id": f"{name}_output", "label": "结果", "name": "result", "typeRef": "string"}
    _add(table, DMN, "output", **answer)
    rule = _add(table, DMN, "rule", id=f"{name}_rule")
    for kind, text in (("inputEntry", "-"), ("outputEntry", '""')):
        entry = _add(rule, DMN, kind, id=f"{name}_{kind}")
        _add(entry, DMN, "text").text = text
    drawing = _add(_add(root, DMNDI, "DMNDI"), DMNDI, "DMNDiagram", id=f"{name}_diagram")
    shape = _add(drawing, DMNDI, "DMNShape", id=f"{name}_di", dmnElementRef=name)
    _add(shape, DC, "Bounds", height="80", width="180", x="160", y="100")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: Element, namespace: str, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)
