"""The association's inbox and the page on which a task is decided."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.cases import Case
from engine.submissions import NewMark
from engine.tasks import Task
from tests.web.conftest import Visitor, drawing_watched, together
from tests.web.offices import (
    IN_GUANGZHOU,
    OTHERS,
    READY,
    TOKEN,
    address_of,
    applied,
    decide,
    part,
    put_question,
    say,
    staff,
)
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.inbox.queries import BY_DUE, BY_NEWEST, BY_OLDEST, Filters, Position, list_tasks
from workflows.shared.access import get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.tasks import Tasks

PENDING_FEE = "330000100005"


def applied_again(app: Flask) -> Walk:
    """An application that was returned with a mark, changed and sent again."""
    walk = applied(app)
    mark = NewMark("fill_information", "employer", "与证明不一致")
    reason = {"reason": "请核对工作单位"}
    walk.do("review_application", "return", reason, by=REVIEWER, marks=(mark,))
    walk.do("fill_information", "apply", {**INFORMATION, "employer": "演示学院"})
    return walk.apply()


def test_a_reviewer_finds_what_waits_for_his_association_and_nothing_else(app: Flask) -> None:
    own, other = applied(app), applied(app, IN_GUANGZHOU)
    reviewer = staff(app)

    listed = reviewer.open("/inbox")

    assert READY in listed.text
    assert IN_GUANGZHOU not in listed.text
    assert reviewer.open(address_of(own)).status == 200
    assert reviewer.open(address_of(other)).status == 404
    assert staff(app, "gd_review").open(address_of(other)).status == 200
    assert staff(app, "gd_review").open(address_of(own)).status == 404


@pytest.mark.parametrize("address", ["/inbox", "/inbox?q=nobody", "/account"])
def test_every_page_says_how_much_waits(app: Flask, address: str) -> None:
    applied(app)
    (tally,) = staff(app).open(address).html.xpath("//nav[@class='places']//span[@class='tally']")
    assert tally.text_content() == "1"


def test_a_fee_clerk_sees_fees_and_no_applications(app: Flask) -> None:
    walk = applied(app)
    clerk = staff(app, "zj_fees")

    assert READY not in clerk.open("/inbox").text
    assert clerk.open(address_of(walk)).status == 404


def test_members_have_no_inbox_and_unknown_tasks_are_nothing_to_anybody(
    app: Flask, member: Visitor
) -> None:
    walk = applied(app)
    reviewer = staff(app)
    own_step = Walk(app.extensions["engine"], OTHERS[0]).start().tasks()["fill_information"]

    assert member.open("/inbox").status == 404
    assert member.open(address_of(walk)).status == 404
    assert reviewer.open("/inbox/00000000-0000-4000-8000-000000000000").status == 404
    assert reviewer.open(f"/inbox/{own_step.id}").status == 404


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=33000010000", True),
        ("q=蔡", True),
        ("q=蔡思源", True),
        ("q=蔡思源源", False),
        ("q=思源", False),
        ("q=44", False),
        ("kind=inspection", True),
        ("kind=fee", False),
        ("year=2021", True),
        ("year=2020", False),
        ("overdue=1", False),
        ("resubmitted=1", False),
        ("mine=1", False),
        ("state=completed", False),
        ("year=nonsense&sort=nonsense&after=nonsense", True),
        ("after=9_999999999999999999999_aa", True),
    ],
)
def test_the_list_is_filtered_by_its_address(app: Flask, query: str, is_found: bool) -> None:
    applied(app)

    page = staff(app).open(f"/inbox?{query}")

    assert page.status == 200
    assert (READY in page.text) is is_found
    assert ("Nothing fits these filters" in page.text) is not is_found


def test_a_task_is_overdue_when_its_time_has_passed(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    assert READY not in reviewer.open("/inbox?overdue=1").text

    with app.extensions["engine"].database.transaction() as session:
        task = session.get_one(Task, walk.tasks()["review_application"].id)
        task.due_at = NOW - timedelta(seconds=1)

    assert READY in reviewer.open("/inbox?overdue=1").text
    assert "Overdue" in reviewer.open(address_of(walk)).text


def test_an_empty_inbox_says_that_everything_is_done(app: Flask) -> None:
    assert "Everything is done" in staff(app).open("/inbox").text


def test_a_script_gets_the_list_alone(app: Flask) -> None:
    applied(app)

    alone = staff(app).open("/inbox", headers={"HX-Target": "tasks"})

    assert READY in alone.text
    assert not alone.html.xpath("//header | //main")


@pytest.mark.parametrize(
    ("sort", "expected"), [(BY_DUE, [2, 1, 0]), (BY_OLDEST, [2, 0, 1]), (BY_NEWEST, [1, 0, 2])]
)
def test_pages_hold_every_task_once_and_in_order(
    app: Flask, sort: str, expected: list[int]
) -> None:
    walks = [applied(app, number) for number in (READY, *OTHERS)]
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=2)
    with app.extensions["engine"].database.transaction() as session:
        tasks = [session.get_one(Task, each.tasks()["review_application"].id) for each in walks]
        for task, due_at, minutes in zip(tasks, (None, late, soon), (1, 2, 0), strict=True):
            task.due_at, task.opened_at = due_at, NOW + timedelta(minutes=minutes)
        account = find_account(session, user_type="staff", login="zj_review")
        assert account is not None
        session.flush()
        viewer, found = get_viewer(session, account), []
        after: Position | None = None
        for _page in range(4):
            page = list_tasks(session, viewer, Filters(sort=sort), now=NOW, after=after, limit=1)
            found += [tasks.index(each) for each in page.tasks]
            after = page.next
            if after is None:
                break

    assert found == expected


def test_the_next_page_of_an_address_goes_on_where_the_first_ended(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (READY, *OTHERS):
        applied(app, number)
    monkeypatch.setattr(list_tasks, "__kwdefaults__", {"after": None, "limit": 2})
    reviewer = staff(app)

    first = reviewer.open("/inbox?sort=oldest&year=2021")
    second = reviewer.open(first.links()["Next page"])

    everybody = {READY, *OTHERS}
    on_first = {number for number in everybody if number in first.text}
    on_second = {number for number in everybody if number in second.text}
    assert (len(on_first), on_first | on_second) == (2, everybody)
    assert not on_first & on_second
    assert "Next page" not in second.links()
    assert "year=2021" in second.links()["First page"]


def test_others_see_who_is_on_a_task_and_may_take_it_over(app: Flask) -> None:
    walk = applied(app)
    first, second = staff(app), staff(app, "zj_review2")
    first.send(f"{address_of(walk)}/claim", MultiDict(TOKEN))

    seen = second.open(address_of(walk))
    second.send(f"{address_of(walk)}/claim", MultiDict(TOKEN))
    unmoved = second.open(address_of(walk))
    taken = second.send(f"{address_of(walk)}/claim", MultiDict({**TOKEN, "take_over": "1"}))

    assert "浙江审核员 is on it" in seen.text
    assert "浙江审核员 is on it" in unmoved.text
    assert "You are on it" in taken.text
    assert "浙江审核员乙" in first.open("/inbox").text
    assert READY in second.open("/inbox?mine=1").text


def test_a_claim_that_nothing_came_of_is_forgotten_and_one_can_be_put_back(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    reviewer.send(f"{address_of(walk)}/claim", MultiDict(TOKEN))
    app.extensions["engine"].now = lambda: NOW + timedelta(minutes=31)

    assert "Nobody is on it" in staff(app, "zj_review2").open(address_of(walk)).text

    app.extensions["engine"].now = lambda: NOW
    reviewer.send(f"{address_of(walk)}/release", MultiDict(TOKEN))
    assert "Nobody is on it" in reviewer.open(address_of(walk)).text


def test_the_page_shows_the_whole_application_but_never_a_whole_identity_number(app: Flask) -> None:
    walk = Walk(app.extensions["engine"], READY).start()
    walk.do("fill_information", "apply", {**INFORMATION, "identity_number": "11010519491231002X"})
    walk.do("view_inspection", "continue")
    walk.do("accept_commitment", "confirm", {"version": 1, "agreed": True})
    walk.apply()
    reviewer = staff(app)

    page = reviewer.open(address_of(walk))

    assert "演示大学" in page.text
    assert "1101051*****" in page.text
    assert "11010519491231002X" not in page.text


def test_a_return_needs_a_reason_and_keeps_what_was_typed(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    page = reviewer.open(address_of(walk))

    refused = decide(reviewer, page, "return", comment__fill_information__employer="与证明不一致")

    assert refused.status == 422
    assert refused.html.find_class("error-summary")
    comment = "comment.fill_information.employer"
    assert dict(part(refused, "review").form_values())[comment] == "与证明不一致"
    assert walk.case.status == "in_review"


def test_a_return_reaches_the_member_with_its_reason_and_marks(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    page = reviewer.open(address_of(walk))

    done = decide(
        reviewer,
        page,
        "return",
        reason="请核对工作单位",
        comment__fill_information__employer="与证明不一致",
    )

    assert done.path == "/inbox"
    assert "Nothing else waits here" in done.text
    assert walk.case.status == "returned"
    member = Visitor(app)
    member.enter(READY)
    step = member.open(f"/tasks/{walk.tasks()['fill_information'].id}")
    assert "请核对工作单位" in step.text
    assert "与证明不一致" in step.text


def test_marks_and_an_approval_contradict_each_other(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)

    refused = decide(
        reviewer,
        reviewer.open(address_of(walk)),
        "approve",
        mark="fill_information.employer",
    )

    assert refused.status == 422
    assert "You marked 1 field:" in refused.text
    assert walk.case.status == "in_review"


def test_an_approval_opens_the_next_task_by_itself(app: Flask) -> None:
    first, second = applied(app), applied(app, OTHERS[0])
    reviewer = staff(app)

    following = decide(reviewer, reviewer.open(address_of(first)), "approve")

    assert following.path == address_of(second)
    assert "This is the next one" in following.text
    assert first.case.status == "passed"


def test_the_second_round_shows_what_changed_and_what_had_been_marked(app: Flask) -> None:
    walk = applied_again(app)

    page = staff(app).open(address_of(walk))

    said = say(part(page, "changes"))
    assert "What changed in round 2" in said
    assert "演示大学" in said
    assert "演示学院" in said
    assert "Was marked" in said
    assert "请核对工作单位" in said
    assert page.html.find_class("is-changed")


def test_any_earlier_round_can_be_looked_at(app: Flask) -> None:
    walk = applied_again(app)
    walk.do("review_application", "return", {"reason": "再看"}, by=REVIEWER)
    walk.do("fill_information", "apply", {**INFORMATION, "employer": "演示公司"})
    walk.apply()
    reviewer = staff(app)

    third = reviewer.open(address_of(walk))
    second = reviewer.open(f"{address_of(walk)}?round=2", headers={"HX-Target": "changes"})

    assert "演示公司" in say(part(third, "changes"))
    assert "演示公司" not in second.text
    assert "演示学院" in second.text
    assert not second.html.xpath("//header | //main")


def test_a_switch_to_the_deferral_is_said_with_its_new_forms(app: Flask) -> None:
    walk = applied(app)
    walk.do("review_application", "return", {"reason": "可申请暂缓"}, by=REVIEWER)
    walk.do("fill_information", "defer", INFORMATION)
    walk.do("accept_deferral_commitment", "confirm", {"version": 1, "agreed": True})
    walk.do("state_deferral", "apply", {"ground": "abroad", "explanation": "在国外", "proof": []})

    page = staff(app).open(address_of(walk))

    said = say(part(page, "changes"))
    assert "It is another application now" in said
    assert "在国外" in said


def test_of_two_reviewers_one_wins_and_the_other_loses_nothing_typed(app: Flask) -> None:
    walk = applied(app)
    first, second = staff(app), staff(app, "zj_review2")
    seen_by_first, seen_by_second = first.open(address_of(walk)), second.open(address_of(walk))
    decide(first, seen_by_first, "approve")

    late = decide(
        second,
        seen_by_second,
        "return",
        reason="缺少材料",
        comment__fill_information__employer="与证明不一致",
    )

    assert late.status == 409
    assert "浙江审核员 decided: Approve" in late.text
    assert "缺少材料" in late.text
    assert "与证明不一致" in late.text
    assert walk.case.status == "passed"
    assert "浙江审核员 decided: Approve" in second.open(seen_by_second.path).text


def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if app.extensions["engine"].database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time")
    walk = applied(app)
    reviewers = staff(app), staff(app, "zj_review2")
    pages = [each.open(address_of(walk)) for each in reviewers]
    barrier = threading.Barrier(2)
    complete = Tasks.complete

    def complete_together(tasks: Tasks, session: Session, **given: Any) -> Any:
        # Both have read the task by now.
        barrier.wait(timeout=10)
        return complete(tasks, session, **given)

    monkeypatch.setattr(Tasks, "complete", complete_together)
    answers = together(
        app,
        lambda: decide(reviewers[0], pages[0], "approve"),
        lambda: decide(reviewers[1], pages[1], "approve"),
    )
    won, late = sorted(answers, key=lambda each: each.status)
    assert (won.status, late.status) == (200, 409)
    assert "Approve" in won.text
    winner = "浙江审核员" if won is answers[0] else "浙江审核员乙"
    assert f"{winner} decided: Approve" in late.text
    assert walk.case.status == "passed"


@pytest.mark.parametrize("outcome", ["return", "approve"])
def test_others_decide_while_a_page_is_drawn(app: Flask, outcome: str) -> None:
    walk, reviewer = applied(app), staff(app)
    page = reviewer.open(address_of(walk))
    with drawing_watched(app) as noted:
        reviewer.send(f"{address_of(walk)}/claim", MultiDict(TOKEN), headers={"HX-Request": "true"})
        decide(reviewer, page, outcome)
    assert len(noted) > 1
    assert not any(noted)


def test_a_decision_may_have_a_question_first(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    put_question(app, walk, "确定退回吗")
    page = reviewer.open(address_of(walk))
    comment = "comment.fill_information.employer"

    asked = decide(
        reviewer, page, "return", reason="缺少材料", comment__fill_information__employer="不一致"
    )

    assert asked.status == 200
    assert "确定退回吗" in say(part(asked, "decision").xpath(".//*[@id='asked']")[0])
    assert dict(part(asked, "review").form_values())[comment] == "不一致"
    assert walk.case.status == "in_review"

    unsure = decide(reviewer, asked, "", action="cancel")
    assert unsure.status == 200
    assert not unsure.html.xpath("//*[@id='asked']")
    assert dict(part(unsure, "review").form_values())["reason"].strip() == "缺少材料"
    assert dict(part(unsure, "review").form_values())[comment] == "不一致"

    done = decide(reviewer, asked, "", confirmed="return")
    assert done.path == "/inbox"
    assert walk.case.status == "returned"


def test_an_application_withdrawn_meanwhile_is_said_so(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    page = reviewer.open(address_of(walk))
    walk.withdraw()

    late = decide(reviewer, page, "return", reason="缺少材料")

    assert late.status == 409
    assert "There is nothing to decide any more" in late.text
    assert "缺少材料" in late.text


def test_a_fee_is_confirmed_from_the_same_inbox(app: Flask) -> None:
    walk = Walk(app.extensions["engine"], PENDING_FEE).start().to_materials()
    clerk = staff(app, "zj_fees")
    page = clerk.open(address_of(walk, "confirm_fee"))
    assert "100.00" in page.text
    assert not page.html.find_class("part")

    refused = decide(clerk, page, "not_received")
    done = decide(clerk, page, "received")

    assert refused.status == 422
    assert "Nothing else waits here" in done.text
    assert "confirm_fee" not in walk.steps


def test_a_task_about_no_season_has_its_page_too(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    with app.extensions["engine"].database.transaction() as session:
        task = session.get_one(Task, walk.tasks()["review_application"].id)
        case = session.get_one(Case, task.case_id)
        task.kind = case.kind = "advice"
        task.year = case.year = None

    assert READY in reviewer.open("/inbox").text
    page = reviewer.open(f"/inbox/{task.id}")

    assert page.status == 200
    assert "Approve" in say(part(page, "decision"))
    assert not page.html.find_class("part")


def test_an_overseer_may_look_but_not_decide(app: Flask) -> None:
    walk, auditor = applied(app), staff(app, "audit")

    page = auditor.open(address_of(walk))

    assert page.status == 200
    assert "others decide on it" in page.text
    assert decide(auditor, page, "approve").status == 403
    assert walk.case.status == "in_review"


def test_enter_in_a_comment_decides_nothing(app: Flask) -> None:
    page = staff(app).open(address_of(applied(app)))

    # A browser presses a form's first button; that one cannot be pressed.
    first = part(page, "review").xpath(".//button")[0]
    assert first.get("disabled") is not None


def test_decided_tasks_are_found_again(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    decide(reviewer, reviewer.open(address_of(walk)), "approve")

    with app.extensions["engine"].database.read() as session:
        task = session.scalars(select(Task).where(Task.outcome == "approve")).one()
    assert READY in reviewer.open("/inbox?state=completed&mine=1").text
    assert READY not in reviewer.open("/inbox").text
    assert "浙江审核员 decided: Approve" in reviewer.open(f"/inbox/{task.id}").text
