"""How many cases run on each release, and how many are over."""

from engine.cases import get_case
from tests.workflows.studio.conftest import Desk
from tests.workflows.test_ruling import start
from workflows.studio.cases_on_releases import CaseCount, count_cases
from workflows.studio.current import get_current

RULING = "bpmn/ruling/ruling.bpmn"


def test_every_case_is_counted_on_its_release(desk: Desk) -> None:
    over = start(desk.engine)
    with desk.engine.database.transaction() as session:
        first = get_current(session, "ruling").release_id
        get_case(session, over.case.id).state = "ended"
    draft = desk.open("ruling")
    desk.change(draft, RULING, "</bpmn:process>", "<!-- --></bpmn:process>")
    desk.release(desk.plan(draft))
    start(desk.engine)
    with desk.engine.database.read() as session:
        second = get_current(session, "ruling").release_id
        assert count_cases(session, "ruling") == {
            first: CaseCount(open=0, ended=1),
            second: CaseCount(open=1, ended=0),
        }


def test_a_process_that_is_only_called_has_none_of_its_own(desk: Desk) -> None:
    with desk.engine.database.read() as session:
        assert count_cases(session, "review") == {}
