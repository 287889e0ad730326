"""Which parts of BPMN and of the Zeebe extensions a release may use; the rest is refused by name.

The check walks the XML, not what the executor makes of it: an element that nothing leads to, or
an attribute that nobody reads, is refused too. A diagram never silently means less than it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.feel_sentences import Said
from engine.language import N_
from engine.spiff.document import BPMN, BPMNDI, XSI, ZEEBE, Element, Tag
from engine.spiff.problems import Problems

MODELER = "http://camunda.org/schema/modeler/1.0"

Values = frozenset[str] | None
"""What an attribute may say; None is anything."""

FALSE: Values = frozenset({"false"})
TRUE: Values = frozenset({"true"})
ONE: Values = frozenset({"1"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What may stand in an element."""

    attributes: Mapping[str, Values]
    children: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()


def _rule(
    attributes: Mapping[str, Values] | None = None, children: str = "", extensions: str = ""
) -> Rule:
    return Rule(
        {"id": None, "name": None, **(attributes or {})},
        frozenset({"documentation", "extensionElements", *children.split()}),
        frozenset({"properties", *extensions.split()}),
    )


def _node(
    attributes: Mapping[str, Values] | None = None, children: str = "", extensions: str = ""
) -> Rule:
    return _rule(attributes, f"incoming outgoing {children}", extensions)


def _task(attributes: Mapping[str, Values] | None = None, extensions: str = "") -> Rule:
    quantities = {"isForCompensation": FALSE, "startQuantity": ONE, "completionQuantity": ONE}
    return _node({**quantities, **(attributes or {})}, "", f"ioMapping {extensions}")


FLOW_NODES = {
    "startEvent": _node(
        {"isInterrupting": TRUE, "parallelMultiple": FALSE},
        "messageEventDefinition",
        "formDefinition",
    ),
    "endEvent": _node({}, "errorEventDefinition terminateEventDefinition"),
    "userTask": _task({}, "formDefinition assignmentDefinition taskSchedule userTask"),
    "serviceTask": _task({}, "taskDefinition"),
    "scriptTask": _task({}, "script"),
    "businessRuleTask": _task({}, "calledDecision"),
    "callActivity": _task({}, "calledElement"),
    "exclusiveGateway": _node({"default": None, "gatewayDirection": None}),
    "parallelGateway": _node({"gatewayDirection": None}),
    "eventBasedGateway": _node(
        {
            "gatewayDirection": None,
            "instantiate": FALSE,
            "eventGatewayType": frozenset({"Exclusive"}),
        }
    ),
    "intermediateCatchEvent": _node(
        {"parallelMultiple": FALSE}, "messageEventDefinition timerEventDefinition", "ioMapping"
    ),
    "boundaryEvent": _node(
        {"attachedToRef": None, "cancelActivity": None, "parallelMultiple": FALSE},
        "messageEventDefinition timerEventDefinition errorEventDefinition",
        "ioMapping",
    ),
}

BPMN_RULES: Mapping[str, Rule] = {
    **FLOW_NODES,
    "definitions": _rule(
        {
            "targetNamespace": None,
            "exporter": None,
            "exporterVersion": None,
            "typeLanguage": None,
            "expressionLanguage": frozenset({"http://www.omg.org/spec/FEEL/20140401"}),
        },
        "process collaboration message error category",
    ),
    "process": _rule(
        {
            "isExecutable": TRUE,
            "isClosed": FALSE,
            "processType": frozenset({"None", "Public", "Private"}),
        },
        "laneSet sequenceFlow textAnnotation association group " + " ".join(FLOW_NODES),
        "versionTag",
    ),
    "collaboration": _rule({"isClosed": FALSE}, "participant textAnnotation association group"),
    "participant": _rule({"processRef": None}),
    "message": _rule({}, "", "subscription"),
    "error": _rule({"errorCode": None}),
    "category": _rule({}, "categoryValue"),
    "categoryValue": _rule({"value": None}),
    "laneSet": _rule({}, "lane"),
    "lane": _rule({}, "flowNodeRef"),
    "flowNodeRef": Rule({}),
    "sequenceFlow": _rule({"sourceRef": None, "targetRef": None}, "conditionExpression"),
    "conditionExpression": Rule({"id": None}),
    "incoming": Rule({}),
    "outgoing": Rule({}),
    "documentation": Rule({"id": None, "textFormat": None}),
    "messageEventDefinition": Rule({"id": None, "messageRef": None}),
    "errorEventDefinition": Rule({"id": None, "errorRef": None}),
    "terminateEventDefinition": Rule({"id": None}),
    "timerEventDefinition": Rule(
        {"id": None}, frozenset({"timeDate", "timeDuration", "timeCycle"})
    ),
    "timeDate": Rule({"id": None}),
    "timeDuration": Rule({"id": None}),
    "timeCycle": Rule({"id": None}),
    "textAnnotation": _rule({"textFormat": None}, "text"),
    "text": Rule({}),
    "association": _rule({"sourceRef": None, "targetRef": None, "associationDirection": None}),
    "group": _rule({"categoryValueRef": None}),
}

