"""Changes of a season: what they touch is counted from the cases, and saving keeps both states."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.seasons.changes import (
    NothingChanged,
    ReasonMissing,
    SeasonChangedMeanwhile,
    SeasonExists,
    read_section,
    rebase,
    save_change,
    start_next,
    subject_of,
)
from workflows.seasons.effects import Effect
from workflows.seasons.impact import describe_impact
from workflows.seasons.settings import find_section
from workflows.shared.accounts import find_account
from workflows.shared.associations import Association
from workflows.shared.commitments import find_version
from workflows.shared.edits import list_edits
from workflows.shared.hours import HoursEntry
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.seasons import Season, current_commitment, list_slots
from workflows.shared.settings import Section

READY, PAYS = "330000100001", "330000100003"


def section(name: str) -> Section:
    """A section by its name."""
    found = find_section(name)
    assert found is not None
    return found


def season_of(session: Session, code: str = "330000") -> Season:
    """The demo's season of an association."""
    return session.scalars(select(Season).join(Association).where(Association.code == code)).one()


def manager(session: Session) -> int:
    """Who changes seasons in these tests."""
    found = find_account(session, user_type="staff", login="zj_manage")
    assert found is not None
    return found.id


def impact(session: Session, engine: Engine, name: str, changes: Mapping[str, Any]) -> list[Effect]:
    """What changing settings of a section would touch."""
    season = season_of(session)
    before = read_section(session, season, section(name))
    after = {**before, **changes}
    return describe_impact(session, season, section(name), before, after, engine=engine, now=NOW)


def say(effects: list[Effect]) -> list[str]:
    """The sentences."""
    return [each.sentence for each in effects]


def save(session: Session, name: str, version: int = 1, **changes: Any) -> None:
    """Change settings of a section."""
    season = season_of(session)
    before = read_section(session, season, section(name))
    save_change(
        session,
        season_id=season.id,
        section=section(name),
        values={**before, **changes},
        version=version,
        reason="decided by the board",
        by=manager(session),
        now=NOW,
    )


@pytest.fixture
def begun(demo_engine: Engine) -> Engine:
    """Two members have begun, one of them was sent."""
    Walk(demo_engine, PAYS).start()
    Walk(demo_engine, READY).start().to_materials().apply()
    return demo_engine


def test_an_earlier_end_counts_what_was_not_sent(begun: Engine) -> None:
    with begun.database.transaction() as session:
        found = impact(session, begun, "window", {"closes_date": "2022-09-30"})
        unsent, not_begun = say(found)
        assert "1 application that was not sent has to be sent by 30 September 2022" in unsent
        assert re.search(
            r"^[1-9]\d* members who have not begun have time until 30 September 2022", not_begun
        )
        assert found[0].is_hard
        past = impact(session, begun, "window", {"closes_date": "2022-09-01"})
        assert "can no longer be sent" in say(past)[0]
        assert "who have not begun cannot apply any more" in say(past)[1]
        later = impact(session, begun, "window", {"closes_date": "2023-01-31"})
        assert "can be sent until 31 January 2023" in say(later)[0]
        assert not later[0].is_hard


def test_another_day_of_joining_counts_the_members_between(
    seeded: Session, demo_engine: Engine
) -> None:
    season = season_of(seeded)
    member = find_member_by_number(seeded, READY)
    assert member is not None
    joined = Member.association_id == season.association_id
    seeded.execute(update(Member).where(joined).values(admission_date=date(2015, 3, 15)))
    member.admission_date = date(2021, 11, 5)
    seeded.flush()
    assert say(impact(seeded, demo_engine, "window", {"cut_off_date": "2021-10-31"})) == [
        "1 member need not be inspected any more; an application that runs goes on."
    ]
    assert impact(seeded, demo_engine, "window", {"cut_off_date": "2021-11-05"}) == []


def test_more_hours_are_worked_out_for_each_application(begun: Engine) -> None:
    with begun.database.transaction() as session:
        member = find_member_by_number(session, PAYS)
        assert member is not None
        assert say(impact(session, begun, "hours", {"hours_required": 5000})) == [
            "1 application that was not sent, or returned, now lacks hours."
        ]
        assert impact(session, begun, "hours", {"hours_required": 4000}) == []
        session.add(
            HoursEntry(
                member_id=member.id,
                year=2021,
                earned_date=date(2022, 2, 1),
                hours=9000,
                external_key="more",
            )
        )
        session.flush()
        assert impact(session, begun, "hours", {"hours_required": 5000}) == []


def test_fewer_hours_free_who_lacked_them(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, PAYS)
        assert member is not None
        for entry in session.scalars(select(HoursEntry).where(HoursEntry.member_id == member.id)):
            session.delete(entry)
    Walk(demo_engine, PAYS).start()
    with demo_engine.database.transaction() as session:
        free = {"hours_required": 0, "hours_required_joined_late": 0}
        assert say(impact(session, demo_engine, "hours", free)) == [
            "1 application lacks no hours any more."
        ]


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("fee", {"fee_yearly": 12000}, "1 application comes to the fee later"),
        ("review", {"review_working_days": 3}, "1 application in review keeps the day"),
        ("texts", {"notice_text": "新的通知"}, "1 application that is sent from now on"),
        ("commitment_inspection", {"text": "新的承诺"}, "has to accept the new version"),
    ],
)
def test_other_changes_count_what_they_touch(
    begun: Engine, name: str, changes: dict[str, Any], words: str
) -> None:
    with begun.database.transaction() as session:
        assert words in say(impact(session, begun, name, changes))[0]


