"""Going back: an old release's documents as a new release, checked again."""

import pytest

from engine.actors import Actor
from engine.errors import InvalidRelease
from engine.releases import Release, ReleaseNotFound
from tests.workflows.conftest import NOW
from tests.workflows.studio.conftest import Desk
from workflows.studio.current import documents_of, get_current
from workflows.studio.going_back import get_release, go_back, list_releases, plan_return
from workflows.studio.planning import Plan
from workflows.studio.releasing import NothingChanged, PlanOutdated, ReasonMissing

RULING, PAYMENT = "bpmn/ruling/ruling.bpmn", "bpmn/payment/payment.bpmn"


def change(desk: Desk, process_id: str, path: str, without: tuple[str, ...] = ()) -> None:
    """Release something else."""
    draft = desk.open(process_id)
    desk.change(draft, path, "</bpmn:process>", "<!-- --></bpmn:process>")
    desk.release(desk.plan(draft), without=without)


def plan(desk: Desk, process_id: str, number: int) -> Plan:
    """Look at what going back would make."""
    with desk.engine.database.read() as session:
        release = get_release(session, process_id=process_id, number=number)
        return plan_return(session, desk.engine, release)


def press(desk: Desk, planned: Plan, reason: str = "新版有误") -> list[Release]:
    """Press the button."""
    with desk.engine.database.transaction() as session:
        return list(
            go_back(
                session,
                plan=planned,
                callers=[each.process_id for each in planned.offered],
                reason=reason,
                by=Actor("staff", desk.by),
                now=NOW,
            )
        )


def test_an_old_release_is_at_work_again_under_a_new_number(desk: Desk) -> None:
    change(desk, "ruling", RULING)
    (made,) = press(desk, plan(desk, "ruling", 1))
    assert (made.number, made.reason) == (3, "新版有误")
    with desk.engine.database.read() as session:
        first = get_release(session, process_id="ruling", number=1)
        assert documents_of(session, made.id) == documents_of(session, first.id)
        assert [each.number for each in list_releases(session, "ruling")] == [3, 2, 1]


def test_a_called_process_takes_its_callers_back_with_it(desk: Desk) -> None:
    change(desk, "payment", PAYMENT)
    made = press(desk, plan(desk, "payment", 1))
    assert {each.process_id for each in made} == {"payment", "settlement", "inspection"}
    with desk.engine.database.read() as session:
        current = get_current(session, "inspection")
        assert b"<!-- -->" not in documents_of(session, current.release_id)[PAYMENT]


def test_what_it_called_then_comes_back_with_it(desk: Desk) -> None:
    change(desk, "payment", PAYMENT)
    (made,) = press(desk, plan(desk, "inspection", 1))
    assert desk.numbers("payment", "inspection") == {"payment": 2, "inspection": 3}
    with desk.engine.database.read() as session:
        assert b"<!-- -->" not in documents_of(session, made.id)[PAYMENT]


def test_it_is_checked_against_what_there_is_now(desk: Desk) -> None:
    change(desk, "ruling", RULING)
    del desk.engine.operations.by_name["ruling.tell"]
    planned = plan(desk, "ruling", 1)
    with pytest.raises(InvalidRelease, match=r"ruling\.tell, which does not exist"):
        press(desk, planned)


def test_it_needs_a_reason_and_a_difference(desk: Desk) -> None:
    with pytest.raises(ReasonMissing):
        press(desk, plan(desk, "ruling", 1), reason=" ")
    with pytest.raises(NothingChanged):
        press(desk, plan(desk, "ruling", 1))
    with pytest.raises(ReleaseNotFound):
        plan(desk, "ruling", 2)


def test_what_was_released_meanwhile_is_looked_at_first(desk: Desk) -> None:
    change(desk, "ruling", RULING)
    planned = plan(desk, "ruling", 1)
    press(desk, plan(desk, "ruling", 1))
    with pytest.raises(PlanOutdated):
        press(desk, planned)


def test_a_draft_stays_and_its_release_tells_that_somebody_went_back(desk: Desk) -> None:
    change(desk, "ruling", RULING)
    draft = desk.open("ruling")
    desk.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    assert not desk.plan(draft).is_moved
    press(desk, plan(desk, "ruling", 1))
    assert desk.plan(draft).is_moved
