"""Diagrams for tests, written as short calls: each gives the XML of one element."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:modeler="http://camunda.org/schema/modeler/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">'
)


def diagram(
    *parts: str,
    process: str = "main",
    name: str = "流程",
    keys: Mapping[str, str] | None = None,
    extra: str = "",
) -> bytes:
    """Write a document with one process; messages and errors are declared as they are used."""
    body = "".join(parts)
    shared = ""
    for message in dict.fromkeys(re.findall(r'messageRef="m_(\w+)"', body)):
        key = (keys or {}).get(message)
        inner = ext(f"<zeebe:subscription correlationKey={quoteattr(key)}/>") if key else ""
        shared += f'<bpmn:message id="m_{message}" name="{message}">{inner}</bpmn:message>'
    for code in dict.fromkeys(re.findall(r'errorRef="e_(\w+)"', body)):
        shared += f'<bpmn:error id="e_{code}" name="{code}" errorCode="{code}"/>'
    return (
        f"{HEAD}{shared}{extra}"
        f'<bpmn:process id="{process}" name="{name}" isExecutable="true">{body}</bpmn:process>'
        "</bpmn:definitions>"
    ).encode()


def ext(*inner: str) -> str:
    return f"<bpmn:extensionElements>{''.join(inner)}</bpmn:extensionElements>"


def node(
    tag: str, identifier: str, inner: str = "", name: str | None = None, **attributes: str
) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    name = identifier if name is None else name
    named = f' name="{name}"' if name else ""
    return f'<bpmn:{tag} id="{identifier}"{named}{written}>{inner}</bpmn:{tag}>'


def mapping(inputs: Mapping[str, str] | None, outputs: Mapping[str, str] | None) -> str:
    lines = [
        f"<zeebe:{direction} source={quoteattr(source)} target={quoteattr(target)}/>"
        for direction, pairs in (("input", inputs), ("output", outputs))
        for target, source in (pairs or {}).items()
    ]
    return f"<zeebe:ioMapping>{''.join(lines)}</zeebe:ioMapping>" if lines else ""


def start(identifier: str = "start", message: str | None = None) -> str:
    return node("startEvent", identifier, _message(message) if message else "")


def end(identifier: str = "end") -> str:
    return node("endEvent", identifier)


def end_error(identifier: str, code: str) -> str:
    return node("endEvent", identifier, f'<bpmn:errorEventDefinition errorRef="e_{code}"/>')


def end_all(identifier: str) -> str:
    return node("endEvent", identifier, "<bpmn:terminateEventDefinition/>")


def user(
    identifier: str,
    name: str | None = None,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    group: str = "member",
) -> str:
    inner = ext(
        f'<zeebe:formDefinition formId="{identifier}"/>',
        f'<zeebe:assignmentDefinition candidateGroups="{group}"/>' if group else "",
        mapping(inputs, outputs),
    )
    return node("userTask", identifier, inner, name)


def service(
    identifier: str,
    operation: str,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> str:
    inner = ext(f'<zeebe:taskDefinition type="{operation}"/>', mapping(inputs, outputs))
    return node("serviceTask", identifier, inner)


def script(identifier: str, expression: str, result: str) -> str:
    source = quoteattr("=" + expression)
    inner = ext(f'<zeebe:script expression={source} resultVariable="{result}"/>')
    return node("scriptTask", identifier, inner)


def rule(identifier: str, decision: str, result: str) -> str:
    inner = ext(f'<zeebe:calledDecision decisionId="{decision}" resultVariable="{result}"/>')
    return node("businessRuleTask", identifier, inner)


def call(
    identifier: str,
    process: str,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> str:
    inner = ext(
        f'<zeebe:calledElement processId="{process}" propagateAllChildVariables="false"/>',
        mapping(inputs, outputs),
    )
    return node("callActivity", identifier, inner)


def choice(identifier: str, default: str | None = None) -> str:
    attributes = {} if default is None else {"default": default}
    return node("exclusiveGateway", identifier, **attributes)


def parallel(identifier: str) -> str:
    return node("parallelGateway", identifier)


def race(identifier: str) -> str:
    return node("eventBasedGateway", identifier)


def catch(
    identifier: str,
    message: str | None = None,
    outputs: Mapping[str, str] | None = None,
    **time: str,
) -> str:
    inner = ext(mapping(None, outputs)) if outputs else ""
    return node("intermediateCatchEvent", identifier, inner + _event(message, None, time))


def boundary(
    identifier: str,
    host: str,
    message: str | None = None,
    *,
    code: str | None = None,
    outputs: Mapping[str, str] | None = None,
    interrupting: bool = True,
    **time: str,
) -> str:
    inner = ext(mapping(None, outputs)) if outputs else ""
    return node(
        "boundaryEvent",
        identifier,
        inner + _event(message, code, time),
        attachedToRef=host,
        cancelActivity="true" if interrupting else "false",
    )


def flow(source: str, target: str, condition: str = "") -> str:
    """Write one flow; its id is `source__target`."""
    inner = (
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        f"={_text(condition)}</bpmn:conditionExpression>"
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</bpmn:sequenceFlow>"
    )


def flows(*chains: str) -> str:
    """Write flows along chains such as `"start fill end"`."""
    return "".join(
        flow(source, target)
        for chain in chains
        for source, target in zip(chain.split(), chain.split()[1:], strict=False)
    )


def _message(name: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="m_{name}"/>'


def _event(message: str | None, code: str | None, time: Mapping[str, str]) -> str:
    if message is not None:
        return _message(message)
    if time:
        ((kind, value),) = time.items()
        tag = {"at": "timeDate", "after": "timeDuration", "every": "timeCycle"}[kind]
        return (
            f'<bpmn:timerEventDefinition><bpmn:{tag} xsi:type="bpmn:tFormalExpression">'
            f"{_text(value)}</bpmn:{tag}></bpmn:timerEventDefinition>"
        )
    reference = f' errorRef="e_{code}"' if code else ""
    return f"<bpmn:errorEventDefinition{reference}/>"


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
