"""The check of a release that knows forms: each user task's form is there and can be read."""

from collections.abc import Iterator

from engine.errors import Problem
from engine.language import N_
from engine.releases import Unit
from forms.checking import check_form


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
            else:
                yield from check_form(document, f"{process.id}/{step.form_id}")
