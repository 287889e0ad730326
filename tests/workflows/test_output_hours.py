"""产出法形式学时: applied for with proof, granted within limits, returned or refused."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import workflows
from engine.actors import Actor
from engine.engine import Engine
from engine.submissions import NewMark
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.output_hours.applications import (
    NotWithdrawable,
    find_claim,
    find_obstacle,
    list_applications,
    start_application,
    withdraw,
)
from workflows.output_hours.form_data import check_claim, check_grant
from workflows.output_hours.limits import read_current_limits
from workflows.ruling.rulings import start_ruling
from workflows.shared.hours import HoursEntry, list_hours
from workflows.shared.messages import Message, list_messages
from workflows.shared.register import CPA, Member, NotAMember, find_member_by_number

MEMBER = "330000100001"
TRAINER = Actor("staff", 910)
PAPER: Mapping[str, Any] = {
    "output_kind": "paper",
    "title": "数字经济下的函证程序",
    "publisher": "中国注册会计师",
    "contribution": "独立完成",
    "finished_date": "2022-03-15",
    "hours_claimed": 12,
    "proof": [],
}


def begin(engine: Engine, number: str = MEMBER) -> Walk:
    """An application that its member has begun."""
    with engine.database.transaction() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        case = start_application(
            session, engine, member=member, by=Actor("member", member.id), now=NOW
        )
    return Walk(engine, number, case.id)


def claim(engine: Engine, **changed: Any) -> Walk:
    """An application that was sent."""
    return begin(engine).do("state_output", "apply", {**PAPER, **changed})


def grant(walk: Walk, hours: float, reason: str | None = None) -> Walk:
    """Have the association grant hours."""
    values = {"hours_granted": hours, "reason": reason}
    return walk.do("review_output_hours", "approve", values, by=TRAINER)


def entries(walk: Walk) -> list[HoursEntry]:
    """What applications brought their member."""
    with walk.engine.database.read() as session:
        found = list_hours(session, member_id=walk.member.id)
        return [each for each in found if each.external_key.startswith("output:")]


def last_message(walk: Walk) -> Message:
    with walk.engine.database.read() as session:
        return list_messages(session, member_id=walk.member.id)[0]


def test_granted_hours_come_into_the_ledger_of_the_year_in_which_the_work_was_finished(
    demo_engine: Engine,
) -> None:
    walk = claim(demo_engine, finished_date="2021-11-20")
    assert (walk.case.status, walk.steps) == ("output_in_review", {"review_output_hours"})
    assert walk.tasks()["review_output_hours"].duty == "training"
    assert entries(walk) == []

    grant(walk, 12)

    assert (walk.case.state, walk.case.status) == ("ended", "output_granted")
    (entry,) = entries(walk)
    assert (entry.year, entry.earned_date, entry.hours) == (2021, date(2021, 11, 20), 1200)
    assert (entry.title, entry.source) == ("数字经济下的函证程序", "产出法形式学时：论文")
    message = last_message(walk)
    assert message.text == "“数字经济下的函证程序”认定12.00学时（申请12.00学时），计入2021年度。"
    assert "12.00 hours were granted" in message.text_en
    assert "$" not in message.text + message.text_en


def test_fewer_hours_may_be_granted_and_the_member_is_told_why(demo_engine: Engine) -> None:
    walk = grant(claim(demo_engine), 6.5, "第二作者按一半认定。")
    assert [each.hours for each in entries(walk)] == [650]
    assert last_message(walk).text.endswith(
        "认定6.50学时（申请12.00学时），计入2022年度。说明：第二作者按一半认定。"
    )


def test_a_return_with_marks_is_changed_and_sent_again(demo_engine: Engine) -> None:
    walk = claim(demo_engine)
    walk.do(
        "review_output_hours",
        "return",
        {"reason": "请补充刊物封面。"},
        by=TRAINER,
        marks=(NewMark("state_output", "title", "与目录不一致"),),
    )
    assert (walk.case.status, walk.case.round, walk.steps) == ("returned", 2, {"state_output"})
    message = last_message(walk)
    assert (message.template, message.text) == (
        "application_returned.output_hours",
        "“数字经济下的函证程序”的学时申请已退回，请修改后重新提交。原因：请补充刊物封面。",
    )
    walk.do("state_output", "apply", {**PAPER, "title": "数字经济下的函证"})
    grant(walk, 12)
    assert [each.title for each in entries(walk)] == ["数字经济下的函证"]


def test_a_refusal_ends_it_with_its_reason(demo_engine: Engine) -> None:
    walk = claim(demo_engine)
    walk.do("review_output_hours", "refuse", {"reason": "与专业无关。"}, by=TRAINER)
    assert (walk.case.state, walk.case.status) == ("ended", "output_refused")
    assert entries(walk) == []
    assert last_message(walk).text == "“数字经济下的函证程序”不予认定学时。原因：与专业无关。"


def test_what_is_begun_is_gone_on_with_and_what_was_sent_stands_beside_the_next(
    demo_engine: Engine,
) -> None:
    first = begin(demo_engine)
    assert begin(demo_engine).case_id == first.case_id
    first.do("state_output", "apply", PAPER)
    second = begin(demo_engine)
    assert second.case_id != first.case_id
    second.do("state_output", "abandon")
    assert second.case.status == "abandoned"
    third = begin(demo_engine)
    with demo_engine.database.read() as session:
        listed = list_applications(session, member_id=first.member.id)
        assert {each.id for each in listed} == {first.case_id, second.case_id, third.case_id}


def test_it_is_withdrawn_until_it_is_decided(demo_engine: Engine) -> None:
    walk = claim(demo_engine)

    def take_back() -> None:
        with demo_engine.database.transaction() as session:
            withdraw(session, demo_engine, case=walk.case, by=walk.me, now=NOW)

    take_back()
    assert (walk.case.status, walk.case.round, walk.steps) == ("withdrawn", 2, {"state_output"})
    with pytest.raises(NotWithdrawable):
        take_back()
    walk.do("state_output", "apply", PAPER)
    grant(walk, 12)
    assert len(entries(walk)) == 1


def test_two_grants_at_once_stay_within_the_years_limit(demo_engine: Engine) -> None:
    one, other = claim(demo_engine, hours_claimed=15), claim(demo_engine, hours_claimed=15)
    grant(one, 15)
    grant(other, 15)
    assert [each.hours for each in entries(one)] == [1500, 500]
    assert "认定5.00学时（申请15.00学时）" in last_message(one).text
    third = claim(demo_engine, hours_claimed=1)
    grant(third, 1)
    assert len(entries(one)) == 2


def test_what_all_kinds_bring_together_is_limited_too(demo_engine: Engine) -> None:
    book = claim(demo_engine, output_kind="book", hours_claimed=25)
    grant(book, 25)
    paper = grant(claim(demo_engine), 12)
    assert sum(each.hours for each in entries(paper)) == 3000


def check(engine: Engine, walk: Walk, **changed: Any) -> Mapping[str, str]:
    with engine.database.read() as session:
        return check_claim(
            session,
            engine=engine,
            case=walk.case,
            outcome="apply",
            values={**PAPER, **changed},
            now=NOW,
        )


def test_a_claim_stays_within_what_its_kind_and_year_can_bring(demo_engine: Engine) -> None:
    walk = begin(demo_engine)
    assert check(demo_engine, walk) == {}
    assert check(demo_engine, walk, hours_claimed=20) == {}
    assert set(check(demo_engine, walk, hours_claimed=20.5)) == {"hours_claimed"}
    assert set(check(demo_engine, walk, output_kind="other", hours_claimed=9)) == {"hours_claimed"}
    assert set(check(demo_engine, walk, output_kind="unheard_of")) == {"hours_claimed"}
    assert set(check(demo_engine, walk, finished_date="2020-12-31")) == {"finished_date"}
    assert check(demo_engine, walk, finished_date="2021-01-01") == {}
    grant(walk.do("state_output", "apply", PAPER), 12)
    after = begin(demo_engine)
    assert check(demo_engine, after, hours_claimed=8) == {}
    assert "8.00 more hours" in check(demo_engine, after, hours_claimed=8.5)["hours_claimed"]
    assert check(demo_engine, after, hours_claimed=20, finished_date="2021-06-01") == {}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"hours_granted": 12}, set()),
        ({"hours_granted": 12.5}, {"hours_granted"}),
        ({"hours_granted": 11.5}, {"reason"}),
        ({"hours_granted": 11.5, "reason": "按课时折算。"}, set()),
    ],
)
def test_a_grant_stays_within_the_claim_and_gives_a_reason_for_less(
    demo_engine: Engine, values: Mapping[str, Any], wrong: set[str]
) -> None:
    walk = claim(demo_engine)
    with demo_engine.database.read() as session:
        said = check_grant(
            session,
            engine=demo_engine,
            case=walk.case,
            outcome="approve",
            values=values,
            now=NOW,
        )
    assert set(said) == wrong


def test_nothing_is_granted_beyond_what_another_one_left(demo_engine: Engine) -> None:
    one, other = claim(demo_engine, hours_claimed=15), claim(demo_engine, hours_claimed=15)
    grant(one, 15)
    with demo_engine.database.read() as session:
        said = check_grant(
            session,
            engine=demo_engine,
            case=other.case,
            outcome="approve",
            values={"hours_granted": 15},
            now=NOW,
        )
    assert "5.00 more hours" in said["hours_granted"]


def test_the_forms_show_what_counts_and_what_is_left(demo_engine: Engine) -> None:
    providers = workflows.collect().form_data
    earlier = grant(claim(demo_engine), 12)
    walk = begin(demo_engine)

    def shown(session: Session, form: str) -> Any:
        return providers["output_hours", form](
            session, engine=demo_engine, case=walk.case, language="en", now=NOW
        )

    with demo_engine.database.read() as session:
        stating = shown(session, "state_output")
        assert shown(session, "review_output_hours").prefill == {}
    assert [each["value"] for each in stating.context["output_kinds"]][:2] == ["paper", "book"]
    assert stating.context["earliest_date"] == "2021-01-01"
    limits = stating.panels["limits"]
    assert (limits["years"], limits["year_most"]) == ([2022, 2021], 3000)
    assert limits["kinds"][0] == {"label": "Paper", "most": 2000, "granted": [1200, 0]}
    walk.do("state_output", "apply", PAPER)
    with demo_engine.database.read() as session:
        reviewing = shown(session, "review_output_hours")
    assert reviewing.prefill == {"hours_granted": 8.0}
    seen = reviewing.panels["claim"]
    assert (seen["claimed"], seen["left"], seen["kind_granted"]) == (1200, 800, 1200)
    assert [each["title"] for each in seen["earlier"]] == [entries(earlier)[0].title]


def test_a_practising_cpa_applies_as_well(demo_engine: Engine) -> None:
    with demo_engine.database.read() as session:
        cpa = session.scalars(select(Member).where(Member.kind == CPA).limit(1)).one()
    walk = begin(demo_engine, cpa.number).do("state_output", "apply", PAPER)
    grant(walk, 12)
    assert [each.hours for each in entries(walk)] == [1200]


def test_who_is_no_member_any_more_cannot_apply(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        assert find_obstacle(member) is None
        member.state = "resigned"
        assert isinstance(find_obstacle(member), NotAMember)
        with pytest.raises(NotAMember):
            start_application(session, demo_engine, member=member, by=TRAINER, now=NOW)


def test_settling_an_inspections_year_closes_none_of_it(demo_engine: Engine) -> None:
    walk = claim(demo_engine, finished_date="2021-11-20")
    inspection = Walk(demo_engine, MEMBER).start()
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        ruling = start_ruling(
            session, demo_engine, member=member, year=2021, by=TRAINER, now=NOW
        ).id
    settled = Walk(demo_engine, MEMBER, ruling)
    settled.do("propose_ruling", "propose", {"status": "exempt", "reason": "免检。"}, by=TRAINER)
    settled.do("agree_ruling", "agree", by=Actor("staff", 911))
    assert (inspection.case.state, walk.case.state) == ("cancelled", "open")


def test_the_claim_is_read_from_what_was_sent(demo_engine: Engine) -> None:
    walk = begin(demo_engine)
    with demo_engine.database.read() as session:
        assert find_claim(session, demo_engine.vault, case=walk.case) is None
        assert set(read_current_limits(session, demo_engine, now=NOW)) == {
            "paper",
            "book",
            "teaching",
            "research",
            "standard",
            "other",
        }
