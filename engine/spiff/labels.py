"""What people call an element of a diagram: by its name, or by its kind if it has none."""

from dataclasses import dataclass

from engine.language import N_, _
from engine.spiff.document import Element, Tag

STEPS = {
    "userTask": N_("Step of a person"),
    "serviceTask": N_("Automatic step"),
    "scriptTask": N_("Calculation"),
    "businessRuleTask": N_("Decision table as a step"),
    "callActivity": N_("Call of another process"),
    "exclusiveGateway": N_("Choice of a way"),
    "parallelGateway": N_("Side by side"),
    "eventBasedGateway": N_("Wait for what comes first"),
    "startEvent": N_("Start of the process"),
    "endEvent": N_("End of the way"),
    "intermediateCatchEvent": N_("Wait"),
    "boundaryEvent": N_("Event on a step"),
}
"""Elements that a process passes."""

OTHERS = {
    "definitions": N_("Diagram"),
    "process": N_("Process"),
    "collaboration": N_("Drawing"),
    "participant": N_("Frame of the process"),
    "laneSet": N_("Lanes"),
    "lane": N_("Lane"),
    "sequenceFlow": N_("Way between steps"),
    "message": N_("Message"),
    "error": N_("Error"),
    "textAnnotation": N_("Text note"),
    "association": N_("Line to a note"),
    "group": N_("Group"),
    "category": N_("Category"),
    "categoryValue": N_("Category"),
}

NAMELESS = frozenset({"definitions", "collaboration", "laneSet"})
"""Elements that nobody gives a name."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """What stands for the name of an element that has none, in the reader's language."""

    tag: str

    def __str__(self) -> str:
        kind = say_kind(self.tag)
        return kind if self.tag in NAMELESS else _("%(kind)s without a name", kind=kind)


@dataclass(frozen=True, slots=True)
class Way:
    """What stands for the name of a flow that has none: where it comes from and leads to."""

    source: "Label"
    target: "Label"

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


Label = str | Unnamed | Way


def say_kind(tag: str) -> str:
    """What kind of thing is called `tag` in a document."""
    known = STEPS.get(tag) or OTHERS.get(tag)
    return _(known) if known else tag


def label(element: Element) -> Label:
    """What people call an element: its name, or else its kind, a flow where it leads."""
    name = " ".join((element.get("name") or "").split())
    if name:
        return name
    ends = _ends(element)
    return Way(*map(label, ends)) if ends else Unnamed(Tag.of(str(element.tag)).name)


def _ends(element: Element) -> tuple[Element, Element] | None:
    """What a flow leads from and to, if it does."""
    ids = element.get("sourceRef"), element.get("targetRef")
    around = element.getparent()
    if around is None or not all(ids):
        return None
    found = {each.get("id"): each for each in around if not each.get("sourceRef")}
    source, target = (found.get(each) for each in ids)
    return None if source is None or target is None else (source, target)
