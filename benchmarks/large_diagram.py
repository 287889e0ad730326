"""A process of hundreds of elements, drawn in code: what the studio's promises are measured on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

PROCESS = "inspection"
DIAGRAM = f"bpmn/{PROCESS}/{PROCESS}.bpmn"

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="large_definitions" targetNamespace="http://bpmn.io/schema/bpmn">
"""
STEP, ROW = 190, 220


@dataclass(frozen=True)
class Node:
    """A step with where it is drawn."""

    id: str
    tag: str
    name: str
    extensions: str = ""
    default: str = ""
    x: int = 0
    y: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """How wide and high it is drawn."""
        return (100, 80) if self.tag.endswith("Task") else (50, 50)

    def write(self) -> str:
        """The step as BPMN."""
        default = f" default={quoteattr(self.default)}" if self.default else ""
        inner = (
            f"<bpmn:extensionElements>{self.extensions}</bpmn:extensionElements>"
            if self.extensions
            else ""
        )
        name = quoteattr(self.name)
        return f'<bpmn:{self.tag} id="{self.id}" name={name}{default}>{inner}</bpmn:{self.tag}>'

    def draw(self) -> str:
        """Its shape."""
        width, height = self.size
        bounds = f'x="{self.x}" y="{self.y}" width="{width}" height="{height}"'
        return (
            f'<bpmndi:BPMNShape id="{self.id}_shape" bpmnElement="{self.id}">'
            f"<dc:Bounds {bounds}/></bpmndi:BPMNShape>"
        )


@dataclass(frozen=True)
class Way:
    """A flow from one step to another."""

    source: str
    target: str
    name: str = ""
    condition: str = ""

    @property
    def id(self) -> str:
        """Named by where it leads."""
        return f"{self.source}_to_{self.target}"

    def write(self) -> str:
        """The flow as BPMN."""
        name = f" name={quoteattr(self.name)}" if self.name else ""
        condition = (
            '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{self.condition}</bpmn:conditionExpression>"
            if self.condition
            else ""
        )
        return (
            f'<bpmn:sequenceFlow id="{self.id}"{name} sourceRef="{self.source}"'
            f' targetRef="{self.target}">{condition}</bpmn:sequenceFlow>'
        )

    def draw(self, nodes: dict[str, Node]) -> str:
        """Its line, from the middle of one to the middle of the other."""
        points = "".join(
            f'<di:waypoint x="{each.x + each.size[0] // 2}" y="{each.y + each.size[1] // 2}"/>'
            for each in (nodes[self.source], nodes[self.target])
        )
        return (
            f'<bpmndi:BPMNEdge id="{self.id}_edge" bpmnElement="{self.id}">'
            f"{points}</bpmndi:BPMNEdge>"
        )


def draw_large(sections: int = 25) -> dict[str, bytes]:
    """A unit without a problem: 12 elements a section, steps and flows, and a form of its own.

    In each section something is asked, decided, worked out, noted, and asked again if need be;
    what is noted in one is read in the next.
    """
    nodes = {"started": Node("started", "startEvent", "开始", x=20, y=60)}
    ways = [Way("started", "ask_0")]
    forms: dict[str, bytes] = {}
    for number in range(sections):
        for node in _nodes(number):
            nodes[node.id] = node
        following = f"ask_{number + 1}" if number + 1 < sections else "over"
        ways += _ways(number, following)
        forms[f"forms/{PROCESS}/ask_{number}.form"] = _form(f"ask_{number}")
    ended = '<zeebe:properties><zeebe:property name="status" value="passed"/></zeebe:properties>'
    nodes["over"] = Node("over", "endEvent", "结束", ended, x=20, y=sections * ROW + 60)
    english = {PROCESS: "Large process", "member": "Member"}
    english |= {node.id: f"Step {node.id}" for node in nodes.values()}
    english |= {way.id: "Way" for way in ways if way.name}
    for number in range(sections):
        for text in ("reason", "next", "skip"):
            english[f"ask_{number}.{text}.label"] = "Text"
    return {
        DIAGRAM: _write(nodes, ways).encode(),
        f"bpmn/{PROCESS}/{PROCESS}.en.json": json.dumps(english).encode(),
        **forms,
    }


