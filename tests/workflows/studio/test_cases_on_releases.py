"""How many cases run on each release, and how many are over."""

from sqlalchemy import func, select

from engine.cases import Case
from tests.workflows.studio.conftest import Desk
from workflows.studio.cases_on_releases import CaseCount, count_cases
from workflows.studio.current import get_current

INSPECTION = "bpmn/inspection/inspection.bpmn"


def test_every_case_is_counted_on_its_release(desk: Desk) -> None:
    with desk.engine.database.transaction() as session:
        before = get_current(session, "inspection").release_id
        query = select(Case).where(Case.process_id == "inspection", Case.state == "open")
        case = session.scalars(query.order_by(Case.id)).first()
        assert case is not None
        case.state = "ended"
    draft = desk.open("inspection")
    desk.change(draft, INSPECTION, "</bpmn:process>", "<!-- --></bpmn:process>")
    desk.release(desk.plan(draft))
    with desk.engine.database.read() as session:
        states = dict(
            session.execute(
                select(Case.state, func.count())
                .where(Case.process_id == "inspection")
                .group_by(Case.state)
            ).all()
        )
        found = count_cases(session, "inspection")
    assert states["ended"]
    assert found == {before: CaseCount(open=states["open"], ended=states["ended"])}


def test_a_process_that_is_only_called_has_none_of_its_own(desk: Desk) -> None:
    with desk.engine.database.read() as session:
        assert count_cases(session, "review") == {}
