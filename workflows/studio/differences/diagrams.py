"""What is different between two diagrams.

It goes by what is written, not by what can be made of it: a condition that is no FEEL yet is
compared like any other. Whatever differs in a part that cases run on becomes a line.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from engine.language import _
from engine.spiff.document import BPMN, BPMNDI, ZEEBE, Element, Tag, read_xml
from workflows.studio.differences.diagram_reading import list_things, list_written, say_place
from workflows.studio.differences.diagram_words import is_step, say_kind, say_label
from workflows.studio.differences.layout import compare_layouts
from workflows.studio.differences.matching import Pair, pair
from workflows.studio.differences.model import Change, Detail, Said, compare_properties
from workflows.studio.differences.vocabulary import (
    Vocabulary,
    say_flag,
    say_group,
    say_property,
)

FLAGS = frozenset({"cancelActivity", "isExecutable"})

ELEMENTS = frozenset(
    {
        "sourceRef",
        "targetRef",
        "attachedToRef",
        "default",
        "processRef",
        "lane",
        "messageEventDefinition messageRef",
        "errorEventDefinition errorRef",
    }
)
"""Properties that name an element."""

REFERENCES = ELEMENTS | {"property second_person"}
MOST_BEFORE = 3
NO_IDS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Names:
    """What is called how on one side: elements, forms and decisions by id."""

    elements: Mapping[str, str]
    forms: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """A diagram before or after."""

    root: Element
    names: Names
    vocabulary: Vocabulary

    @classmethod
    def read(cls, path: str, source: bytes, names: Names, vocabulary: Vocabulary) -> "Side":
        """Read a diagram; raises BrokenDocument."""
        return cls(read_xml(path, source), names, vocabulary)

    @cached_property
    def things(self) -> list[Element]:
        """Everything that can come and go, in the order of the document."""
        return list(list_things(self.root))

    @cached_property
    def by_id(self) -> Mapping[str, Element]:
        """Things by id."""
        return {each.get("id", ""): each for each in reversed(self.things)}

    @cached_property
    def lanes(self) -> Mapping[str, Element]:
        """The lane of each step, by the step's id."""
        found: dict[str, Element] = {}
        for lane in self.root.iter(f"{{{BPMN}}}lane"):
            for reference in lane.iterchildren(f"{{{BPMN}}}flowNodeRef"):
                found[(reference.text or "").strip()] = lane
        return found

    @cached_property
    def before(self) -> Mapping[str, list[str]]:
        """The ids of what leads to each step."""
        found: dict[str, list[str]] = {}
        for flow in self.root.iter(f"{{{BPMN}}}sequenceFlow"):
            found.setdefault(flow.get("targetRef", ""), []).append(flow.get("sourceRef", ""))
        return found

    @cached_property
    def drawn(self) -> Mapping[str, bytes]:
        """Where everything is drawn, by the id of what is drawn."""
        return {
            drawing.get("bpmnElement", ""): say_place(drawing)
            for drawing in self.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")
        }

    def name(self, element_id: str) -> str:
        """What an element is called: without a name by its kind, a way by where it leads."""
        element = self.by_id.get(element_id)
        if element is None:
            return element_id
        target = self.by_id.get(element.get("targetRef", ""))
        if _kind_of(element) == "sequenceFlow" and target is not None:
            return self._named(element) or _("to “%(step)s”", step=self._call(target))
        return self._call(element)

    def _named(self, element: Element) -> str:
        """The name of an element, if it has one."""
        named = self.names.elements.get(element.get("id", "")) or element.get("name") or ""
        return " ".join(named.split())

    def _call(self, element: Element) -> str:
        return self._named(element) or _("%(kind)s without a name", kind=say_kind(element))

    def say(self, element: Element) -> str:
        """A thing in words."""
        tag, name = Tag.of(str(element.tag)).name, element.get("name", "")
        if tag == "sequenceFlow":
            ends = {
                "source": self.name(element.get("sourceRef", "")),
                "target": self.name(element.get("targetRef", "")),
            }
            if not name:
                return _("Way from “%(source)s” to “%(target)s”", **ends)
            name = self.name(element.get("id", ""))
            return _("Way “%(name)s” from “%(source)s” to “%(target)s”", name=name, **ends)
        if tag in {"definitions", "collaboration", "laneSet", "association"}:
            return say_kind(element)
        if tag == "textAnnotation":
            name = (element.findtext(f"{{{BPMN}}}text") or "").strip()
            return _("%(kind)s “%(name)s”", kind=say_kind(element), name=name[:40])
        if not name:
            return self.name(element.get("id", "")) if element.get("id") else say_kind(element)
        name = self.name(element.get("id", ""))
        return _("%(kind)s “%(name)s”", kind=say_kind(element), name=name)

    def say_where(self, element: Element) -> str:
        """A thing in words, a step with what it comes after."""
        said = self.say(element)
        sources = self.before.get(element.get("id", ""), [])
        if element.get("attachedToRef"):
            on = self.name(element.get("attachedToRef", ""))
            return _("%(thing)s, on “%(step)s”", thing=said, step=on)
        if not is_step(element) or not sources:
            return said
        names = _(", ").join(
            _("“%(name)s”", name=self.name(each)) for each in sources[:MOST_BEFORE]
        )
        return _("%(thing)s, after %(steps)s", thing=said, steps=names)

    def properties(self, element: Element, ids: Mapping[str, str] = NO_IDS) -> dict[str, Said]:
        """Everything that is written of a thing; `ids`: what has another id on the other side."""
        texts = {"kind of element": _kind_of(element)}
        for name, value in list_written(element):
            texts[name] = f"{texts[name]}\n{value}" if name in texts else value
        lane = self.lanes.get(element.get("id", ""))
        if lane is not None:
            texts["lane"] = lane.get("id", "")
        return {
            name: Said(
                _replace(text, ids) if name in REFERENCES else text,
                say_kind(element) if name == "kind of element" else self._say(name, text),
            )
            for name, text in texts.items()
        }

    def say_label(self, element: Element, name: str) -> str:
        """What a property of a thing is called; an operation's inputs have names of their own."""
        kind, _space, target = name.partition(" ")
        if kind == "input":
            work = next(element.iter(f"{{{ZEEBE}}}taskDefinition"), None)
            operation = "" if work is None else work.get("type", "")
            name = f"input {self.vocabulary.inputs.get(operation, {}).get(target, target)}"
        return say_label(name)

    def _say(self, name: str, value: str) -> str:
        if name in ELEMENTS:
            return self.name(value)
        if name in FLAGS:
            return say_flag(value)
        known = {
            "formDefinition formId": self.names.forms,
            "calledDecision decisionId": self.names.decisions,
            "taskDefinition type": self.vocabulary.operations,
            "calledElement processId": self.vocabulary.processes,
        }
        if name in known:
            return known[name].get(value, value)
        kind, _space, property_name = name.partition(" ")
        if name == "assignmentDefinition candidateGroups":
            return say_group(value)
        if name == "property second_person":
            return _(", ").join(self.name(each) for each in value.split())
        return say_property(property_name, value) if kind == "property" else value