def _nodes(number: int) -> Iterator[Node]:
    y = number * ROW + 40
    before = "member_id > 3" if number == 0 else f"sum_{number - 1}"
    yield Node(
        f"ask_{number}",
        "userTask",
        f"填写{number}",
        f'<zeebe:formDefinition formId="ask_{number}"/><zeebe:ioMapping>'
        f'<zeebe:output source="=reason" target="reason_{number}"/></zeebe:ioMapping>'
        '<zeebe:properties><zeebe:property name="status" value="draft"/></zeebe:properties>',
        x=STEP,
        y=y,
    )
    yield Node(
        f"asked_{number}",
        "exclusiveGateway",
        f"办哪一项{number}？",
        default=f"asked_{number}_to_add_{number}",
        x=2 * STEP,
        y=y + 15,
    )
    yield Node(
        f"add_{number}",
        "serviceTask",
        f"汇总{number}",
        '<zeebe:taskDefinition type="fees.is_settled"/><zeebe:ioMapping>'
        '<zeebe:input source="=member_id" target="member_id"/>'
        '<zeebe:input source="=season_id" target="season_id"/>'
        f'<zeebe:output source="=fee_settled" target="sum_{number}"/></zeebe:ioMapping>',
        x=3 * STEP,
        y=y,
    )
    noted = quoteattr(f"=if {before} then reason_{number} else null")
    yield Node(
        f"note_{number}",
        "scriptTask",
        f"记录{number}",
        f'<zeebe:script expression={noted} resultVariable="noted_{number}"/>',
        x=4 * STEP,
        y=y,
    )
    following = f"check_{number}_to_"
    yield Node(
        f"check_{number}",
        "exclusiveGateway",
        f"够不够{number}？",
        default=f"{following}{{following}}",
        x=5 * STEP,
        y=y + 15,
    )


def _ways(number: int, following: str) -> Iterator[Way]:
    ask, asked, add = f"ask_{number}", f"asked_{number}", f"add_{number}"
    note, check = f"note_{number}", f"check_{number}"
    yield Way(ask, asked)
    yield Way(asked, add, "继续")
    yield Way(asked, note, "跳过", f'={ask}_outcome = "skip"')
    yield Way(add, note)
    yield Way(note, check)
    yield Way(check, following, "够")
    yield Way(check, ask, "不够", f"=noted_{number} = null")


def _write(nodes: dict[str, Node], ways: list[Way]) -> str:
    into = {way.source: way.target for way in ways if way.name == "够"}
    steps = "".join(
        each.write().replace("{following}", into.get(each.id, "")) for each in nodes.values()
    )
    places = "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in nodes)
    shapes = "".join(each.draw() for each in nodes.values())
    lines = "".join(each.draw(nodes) for each in ways)
    return (
        f'{HEAD}<bpmn:process id="{PROCESS}" name="大流程" isExecutable="true">'
        f'<bpmn:laneSet id="lanes"><bpmn:lane id="member" name="会员">{places}</bpmn:lane>'
        f"</bpmn:laneSet>{steps}{''.join(way.write() for way in ways)}</bpmn:process>"
        f'<bpmndi:BPMNDiagram id="drawing"><bpmndi:BPMNPlane id="plane" bpmnElement="{PROCESS}">'
        f"{shapes}{lines}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    )


def _form(name: str) -> bytes:
    button = {"type": "button", "action": "submit"}
    components = [
        {"type": "textfield", "id": "reason_field", "key": "reason", "label": "原因"},
        {**button, "id": "next", "label": "下一步", "properties": {"outcome": "next"}},
        {**button, "id": "skip", "label": "跳过", "properties": {"outcome": "skip"}},
    ]
    document = {"type": "default", "schemaVersion": 19, "id": name, "components": components}
    return json.dumps(document, ensure_ascii=False).encode()
