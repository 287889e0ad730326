"""Finding cases, for people of few associations and of very many."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from engine.actors import SYSTEM, Actor
from engine.database import new_id
from engine.engine import Engine
from engine.incidents import open_incident, resolve_incidents
from tests.workflows.conftest import NOW
from tests.workflows.office import IN_GUANGZHOU, MEMBER, OTHER, applied
from workflows.shared.access import Viewer
from workflows.shared.case_search import CaseFilters, list_cases


def overseer(count: int) -> Viewer:
    """Somebody who oversees so many associations."""
    duties = {"audit": frozenset(range(1, count + 1))}
    return Viewer(9, "staff", "员工", Actor("staff", 9), duties=duties)


def walk_through(session: Session, viewer: Viewer, filters: CaseFilters) -> list[UUID]:
    """All cases, a page of one at a time."""
    page = list_cases(session, viewer, filters, limit=1)
    found = [each.id for each in page.cases]
    while page.next is not None:
        page = list_cases(session, viewer, filters, after=page.next, limit=1)
        found += [each.id for each in page.cases]
    return found


@pytest.mark.parametrize("count", [24, 501, 2000])
def test_cases_are_listed_in_order_whatever_the_number_of_associations(
    demo_engine: Engine, count: int
) -> None:
    cases = [applied(demo_engine, number).case for number in (MEMBER, IN_GUANGZHOU, OTHER)]
    ids = [each.id for each in sorted(cases, key=lambda each: each.id, reverse=True)]
    with demo_engine.database.read() as session:
        viewer = overseer(count)
        assert walk_through(session, viewer, CaseFilters()) == ids
        assert walk_through(session, viewer, CaseFilters(text=OTHER)) == [cases[2].id]
        assert walk_through(session, viewer, CaseFilters(state="ended")) == []


def test_what_stands_still_is_found_once(demo_engine: Engine) -> None:
    stuck, mended = (applied(demo_engine, number) for number in (MEMBER, IN_GUANGZHOU))
    with demo_engine.database.transaction() as session:
        for walk in (stuck, stuck, mended):
            open_incident(
                session,
                case_id=walk.case_id,
                step_id=new_id(),
                process_id="inspection",
                element_id="register",
                operation="register.apply_information",
                error="away",
                now=NOW,
            )
        resolve_incidents(session, case_id=mended.case_id, step_id=None, by=SYSTEM, now=NOW)
    with demo_engine.database.read() as session:
        filters = CaseFilters(has_incident=True)
        assert walk_through(session, overseer(24), filters) == [stuck.case_id]
        assert walk_through(session, overseer(1), filters) == []
