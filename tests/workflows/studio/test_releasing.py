"""Releasing a draft: what it brings to its callers, who is told what, and what stops it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.actors import SYSTEM
from engine.errors import HuijiError, InvalidRelease
from engine.releases import Release
from tests.workflows.conftest import NOW
from tests.workflows.studio.conftest import Desk
from tests.workflows.walking import Walk
from workflows.studio.current import documents_of, get_current
from workflows.studio.drafts import (
    DraftChanged,
    DraftNotFound,
    discard_draft,
    find_draft,
    get_draft,
)
from workflows.studio.releasing import (
    CallerNotOffered,
    DraftPlan,
    NothingChanged,
    PlanOutdated,
    ReasonMissing,
    ReasonTooLong,
    keep_plan,
)

READY, OTHER = "330000100001", "330000100003"
PAYMENT = "bpmn/payment/payment.bpmn"
REVIEW = "bpmn/review/review.bpmn"
RULING = "bpmn/ruling/ruling.bpmn"


def test_a_released_draft_is_what_new_cases_take(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    (made,) = desk.release(desk.plan(draft), reason="  名称更\n清楚 ")
    assert (made.number, made.reason, made.made_by) == (2, "名称更 清楚", desk.by)
    with desk.engine.database.read() as session:
        assert get_current(session, "ruling").release_id == made.id
        assert find_draft(session, "ruling") is None


def test_the_page_says_what_changed_and_what_has_not(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    desk.save(draft, "forms/ruling/new_one.form", b'{"components": []}', None)
    plan = desk.plan(draft).plan
    assert [(each.path, each.kind) for each in plan.differences] == [
        (RULING, "changed"),
        ("forms/ruling/new_one.form", "added"),
    ]


def test_a_called_process_gives_each_of_its_callers_a_new_release(desk: Desk) -> None:
    draft = desk.open("payment")
    desk.change(draft, PAYMENT, "</bpmn:process>", "<!-- --></bpmn:process>")
    planned = desk.plan(draft)
    callers = {each.process_id for each in planned.plan.callers}
    assert callers == {"inspection", "settlement"}
    before = desk.numbers(*callers)
    made = desk.release(planned)
    assert {each.process_id for each in made} == {"payment", *callers}
    assert desk.numbers(*callers) == {name: number + 1 for name, number in before.items()}
    with desk.engine.database.read() as session:
        for each in made:
            assert b"<!-- -->" in documents_of(session, each.id)[PAYMENT]
        (kept,) = {each.reason for each in made}
        assert kept == "要改"


def test_a_caller_that_is_left_out_stays_as_it_is_and_takes_it_with_the_next(desk: Desk) -> None:
    draft = desk.open("review")
    desk.change(draft, REVIEW, "</bpmn:process>", "<!-- --></bpmn:process>")
    made = desk.release(desk.plan(draft), without=("inspection",))
    assert "inspection" not in {each.process_id for each in made}
    with desk.engine.database.read() as session:
        stayed = get_current(session, "inspection")
        assert b"<!-- -->" not in documents_of(session, stayed.release_id)[REVIEW]
    draft = desk.open("review")
    planned = desk.plan(draft)
    assert [each.process_id for each in planned.plan.offered] == ["inspection"]
    made = desk.release(planned)
    assert desk.numbers("review", "inspection") == {"review": 2, "inspection": 2}


def test_a_case_that_runs_stays_on_its_release_and_a_new_one_takes_the_new(desk: Desk) -> None:
    running = Walk(desk.engine, READY).start()
    draft = desk.open("review")
    desk.change(draft, REVIEW, "</bpmn:process>", "<!-- --></bpmn:process>")
    made = {each.process_id: each.id for each in desk.release(desk.plan(draft))}
    assert running.case.release_id != made["inspection"]
    assert Walk(desk.engine, OTHER).start().case.release_id == made["inspection"]


def test_nothing_is_released_without_a_reason(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    planned = desk.plan(draft)
    with pytest.raises(ReasonMissing):
        desk.release(planned, reason=" \n")
    with pytest.raises(ReasonTooLong):
        desk.release(planned, reason="长" * 501)
    assert desk.numbers("ruling") == {"ruling": 1}


def test_nothing_is_released_that_is_at_work_already(desk: Desk) -> None:
    draft = desk.open("ruling")
    with pytest.raises(NothingChanged):
        desk.release(desk.plan(draft))


def test_errors_stop_a_release_and_name_the_element(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'type="ruling.record"', 'type="ruling.vanished"')
    planned = desk.plan(draft)
    (error,) = planned.plan.process.errors
    assert error.element == "record_ruling"
    with pytest.raises(InvalidRelease, match=r"ruling\.vanished, which does not exist"):
        desk.release(planned)
    assert desk.numbers("ruling") == {"ruling": 1}


def test_errors_of_a_caller_stop_it_unless_it_is_left_out(desk: Desk) -> None:
    draft = desk.open("review")
    desk.change(draft, REVIEW, "</bpmn:process>", "<!-- --></bpmn:process>")
    del desk.engine.operations.by_name["inspection.tell_refused"]
    planned = desk.plan(draft)
    (caller,) = planned.plan.callers
    assert not planned.plan.process.errors
    assert caller.errors
    with pytest.raises(InvalidRelease, match=r"inspection\.tell_refused, which does not exist"):
        desk.release(planned)
    (made,) = desk.release(planned, without=("inspection",))
    assert made.process_id == "review"


def test_what_was_saved_meanwhile_is_looked_at_first(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    planned = desk.plan(draft)
    desk.change(draft, RULING, 'name="复核意见"', 'name="别的"')
    with pytest.raises(PlanOutdated):
        desk.release(planned)
    assert desk.numbers("ruling") == {"ruling": 1}
    desk.release(desk.plan(draft))
    assert desk.numbers("ruling") == {"ruling": 2}


def test_what_was_released_meanwhile_is_looked_at_first(desk: Desk) -> None:
    review, settlement = desk.open("review"), desk.open("inspection")
    desk.change(review, REVIEW, "</bpmn:process>", "<!-- --></bpmn:process>")
    desk.change(
        settlement, "bpmn/inspection/inspection.bpmn", "</bpmn:process>", "<!----></bpmn:process>"
    )
    planned = desk.plan(settlement)
    desk.release(desk.plan(review))
    with pytest.raises(PlanOutdated):
        desk.release(planned)
    again = desk.plan(settlement)
    assert again.is_moved
    desk.release(again)
    with desk.engine.database.read() as session:
        current = get_current(session, "inspection")
        documents = documents_of(session, current.release_id)
    assert current.number == 3
    assert b"<!-- -->" in documents[REVIEW]


def test_pressed_twice_it_is_one_release(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    planned = desk.plan(draft)
    desk.release(planned)
    with pytest.raises(DraftNotFound):
        desk.release(planned)
    assert desk.numbers("ruling") == {"ruling": 2}


def test_a_caller_that_is_none_is_refused(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    planned = desk.plan(draft)
    with desk.engine.database.transaction() as session, pytest.raises(CallerNotOffered):
        keep_plan(session, plan=planned.plan, callers=["payment"], reason="x", by=SYSTEM, now=NOW)


def test_two_who_release_at_once_make_one_release_and_one_is_told(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    planned = [desk.plan(draft), desk.plan(draft)]

    def press(plan: DraftPlan) -> list[Release] | HuijiError:
        try:
            return desk.release(plan)
        except HuijiError as error:
            return error

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(press, planned))
    assert sum(isinstance(each, DraftNotFound) for each in answers) == 1
    assert desk.numbers("ruling") == {"ruling": 2}


def test_two_processes_that_share_their_callers_are_released_one_after_the_other(
    desk: Desk,
) -> None:
    review, settlement = desk.open("review"), desk.open("settlement")
    desk.change(review, REVIEW, "</bpmn:process>", "<!-- --></bpmn:process>")
    desk.change(
        settlement, "bpmn/settlement/settlement.bpmn", "</bpmn:process>", "<!-- --></bpmn:process>"
    )
    plans = [desk.plan(review), desk.plan(settlement)]

    def press(plan: DraftPlan) -> bool:
        try:
            desk.release(plan)
        except PlanOutdated:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(press, plans)) == [False, True]
    assert desk.numbers("inspection") == {"inspection": 2}


def test_who_saves_while_it_is_released_is_in_it_or_is_told(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    planned = desk.plan(draft)

    def save() -> bool:
        try:
            desk.change(draft, RULING, 'name="复核意见"', 'name="别的"')
        except DraftNotFound:
            return False
        return True

    def press() -> bool:
        try:
            desk.release(planned)
        except PlanOutdated:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        saved, released = (each.result() for each in (threads.submit(save), threads.submit(press)))
    assert saved != released
    assert desk.numbers("ruling") == {"ruling": 2 if released else 1}


def test_a_discarded_draft_leaves_the_process_as_it_is(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    with desk.engine.database.transaction() as session:
        version = get_draft(session, draft).version
        with pytest.raises(DraftChanged):
            discard_draft(session, draft_id=draft, version=version - 1)
        assert discard_draft(session, draft_id=draft, version=version) == "ruling"
    assert desk.open("ruling") != draft
    assert desk.numbers("ruling") == {"ruling": 1}
