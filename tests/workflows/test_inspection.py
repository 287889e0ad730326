from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import HuijiError
from engine.submissions import NewMark
from tests.workflows.conftest import NOW, Cast
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.inspection.applications import find_obstacle, start_inspection
from workflows.inspection.policies import (
    AlreadyDecided,
    CannotWithdraw,
    NoSeason,
    NotAMember,
    NotForThisKind,
    RegisteredLater,
    check_may_apply,
)
from workflows.shared.applications import find_last_return, list_decisions, values_sent
from workflows.shared.hours import credit_hours
from workflows.shared.messages import Message, list_messages
from workflows.shared.private import read_private
from workflows.shared.public_codes import CodeNotGenuine, read_token
from workflows.shared.results import (
    YearlyResult,
    find_result,
    get_result,
    read_record,
    verification_token,
    verify_result,
)
from workflows.shared.seasons import find_season_of_year, publish_commitment
from workflows.shared.windows import NotOpenYet, WindowClosed

READY = "330000100001"
SHORT = "330000100006"
MAY_DEFER = "330000100007"


def address_of(walk: Walk) -> str:
    """The address that is on file of the member."""
    with walk.engine.database.read() as session:
        return read_private(session, walk.engine.vault, walk.member)["address"]


def messages(engine: Engine, walk: Walk) -> list[Message]:
    """The member's messages, the newest first."""
    with engine.database.read() as session:
        return list(list_messages(session, member_id=walk.member.id))


