"""The check of a release that knows forms: each step's form is there and can be read."""

from collections.abc import Iterator

from engine.errors import Problem
from engine.language import N_
from engine.lifecycle import STARTED
from engine.releases import Unit
from engine.spiff import Step
from forms.checking import check_form
from forms.form import read_form


def check_forms(unit: Unit) -> Iterator[Problem]:
    """Find what is wrong with the forms of a unit."""
    for process in unit.model.processes.values():
        for step in process.steps.values():
            if step.form_id is None:
                continue
            path = f"forms/{process.id}/{step.form_id}.form"
            document = unit.documents.get(path)
            if document is None:
                yield Problem(
                    process.document,
                    step.id,
                    N_("“%(step)s” has no form: %(path)s is not in the release."),
                    step=step.name,
                    path=path,
                )
                continue
            found = list(check_form(document, f"{process.id}/{step.form_id}"))
            yield from found
            if step.kind == "start_event" and not any(not each.is_warning for each in found):
                yield from _check_start(step, document)


def _check_start(step: Step, document: bytes) -> Iterator[Problem]:
    """A form that a case is started with comes to one thing: the start."""
    form = read_form(document, name=f"{step.process_id}/{step.form_id}")
    outcomes = {each.properties["outcome"] for each in form.buttons if "outcome" in each.properties}
    if outcomes != {STARTED}:
        yield Problem(
            form.name,
            step.id,
            N_("“%(step)s” starts the process: the one outcome of its form is “%(outcome)s”."),
            step=step.name,
            outcome=STARTED,
        )
