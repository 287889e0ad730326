"""Being away: who may say so, for which days, and who covers for whom."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotAllowed
from tests.workflows.conftest import NOW
from tests.workflows.office import account, viewer
from workflows.inbox.absences import (
    Absence,
    AbsenceNotFound,
    AbsencesOverlap,
    CoverNotSuitable,
    DatesOutOfOrder,
    covered_by,
    end_absence,
    list_absences,
    set_absence,
)
from workflows.inbox.colleagues import find_stand_in, list_colleagues
from workflows.shared.dates import local_date

FIRST, SECOND, CLERK, MANAGER = "zj_review", "zj_review2", "zj_fees", "zj_manage"
TODAY = local_date(NOW)


def be_away(
    session: Session,
    login: str,
    cover: str | None = None,
    *,
    by: str = "",
    days: tuple[int, int] = (0, 6),
) -> Absence:
    """Note that somebody is away, days counted from today."""
    begins, ends = (TODAY + timedelta(days=each) for each in days)
    return set_absence(
        session,
        account_id=account(session, login).id,
        from_date=begins,
        until_date=ends,
        cover_id=None if cover is None else account(session, cover).id,
        viewer=viewer(session, by or login),
        now=NOW,
    )


def covers(session: Session, login: str, day: date = TODAY) -> set[str]:
    """For whom somebody works on a day, by login."""
    found = covered_by(session, account(session, login).id, day=day)
    return {each for each in (FIRST, SECOND, MANAGER) if account(session, each).id in found}


def test_the_cover_works_for_who_is_away_while_he_is(seeded: Session) -> None:
    be_away(seeded, FIRST, SECOND, days=(1, 3))

    assert covers(seeded, SECOND) == set()
    assert covers(seeded, SECOND, TODAY + timedelta(days=1)) == {FIRST}
    assert covers(seeded, SECOND, TODAY + timedelta(days=3)) == {FIRST}
    assert covers(seeded, SECOND, TODAY + timedelta(days=4)) == set()


def test_covers_cover_for_each_other_without_end(seeded: Session) -> None:
    be_away(seeded, FIRST, SECOND)
    be_away(seeded, SECOND, MANAGER)
    assert covers(seeded, MANAGER) == {FIRST, SECOND}

    be_away(seeded, MANAGER, FIRST)
    assert covers(seeded, MANAGER) == {FIRST, SECOND}
    people = list_colleagues(
        seeded,
        association_id=viewer(seeded, FIRST).association_id or 0,
        duties=["review"],
        today=TODAY,
    )
    assert find_stand_in(people, account(seeded, FIRST).id) is None


def test_saying_the_same_twice_is_saying_it_once(seeded: Session) -> None:
    be_away(seeded, FIRST, SECOND)
    be_away(seeded, FIRST, SECOND)

    assert len(seeded.scalars(select(Absence)).all()) == 1
    with pytest.raises(AbsencesOverlap):
        be_away(seeded, FIRST, SECOND, days=(6, 8))
    be_away(seeded, FIRST, SECOND, days=(7, 8))


@pytest.mark.parametrize("days", [(3, 2), (-5, -1), (0, 400)])
def test_days_out_of_order_are_refused(seeded: Session, days: tuple[int, int]) -> None:
    with pytest.raises(DatesOutOfOrder):
        be_away(seeded, FIRST, days=days)


@pytest.mark.parametrize("cover", [FIRST, CLERK, "gz_review"])
def test_a_cover_has_a_duty_of_who_is_away(seeded: Session, cover: str) -> None:
    with pytest.raises(CoverNotSuitable) as refused:
        be_away(seeded, FIRST, cover)
    assert account(seeded, cover).name not in str(refused.value)


def test_oneself_and_ones_manager_say_it_and_nobody_else(seeded: Session) -> None:
    be_away(seeded, FIRST, by=MANAGER)
    for other in (SECOND, "gd_review", "audit"):
        with pytest.raises(NotAllowed):
            be_away(seeded, FIRST, by=other, days=(10, 11))

    today = {
        each: list_absences(seeded, viewer(seeded, each), today=TODAY)
        for each in (FIRST, SECOND, MANAGER)
    }
    assert {each: len(found) for each, found in today.items()} == {FIRST: 1, SECOND: 0, MANAGER: 1}


def test_who_is_back_is_back_and_what_has_not_begun_is_gone(seeded: Session) -> None:
    begun, later = be_away(seeded, FIRST, days=(-2, 2)), be_away(seeded, FIRST, days=(5, 6))
    for each in (begun, later):
        with pytest.raises(NotAllowed):
            end_absence(seeded, absence_id=each.id, viewer=viewer(seeded, SECOND), now=NOW)
        end_absence(seeded, absence_id=each.id, viewer=viewer(seeded, FIRST), now=NOW)

    (left,) = seeded.scalars(select(Absence))
    assert left.until_date == TODAY - timedelta(days=1)
    with pytest.raises(AbsenceNotFound):
        end_absence(seeded, absence_id=later.id, viewer=viewer(seeded, FIRST), now=NOW)