ZEEBE_RULES: Mapping[str, Rule] = {
    "properties": Rule({}, frozenset({"property"})),
    "property": Rule({"name": None, "value": None}),
    "ioMapping": Rule({}, frozenset({"input", "output"})),
    "input": Rule({"source": None, "target": None}),
    "output": Rule({"source": None, "target": None}),
    "formDefinition": Rule({"formId": None, "bindingType": frozenset({"latest", "deployment"})}),
    "assignmentDefinition": Rule({"candidateGroups": None}),
    "taskSchedule": Rule({"dueDate": None}),
    "userTask": Rule({}),
    "taskDefinition": Rule({"type": None}),
    "script": Rule({"expression": None, "resultVariable": None}),
    "calledDecision": Rule(
        {
            "decisionId": None,
            "resultVariable": None,
            "bindingType": frozenset({"latest", "deployment"}),
        }
    ),
    "calledElement": Rule(
        {
            "processId": None,
            "propagateAllChildVariables": FALSE,
            "propagateAllParentVariables": FALSE,
            "bindingType": frozenset({"latest", "deployment"}),
        }
    ),
    "subscription": Rule({"correlationKey": None}),
    "versionTag": Rule({"value": None}),
}

NAMES: Mapping[str, str] = {
    "subProcess": N_("a sub-process"),
    "adHocSubProcess": N_("an ad-hoc sub-process"),
    "transaction": N_("a transaction"),
    "task": N_("a task of no kind"),
    "manualTask": N_("a manual task"),
    "sendTask": N_("a send task"),
    "receiveTask": N_("a receive task"),
    "inclusiveGateway": N_("an inclusive gateway"),
    "complexGateway": N_("a complex gateway"),
    "intermediateThrowEvent": N_("a throwing event"),
    "signalEventDefinition": N_("a signal"),
    "escalationEventDefinition": N_("an escalation"),
    "compensateEventDefinition": N_("a compensation"),
    "conditionalEventDefinition": N_("a condition event"),
    "linkEventDefinition": N_("a link event"),
    "cancelEventDefinition": N_("a cancel event"),
    "multiInstanceLoopCharacteristics": N_("a repetition (multi-instance)"),
    "standardLoopCharacteristics": N_("a repetition (loop)"),
    "dataObject": N_("a data object"),
    "dataObjectReference": N_("a data object"),
    "dataStoreReference": N_("a data store"),
    "ioSpecification": N_("a set of data inputs and outputs"),
    "messageFlow": N_("a message flow"),
    "childLaneSet": N_("a lane within a lane"),
    "script": N_("a script"),
}
"""What people call elements of BPMN that are not supported."""

DECORATIONS = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
"""What the studio notes about the template that an element was made from."""


def check_supported(root: Element, problems: Problems) -> None:
    """Note every element and attribute that a release may not use."""
    if Tag.of(str(root.tag)) != Tag(BPMN, "definitions"):
        problems.at(
            root,
            "not-bpmn",
            N_("This is not a BPMN diagram: it begins with “%(tag)s”."),
            tag=root.tag,
        )
        return
    _check(root, BPMN_RULES["definitions"], problems)