def test_a_new_required_material_counts_who_must_add_it(begun: Engine) -> None:
    with begun.database.transaction() as session:
        slots = read_section(session, season_of(session), section("materials"))["slots"]
        new = {**slots[0], "name": "", "label": "身份证明", "required": True}
        found = impact(session, begun, "materials", {"slots": [*slots, new]})
        assert say(found) == [
            "1 application that was not sent, or returned, has to attach: 身份证明."
        ]
        optional = impact(
            session, begun, "materials", {"slots": [*slots, {**new, "required": False}]}
        )
        assert optional == []


def test_a_removed_ground_counts_only_deferrals(begun: Engine) -> None:
    with begun.database.transaction() as session:
        grounds = season_of(session).deferral_grounds[1:]
        assert impact(session, begun, "grounds", {"deferral_grounds": grounds}) == []
        session.execute(update(Case).where(Case.subject_no == PAYS).values(kind="deferral"))
        assert (
            "has to choose again"
            in say(impact(session, begun, "grounds", {"deferral_grounds": grounds}))[0]
        )


def test_cases_of_other_associations_are_not_counted(begun: Engine) -> None:
    with begun.database.transaction() as session:
        season = season_of(session, "440000")
        before = read_section(session, season, section("window"))
        after = {**before, "closes_date": "2022-09-30"}
        assert (
            describe_impact(
                session, season, section("window"), before, after, engine=begun, now=NOW
            )
            == []
        )


def test_saving_keeps_before_and_after_with_the_reason(seeded: Session) -> None:
    save(seeded, "review", review_working_days=8)
    season = season_of(seeded)
    (edit,) = list_edits(seeded, subject=subject_of(season))
    assert (season.review_working_days, season.version) == (8, 2)
    assert (edit.before["review_working_days"], edit.after["review_working_days"]) == (5, 8)
    assert (edit.reason, edit.by, edit.at) == ("decided by the board", manager(seeded), NOW)
    assert "resubmission_days" not in edit.after


def test_a_change_on_an_older_version_is_refused_and_can_be_brought_forward(
    seeded: Session,
) -> None:
    season = season_of(seeded)
    mine = {**read_section(seeded, season, section("review")), "resubmission_days": 20}
    save(seeded, "review", review_working_days=8)
    with pytest.raises(SeasonChangedMeanwhile):
        save_change(
            seeded,
            season_id=season.id,
            section=section("review"),
            values=mine,
            version=1,
            reason="more time",
            by=manager(seeded),
            now=NOW,
        )
    merged = rebase(seeded, season, section("review"), mine, version=1)
    assert (merged["review_working_days"], merged["resubmission_days"]) == (8, 20)


def test_the_same_change_twice_is_one(seeded: Session) -> None:
    save(seeded, "fee", fee_yearly=12000)
    save(seeded, "fee", fee_yearly=12000, version=1)
    assert season_of(seeded).version == 2


def test_nothing_changed_and_no_reason_are_refused(seeded: Session) -> None:
    with pytest.raises(NothingChanged):
        save(seeded, "fee")
    season = season_of(seeded)
    with pytest.raises(ReasonMissing):
        save_change(
            seeded,
            season_id=season.id,
            section=section("fee"),
            values={"fee_yearly": 1, "fee_account": ""},
            version=1,
            reason="  ",
            by=manager(seeded),
            now=NOW,
        )


def test_materials_keep_their_names_when_they_move(seeded: Session) -> None:
    slots = read_section(seeded, season_of(seeded), section("materials"))["slots"]
    new = {**slots[0], "name": "forged", "label": "身份证明"}
    save(seeded, "materials", slots=[new, *reversed(slots)])
    season = season_of(seeded)
    found = list_slots(seeded, season_id=season.id, kind="inspection")
    assert [each.name for each in found] == ["material_1", "training_proof"]


def test_a_new_commitment_is_asked_for_from_now_on(seeded: Session) -> None:
    save(seeded, "commitment_inspection", text="新的承诺。")
    season = season_of(seeded)
    assert find_version(seeded, season_id=season.id, kind="inspection") == {"current_commitment": 2}


def test_next_year_begins_as_a_copy(seeded: Session) -> None:
    season = season_of(seeded)
    season.closes_date = date(2024, 2, 29)
    seeded.flush()
    made = start_next(seeded, season_id=season.id, by=manager(seeded), now=NOW)
    assert (made.year, made.version) == (season.year + 1, 1)
    assert made.closes_date == date(2025, 2, 28)
    assert made.deferral_grounds == season.deferral_grounds
    slots = list_slots(seeded, season_id=made.id, kind="deferral")
    assert [each.name for each in slots] == ["deferral_proof"]
    commitment = current_commitment(seeded, season_id=made.id, kind="deferral")
    assert commitment is not None
    assert commitment.version == 1
    with pytest.raises(SeasonExists):
        start_next(seeded, season_id=season.id, by=manager(seeded), now=NOW)
