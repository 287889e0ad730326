"""What is shipped opens in Camunda Modeler: its libraries read it, and theirs is read here.

The diagram's editor writes with the same library, so what it saves is tried here, too.
"""

import json
import subprocess

import pytest

from engine.releases import check_unit
from engine.shipped import gather_unit
from tests.content.shipped import FOLDER, PROCESSES
from tests.content.test_checks import CHECKS
from workflows.studio.differences import describe_differences
from workflows.studio.differences.vocabulary import Vocabulary
from workflows.studio.documents import own_documents

NODE = FOLDER / ".venv/bin/node"
OPEN = FOLDER / "tests/content/open_documents.mjs"


@pytest.fixture(scope="module")
def opened() -> dict[str, tuple[list[str], str]]:
    """What the libraries say of each diagram and table, and how they write it, by path."""
    documents = {
        path: data.decode()
        for process in PROCESSES
        for path, data in gather_unit(process, FOLDER).items()
        if path.endswith((".bpmn", ".dmn"))
    }
    answer = subprocess.run(
        [NODE, OPEN], input=json.dumps(documents), capture_output=True, text=True, check=True
    )
    found: dict[str, tuple[list[str], str]] = json.loads(answer.stdout)
    assert found.keys() == documents.keys()
    return found


def test_camundas_libraries_know_everything_in_every_document(
    opened: dict[str, tuple[list[str], str]],
) -> None:
    assert {path: warnings for path, (warnings, _text) in opened.items() if warnings} == {}


@pytest.mark.parametrize("process", PROCESSES)
def test_what_they_write_is_the_same_process_here(
    opened: dict[str, tuple[list[str], str]], process: str
) -> None:
    shipped = dict(gather_unit(process, FOLDER))
    written = {
        path: opened[path][1].encode() if path in opened else data for path, data in shipped.items()
    }
    assert any(written[path] != data for path, data in shipped.items())
    told = [str(each) for each in check_unit(process, written, CHECKS)]
    assert told == [str(each) for each in check_unit(process, shipped, CHECKS)]
    old, new = own_documents(process, shipped), own_documents(process, written)
    for difference in describe_differences(process, old, new, Vocabulary()):
        assert {each.kind for each in difference.changes} == {"moved"}, difference