def _check(element: Element, rule: Rule, problems: Problems) -> None:
    for full, value in element.attrib.items():
        _check_attribute(element, Tag.of(str(full)), str(value), rule, problems)
    for child in element:
        tag = Tag.of(str(child.tag))
        if tag == Tag(BPMN, "extensionElements") and tag.name in rule.children:
            _check_extensions(child, rule, problems)
        elif tag.namespace == BPMN and tag.name in rule.children:
            _check(child, BPMN_RULES[tag.name], problems)
        elif not (tag.namespace == BPMNDI and element.getparent() is None):
            _refuse(child, tag, problems)


def _refuse(element: Element, tag: Tag, problems: Problems) -> None:
    if tag == Tag(BPMN, "script"):
        problems.at(
            element, "script", N_("“%(name)s” has a script: only FEEL is run, and nothing else.")
        )
    elif tag.namespace == BPMN and tag.name in NAMES:
        problems.at(
            element,
            "unsupported-element",
            N_("“%(name)s”: %(kind)s (%(tag)s) is not supported here."),
            kind=Said(NAMES[tag.name], {}),
            tag=tag.name,
        )
    else:
        problems.at(
            element,
            "unsupported-element",
            N_("“%(name)s”: the element %(tag)s is not supported here."),
            tag=_written(element, tag),
        )


def _check_extensions(extensions: Element, rule: Rule, problems: Problems) -> None:
    seen: set[str] = set()
    for child in extensions:
        tag = Tag.of(str(child.tag))
        if tag.namespace != ZEEBE or tag.name not in rule.extensions:
            problems.at(
                child,
                "unsupported-extension",
                N_("“%(name)s”: the extension %(tag)s is not supported here."),
                tag=_written(child, tag),
            )
            continue
        if tag.name in seen:
            problems.at(
                child,
                "duplicate-extension",
                N_("“%(name)s”: the extension %(tag)s stands twice."),
                tag=tag.name,
            )
        seen.add(tag.name)
        _check_zeebe(child, ZEEBE_RULES[tag.name], problems)


def _check_zeebe(element: Element, rule: Rule, problems: Problems) -> None:
    for full, value in element.attrib.items():
        _check_attribute(element, Tag.of(str(full)), str(value), rule, problems)
    for child in element:
        tag = Tag.of(str(child.tag))
        if tag.namespace == ZEEBE and tag.name in rule.children:
            _check_zeebe(child, ZEEBE_RULES[tag.name], problems)
        else:
            problems.at(
                child,
                "unsupported-extension",
                N_("“%(name)s”: the extension %(tag)s is not supported here."),
                tag=_written(child, tag),
            )


def _check_attribute(
    element: Element, tag: Tag, value: str, rule: Rule, problems: Problems
) -> None:
    if tag.namespace in {XSI, MODELER, "http://www.w3.org/XML/1998/namespace"} or (
        tag.namespace == ZEEBE and tag.name in DECORATIONS
    ):
        return
    if tag.namespace or tag.name not in rule.attributes:
        problems.at(
            element,
            "unsupported-attribute",
            N_("“%(name)s”: the attribute %(attribute)s of %(tag)s is not supported."),
            attribute=_written(element, tag),
            tag=_written(element, Tag.of(str(element.tag))),
        )
        return
    allowed = rule.attributes[tag.name]
    if allowed is not None and value not in allowed:
        problems.at(
            element,
            "unsupported-attribute",
            N_("“%(name)s”: %(attribute)s=“%(value)s” of %(tag)s is not supported."),
            attribute=tag.name,
            value=value,
            tag=_written(element, Tag.of(str(element.tag))),
        )


def _written(element: Element, tag: Tag) -> str:
    """Write a name as the document writes it: with the prefix of any foreign namespace."""
    if not tag.namespace or tag.namespace == BPMN:
        return tag.name
    for prefix, namespace in element.nsmap.items():
        if namespace == tag.namespace and prefix:
            return f"{prefix}:{tag.name}"
    return tag.name