def test_an_approved_application_is_the_years_result(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start().to_materials().apply()
    assert (walk.case.status, walk.case.kind, walk.steps) == (
        "in_review",
        "inspection",
        {"review_application"},
    )
    walk.do("review_application", "approve", by=REVIEWER)
    assert (walk.case.state, walk.case.status) == ("ended", "passed")
    with demo_engine.database.read() as session:
        result = get_result(session, member_id=walk.member.id, year=2021)
        assert (result.kind, result.status, result.case_id) == (
            "inspection",
            "passed",
            walk.case_id,
        )
        assert (result.hours_required, result.hours_done, result.fee_status) == (
            4000,
            4000,
            "confirmed",
        )
        record = read_record(session, demo_engine.vault, result)
    assert record["address"] == "浙江省杭州市演示路8号"
    assert record["identity_number"].endswith("*****")
    assert address_of(walk) == "浙江省杭州市演示路8号"
    assert [(each.template, each.node) for each in messages(demo_engine, walk)] == [
        ("application_approved.inspection", "地方注协非执业会员审核通过")
    ]


def test_a_returned_application_comes_back_with_its_reason_and_marks(
    demo_engine: Engine,
) -> None:
    walk = Walk(demo_engine, READY).start().to_materials().apply()
    walk.do(
        "review_application",
        "return",
        {"reason": "请重新上传材料。"},
        by=REVIEWER,
        marks=(NewMark("fill_information", "address", "请写明门牌号"),),
    )
    assert (walk.case.status, walk.case.round, walk.steps) == (
        "returned",
        2,
        {"fill_information"},
    )
    (message,) = messages(demo_engine, walk)
    assert (message.node, message.office, message.about, message.text) == (
        "地方注协非执业会员审核退回",
        "浙江省注册会计师协会",
        "年检信息",
        "请重新上传材料。",
    )
    with demo_engine.database.read() as session:
        returned = find_last_return(session, demo_engine.vault, case=walk.case)
    assert returned is not None
    assert (returned.reason, returned.by) == ("请重新上传材料。", REVIEWER)
    assert [each.comment for each in returned.marks] == ["请写明门牌号"]

    walk.do("fill_information", "apply", {**INFORMATION, "address": "演示路8号2单元"}).apply()
    with demo_engine.database.read() as session:
        before = values_sent(session, demo_engine.vault, case=walk.case, kind="inspection", round=1)
        after = values_sent(session, demo_engine.vault, case=walk.case, kind="inspection")
    assert before["fill_information"]["address"] == "浙江省杭州市演示路8号"
    assert after["fill_information"]["address"] == "演示路8号2单元"
    walk.do("review_application", "approve", by=REVIEWER)
    with demo_engine.database.read() as session:
        decided = list_decisions(session, demo_engine.vault, case=walk.case)
    assert [(each.round, each.outcome) for each in decided] == [(1, "return"), (2, "approve")]
    assert address_of(walk) == "演示路8号2单元"


def test_only_a_new_commitment_is_accepted_anew(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start().to_materials().apply()
    walk.do("review_application", "return", {"reason": "请补充。"}, by=REVIEWER)
    with demo_engine.database.transaction() as session:
        season = find_season_of_year(session, association_id=walk.member.association_id, year=2021)
        assert season is not None
        publish_commitment(
            session, season_id=season.id, kind="inspection", title="承诺书", text="新", now=NOW
        )
    walk.do("fill_information", "apply", INFORMATION)
    assert walk.steps == {"accept_commitment"}


def test_a_case_waits_for_hours_and_goes_on_when_they_arrive(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, SHORT).start().do("fill_information", "apply", INFORMATION)
    assert (walk.steps, walk.case.status) == ({"await_hours"}, "awaiting_hours")
    walk.do("await_hours", "recheck")
    assert walk.steps == {"await_hours"}
    with demo_engine.database.transaction() as session:
        credit_hours(
            session,
            member_id=walk.member.id,
            year=2021,
            earned_date=date(2022, 9, 5),
            hours=2000,
            title="企业会计准则实务",
            source="继续教育在线平台",
            external_key="platform:1",
            now=NOW,
        )
    walk.let_jobs_run()
    assert walk.steps == {"view_inspection"}
    assert [each.template for each in messages(demo_engine, walk)] == ["hours_credited"]


def test_a_deferral_has_its_own_commitment_and_asks_neither_hours_nor_fee(
    demo_engine: Engine,
) -> None:
    walk = Walk(demo_engine, MAY_DEFER).start()
    walk.do("fill_information", "defer", INFORMATION)
    walk.do("accept_deferral_commitment", "confirm", {"version": 1, "agreed": True})
    walk.do("state_deferral", "apply", {"ground": "illness", "explanation": "住院", "proof": []})
    assert (walk.case.kind, walk.case.status) == ("deferral", "in_review")
    walk.do("review_application", "return", {"reason": "请重新上传材料。"}, by=REVIEWER)
    assert messages(demo_engine, walk)[0].node == "地方注协非执业会员审核暂缓退回"
    walk.do("fill_information", "defer", INFORMATION)
    walk.do("state_deferral", "apply", {"ground": "illness", "explanation": "住院", "proof": []})
    walk.do("review_application", "approve", by=REVIEWER)
    assert walk.case.status == "deferred"
    with demo_engine.database.read() as session:
        result = get_result(session, member_id=walk.member.id, year=2021)
    assert (result.kind, result.status) == ("deferral", "deferred")


def test_a_returned_application_may_be_switched_to_a_deferral(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start().to_materials().apply()
    walk.do("review_application", "return", {"reason": "请补充。"}, by=REVIEWER)
    walk.do("fill_information", "defer", INFORMATION)
    walk.do("accept_deferral_commitment", "confirm", {"version": 1, "agreed": True})
    walk.do("state_deferral", "apply", {"ground": "abroad", "explanation": "访学", "proof": []})
    assert (walk.case.kind, walk.case.round) == ("deferral", 2)


def test_an_application_can_be_withdrawn_until_it_is_decided(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start()
    with pytest.raises(CannotWithdraw):
        walk.withdraw()
    walk.to_materials().apply().withdraw()
    assert (walk.case.status, walk.steps, walk.case.round) == (
        "withdrawn",
        {"fill_information"},
        2,
    )
    walk.do("fill_information", "abandon")
    assert (walk.case.state, walk.case.status) == ("ended", "abandoned")


def test_starting_again_opens_the_one_that_lives(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start()
    first = walk.case_id
    assert walk.start().case_id == first


def test_a_task_of_the_association_is_due_after_five_working_days(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start()
    assert walk.tasks()["fill_information"].due_at is None
    walk.to_materials().apply()
    # Tuesday 6 September; Saturday 10 to Monday 12 September 2022 was the Mid-Autumn holiday.
    assert walk.tasks()["review_application"].due_at == datetime(
        2022, 9, 14, 15, 59, 59, tzinfo=UTC
    )


def test_who_is_not_let_in_is_told_why(seeded: Session, cast: Cast) -> None:
    member, season = cast(READY)

    def refusal(**changed: object) -> HuijiError:
        given = {"member": member, "season": season, "result": None, "now": NOW, **changed}
        with pytest.raises(HuijiError) as refused:
            check_may_apply(**given)  # type: ignore[arg-type]
        return refused.value

    assert check_may_apply(member=member, season=season, result=None, now=NOW) is season
    # The last evening in China is still the last day there.
    last = datetime(2022, 12, 31, 15, 59, tzinfo=UTC)
    assert check_may_apply(member=member, season=season, result=None, now=last) is season
    early = refusal(now=datetime(2022, 6, 30, 15, 59, tzinfo=UTC))
    assert isinstance(early, NotOpenYet)
    assert str(early) == "The inspection for 2021 is not open yet. It opens on 1 July 2022."
    assert isinstance(refusal(now=datetime(2022, 12, 31, 16, tzinfo=UTC)), WindowClosed)
    assert isinstance(refusal(season=None), NoSeason)
    assert isinstance(refusal(result=YearlyResult(status="passed")), AlreadyDecided)
    member.admission_date = date(2022, 1, 1)
    assert isinstance(refusal(), RegisteredLater)
    member.state = "resigned"
    assert isinstance(refusal(), NotAMember)
    member.kind = "cpa"
    assert isinstance(refusal(), NotForThisKind)


def test_what_stands_in_the_way_is_what_starting_says(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY)
    too_late = datetime(2023, 2, 1, tzinfo=UTC)

    def obstacle(now: datetime) -> HuijiError | None:
        with demo_engine.database.read() as session:
            return find_obstacle(session, member=walk.member, now=now)

    assert obstacle(NOW) is None
    assert isinstance(obstacle(too_late), WindowClosed)
    with demo_engine.database.transaction() as session, pytest.raises(WindowClosed) as refused:
        start_inspection(session, demo_engine, member=walk.member, by=walk.me, now=too_late)
    assert str(obstacle(too_late)) == str(refused.value)
    # The application that lives is gone on with, whatever the day.
    walk.start()
    assert obstacle(too_late) is None
    walk.to_materials().apply().do("review_application", "approve", by=REVIEWER)
    assert isinstance(obstacle(NOW), AlreadyDecided)


def test_the_qr_code_tells_strangers_four_things_and_cannot_be_forged(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(READY)
    result = find_result(seeded, member_id=member.id, year=2020)
    assert result is not None
    token = verification_token(demo_engine.vault, result)
    kind, code = read_token(demo_engine.vault, token)
    assert kind == "result"
    found = verify_result(seeded, code)
    assert (found.association, found.masked_name, found.year, found.status) == (
        "浙江省注册会计师协会",
        "蔡**",
        2020,
        "passed",
    )
    other = seeded.scalars(select(YearlyResult).where(YearlyResult.member_id != member.id)).first()
    assert other is not None
    forged = verification_token(demo_engine.vault, other)[:20] + token[20:]
    for wrong in (forged, token[:-1], token + "A", "", "ü", "a" * 500):
        with pytest.raises(CodeNotGenuine):
            read_token(demo_engine.vault, wrong)
