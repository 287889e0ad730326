"""Saved views: whose they are, who changes them, in which order they stand."""

from urllib.parse import urlencode

import pytest
from sqlalchemy.orm import Session

from engine.errors import NotAllowed
from tests.workflows.conftest import NOW
from tests.workflows.office import viewer
from workflows.inbox.views import (
    MOST_VIEWS,
    NameIsTaken,
    SavedView,
    TooManyViews,
    ViewHasNoName,
    ViewNotFound,
    begin_with,
    change_view,
    delete_view,
    find_first_view,
    list_views,
    move_view,
    save_view,
)

FIRST, SECOND, MANAGER, ELSEWHERE = "zj_review", "zj_review2", "zj_manage", "gd_review"


def keep(
    session: Session, name: str, *, by: str = FIRST, query: str = "mine=1", is_shared: bool = False
) -> SavedView:
    """Keep a view."""
    return save_view(
        session,
        viewer=viewer(session, by),
        name=name,
        query=query,
        is_shared=is_shared,
        now=NOW,
    )


def names(session: Session, login: str) -> list[str]:
    """The names of the views that somebody has."""
    return [each.name for each in list_views(session, viewer(session, login))]


def test_own_views_come_first_and_shared_ones_reach_the_association(seeded: Session) -> None:
    keep(seeded, "共用", is_shared=True)
    keep(seeded, "自用")
    keep(seeded, "乙的", by=SECOND)

    assert names(seeded, FIRST) == ["共用", "自用"]
    assert names(seeded, SECOND) == ["乙的", "共用"]
    assert names(seeded, ELSEWHERE) == []


def test_a_view_keeps_the_longest_text_that_is_looked_for(seeded: Session) -> None:
    query = urlencode({"kind": "\U00020000" * 40, "q": "\U00020000" * 100})
    keep(seeded, "罕见字", query=query)
    seeded.expire_all()
    assert [each.query for each in list_views(seeded, viewer(seeded, FIRST))] == [query]


def test_a_view_has_a_name_of_its_own(seeded: Session) -> None:
    first = keep(seeded, "  甲   乙 ")
    assert first.name == "甲 乙"
    assert keep(seeded, "甲 乙").id == first.id
    for name in ("", "  ", "长" * 41):
        with pytest.raises(ViewHasNoName):
            keep(seeded, name)
    with pytest.raises(NameIsTaken):
        keep(seeded, "甲 乙", query="overdue=1")
    second = keep(seeded, "丙")
    with pytest.raises(NameIsTaken):
        change_view(
            seeded, view_id=second.id, viewer=viewer(seeded, FIRST), name="甲 乙", is_shared=False
        )
    for number in range(MOST_VIEWS - 2):
        keep(seeded, f"第{number}个")
    with pytest.raises(TooManyViews):
        keep(seeded, "再一个")


def test_a_shared_view_is_changed_by_its_owner_and_by_managers(seeded: Session) -> None:
    shared, own = keep(seeded, "共用", is_shared=True), keep(seeded, "自用")

    with pytest.raises(NotAllowed):
        delete_view(seeded, view_id=shared.id, viewer=viewer(seeded, SECOND))
    for login in (SECOND, MANAGER, ELSEWHERE):
        with pytest.raises(ViewNotFound):
            delete_view(seeded, view_id=own.id, viewer=viewer(seeded, login))
    with pytest.raises(ViewNotFound):
        delete_view(seeded, view_id=shared.id, viewer=viewer(seeded, ELSEWHERE))
    delete_view(seeded, view_id=shared.id, viewer=viewer(seeded, MANAGER))

    assert names(seeded, SECOND) == []


def test_views_are_put_in_order(seeded: Session) -> None:
    kept = [keep(seeded, each) for each in "甲乙丙"]
    reviewer = viewer(seeded, FIRST)

    move_view(seeded, view_id=kept[2].id, viewer=reviewer, up=True)
    move_view(seeded, view_id=kept[0].id, viewer=reviewer, up=True)
    assert names(seeded, FIRST) == ["甲", "丙", "乙"]
    move_view(seeded, view_id=kept[0].id, viewer=reviewer, up=False)

    assert names(seeded, FIRST) == ["丙", "甲", "乙"]
    with pytest.raises(ViewNotFound):
        move_view(seeded, view_id=kept[0].id, viewer=viewer(seeded, SECOND), up=True)


def test_the_inbox_opens_with_a_view_as_long_as_there_is_one(seeded: Session) -> None:
    shared = keep(seeded, "共用", is_shared=True)
    reviewer = viewer(seeded, SECOND)
    begin_with(seeded, viewer=reviewer, view_id=shared.id)
    found = find_first_view(seeded, reviewer)
    assert found is not None
    assert found.id == shared.id

    shared.is_shared = False
    seeded.flush()
    assert find_first_view(seeded, reviewer) is None
    with pytest.raises(ViewNotFound):
        begin_with(seeded, viewer=viewer(seeded, ELSEWHERE), view_id=shared.id)
    shared.is_shared = True
    begin_with(seeded, viewer=reviewer, view_id=None)
    assert find_first_view(seeded, reviewer) is None
    begin_with(seeded, viewer=reviewer, view_id=shared.id)
    delete_view(seeded, view_id=shared.id, viewer=viewer(seeded, FIRST))
    assert find_first_view(seeded, reviewer) is None
