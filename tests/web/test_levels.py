"""What pages say of a review with several decisions, and of decisions taken back."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from engine.submissions import NewMark
from tests.web.offices import READY, TOKEN, applied, part, say, staff
from tests.workflows.walking import INFORMATION

ADDRESS = NewMark("fill_information", "address", "请写全")
POSITION = NewMark("fill_information", "position", "请写全称")


def test_earlier_marks_are_listed_with_what_became_of_them(app: Flask) -> None:
    walk = applied(app)
    walk.do("review_application", "return", {"reason": "请补充"}, marks=(ADDRESS, POSITION))
    walk.do("fill_information", "apply", {**INFORMATION, "address": "杭州市西湖区文三路1号"})
    walk.apply()
    task = walk.tasks()["review_application"]
    changes = say(part(staff(app).open(f"/inbox/{task.id}"), "changes"))
    assert "请写全 Was changed" in changes
    assert "请写全称 Was not changed" in changes


@pytest.mark.parametrize("login", ["zj_review", "audit", "gd_manage"])
@pytest.mark.parametrize("act", ["revoke", "reopen"])
def test_only_a_manager_of_the_association_takes_a_decision_back(
    app: Flask, login: str, act: str
) -> None:
    walk = applied(app).do("review_application", "approve")
    person, address = staff(app, login), f"/cases/{walk.case_id}/{act}"
    expected = 404 if login == "gd_manage" else 403
    assert person.open(address).status == expected
    refused = person.send(address, MultiDict({**TOKEN, "reason": "有误", "until": "2030-01-01"}))
    assert refused.status == expected
    assert walk.case.status == "passed"


def test_a_second_click_on_revoke_changes_nothing(app: Flask) -> None:
    walk, manager = applied(app).do("review_application", "approve"), staff(app, "zj_manage")
    address, said = f"/cases/{walk.case_id}/revoke", MultiDict({**TOKEN, "reason": "有误"})
    assert manager.send(address, said).status == 200
    again = manager.send(address, said)
    assert again.status == 409
    assert "There is no decision of this case to revoke" in again.text
    assert walk.case.status == "in_review"


@pytest.mark.parametrize(
    ("act", "values", "sentence"),
    [
        ("revoke", {"reason": " "}, "Say why: the member is told."),
        ("reopen", {"reason": "误放弃", "until": "nonsense"}, "The last day is today or later."),
        ("reopen", {"reason": "", "until": "2030-01-01"}, "Say why: the member is told."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    app: Flask, act: str, values: dict[str, str], sentence: str
) -> None:
    walk = applied(app)
    if act == "revoke":
        walk.do("review_application", "approve")
    else:
        walk.withdraw().do("fill_information", "abandon")
    page = staff(app, "zj_manage").send(
        f"/cases/{walk.case_id}/{act}", MultiDict({**TOKEN, **values})
    )
    assert page.status == 422
    assert sentence in page.text
    assert values["reason"].strip() in page.text
    assert READY in page.text
    assert walk.case.state != "open"
