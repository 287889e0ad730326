"""A damaged diagram is refused with sentences, or runs; nothing else happens to it."""

import random

import pytest
from lxml import etree

from engine.errors import HuijiError, InvalidRelease
from engine.spiff import read_model
from tests.engine.spiff.running import Driven, later
from tests.engine.spiff.test_safety import CHILD, DECISION, EVERYTHING

VALUES = ["", "=", "=1 +", "x", "=x", "true", "false", "start", "join", "ask", "甲", "P1D", "=null"]


def damaged(source, chance):
    """Change one to three things: an attribute, a text, an element moved, doubled or gone."""
    root = etree.fromstring(source)
    for _ in range(chance.randrange(1, 4)):
        elements = list(root.iter())[1:]
        if not elements:
            break
        element = chance.choice(elements)
        parent = element.getparent()
        match chance.randrange(6):
            case 0 if element.attrib:
                element.set(chance.choice(element.keys()), chance.choice(VALUES))
            case 1 if element.attrib:
                del element.attrib[chance.choice(element.keys())]
            case 2:
                element.text = chance.choice(VALUES)
            case 3:
                parent.remove(element)
            case 4:
                parent.append(etree.fromstring(etree.tostring(element)))
            case 5:
                target = chance.choice(elements)
                if element not in (target, *target.iterancestors()):
                    target.append(element)
    return etree.tostring(root)


def read(documents):
    """Give the model, or what is wrong with it."""
    try:
        return read_model("main", documents, {"fee.dmn": DECISION}), []
    except InvalidRelease as refused:
        return None, refused.problems


def run(model):
    """Run a case for a while; gives what stopped it."""
    try:
        case = Driven(model, {"amount": 4}, operations=dict.fromkeys(model.operations, later))
        case.send("told", note="x")
        for name in sorted(set(case.open)):
            case.complete(name)
        case.wait(days=2)
    except HuijiError as error:
        return str(error)
    return "nothing"


@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_diagram_is_refused_or_runs(seed):
    chance = random.Random(seed)
    documents = {"main.bpmn": damaged(EVERYTHING, chance), "child.bpmn": CHILD}
    if seed % 3 == 0:
        documents["child.bpmn"] = damaged(CHILD, chance)

    model, problems = read(documents)

    assert (model is None) == any(not each.is_warning for each in problems)
    assert all(each.document in documents and str(each) for each in problems)
    assert model is None or run(model)