def compare_diagrams(old: Side, new: Side) -> list[Change]:
    """What is different: steps first, then ways, then everything else, then the layout."""
    pairs = pair(old.things, new.things, _id_of, _named_alike)
    ids = {
        each.old.get("id", ""): each.new.get("id", "")
        for each in pairs
        if each.old is not None and each.new is not None
    }
    comparison = _Comparison(old, new, ids, frozenset(ids.values()))
    found = [
        (_order(each), change) for each in pairs if (change := comparison.compare(each)) is not None
    ]
    found.sort(key=lambda each: each[0])
    return [*(change for _place_of, change in found), *compare_layouts(old.drawn, new.drawn)]


@dataclass(frozen=True)
class _Comparison:
    """Two diagrams; `ids` are the new ids by the old ones of what is on both sides."""

    old: Side
    new: Side
    ids: Mapping[str, str]
    kept: frozenset[str]

    def compare(self, found: Pair[Element]) -> Change | None:
        if found.old is None:
            return None if found.new is None else self.added(found.new)
        if found.new is None:
            return self.removed(found.old)
        before = self.old.properties(found.old, self.ids)
        after = self.new.properties(found.new)
        say = partial(self.new.say_label, found.new)
        details = tuple(compare_properties(before, after, say))
        if not details:
            return None
        ids = (found.old.get("id", ""), found.new.get("id", ""))
        return Change("changed", self.new.say(found.new), *ids, details=details)

    def added(self, element: Element) -> Change | None:
        if _goes_without_saying(element, self.new, self.kept):
            return None
        details = tuple(_own_details(element, self.new))
        said = self.new.say_where(element)
        return Change("added", said, new=element.get("id", ""), details=details)

    def removed(self, element: Element) -> Change | None:
        if _goes_without_saying(element, self.old, self.ids.keys()):
            return None
        return Change("removed", self.old.say_where(element), old=element.get("id", ""))


def _own_details(element: Element, side: Side) -> Iterator[Detail]:
    """What is to be known of a new step: everything but its name and kind, which are said."""
    said = {"id", "name", "kind of element", "sourceRef", "targetRef", "attachedToRef"}
    properties = {name: each for name, each in side.properties(element).items() if name not in said}
    yield from compare_properties({}, properties, partial(side.say_label, element))


def _goes_without_saying(element: Element, side: Side, both: Container[str]) -> bool:
    """Whether a way came or went with one of its steps and says nothing more than that."""
    if Tag.of(str(element.tag)).name != "sequenceFlow":
        return False
    ends = (element.get("sourceRef", ""), element.get("targetRef", ""))
    is_plain = not element.get("name") and len(element) == 0
    return is_plain and any(end in side.by_id and end not in both for end in ends)


def _replace(text: str, ids: Mapping[str, str]) -> str:
    return " ".join(ids.get(each, each) for each in text.split())


def _id_of(element: Element) -> str | None:
    if element.getparent() is None:
        return "/"
    return element.get("id")


def _named_alike(element: Element) -> tuple[str, str] | None:
    """By kind and name: what has only another id is still the same."""
    name = element.get("name")
    return (str(element.tag), name) if name else None


def _kind_of(element: Element) -> str:
    return Tag.of(str(element.tag)).name


def _order(found: Pair[Element]) -> int:
    element = found.new if found.new is not None else found.old
    assert element is not None  # noqa: S101  one of the two is there
    if is_step(element):
        return 0
    return 1 if _kind_of(element) == "sequenceFlow" else 2
