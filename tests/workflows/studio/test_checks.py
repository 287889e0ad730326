"""What a diagram says of duties, statuses, messages and English has to mean something here."""

import re
from pathlib import Path

import pytest

from engine.errors import Problem
from engine.releases import check_unit
from engine.shipped import gather_unit
from workflows.shared.message_names import MESSAGES
from workflows.studio.checks import CHECKS

FOLDER = Path(__file__).parents[3]
DIAGRAM = "bpmn/ruling/ruling.bpmn"


def changed(before: str, after: str, *, process: str = "ruling") -> list[Problem]:
    documents = dict(gather_unit(process, FOLDER))
    path = f"bpmn/{process}/{process}.bpmn"
    text = documents[path].decode()
    assert before in text
    documents[path] = text.replace(before, after, 1).encode()
    return check_unit(process, documents, CHECKS)


@pytest.mark.parametrize(
    ("before", "after", "rule", "words"),
    [
        ('candidateGroups="manage"', 'candidateGroups="boss"', "unknown-duty", "“boss”"),
        ('candidateGroups="manage"', 'candidateGroups="association"', "no-duty", "duty"),
        ('value="ruling_agreed"', 'value="ruling_agred"', "unknown-status", "“ruling_agreed”"),
        ('name="kind" value="ruling"', 'name="kind" value="rule"', "unknown-kind", "“rule”"),
        ('value="propose_ruling"', 'value="propose_rulling"', "unknown-step", "Is “"),
        ('name="status"', 'name="stats"', "useless-property", "“stats”"),
        ('name="status"', 'name="stats"', "no-status", "does not say where its case stands"),
        ('name="kind" value="ruling"', 'name="office" value="nearby"', "unknown-office", "nearby"),
    ],
)
def test_what_is_not_known_here_is_told_at_its_step(
    before: str, after: str, rule: str, words: str
) -> None:
    found = [each for each in changed(before, after) if each.rule == rule]
    assert found
    assert found[0].element
    assert words in str(found[0])


def test_a_lane_that_belongs_to_nobody_is_told_by_its_name() -> None:
    found = changed('<bpmn:lane id="association"', '<bpmn:lane id="somebody"')
    assert {each.rule for each in found if not each.is_warning} == {"unknown-lane"}
    assert "“地方注协”" in str(found[0])


def test_a_message_that_nothing_sends_is_told() -> None:
    found = changed('name="hours_credited"', 'name="hours_came"', process="inspection")
    assert [each.rule for each in found] == ["unknown-message"]
    assert set(MESSAGES) >= {"hours_credited", "withdrawn"}


def test_a_message_that_could_be_anybodys_is_told() -> None:
    text = (FOLDER / "bpmn/inspection/inspection.bpmn").read_text()
    key = re.search(r"<bpmn:extensionElements>\s*<zeebe:subscription[^>]*/>\s*</bpmn:\w+>", text)
    assert key
    found = changed(key[0], "", process="inspection")
    assert {each.rule for each in found} == {"message-key"}
    assert "whose message it waits for" in str(found[0])


def test_an_outcome_for_many_at_once_has_a_button() -> None:
    found = changed('name="batch" value="received"', 'name="batch" value="gone"', process="payment")
    assert [each.rule for each in found] == ["unknown-outcome"]


def test_a_name_without_an_english_one_is_a_warning_at_its_element() -> None:
    documents = dict(gather_unit("ruling", FOLDER))
    documents["bpmn/ruling/ruling.en.json"] = b"{}"
    found = check_unit("ruling", documents, CHECKS)
    assert {each.rule for each in found} == {"missing-english"}
    assert all(each.is_warning for each in found)
    assert "propose_ruling" in {each.element for each in found}


@pytest.mark.parametrize("english", [b"[]", b"{", b'{"x": 1}'])
def test_english_texts_that_are_no_map_of_texts_are_refused(english: bytes) -> None:
    documents = dict(gather_unit("ruling", FOLDER)) | {"bpmn/ruling/ruling.en.json": english}
    (problem,) = check_unit("ruling", documents, CHECKS)
    assert (problem.rule, problem.is_warning) == ("unreadable", False)
