"""From XML to a diagram: every process with its steps, flows, mappings and events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TypeVar, cast

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import XSD_PATH

from engine.errors import Problem
from engine.language import N_
from engine.spiff.attribute_words import say_attribute
from engine.spiff.diagram import (
    NO_PROPERTIES,
    Assignment,
    Diagram,
    Event,
    Failure,
    Flow,
    Kind,
    Message,
    ProcessInfo,
    Step,
    Termination,
    Timer,
)
from engine.spiff.document import BPMN, BPMNDI, ZEEBE, BrokenDocument, Element, read_xml
from engine.spiff.expressions import Formula
from engine.spiff.labels import label
from engine.spiff.problems import Problems
from engine.spiff.supported import FLOW_NODES, check_supported
from engine.spiff.timers import check_timer

Reference = TypeVar("Reference", Message, Failure)

KINDS: Mapping[str, Kind] = {
    tag: cast(Kind, "".join(f"_{c.lower()}" if c.isupper() else c for c in tag))
    for tag in FLOW_NODES
}


def read_diagram(document: str, source: bytes) -> tuple[Diagram, list[Problem]]:
    """Read one document, with everything that is wrong with the document by itself."""
    problems = Problems(document)
    try:
        root = read_xml(document, source)
    except BrokenDocument as broken:
        return Diagram(document), [broken.problem]
    check_supported(root, problems)
    _check_ids(root, problems)
    reader = _Reader(document, problems)
    reader.read_shared(root)
    if not problems.found:
        _check_schema(root, problems)
    processes = tuple(reader.read_process(each) for each in root.iterchildren(_bpmn("process")))
    return Diagram(document, processes), problems.found


def _bpmn(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def _check_ids(root: Element, problems: Problems) -> None:
    seen: set[str] = set()
    for element in root.iter():
        identifier = element.get("id")
        if identifier in seen:
            problems.add(
                identifier, "duplicate-id", N_("The id “%(id)s” stands twice."), id=identifier
            )
        elif identifier is not None:
            seen.add(identifier)


def _check_schema(root: Element, problems: Problems) -> None:
    """Hold the document against BPMN's own schema, for what the rules above do not see.

    The drawing is taken away first: tools put more into it than the schema knows.
    """
    for drawing in list(root.iterchildren(f"{{{BPMNDI}}}BPMNDiagram")):
        root.remove(drawing)
    try:
        _schema().assertValid(root)
    except etree.DocumentInvalid as error:
        problems.add(
            None, "not-bpmn", N_("The diagram is not valid BPMN: %(reason)s"), reason=str(error)
        )


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD_PATH))


@dataclass(slots=True)
class _Reader:
    """Reads the processes of one document."""

    document: str
    problems: Problems
    messages: dict[str, Message] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)

    def read_shared(self, root: Element) -> None:
        """Read the messages and errors, which stand outside the processes."""
        for element in root.iterchildren(_bpmn("message")):
            name = element.get("name")
            if not name:
                self.problems.at(element, "message-name", N_("The message “%(name)s” has no name."))
            subscription = _extension(element, "subscription")
            key = None
            if subscription is not None:
                key = self._required_formula(subscription, "correlationKey")
            self.messages[element.get("id", "")] = Message(name or "", key)
        for element in root.iterchildren(_bpmn("error")):
            code = element.get("errorCode")
            if not code or code.startswith("="):
                self.problems.at(
                    element, "error-code", N_("The error “%(name)s” has no error code.")
                )
            self.failures[element.get("id", "")] = Failure(code or "")

    def read_process(self, element: Element) -> ProcessInfo:
        """Read one process; what cannot be read is noted and left out."""
        process_id = element.get("id", "")
        if not process_id:
            self.problems.at(element, "no-id", N_("A process has no id."))
        if element.get("isExecutable") != "true":
            self.problems.at(
                element, "not-executable", N_("“%(name)s” is not marked as executable.")
            )
        lanes = self._read_lanes(element)
        steps = {
            step.id: step
            for child in element
            if (kind := KINDS.get(_local(child))) is not None
            and (step := self._read_step(child, kind, process_id, lanes)) is not None
        }
        others = frozenset(
            each.get("id", "") for each in element if KINDS.get(_local(each)) is None
        )
        for node in lanes.keys() - steps.keys() - others:
            self.problems.add(
                node,
                "lane-of-nothing",
                N_("A lane of “%(name)s” holds “%(node)s”, which does not exist."),
                name=label(element),
                node=node,
            )
        flows = tuple(self._read_flow(each) for each in element.iterchildren(_bpmn("sequenceFlow")))
        return ProcessInfo(
            id=process_id,
            name=_name(element) or process_id,
            document=self.document,
            steps=MappingProxyType(steps),
            flows=flows,
            documentation=_documentation(element),
            properties=_properties(element),
            others=others,
        )

    def _read_lanes(self, process: Element) -> dict[str, Element]:
        lanes: dict[str, Element] = {}
        for lane in process.iterfind(f"./{_bpmn('laneSet')}/{_bpmn('lane')}"):
            for reference in lane.iterchildren(_bpmn("flowNodeRef")):
                node = (reference.text or "").strip()
                if node in lanes:
                    self.problems.add(
                        node,
                        "two-lanes",
                        N_("“%(node)s” stands in two lanes, “%(one)s” and “%(other)s”."),
                        node=node,
                        one=label(lanes[node]),
                        other=label(lane),
                    )
                lanes[node] = lane
        return lanes

    def _read_flow(self, element: Element) -> Flow:
        condition = None
        expression = element.find(_bpmn("conditionExpression"))
        if expression is not None:
            source = (expression.text or "").strip()
            condition = self.problems.read_formula(element, source)
            if not source.startswith("="):
                self.problems.at(
                    element,
                    "not-feel",
                    N_("The condition of “%(name)s” is not FEEL: it begins with “=”."),
                )
        return Flow(
            id=element.get("id", ""),
            source=element.get("sourceRef", ""),
            target=element.get("targetRef", ""),
            name=element.get("name", ""),
            condition=condition,
        )

    def _read_step(
        self, element: Element, kind: Kind, process_id: str, lanes: Mapping[str, Element]
    ) -> Step | None:
        step_id = element.get("id")
        if not step_id:
            self.problems.at(
                element, "no-id", N_("An element %(tag)s has no id."), tag=_local(element)
            )
            return None
        lane = lanes.get(step_id)
        inputs, outputs = self._read_mappings(element)
        form = _extension(element, "formDefinition")
        work = _extension(element, "taskDefinition")
        script = _extension(element, "script")
        called = _extension(element, "calledElement")
        decision = _extension(element, "calledDecision")
        schedule = _extension(element, "taskSchedule")
        result = script if script is not None else decision
        return Step(
            id=step_id,
            process_id=process_id,
            kind=kind,
            name=_name(element) or step_id,
            label=label(element),
            documentation=_documentation(element),
            properties=self._read_properties(element),
            lane=None if lane is None else lane.get("id"),
            lane_name=None if lane is None else _name(lane) or lane.get("id", ""),
            group=self._read_group(element) or (None if lane is None else lane.get("id")),
            form_id=self._static(form, "formId"),
            operation=self._static(work, "type"),
            called_process=self._static(called, "processId"),
            decision=self._static(decision, "decisionId"),
            script=None if script is None else self._required_formula(script, "expression"),
            result_variable=self._read_result(result),
            inputs=inputs,
            outputs=outputs,
            due=None if schedule is None else self._required_formula(schedule, "dueDate"),
            event=self._read_event(element),
            attached_to=element.get("attachedToRef"),
            is_interrupting=element.get("cancelActivity", "true") != "false",
            default=element.get("default"),
        )

    def _read_properties(self, element: Element) -> Mapping[str, str]:
        """The step's properties; those that are computed are read as FEEL, to say what is wrong."""
        properties = _properties(element)
        for value in properties.values():
            if value.startswith("="):
                self.problems.read_formula(element, value)
        return properties

    def _read_group(self, element: Element) -> str | None:
        assignment = _extension(element, "assignmentDefinition")
        return self._static(assignment, "candidateGroups")

    def _read_result(self, extension: Element | None) -> str | None:
        name = self._static(extension, "resultVariable")
        if extension is not None and name is not None:
            self._check_variable(extension, name)
        return name

    def _check_variable(self, place: Element, name: str) -> None:
        if not name.isidentifier():
            self.problems.at(
                place,
                "variable-name",
                N_("“%(name)s”: “%(target)s” cannot be the name of a variable."),
                target=name,
            )

    def _static(self, extension: Element | None, attribute: str) -> str | None:
        """Read a name that stands in the diagram itself; computed ones are refused."""
        if extension is None:
            return None
        value = extension.get(attribute, "").strip()
        if not value:
            self.problems.at(
                extension,
                "not-filled-in",
                N_("“%(name)s”: %(what)s is missing."),
                what=say_attribute(attribute),
            )
        elif value.startswith("="):
            self.problems.at(
                extension,
                "not-computed",
                N_("“%(name)s”: %(what)s must be a name, not an expression."),
                what=say_attribute(attribute),
            )
        return value or None

    def _required_formula(self, extension: Element, attribute: str) -> Formula | None:
        source = extension.get(attribute, "").strip()
        if not source.startswith("="):
            self.problems.at(
                extension,
                "not-feel",
                N_("“%(name)s”: %(what)s is not FEEL: it begins with “=”."),
                what=say_attribute(attribute),
            )
            return None
        return self.problems.read_formula(extension, source)

    def _read_mappings(
        self, element: Element
    ) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
        mapping = _extension(element, "ioMapping")
        if mapping is None:
            return (), ()
        return (
            tuple(self._read_assignments(mapping, "input")),
            tuple(self._read_assignments(mapping, "output")),
        )

    def _read_assignments(self, mapping: Element, direction: str) -> Iterator[Assignment]:
        for line in mapping.iterchildren(f"{{{ZEEBE}}}{direction}"):
            target = line.get("target", "").strip()
            self._check_variable(line, target)
            value = self.problems.read_formula(line, line.get("source", ""))
            if value is not None:
                yield Assignment(target, value)

    def _read_event(self, element: Element) -> Event | None:
        definitions = [child for child in element if _local(child).endswith("EventDefinition")]
        if not definitions:
            return None
        if len(definitions) > 1:
            self.problems.at(
                element, "many-events", N_("“%(name)s” has more than one event definition.")
            )
        definition = definitions[0]
        match _local(definition):
            case "messageEventDefinition":
                return self._referred(definition, "messageRef", self.messages)
            case "errorEventDefinition":
                if definition.get("errorRef") is None and _local(element) == "boundaryEvent":
                    return Failure(None)
                return self._referred(definition, "errorRef", self.failures)
            case "timerEventDefinition":
                return self._read_timer(definition)
            case "terminateEventDefinition":
                return Termination()
            case _:
                return None  # already refused as unsupported

    def _referred(
        self, definition: Element, attribute: str, known: Mapping[str, Reference]
    ) -> Reference | None:
        found = known.get(definition.get(attribute, ""))
        if found is None:
            self.problems.at(
                definition,
                "no-event",
                N_("“%(name)s”: %(what)s is missing."),
                what=say_attribute(attribute),
            )
        return found

    def _read_timer(self, definition: Element) -> Timer | None:
        times = [child for child in definition if _local(child).startswith("time")]
        if len(times) != 1:
            self.problems.at(definition, "timer", N_("“%(name)s” has no time, or more than one."))
            return None
        (time,) = times
        value = self.problems.read_formula(time, time.text or "")
        if value is None:
            return None
        match _local(time):
            case "timeDate":
                timer = Timer("date", value)
            case "timeDuration":
                timer = Timer("duration", value)
            case _:
                timer = Timer("cycle", value)
        if not check_timer(timer):
            self.problems.at(
                definition,
                "timer",
                N_("“%(value)s”, the time of “%(name)s”, is no time with an offset or duration."),
                value=value.source,
            )
        return timer


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _name(element: Element) -> str:
    return " ".join((element.get("name") or "").split())


def _extension(element: Element, name: str) -> Element | None:
    return element.find(f"./{_bpmn('extensionElements')}/{{{ZEEBE}}}{name}")


def _documentation(element: Element) -> str:
    return (element.findtext(_bpmn("documentation")) or "").strip()


def _properties(element: Element) -> Mapping[str, str]:
    extension = _extension(element, "properties")
    if extension is None:
        return NO_PROPERTIES
    return MappingProxyType({each.get("name", ""): each.get("value", "") for each in extension})
