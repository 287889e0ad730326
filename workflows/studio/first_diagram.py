"""A new process as it begins: one lane, one step of a person with its form, in both languages."""

import orjson
from lxml import etree

from engine.releases import Documents
from engine.spiff.document import BPMN, BPMNDI, ZEEBE, Element
from workflows.studio.documents import FORM, diagram_of, english_of, path_of

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
MODELER = "http://camunda.org/schema/modeler/1.0"
NAMESPACES = {
    "bpmn": BPMN,
    "bpmndi": BPMNDI,
    "dc": DC,
    "di": DI,
    "zeebe": ZEEBE,
    "modeler": MODELER,
}
PLATFORM = {"executionPlatform": "Camunda Cloud", "executionPlatformVersion": "8.6.0"}

LANE, STEP, OUTCOME = "association", "handle", "done"
ENGLISH = {
    LANE: "Local association",
    "started": "Start",
    STEP: "Handle",
    "ended": "Done",
    f"{STEP}.{OUTCOME}.label": "Done",
}
BOUNDS = {
    "participant": (160, 80, 600, 200),
    LANE: (190, 80, 570, 200),
    "started": (252, 162, 36, 36),
    STEP: (360, 140, 100, 80),
    "ended": (532, 162, 36, 36),
}
FLOWS = (("started", STEP, 288, 360), (STEP, "ended", 460, 532))
MIDDLE = 180


def begin_process_documents(process_id: str, *, name: str, english: str) -> Documents:
    """What a new process holds before anybody has edited it: it has no problems."""
    texts = {process_id: english, f"{process_id}_participant": english, **ENGLISH}
    form = {
        "schemaVersion": 18,
        "type": "default",
        "id": STEP,
        **PLATFORM,
        "components": [
            {
                "type": "button",
                "label": "办结",
                "id": OUTCOME,
                "action": "submit",
                "properties": {"outcome": OUTCOME},
            }
        ],
    }
    return {
        diagram_of(process_id): _draw(process_id, name),
        english_of(process_id): _write(texts),
        path_of(process_id, FORM, STEP): _write(form),
    }


def _write(values: object) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_INDENT_2) + b"\n"


def _draw(process_id: str, name: str) -> bytes:
    platform = {f"{{{MODELER}}}{each}": value for each, value in PLATFORM.items()}
    root = etree.Element(f"{{{BPMN}}}definitions", platform, nsmap=NAMESPACES)
    root.set("id", f"{process_id}_definitions")
    root.set("targetNamespace", "http://bpmn.io/schema/bpmn")
    around = _add(root, BPMN, "collaboration", id=f"{process_id}_collaboration")
    participant = f"{process_id}_participant"
    _add(around, BPMN, "participant", id=participant, name=name, processRef=process_id)
    process = _add(root, BPMN, "process", id=process_id, name=name, isExecutable="true")
    lanes = _add(process, BPMN, "laneSet", id=f"{process_id}_lanes")
    lane = _add(lanes, BPMN, "lane", id=LANE, name="地方注协")
    for each in ("started", STEP, "ended"):
        _add(lane, BPMN, "flowNodeRef").text = each
    start = _add(process, BPMN, "startEvent", id="started", name="开始")
    step = _add(process, BPMN, "userTask", id=STEP, name="办理")
    _add_work(step)
    end = _add(process, BPMN, "endEvent", id="ended", name="办结")
    nodes = {"started": start, STEP: step, "ended": end}
    for source, target, _from, _to in FLOWS:
        flow = f"{source}_to_{target}"
        _add(nodes[target], BPMN, "incoming").text = flow
        _add(nodes[source], BPMN, "outgoing").text = flow
        _add(process, BPMN, "sequenceFlow", id=flow, sourceRef=source, targetRef=target)
    _lay_out(root, process_id)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_work(step: Element) -> None:
    """Who does the step, with which form, and where a case stands meanwhile."""
    extensions = _add(step, BPMN, "extensionElements")
    _add(extensions, ZEEBE, "formDefinition", formId=STEP)
    _add(extensions, ZEEBE, "assignmentDefinition", candidateGroups="review")
    properties = _add(extensions, ZEEBE, "properties")
    _add(properties, ZEEBE, "property", name="status", value="in_review")


def _lay_out(root: Element, process_id: str) -> None:
    drawing = _add(root, BPMNDI, "BPMNDiagram", id=f"{process_id}_diagram")
    plane = _add(
        drawing,
        BPMNDI,
        "BPMNPlane",
        id=f"{process_id}_plane",
        bpmnElement=f"{process_id}_collaboration",
    )
    for each, (x, y, width, height) in BOUNDS.items():
        element = f"{process_id}_participant" if each == "participant" else each
        shape = _add(plane, BPMNDI, "BPMNShape", id=f"{element}_di", bpmnElement=element)
        if each in {"participant", LANE}:
            shape.set("isHorizontal", "true")
        bounds = {"x": x, "y": y, "width": width, "height": height}
        _add(shape, DC, "Bounds", **{name: str(value) for name, value in bounds.items()})
        if each in {"started", "ended"}:
            label = {"x": x + 6, "y": y + 41, "width": 24, "height": 14}
            place = _add(shape, BPMNDI, "BPMNLabel")
            _add(place, DC, "Bounds", **{name: str(value) for name, value in label.items()})
    for source, target, begins, ends in FLOWS:
        flow = f"{source}_to_{target}"
        edge = _add(plane, BPMNDI, "BPMNEdge", id=f"{flow}_di", bpmnElement=flow)
        for x in (begins, ends):
            _add(edge, DI, "waypoint", x=str(x), y=str(MIDDLE))


def _add(parent: Element, namespace: str, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)
