"""Showing a member's data to who needs them: with a reason, for a while, and told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.engine import Engine
from engine.errors import NotFound
from engine.noting import texts
from engine.trail import broken_links, events
from tests.workflows.conftest import NOW
from tests.workflows.office import MEMBER, applied, viewer
from tests.workflows.walking import Walk
from workflows.personal_data.unmasking import (
    LASTS,
    ReasonNeeded,
    Unmasking,
    cover,
    find_unmasking,
    forget_unmaskings,
    read_personal_data,
    unmask,
)
from workflows.shared.register import find_members_by_mobile, get_member
from workflows.shared.security_events import list_events


@pytest.fixture
def walk(demo_engine: Engine) -> Walk:
    """An application that waits for review."""
    return applied(demo_engine, MEMBER)


def _unmask(walk: Walk, login: str = "zj_review", reason: str = "电话核实住址") -> None:
    with walk.engine.database.transaction() as session:
        unmask(
            session,
            walk.engine,
            case=walk.case,
            viewer=viewer(session, login),
            reason=reason,
            address="192.0.2.7",
            now=NOW,
        )


def test_it_is_in_the_trail_and_among_the_events_of_the_account(walk: Walk) -> None:
    _unmask(walk)
    with walk.engine.database.read() as session:
        case, by = walk.case, viewer(session, "zj_review").actor
        last = events(session, case.id)[-1]
        assert (last.kind, last.by_kind, last.by_id) == ("data_shown", "staff", by.id)
        assert texts(session, walk.engine.vault, case=case)[last.number] == "电话核实住址"
        assert "电话" not in str(last.data)
        (event,) = list_events(session, what="data_seen")
        assert (event.by_id, event.address) == (by.id, "192.0.2.7")
        assert event.details["case"] == str(case.id)
        key = walk.engine.vault.trail_key
        assert not list(
            broken_links(
                session, case_id=case.id, length=case.trail_length, head=case.trail_head, key=key
            )
        )


def test_it_lasts_some_minutes_for_who_asked_and_for_nobody_else(walk: Walk) -> None:
    _unmask(walk)
    with walk.engine.database.read() as session:
        reviewer, other = viewer(session, "zj_review"), viewer(session, "zj_review2")
        member = walk.member
        neighbour = get_member(session, member.id + 1)
        assert find_unmasking(session, viewer=reviewer, holder=member, now=NOW)
        assert not find_unmasking(session, viewer=other, holder=member, now=NOW)
        assert not find_unmasking(session, viewer=reviewer, holder=member, now=NOW + LASTS)
        assert not find_unmasking(session, viewer=reviewer, holder=neighbour, now=NOW)
        found = read_personal_data(session, walk.engine, walk.member)
        assert len(found.identity_number) == 18
        mobile = found.private["mobile"]
        assert find_members_by_mobile(session, walk.engine.vault, mobile)[0].id == member.id


def test_asking_twice_is_noted_once(walk: Walk) -> None:
    _unmask(walk)
    _unmask(walk, reason="又一次")
    with walk.engine.database.read() as session:
        kinds = [each.kind for each in events(session, walk.case_id)]
        assert kinds.count("data_shown") == 1
        assert session.scalar(select(func.count()).select_from(Unmasking)) == 1


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_without_a_reason_nothing_is_shown(walk: Walk, reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        _unmask(walk, reason=reason)
    with walk.engine.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Unmasking)) == 0
        assert "data_shown" not in [each.kind for each in events(session, walk.case_id)]


@pytest.mark.parametrize("login", ["zj_fees", "gz_review", "audit", "admin"])
def test_who_does_not_need_them_does_not_see_them(walk: Walk, login: str) -> None:
    with pytest.raises(NotFound):
        _unmask(walk, login)


def test_it_can_be_covered_again_and_is_forgotten_when_it_is_over(walk: Walk) -> None:
    _unmask(walk)
    _unmask(walk, "zj_manage", "投诉")
    with walk.engine.database.transaction() as session:
        reviewer = viewer(session, "zj_review")
        cover(session, viewer=reviewer, holder=walk.member)
        assert not find_unmasking(session, viewer=reviewer, holder=walk.member, now=NOW)
        assert forget_unmaskings(session, now=NOW + timedelta(minutes=1)) == 0
        assert forget_unmaskings(session, now=NOW + LASTS) == 1
        assert forget_unmaskings(session, now=NOW + LASTS) == 0
