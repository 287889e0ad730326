"""Reads what is shipped, as plainly as another tool would."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

FOLDER = Path(__file__).parents[2]
PROCESSES = sorted(path.name for path in (FOLDER / "bpmn").iterdir() if path.is_dir())
FORMS = sorted((path.parent.name, path.stem) for path in (FOLDER / "forms").glob("*/*.form"))
PANELS = sorted(
    (process, path.stem)
    for process in PROCESSES
    for path in (FOLDER / "forms" / process).glob("*.html")
)

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEXTS_OF_COMPONENTS = ("label", "dateLabel", "description", "text")
TEXTS_OF_PROPERTIES = ("hint", "message", "confirm", "rowLabel")

Element = etree._Element


@dataclass(frozen=True)
class Component:
    """A component of a form. `name` is what its English texts are found under, after the form."""

    form: str
    name: str
    document: dict[str, Any]

    @property
    def properties(self) -> dict[str, str]:
        """The custom properties, none as an empty map."""
        return dict(self.document.get("properties", {}))

    @property
    def outcome(self) -> str | None:
        """The outcome of a button."""
        return self.properties.get("outcome")

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that a person reads, under the key of its English."""
        for attribute in TEXTS_OF_COMPONENTS:
            if self.document.get(attribute):
                key = "label" if attribute == "dateLabel" else attribute
                yield f"{self.form}.{self.name}.{key}", self.document[attribute]
        for attribute in TEXTS_OF_PROPERTIES:
            if self.properties.get(attribute):
                yield f"{self.form}.{self.name}.{attribute}", self.properties[attribute]
        for value in self.document.get("values", ()):
            yield f"{self.form}.{self.name}.values.{value['value']}", value["label"]


def diagram(process: str) -> Element:
    """The root element of a process's diagram."""
    return etree.parse(FOLDER / "bpmn" / process / f"{process}.bpmn").getroot()


def steps(process: str) -> dict[str, Element]:
    """The flow nodes of a process by id."""
    found = diagram(process).iterfind(f"{BPMN}process/*")
    return {each.get("id", ""): each for each in found if each.find(f"{BPMN}incoming") is not None
            or each.find(f"{BPMN}outgoing") is not None}  # fmt: skip


def flows(process: str) -> list[Element]:
    """The sequence flows of a process."""
    return diagram(process).findall(f".//{BPMN}sequenceFlow")


def decisions(process: str) -> list[Element]:
    """The root elements of a process's decision tables."""
    return [
        etree.parse(path).getroot() for path in sorted((FOLDER / "bpmn" / process).glob("*.dmn"))
    ]


def form(process: str, name: str) -> dict[str, Any]:
    """A form's document."""
    text = (FOLDER / "forms" / process / f"{name}.form").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def components(process: str, name: str) -> list[Component]:
    """All components of a form, those in groups and lists too."""
    return list(_walk(name, form(process, name)["components"], ""))


def outcomes(process: str, name: str) -> set[str]:
    """What the buttons of a form can come to."""
    return {each.outcome for each in components(process, name) if each.outcome}


def english(process: str) -> dict[str, str]:
    """A process's English texts."""
    path = FOLDER / "bpmn" / process / f"{process}.en.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def chinese(process: str) -> dict[str, str]:
    """Every text of a process that a person reads, under the key of its English."""
    texts: dict[str, str] = {}
    for root in (diagram(process), *decisions(process)):
        for element in root.iter(f"{BPMN}*", f"{DMN}*"):
            key = element.get("id")
            text = element.get("label") or element.get("name")
            if key and text and CHINESE.search(text):
                texts[key] = text
            for kind in ("documentation", "description"):
                more = element.find(f"{element.tag[: element.tag.index('}') + 1]}{kind}")
                if key and more is not None and more.text:
                    texts[f"{key}.{kind}"] = more.text
    for owner, name in FORMS:
        if owner == process:
            for component in components(owner, name):
                texts.update(component.texts())
    return texts


def _walk(name: str, documents: list[dict[str, Any]], prefix: str) -> Iterator[Component]:
    for document in documents:
        own = prefix + (document.get("key") or document.get("path") or document["id"])
        yield Component(name, own, document)
        inner = f"{own}." if document["type"] == "dynamiclist" else prefix
        yield from _walk(name, document.get("components", []), inner)
