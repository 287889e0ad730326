"""What the steps of a draft can be given is named in the language of the page."""

from typing import Any

from tests.workflows.studio.conftest import Desk
from workflows.shared.statuses import LABELS
from workflows.studio.catalogue import describe_choices
from workflows.studio.drafts import get_draft, read_documents
from workflows.studio.titles import title_documents


def read_all(desk: Desk, process_id: str) -> dict[str, bytes]:
    """The documents of a process's draft."""
    draft_id = desk.open(process_id)
    with desk.engine.database.read() as session:
        return read_documents(session, get_draft(session, draft_id).id)


def choices(desk: Desk, process_id: str, language: str = "zh", **changed: bytes) -> Any:
    """What the editor of a process's diagram offers, with documents changed."""
    documents = read_all(desk, process_id)
    with desk.engine.database.read() as session:
        return describe_choices(
            session,
            desk.engine,
            process_id=process_id,
            documents=documents | changed,
            language="en" if language == "en" else "zh",
        )


def by_id(items: Any) -> Any:
    """A list of choices by what the diagram writes."""
    return {each.get("id") or each.get("name"): each for each in items}


def test_forms_are_called_after_their_steps_and_tell_their_outcomes(desk: Desk) -> None:
    forms = by_id(choices(desk, "ruling")["forms"])
    assert forms["agree_ruling"]["name"] == "复核"
    assert forms["agree_ruling"]["outcomes"] == [
        {"value": "agree", "label": "同意"},
        {"value": "refuse", "label": "不同意"},
    ]
    english = by_id(choices(desk, "ruling", "en")["forms"])
    assert {each["label"] for each in english["agree_ruling"]["outcomes"]} != {"同意", "不同意"}


def test_decisions_are_those_of_the_drafts_tables(desk: Desk) -> None:
    assert "inspection_hours" in by_id(choices(desk, "inspection")["decisions"])
    assert choices(desk, "ruling")["decisions"] == []


def test_tables_of_several_decisions_are_called_in_the_language_of_the_page(desk: Desk) -> None:
    documents = read_all(desk, "inspection")
    path = "bpmn/inspection/hours.dmn"
    assert title_documents("inspection", documents, "zh")[path] == "年检学时"
    assert title_documents("inspection", documents, "en")[path] == "Hours of an inspection"


def test_who_reads_english_is_told_the_english_names_of_steps(desk: Desk) -> None:
    assert choices(desk, "inspection")["english"] == []
    names = by_id(choices(desk, "inspection", "en")["english"])
    assert names["collect_hours"]["name"] == "Add up the hours"


def test_statuses_stand_with_the_process_that_gives_them_its_own_first(desk: Desk) -> None:
    statuses = choices(desk, "profile_change")["statuses"]
    assert {each["id"] for each in statuses} == LABELS.keys()
    assert statuses[0]["group"] == "登记信息变更"
    by_code = by_id(statuses)
    assert by_code["profile_change_in_review"]["group"] == "登记信息变更"
    assert by_code["output_in_review"]["group"] != by_code["profile_change_in_review"]["group"]
    # One that is worked out is given, too; one that no process gives comes last.
    assert by_id(choices(desk, "inspection")["statuses"])["returned"]["group"] == "年检"
    assert statuses[-1]["group"] == "Other statuses"
    groups = [each["group"] for each in statuses]
    starts = [one for one, other in zip(groups, ["", *groups], strict=False) if one != other]
    assert len(starts) == len(set(groups))


def test_a_process_may_call_others_but_none_that_calls_it(desk: Desk) -> None:
    callable_ = by_id(choices(desk, "inspection")["processes"])
    assert callable_["review"]["name"] == "审核"
    assert {"name": "season_id"} in callable_["deferral"]["inputs"]
    assert "inspection" not in callable_
    # The review is called by the inspection: calling back would never end.
    assert "inspection" not in by_id(choices(desk, "review")["processes"])


def test_messages_and_errors_are_called_as_the_steps_that_wait_for_them(desk: Desk) -> None:
    found = choices(desk, "ruling")
    messages = by_id(found["messages"])
    assert messages["hours_credited"]["label"] == "学时到账"
    assert messages["hours_credited"]["key"] == "=member_key"
    assert "stepped_back" in {each["code"] for each in found["errors"]}


def test_an_error_says_which_operations_and_which_processes_end_with_it(desk: Desk) -> None:
    errors = {each["code"]: each for each in choices(desk, "ruling")["errors"]}
    assert errors["password_changed"]["operations"] == ["accounts.set_password"]
    assert errors["password_changed"]["processes"] == []  # both of them catch it
    assert errors["stepped_back"]["operations"] == []
    assert set(errors["stepped_back"]["processes"]) == {"deferral", "settlement"}


def test_functions_are_those_that_expressions_may_call(desk: Desk) -> None:
    functions = {each["name"]: each["parameters"] for each in choices(desk, "ruling")["functions"]}
    assert functions["add working days"] == ("date", "days")
    assert functions["today"] == ()
    assert "get or else" not in functions  # other engines have it


def test_documents_that_cannot_be_read_give_nothing_and_break_nothing(desk: Desk) -> None:
    broken = {
        "forms/inspection/await_hours.form": b"[1, 2",
        "forms/inspection/view_inspection.form": b'{"components": [{"type": "button"}, 7]}',
        "bpmn/inspection/hours.dmn": b"<definitions/>",
        "bpmn/inspection/inspection.en.json": b"[]",
    }
    found = choices(desk, "inspection", "en", **broken)
    forms = by_id(found["forms"])
    assert forms["await_hours"]["outcomes"] == forms["view_inspection"]["outcomes"] == []
    assert forms["fill_information"]["outcomes"]
    assert found["decisions"] == []
