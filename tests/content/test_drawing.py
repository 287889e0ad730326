"""The pictures: complete, tidy, and nothing upon anything else."""

from dataclasses import dataclass
from itertools import combinations, pairwise

import pytest

from tests.content import shipped
from tests.content.shipped import BPMN, Element

BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle on the picture."""

    of: str
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Whether both have a point in common that is not on a border."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def contains(self, other: "Box") -> bool:
        """Whether the other lies within this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def has_on_border(self, point: Point) -> bool:
        """Whether a point lies on the border."""
        x, y = point
        beside = x in (self.x, self.x + self.width) and self.y <= y <= self.y + self.height
        above = y in (self.y, self.y + self.height) and self.x <= x <= self.x + self.width
        return beside or above


def _box(of: str, holder: Element) -> Box:
    bounds = holder.find(f"{DC}Bounds")
    assert bounds is not None
    x, y, width, height = (float(bounds.get(each, "")) for each in ("x", "y", "width", "height"))
    return Box(of, x, y, width, height)


def _shapes(process: str) -> dict[str, Box]:
    found = shipped.diagram(process).iter(f"{BPMNDI}BPMNShape")
    return {(name := each.get("bpmnElement", "")): _box(name, each) for each in found}


def _nodes(process: str) -> dict[str, Box]:
    steps = shipped.steps(process)
    return {name: box for name, box in _shapes(process).items() if name in steps}


def _labels(process: str) -> list[Box]:
    labels = shipped.diagram(process).iter(f"{BPMNDI}BPMNLabel")
    return [
        _box(parent.get("bpmnElement", ""), each)
        for each in labels
        if (parent := each.getparent()) is not None
    ]


def _edges(process: str) -> dict[str, list[Point]]:
    found = shipped.diagram(process).iter(f"{BPMNDI}BPMNEdge")
    return {
        each.get("bpmnElement", ""): [
            (float(point.get("x", "")), float(point.get("y", "")))
            for point in each.iterfind(f"{DI}waypoint")
        ]
        for each in found
    }


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_everything_is_drawn_once(process: str) -> None:
    root = shipped.diagram(process)
    lanes = {each.get("id") for each in root.iter(f"{BPMN}lane", f"{BPMN}participant")}
    drawn = [each.get("bpmnElement") for each in root.iter(f"{BPMNDI}BPMNShape")]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == set(shipped.steps(process)) | lanes
    assert set(_edges(process)) == {each.get("id") for each in shipped.flows(process)}


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_no_step_is_drawn_upon_another(process: str) -> None:
    steps, nodes = shipped.steps(process), _nodes(process)
    upon = [
        (one, other)
        for one, other in combinations(nodes, 2)
        if nodes[one].overlaps(nodes[other])
        and steps[one].get("attachedToRef") != other
        and steps[other].get("attachedToRef") != one
    ]
    assert upon == []


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_no_label_hides_a_step_or_another_label(process: str) -> None:
    labels, nodes = _labels(process), _nodes(process)
    assert [each for each in labels for box in nodes.values() if each.overlaps(box)] == []
    assert [pair for pair in combinations(labels, 2) if pair[0].overlaps(pair[1])] == []


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_no_line_runs_through_a_label(process: str) -> None:
    struck = [
        (flow, label.of)
        for flow, points in _edges(process).items()
        for label in _labels(process)
        for line in _lines(points)
        if label.overlaps(line)
    ]
    assert struck == []


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_everything_named_beside_its_shape_has_a_label(process: str) -> None:
    small = {
        name
        for name, each in shipped.steps(process).items()
        if each.get("name") and ("Gateway" in each.tag or "Event" in each.tag)
    }
    named = small | {each.get("id") for each in shipped.flows(process) if each.get("name")}
    assert {each.of for each in _labels(process)} == named


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_every_step_stands_in_its_lane(process: str) -> None:
    shapes = _shapes(process)
    placed = set()
    for lane in shipped.diagram(process).iter(f"{BPMN}lane"):
        for reference in lane.iterfind(f"{BPMN}flowNodeRef"):
            assert shapes[lane.get("id", "")].contains(shapes[reference.text or ""])
            placed.add(reference.text)
    assert placed == set(shipped.steps(process))


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_lines_are_straight_and_go_from_step_to_step(process: str) -> None:
    nodes, edges = _nodes(process), _edges(process)
    for flow in shipped.flows(process):
        points = edges[flow.get("id", "")]
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), flow.get("id")
        assert nodes[flow.get("sourceRef", "")].has_on_border(points[0]), flow.get("id")
        assert nodes[flow.get("targetRef", "")].has_on_border(points[-1]), flow.get("id")


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_no_line_runs_through_a_step(process: str) -> None:
    struck = [
        (flow, name)
        for flow, points in _edges(process).items()
        for line in _lines(points)
        for name, box in _nodes(process).items()
        if box.overlaps(line)
    ]
    assert struck == []


def _lines(points: list[Point]) -> list[Box]:
    """The parts of a line as flat boxes, half a pixel short of where they end."""
    return [
        Box(
            "line",
            min(a[0], b[0]) - 0.5 + (a[0] != b[0]),
            min(a[1], b[1]) - 0.5 + (a[1] != b[1]),
            max(abs(a[0] - b[0]) - 1, 1),
            max(abs(a[1] - b[1]) - 1, 1),
        )
        for a, b in pairwise(points)
    ]
