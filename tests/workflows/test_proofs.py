"""What forms ask for and keep nowhere: a release names what nobody would look at."""

from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

import workflows
from engine.engine import Engine
from engine.releases import Unit
from engine.shipped import gather_unit
from engine.spiff import read_model
from tests.workflows.conftest import ROOT
from tests.workflows.resetting import begin
from workflows.shared.access import get_visitor
from workflows.shared.proofs import check_proofs
from workflows.shared.resets import find_task_of_visitor
from workflows.shared.tasks import ActionNotFound

PROCESS = "individual_password_reset"


def unit() -> Unit:
    documents = gather_unit(PROCESS, ROOT)
    diagrams = {Path(name).name: each for name, each in documents.items() if ".bpmn" in name}
    return Unit(PROCESS, read_model(PROCESS, diagrams, {}), documents)


def test_every_secret_and_button_that_is_shipped_is_looked_at() -> None:
    found = workflows.collect()
    assert list(check_proofs(found.proofs, found.deeds)(unit())) == []


def test_a_secret_that_nobody_looks_at_and_a_dead_button_are_named() -> None:
    said = [str(each) for each in check_proofs({}, {})(unit())]
    assert "“设置新密码” asks for something secret that nobody looks at." in said
    assert len(said) == 4


def test_a_button_that_a_form_does_not_have_does_nothing(demo_engine: Engine) -> None:
    person = begin(demo_engine)
    with pytest.raises(ActionNotFound):
        person.do("send_code")


def test_a_step_with_secrets_is_not_completed_without_looking_at_them(demo_engine: Engine) -> None:
    person = begin(demo_engine)
    person.press("mobile")
    with demo_engine.database.read() as session:
        task = find_task_of_visitor(session, person.case.id)
    assert task is not None
    with (
        demo_engine.database.transaction() as session,
        pytest.raises(RuntimeError, match="nobody looked"),
    ):
        person.tasks.complete(
            session,
            task_id=task.id,
            outcome="next",
            posted=MultiDict({"mobile": "13800138000", "code": "123456"}),
            viewer=get_visitor(person.visit),
            language="en",
            now=person.now,
        )
