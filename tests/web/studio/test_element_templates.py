"""Operations are offered as element templates, in the language of the page."""

from collections import Counter

from tests.web.conftest import REVIEWER
from tests.web.studio.conftest import Studio


def test_every_operation_is_a_template_with_its_inputs_and_results(studio: Studio) -> None:
    answer = studio.client.get("/studio/element-templates.json")
    assert answer.status_code == 200
    templates = {each["id"]: each for each in answer.json}
    assert len(templates) > 40
    record = templates["huiji.fees.record"]
    assert record["name"] == "Record the fee"
    assert record["category"]["name"] == "Fees"
    bound = {each["binding"].get("name"): each for each in record["properties"]}
    assert set(bound) == {None, "member_id", "season_id", "status", "amount"}
    assert bound["status"]["constraints"] == {"notEmpty": True}
    assert "confirmed" in bound["status"]["description"]
    assert record["properties"][0]["binding"] == {
        "type": "zeebe:taskDefinition",
        "property": "type",
    }
    plan = templates["huiji.review.plan"]
    results = [each for each in plan["properties"] if each["binding"]["type"] == "zeebe:output"]
    assert [each["value"] for each in results] == ["levels", "needs_agreement"]


def test_an_operation_says_with_which_errors_it_can_end(studio: Studio) -> None:
    templates = studio.client.get("/studio/element-templates.json").json
    (found,) = [each for each in templates if each["id"] == "huiji.accounts.set_password"]
    assert "The password has changed meanwhile (password_changed)" in found["description"]


def test_a_message_is_picked_from_a_list_of_wordings(studio: Studio) -> None:
    templates = studio.client.get("/studio/element-templates.json").json
    (send,) = [each for each in templates if each["id"] == "huiji.messages.send"]
    (wording,) = [each for each in send["properties"] if each.get("id") == "template"]
    assert wording["type"] == "Dropdown"
    assert "application_returned" in {each["value"] for each in wording["choices"]}
    # The code stands beside words only where others are the same.
    shown = {each["value"]: each["name"] for each in wording["choices"]}
    words = {code: name.removesuffix(f" ({code})") for code, name in shown.items()}
    alike = Counter(words.values())
    assert all((shown[code] == words[code]) == (alike[words[code]] == 1) for code in shown)
    assert 1 in alike.values()


def test_who_has_nothing_to_do_with_processes_is_not_told(studio: Studio) -> None:
    other = Studio(studio.visitor.app, REVIEWER)
    assert other.client.get("/studio/element-templates.json").status_code == 404
