"""What the attributes of a diagram's document are called in sentences."""

from collections.abc import Mapping

from engine.feel_sentences import Said
from engine.language import N_

WORDS: Mapping[str, str] = {
    "formId": N_("the form"),
    "type": N_("the operation"),
    "expression": N_("what is worked out"),
    "resultVariable": N_("the variable that keeps the result"),
    "processId": N_("the process that is called"),
    "decisionId": N_("the decision"),
    "candidateGroups": N_("the duty"),
    "dueDate": N_("the time limit"),
    "correlationKey": N_("whose message is waited for"),
    "messageRef": N_("the message"),
    "errorRef": N_("the error"),
}
"""What an attribute of the document is called on the pages where it is filled in."""


def say_attribute(attribute: str) -> Said:
    """An attribute in words."""
    return Said(WORDS[attribute], {})
