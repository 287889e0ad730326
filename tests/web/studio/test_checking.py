"""A draft is checked while it is edited, at its elements, with what is not saved yet."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from engine.errors import Problem
from engine.releases import Unit
from tests.web.studio.conftest import Studio

DIAGRAM = "bpmn/inspection/inspection.bpmn"
REVIEW = "bpmn/review/review.bpmn"


def ask(studio: Studio, draft: UUID, **sent: object) -> dict[str, Any]:
    answer = studio.ask("POST", f"/studio/drafts/{draft}/check", json=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def found_at(studio: Studio, draft: UUID, path: str, content: str) -> set[tuple[str, str]]:
    answer = ask(studio, draft, path=path, content=content)
    return {(each["element"], each["rule"]) for each in answer["problems"]}


def test_a_shipped_process_has_no_problems(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    assert ask(studio, draft) == {"problems": [], "counts": {"errors": 0, "warnings": 0}}


def test_three_mistakes_are_told_at_their_elements_at_once(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    data, _version = studio.read(draft, DIAGRAM)
    text = data.decode()
    wrong = (
        text.replace('default="which_application_to_choose_inspection"', "")
        .replace('type="hours.add_up"', 'type="hours.add"')
        .replace('fill_information_outcome = "abandon"', 'fill_information_outcome = "abandons"')
    )
    found = found_at(studio, draft, DIAGRAM, wrong)
    assert {
        ("which_application", "no-default"),
        ("collect_hours", "unknown-operation"),
        ("which_application_to_abandoned", "unknown-outcome"),
    } <= found
    assert ask(studio, draft)["counts"] == {"errors": 0, "warnings": 0}


def test_a_problem_says_the_names_of_the_diagram(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    data, _version = studio.read(draft, DIAGRAM)
    wrong = data.decode().replace('source="=season_id"', 'source="=saeson_id"', 1)
    messages = [
        each["message"] for each in ask(studio, draft, path=DIAGRAM, content=wrong)["problems"]
    ]
    assert messages == ["“暂缓年检” reads “saeson_id”, which nothing sets. Is “season_id” meant?"]


def test_a_called_process_is_checked_with_what_its_callers_give_it(studio: Studio) -> None:
    draft = studio.open_draft("review")
    data, _version = studio.read(draft, REVIEW)
    assert ask(studio, draft)["problems"] == []
    wrong = data.decode().replace('source="=season_id"', 'source="=member_no"', 1)
    assert ("plan", "variable-never-set") in found_at(studio, draft, REVIEW, wrong)


def test_the_variables_of_each_element_are_told_with_who_gives_them(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    known = ask(studio, draft, variables=True)["variables"]["inspection"]
    at_start = {each["name"] for each in known["fill_information"]}
    assert {"member_id", "season_id", "year"} <= at_start
    later = {each["name"]: each for each in known["assess_hours"]}
    assert later["hours_sums"]["from"] == "汇总学时"
    assert "hours_sums" in {each["name"] for each in known["hours_enough_to_await_hours"]}


def test_what_a_change_breaks_in_a_caller_is_told_with_its_name(studio: Studio) -> None:
    draft = studio.open_draft("review")
    data, _version = studio.read(draft, REVIEW)
    wrong = data.decode().replace('resultVariable="decision"', 'resultVariable="verdict"')
    found = ask(studio, draft, path=REVIEW, content=wrong)["problems"]
    away = [each for each in found if each["document"] == DIAGRAM]
    assert away
    for each in away:
        assert each["message"].startswith("In “Annual inspection”: “")
        assert each["address"] == f"/studio/drafts/{draft}/release"
    assert all("address" not in each for each in found if each["document"] == REVIEW)


def test_what_was_wrong_with_a_caller_before_is_not_told_again(studio: Studio) -> None:
    def find_fault(unit: Unit) -> list[Problem]:
        is_caller = unit.process_id == "inspection"
        return [Problem(DIAGRAM, None, "%(what)s", what="an old fault")] if is_caller else []

    studio.visitor.app.extensions["engine"].checks.append(find_fault)
    draft = studio.open_draft("review")
    data, _version = studio.read(draft, REVIEW)
    changed = data.decode().replace("</bpmn:process>", "<!-- --></bpmn:process>")
    assert ask(studio, draft, path=REVIEW, content=changed)["problems"] == []


@pytest.mark.parametrize(
    "sent",
    [
        [],
        "text",
        {"path": DIAGRAM},
        {"path": 7, "content": ""},
        {"path": DIAGRAM, "content": "\ud800"},
        {"variables": "yes"},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(studio: Studio, sent: object) -> None:
    draft = studio.open_draft("inspection")
    answer = studio.ask("POST", f"/studio/drafts/{draft}/check", json=sent)
    assert answer.status_code == 422
    assert answer.json["message"]


def test_a_document_of_another_process_is_not_checked_here(studio: Studio) -> None:
    draft = studio.open_draft("inspection")
    sent = {"path": REVIEW, "content": "<x/>"}
    assert studio.ask("POST", f"/studio/drafts/{draft}/check", json=sent).status_code == 422


def test_a_draft_that_is_gone_says_so(studio: Studio) -> None:
    studio.open_draft("inspection")
    answer = studio.ask("POST", f"/studio/drafts/{uuid4()}/check", json={})
    assert answer.status_code == 404
    assert "no longer there" in answer.json["message"]
