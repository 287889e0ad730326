"""What the elements of a diagram and their properties are called."""

from engine.language import N_, _
from engine.spiff import labels
from engine.spiff.document import BPMN, Element, Tag

LABELS = {
    "id": N_("Id"),
    "name": N_("Name of the element"),
    "documentation": N_("Explanation"),
    "text": N_("Text of the note"),
    "lane": N_("Lane"),
    "kind of element": N_("Kind"),
    "sourceRef": N_("Comes from"),
    "targetRef": N_("Leads to"),
    "condition": N_("When it is taken"),
    "default": N_("In every other case"),
    "attachedToRef": N_("On the step"),
    "cancelActivity": N_("It ends the step"),
    "isExecutable": N_("Can be run"),
    "processRef": N_("Process"),
    "errorCode": N_("Error code"),
    "formDefinition formId": N_("Form to fill in"),
    "taskDefinition type": N_("Operation that runs"),
    "assignmentDefinition candidateGroups": N_("Who does it"),
    "taskSchedule dueDate": N_("Due date"),
    "calledElement processId": N_("Process that is called"),
    "calledDecision decisionId": N_("Decision in a table"),
    "calledDecision resultVariable": N_("Remembered as"),
    "script expression": N_("What is worked out"),
    "script resultVariable": N_("Remembered as"),
    "subscription correlationKey": N_("Of whom or what"),
    "messageEventDefinition messageRef": N_("Message"),
    "errorEventDefinition errorRef": N_("Error"),
    "timerEventDefinition timeDuration": N_("After a duration"),
    "timerEventDefinition timeDate": N_("At a moment"),
    "timerEventDefinition timeCycle": N_("Again and again"),
    "terminateEventDefinition": N_("End of everything"),
    "property status": N_("Status meanwhile"),
    "property kind": N_("Kind of task in the inbox"),
    "property case_kind": N_("Kind of the case"),
    "property office": N_("Which association"),
    "property batch": N_("Outcome for many at once"),
    "property second_person": N_("Not by who did one of these steps"),
}
"""Properties, by the names that `diagrams` gives them."""


def say_kind(element: Element) -> str:
    """What kind of thing an element is."""
    return labels.say_kind(Tag.of(str(element.tag)).name)


def say_label(name: str) -> str:
    """What a property is called."""
    if name in LABELS:
        return _(LABELS[name])
    direction, _space, target = name.partition(" ")
    if direction == "input":
        return _("What goes in: %(name)s", name=target)
    if direction == "output":
        return _("What is remembered: %(name)s", name=target)
    return target if direction == "property" else name


def is_step(element: Element) -> bool:
    """Whether a process passes the element."""
    tag = Tag.of(str(element.tag))
    return tag.namespace == BPMN and tag.name in labels.STEPS
