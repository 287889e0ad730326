"""会员电子证书: every way to it, what is told on the way, and the one comparison."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from engine.completing import hold_task
from engine.engine import Engine
from engine.errors import HuijiError
from engine.jobs import Job, Worker
from tests.workflows.certifying import (
    APPOINTMENT,
    MANAGER,
    MEMBER,
    PHOTO,
    PHOTO_CLERK,
    Certifying,
    be,
    bill,
    get,
    make_photo,
    put_on_file,
    with_photo_service,
)
from tests.workflows.conftest import NOW
from workflows.member_certificate import form_data, policies
from workflows.member_certificate.cases import (
    CertificateStands,
    NoCertificateForKind,
    ReasonMissing,
    find_obstacle,
    read_appointment,
    renew_photo,
    start_certificate,
)
from workflows.member_certificate.information import find_missing
from workflows.member_certificate.policies import CertificatePolicy
from workflows.shared import supervision
from workflows.shared.certificates import (
    Certificate,
    NoPhoto,
    find_certificate,
    list_certificates,
    printed_fields,
    read_printed,
    supersede_certificate,
)
from workflows.shared.leaving import change_association, change_kind, end_membership
from workflows.shared.photos import ComparedAlready, keep_photo
from workflows.shared.register import CPA, NotAMember
from workflows.shared.register_changes import list_changes, register_fields
from workflows.shared.register_writing import write_fields


@pytest.fixture
def engine(demo_engine: Engine) -> Engine:
    """The demo with a photo service."""
    return with_photo_service(demo_engine)


def begin(engine: Engine, number: str = MEMBER) -> Certifying:
    return Certifying(engine, number).begin()


def issued(engine: Engine, number: str = MEMBER) -> Certifying:
    """A member with a certificate."""
    put_on_file(engine, number)
    walk = begin(engine, number)
    walk.do("confirm_information", "issue")
    return walk


def empty(engine: Engine, **fields: Any) -> None:
    """Let the register say nothing in some of the member's fields."""
    with engine.database.transaction() as session:
        write_fields(session, engine.vault, session.merge(get(engine)), fields)


def certificates(walk: Certifying) -> list[Certificate]:
    with walk.engine.database.read() as session:
        return list(list_certificates(session, walk.member.id))


def test_who_has_everything_confirms_what_is_printed_and_has_his_certificate(
    engine: Engine,
) -> None:
    put_on_file(engine)
    walk = begin(engine)
    assert (walk.case.status, walk.steps) == ("certificate_to_confirm", {"confirm_information"})
    assert walk.kept is not None
    assert walk.kept.source == "register"
    assert bill(engine) == 0

    walk.do("confirm_information", "issue")

    assert (walk.case.state, walk.case.status) == ("ended", "certificate_issued")
    (certificate,) = certificates(walk)
    assert (certificate.state, certificate.number) == ("valid", f"{MEMBER}-01")
    assert certificate.photo_file_id == walk.kept.file_id
    with engine.database.read() as session:
        printed = read_printed(session, engine.vault, session.merge(certificate, load=False))
        expected = printed_fields(session, walk.member, now=NOW)
    assert printed == {**expected, "number": certificate.number}
    assert walk.told[0].title == "会员证已签发"
    assert "$" not in walk.told[0].text + walk.told[0].text_en


def test_where_a_photo_is_looked_up_is_seen(engine: Engine) -> None:
    with engine.database.transaction() as session:
        member = session.merge(get(engine))
        case = start_certificate(
            session, engine, member=member, by=Certifying(engine, MEMBER).me, now=NOW
        )
        assert case.status == "certificate_looking_up"


def test_a_matching_photo_leads_to_the_confirmation(engine: Engine) -> None:
    walk = begin(engine)
    assert (walk.case.status, walk.steps) == ("certificate_photo", {"upload_photo"})
    walk.do("upload_photo", "compare", {"photo": [walk.attach()], "agree": True})
    assert (walk.case.status, walk.steps) == ("certificate_comparing", set())
    walk.let_jobs_run()
    assert walk.case.status == "certificate_to_confirm"
    assert walk.kept is not None
    assert (walk.kept.source, walk.kept.result) == ("upload", "matched")
    assert walk.comparison is not None
    assert walk.comparison.is_used
    assert bill(engine) == 1


def test_a_photo_that_does_not_match_is_reviewed_on_site_and_accepted(engine: Engine) -> None:
    be(engine, "mismatching")
    walk = begin(engine).upload()
    assert (walk.case.status, walk.steps) == ("certificate_on_site", {"set_appointment"})
    assert walk.tasks()["set_appointment"].duty == "photos"
    assert "照片对比不成功，需要联系注协进行现场审核。" in walk.told[0].text
    assert walk.kept is None

    walk.appoint()
    assert (walk.case.status, walk.steps) == ("certificate_appointment", {"review_on_site"})
    assert "2022年9月20日 上午9:30到杭州市演示路1号203室" in walk.told[0].text
    with engine.database.read() as session:
        appointment = read_appointment(session, engine.vault, walk.case)
    assert appointment is not None
    assert appointment.place == APPOINTMENT["place"]

    walk.review("accept", photo=[walk.attach(make_photo(seed=2), by=PHOTO_CLERK)])
    assert walk.case.status == "certificate_to_confirm"
    assert walk.kept is not None
    assert (walk.kept.source, walk.kept.result) == ("on_site", "accepted")
    assert walk.told[0].template == "photo_accepted"
    walk.do("confirm_information", "issue")
    assert certificates(walk)[0].photo_file_id == walk.kept.file_id


def test_an_appointment_is_moved_as_often_as_it_must_be(engine: Engine) -> None:
    be(engine, "mismatching")
    walk = begin(engine).upload().appoint()
    walk.review("reappoint")
    assert walk.case.status == "certificate_on_site"
    with engine.database.read() as session:
        assert read_appointment(session, engine.vault, walk.case) is None
    walk.appoint(appointment_date="2022-09-27")
    assert "2022年9月27日" in walk.told[0].text
    assert "2022-09-27" in walk.told[0].text_en


def test_a_refusal_is_appealed_and_decided_above_by_somebody_else(engine: Engine) -> None:
    be(engine, "mismatching")
    walk = begin(engine).upload().appoint().review("refuse", reason="本人未到场。")
    assert (walk.case.status, walk.steps) == ("certificate_photo_refused", {"appeal_refusal"})
    assert "原因：本人未到场。" in walk.told[0].text
    walk.do("appeal_refusal", "appeal", {"statement": "当天已到场。"})
    assert (walk.case.status, walk.steps) == ("certificate_appealed", {"decide_photo_appeal"})
    assert walk.tasks()["decide_photo_appeal"].duty == "manage"

    walk.do("decide_photo_appeal", "overturn", {"reason": "签到记录属实。"}, by=MANAGER)
    assert walk.case.status == "certificate_on_site"
    assert walk.told[0].text.endswith("理由：签到记录属实。")

    walk.appoint().review("refuse", reason="仍非本人。")
    walk.do("appeal_refusal", "appeal", {"statement": "是本人。"})
    walk.do("decide_photo_appeal", "uphold", {"reason": "证据不足。"}, by=MANAGER)
    assert (walk.case.state, walk.case.status) == ("ended", "certificate_refused")
    assert walk.told[0].template == "photo_appeal_upheld"


def test_who_does_not_appeal_in_time_has_none(engine: Engine) -> None:
    be(engine, "mismatching")
    walk = begin(engine).upload().appoint().review("refuse", reason="非本人。")
    engine.now = lambda: NOW + timedelta(days=29)
    walk.let_jobs_run()
    assert walk.steps == {"appeal_refusal"}
    engine.now = lambda: NOW + timedelta(days=30, minutes=1)
    walk.let_jobs_run()
    assert (walk.case.state, walk.case.status) == ("ended", "certificate_refused")


def test_after_a_comparison_that_failed_there_is_never_another_one(engine: Engine) -> None:
    be(engine, "mismatching")
    walk = begin(engine).upload().appoint().review("refuse", reason="非本人。")
    walk.do("appeal_refusal", "accept")
    be(engine, "matching")
    again = begin(engine)
    assert (again.case.status, again.steps) == ("certificate_on_site", {"set_appointment"})
    assert again.case_id != walk.case_id
    assert bill(engine) == 1


def test_a_service_that_is_away_uses_nothing_up_and_is_asked_again_by_itself(
    engine: Engine,
) -> None:
    walk = begin(engine)
    be(engine, "away")
    walk.upload()
    assert (walk.case.status, walk.steps) == ("certificate_comparison_away", {"await_comparison"})
    assert walk.comparison is not None
    assert not walk.comparison.is_used
    assert bill(engine) == 0

    walk.do("await_comparison", "again")
    walk.let_jobs_run()
    assert walk.steps == {"await_comparison"}
    be(engine, "matching")
    engine.now = lambda: NOW + timedelta(minutes=11)
    walk.let_jobs_run()
    assert walk.case.status == "certificate_to_confirm"
    assert bill(engine) == 1


def test_while_nothing_was_compared_another_photo_may_be_sent(engine: Engine) -> None:
    walk = begin(engine)
    be(engine, "away")
    walk.upload()
    walk.do("await_comparison", "change")
    assert walk.steps == {"upload_photo"}
    be(engine, "matching")
    other = make_photo(seed=3)
    walk.upload(other)
    assert walk.kept is not None
    assert engine.files.path(walk.kept.file_id).read_bytes() == other
    assert bill(engine) == 1


def test_an_answer_that_was_lost_is_asked_for_again_and_counts_once(engine: Engine) -> None:
    walk = begin(engine)
    be(engine, "lost")
    walk.upload()
    assert walk.steps == {"await_comparison"}
    assert bill(engine) == 1
    with engine.database.read() as session:
        shown = form_data.show_away(session, engine=engine, case=walk.case, language="zh", now=NOW)
    assert shown.context == {"may_change": False}

    # He gives up and begins again with another photo: the answer that was paid for counts.
    walk.do("await_comparison", "change")
    be(engine, "mismatching")
    walk.upload(make_photo(seed=4))
    assert walk.case.status == "certificate_to_confirm"
    assert walk.kept is not None
    assert engine.files.path(walk.kept.file_id).read_bytes() == PHOTO
    assert bill(engine) == 1


def test_a_comparison_that_is_done_twice_asks_once(engine: Engine) -> None:
    walk = begin(engine)
    walk.do("upload_photo", "compare", {"photo": [walk.attach()], "agree": True})
    with engine.database.read() as session:
        job = session.scalars(
            select(Job).where(Job.name == "cases.call_out", Job.state == "due")
        ).one()
    args = dict(job.args)
    call = engine.jobs.by_name["cases.call_out"].function
    call(engine, NOW, **args)
    call(engine, NOW, **args)
    walk.let_jobs_run()
    assert walk.case.status == "certificate_to_confirm"
    assert bill(engine) == 1


def test_a_look_up_that_fails_is_tried_again_first(engine: Engine) -> None:
    be(engine, "away")
    walk = begin(engine)
    assert (walk.case.status, walk.steps) == ("certificate_photo_failed", {"retry_photo"})
    be(engine, "matching")
    put_on_file(engine)
    walk.do("retry_photo", "retry")
    walk.let_jobs_run()
    assert walk.case.status == "certificate_to_confirm"
    assert bill(engine) == 0


def test_who_does_not_want_to_wait_for_the_look_up_uploads(engine: Engine) -> None:
    be(engine, "away")
    walk = begin(engine)
    walk.do("retry_photo", "upload")
    assert walk.steps == {"upload_photo"}


@pytest.mark.parametrize(
    "picture", [b"no picture", make_photo(kind="PNG"), PHOTO[:4000], b"\xff" * 2_000_000]
)
def test_what_the_service_has_on_file_and_is_no_photo_is_none(
    engine: Engine, picture: bytes
) -> None:
    put_on_file(engine, picture=picture)
    walk = begin(engine)
    assert walk.steps == {"upload_photo"}
    assert walk.kept is None


def test_a_photo_on_file_that_is_too_large_to_be_printed_is_made_smaller(engine: Engine) -> None:
    put_on_file(engine, picture=make_photo(size=(1780, 2200), grain=4, quality=60, mode="CMYK"))
    walk = begin(engine)
    assert walk.steps == {"confirm_information"}
    assert walk.kept is not None
    with Image.open(engine.files.path(walk.kept.file_id)) as picture:
        assert (picture.mode, picture.size) == ("RGB", (712, 880))


def test_where_there_is_no_photo_service_associations_review_on_site(demo_engine: Engine) -> None:
    walk = begin(demo_engine)
    assert walk.steps == {"set_appointment"}


def test_own_fields_are_completed_first_and_stand_in_the_register(engine: Engine) -> None:
    empty(engine, address="", political_status="")
    walk = begin(engine)
    assert (walk.case.status, walk.steps) == ("certificate_information", {"complete_information"})
    with engine.database.read() as session:
        shown = form_data.show_information(
            session, engine=engine, case=walk.case, language="zh", now=NOW
        )
    assert shown.context["missing"] == ["political_status", "address"]
    walk.do("complete_information", "save", {"address": "杭州市演示路9号"})
    assert walk.steps == {"complete_information"}

    walk.do(
        "complete_information",
        "save",
        {"address": "不再为空的一栏", "political_status": "masses", "region": "440100"},
    )
    walk.let_jobs_run()
    assert walk.steps == {"upload_photo"}
    with engine.database.read() as session:
        said = register_fields(session, engine.vault, walk.member)
        changes = list_changes(session, member_id=walk.member.id)
    assert (said["address"], said["political_status"]) == ("杭州市演示路9号", "masses")
    assert said["region"] != "440100"
    assert [(each.fields, each.source) for each in changes] == [
        (["political_status"], "certificate"),
        (["address"], "certificate"),
    ]
    assert changes[0].by == walk.me


def test_who_says_that_he_is_employed_says_by_whom(engine: Engine) -> None:
    empty(engine, employment="", employer="")
    with engine.database.read() as session:
        assert find_missing(session, engine, get(engine)).own == ("employment",)
    walk = begin(engine)
    walk.do("complete_information", "save", {"employment": "employed", "employer": "演示大学"})
    assert (walk.member.employment, walk.member.employer) == ("employed", "演示大学")


def test_mobile_and_mail_are_set_with_a_code_elsewhere(engine: Engine) -> None:
    empty(engine, mobile="")
    walk = begin(engine)
    walk.do("complete_information", "save", {"mobile": "15400000999"})
    assert walk.steps == {"complete_information"}
    with engine.database.transaction() as session:
        write_fields(session, engine.vault, session.merge(get(engine)), {"mobile": "15400000998"})
    walk.do("complete_information", "save")
    walk.let_jobs_run()
    assert walk.steps == {"upload_photo"}


def test_locked_fields_are_supplied_by_the_association_and_the_member_is_told(
    engine: Engine,
) -> None:
    empty(engine, nation="", admission_date=None)
    walk = begin(engine)
    assert (walk.case.status, walk.steps) == ("certificate_to_supply", {"supply_information"})
    assert "民族" in walk.told[0].text
    assert "入会日期" in walk.told[0].text
    assert "咨询电话：" in walk.told[0].text
    assert "$" not in walk.told[0].text_en

    walk.do(
        "supply_information",
        "supplied",
        {"nation": "01", "admission_date": "2010-03-15", "name": "别人", "reason": "入会申请表"},
        by=PHOTO_CLERK,
    )
    walk.let_jobs_run()

    assert walk.steps == {"upload_photo"}
    assert walk.member.name != "别人"
    assert walk.told[0].template == "certificate_supplied"
    with engine.database.read() as session:
        (change,) = list_changes(session, member_id=walk.member.id)
    assert set(change.fields) == {"nation", "admission_date"}
    assert (change.by, change.reason) == (PHOTO_CLERK, "入会申请表")


def test_what_the_supervision_platform_owns_is_supplied_there_and_nowhere_else(
    engine: Engine,
) -> None:
    engine.services[supervision.SERVICE] = supervision.SupervisionPlatform(
        "https://platform.example.org/", (b"k" * 32,)
    )
    engine.services[policies.SERVICE] = CertificatePolicy(kinds=frozenset({CPA}))
    with engine.database.transaction() as session:
        session.merge(get(engine)).kind = CPA
    empty(engine, nation="", political_status="", address="")
    walk = begin(engine)
    assert walk.steps == {"complete_information"}
    walk.do(
        "complete_information", "save", {"address": "杭州市演示路9号", "political_status": "masses"}
    )
    assert walk.steps == {"supply_information"}
    assert "政治面貌" in walk.told[0].text
    supplied = {"nation": "01", "reason": "入会申请表"}
    with engine.database.read() as session, pytest.raises(form_data.PlatformIsSilent):
        form_data.check_supply(
            session,
            engine=engine,
            case=walk.case,
            outcome="supplied",
            values=supplied,
            now=NOW,
        )
    walk.do("supply_information", "supplied", supplied, by=PHOTO_CLERK)
    assert walk.steps == {"supply_information"}
    with engine.database.read() as session:
        said = register_fields(session, engine.vault, walk.member)
    assert (said["nation"], said["political_status"]) == ("", "")

    with engine.database.transaction() as session:
        came = {"nation": "01", "political_status": "masses"}
        write_fields(session, engine.vault, session.merge(get(engine)), came)
    walk.do("supply_information", "supplied", {"reason": "监管平台"}, by=PHOTO_CLERK)
    walk.let_jobs_run()
    assert walk.steps == {"upload_photo"}


def test_an_identity_number_is_nobody_elses_and_fits_what_is_known(engine: Engine) -> None:
    empty(engine, identity_number="")
    walk = begin(engine)

    def check(number: str) -> dict[str, str]:
        with engine.database.read() as session:
            return dict(
                form_data.check_supply(
                    session,
                    engine=engine,
                    case=walk.case,
                    outcome="supplied",
                    values={"identity_number": number, "reason": "身份证"},
                    now=NOW,
                )
            )

    other = get(engine, "330000100002")
    taken = engine.vault.open_text(other.identity_sealed)
    assert check(taken)["identity_number"].startswith("There is a member")
    assert "another date of birth" in check("11010119900307803X")["identity_number"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (make_photo(dpi=None), "does not say its own"),
        (make_photo(size=(100, 120), quality=100), "100 × 120"),
        (b"no picture at all", "no picture"),
    ],
)
def test_a_photo_that_breaks_a_rule_is_refused_with_the_measure_and_uses_nothing_up(
    engine: Engine, content: bytes, sentence: str
) -> None:
    walk = begin(engine)
    values = {"photo": [walk.attach(content)], "agree": True}
    with engine.database.read() as session:
        wrong = form_data.check_upload(
            session, engine=engine, case=walk.case, outcome="compare", values=values, now=NOW
        )
    assert sentence in wrong["photo"]
    assert walk.comparison is None


def test_the_photo_taken_on_site_keeps_the_rules_too(engine: Engine) -> None:
    be(engine, "mismatching")
    walk = begin(engine).upload().appoint()
    wrong_values = {"photo": [walk.attach(make_photo(dpi=(72, 72)))]}
    with engine.database.read() as session:
        for outcome, wrong in (("accept", True), ("refuse", False)):
            found = form_data.check_review(
                session,
                engine=engine,
                case=walk.case,
                outcome=outcome,
                values=wrong_values,
                now=NOW,
            )
            assert bool(found) is wrong


def test_an_upload_after_the_comparison_is_refused(engine: Engine) -> None:
    walk = begin(engine).upload()
    with (
        engine.database.read() as session,
        pytest.raises(ComparedAlready),
    ):
        form_data.check_upload(
            session,
            engine=engine,
            case=walk.case,
            outcome="compare",
            values={"photo": [walk.attach()]},
            now=NOW,
        )


def test_what_is_under_way_is_gone_on_with_and_a_valid_certificate_stands(
    engine: Engine,
) -> None:
    first = begin(engine)
    assert begin(engine).case_id == first.case_id
    put_on_file(engine)
    first.do("upload_photo", "abandon")
    assert first.case.status == "abandoned"
    second = begin(engine)
    second.do("confirm_information", "issue")
    with pytest.raises(CertificateStands):
        begin(engine)


def test_a_change_of_what_is_shown_supersedes_and_another_one_is_issued(engine: Engine) -> None:
    walk = issued(engine)
    with engine.database.transaction() as session:
        assert supersede_certificate(session, walk.member.id, ["address"], NOW) is None
        ended = supersede_certificate(session, walk.member.id, ["address", "name"], NOW)
        assert ended is not None
        assert (ended.state, ended.ended_reason) == ("superseded", "name")
    again = begin(engine)
    again.do("confirm_information", "issue")
    newest, before = certificates(again)
    assert (newest.state, newest.number) == ("valid", f"{MEMBER}-02")
    assert (before.state, before.ended_at) == ("superseded", NOW)
    assert newest.code != before.code


def test_the_end_of_a_membership_revokes(engine: Engine) -> None:
    walk = issued(engine)
    with engine.database.transaction() as session:
        member = session.merge(walk.member)
        end_membership(
            session, engine, member=member, state="resigned", reason="退会", by=MANAGER, now=NOW
        )
    (certificate,) = certificates(walk)
    assert (certificate.state, certificate.ended_reason) == ("revoked", "退会")
    with engine.database.transaction() as session:
        member = session.merge(walk.member)
        end_membership(
            session, engine, member=member, state="resigned", reason="再次", by=MANAGER, now=NOW
        )
    assert certificates(walk)[0].ended_reason == "退会"
    with pytest.raises(NotAMember):
        begin(engine)


def test_who_becomes_of_another_kind_has_no_certificate_of_the_former(engine: Engine) -> None:
    walk = issued(engine)
    with engine.database.transaction() as session:
        change_kind(
            session,
            engine,
            member=session.merge(walk.member),
            kind=CPA,
            reason="转为执业",
            by=MANAGER,
            now=NOW,
        )
    assert certificates(walk)[0].state == "revoked"
    assert isinstance(find_obstacle(engine, walk.member), NoCertificateForKind)
    engine.services[policies.SERVICE] = CertificatePolicy(kinds=frozenset({CPA}))
    assert find_obstacle(engine, walk.member) is None


def test_who_moves_gets_one_of_his_new_association(engine: Engine) -> None:
    walk = issued(engine)
    with engine.database.transaction() as session:
        member = session.merge(walk.member)
        target = 2 if member.association_id != 2 else 3
        change_association(
            session, engine, member=member, association_id=target, by=MANAGER, now=NOW
        )
    (certificate,) = certificates(walk)
    assert (certificate.state, certificate.ended_reason) == ("superseded", "association_id")


def look(walk: Certifying) -> str:
    """See what is to be printed: what the page gives back of it."""
    with walk.engine.database.read() as session:
        shown = form_data.show_certificate(
            session, engine=walk.engine, case=walk.case, language="zh", now=walk.engine.now()
        )
        return str(shown.panels["certificate_preview"]["seen"])


def check(walk: Certifying, seen: str) -> HuijiError | str | None:
    """What is said when what was seen is confirmed; None when it is taken."""
    try:
        with walk.engine.database.transaction() as session:
            wrong = form_data.check_confirmation(
                session,
                engine=walk.engine,
                case=walk.case,
                outcome="issue",
                values={},
                seen=seen,
                now=walk.engine.now(),
            )
    except HuijiError as error:
        return error
    return wrong.get("")


def test_what_was_taken_away_before_the_confirmation_is_not_printed(engine: Engine) -> None:
    put_on_file(engine)
    walk = begin(engine)
    seen = look(walk)
    assert check(walk, seen) is None
    with engine.database.transaction() as session:
        photo = session.merge(walk.kept)
        assert photo is not None
        photo.taken_at = NOW - timedelta(days=10 * 366)
    assert isinstance(check(walk, seen), NoPhoto)


@pytest.mark.parametrize("field", ["name", "sex", "admission_date"])
def test_only_what_was_seen_is_confirmed(engine: Engine, field: str) -> None:
    put_on_file(engine)
    walk = begin(engine)
    seen = look(walk)
    changed: dict[str, Any] = {
        "name": "蔡思远",
        "sex": "female" if walk.member.sex == "male" else "male",
        "admission_date": "2011-01-01",
    }
    empty(engine, address="杭州市演示路2号")
    assert check(walk, seen) is None
    empty(engine, **{field: changed[field]})
    assert "has changed since" in str(check(walk, seen))
    assert check(walk, look(walk)) is None
    assert "has changed since" in str(check(walk, ""))


def test_another_photo_is_seen_before_it_is_printed_and_another_day_is_not(engine: Engine) -> None:
    put_on_file(engine)
    walk = begin(engine)
    seen = look(walk)
    engine.now = lambda: NOW + timedelta(days=1)
    assert look(walk) == seen
    other = walk.attach(make_photo(seed=7))
    with engine.database.transaction() as session:
        keep_photo(
            session,
            member_id=walk.member.id,
            file_id=UUID(other["id"]),
            source="on_site",
            result="accepted",
            now=NOW,
        )
    assert "has changed since" in str(check(walk, seen))


def test_a_photo_is_renewed_after_ten_years(engine: Engine) -> None:
    walk = begin(engine).upload()
    with engine.database.transaction() as session:
        photo = session.merge(walk.kept)
        assert photo is not None
        photo.taken_at = NOW.replace(year=2012)
    walk.do("confirm_information", "abandon")
    again = begin(engine)
    # His comparison was used when he was younger: his association sees him.
    assert again.steps == {"set_appointment"}
    again.appoint()
    again.review("accept", photo=[again.attach(make_photo(seed=5))])
    assert again.kept is not None
    assert again.kept.source == "on_site"


def test_who_has_a_certificate_renews_his_photo_after_ten_years(engine: Engine) -> None:
    walk = begin(engine).upload()
    walk.do("confirm_information", "issue")
    with pytest.raises(CertificateStands):
        begin(engine)
    with engine.database.transaction() as session:
        photo = session.merge(walk.kept)
        assert photo is not None
        photo.taken_at = NOW.replace(year=NOW.year - 10)
    again = begin(engine)
    assert again.steps == {"set_appointment"}
    assert [each.state for each in certificates(walk)] == ["valid"]
    again.appoint().review("accept", photo=[again.attach(make_photo(seed=8))])
    again.do("confirm_information", "issue")
    assert [each.state for each in certificates(walk)] == ["valid", "superseded"]
    with pytest.raises(CertificateStands):
        begin(engine)


def test_an_association_has_a_photo_renewed_and_the_certificate_holds_meanwhile(
    engine: Engine,
) -> None:
    walk = issued(engine)
    with engine.database.transaction() as session:
        member = session.merge(walk.member)
        with pytest.raises(ReasonMissing):
            renew_photo(session, engine, member=member, reason=" ", by=PHOTO_CLERK, now=NOW)
        case = renew_photo(
            session, engine, member=member, reason="照片与本人不符", by=PHOTO_CLERK, now=NOW
        )
    renewed = Certifying(engine, MEMBER, case.id)
    assert renewed.steps == {"set_appointment"}
    assert renewed.told[0].text.endswith("原因：照片与本人不符")
    assert certificates(walk)[0].state == "valid"
    renewed.appoint().review("accept", photo=[renewed.attach(make_photo(seed=6))])
    renewed.do("confirm_information", "issue")
    assert [each.state for each in certificates(walk)] == ["valid", "superseded"]
    with engine.database.read() as session:
        valid = find_certificate(session, walk.member.id)
    assert valid is not None
    assert renewed.kept is not None
    assert valid.photo_file_id == renewed.kept.file_id


def test_a_renewal_ends_what_is_under_way(engine: Engine) -> None:
    walk = begin(engine)
    with engine.database.transaction() as session:
        case = renew_photo(
            session,
            engine,
            member=session.merge(walk.member),
            reason="照片模糊",
            by=PHOTO_CLERK,
            now=NOW,
        )
    assert (walk.case.state, walk.case.status) == ("cancelled", "closed")
    assert Certifying(engine, MEMBER, case.id).steps == {"set_appointment"}


def test_what_is_under_way_goes_along_to_another_association(engine: Engine) -> None:
    be(engine, "mismatching")
    walk = begin(engine).upload()
    before = walk.tasks()["set_appointment"].association_id
    with engine.database.transaction() as session:
        change_association(
            session,
            engine,
            member=session.merge(walk.member),
            association_id=2 if before != 2 else 3,
            by=MANAGER,
            now=NOW,
        )
    assert walk.tasks()["set_appointment"].association_id != before
    walk.appoint()
    assert walk.told[0].template == "photo_appointment"


def test_a_second_confirmation_of_the_same_step_issues_nothing_more(engine: Engine) -> None:
    put_on_file(engine)
    walk = begin(engine)
    task = walk.tasks()["confirm_information"]
    walk.do("confirm_information", "issue")
    with engine.database.transaction() as session, pytest.raises(HuijiError):
        hold_task(session, engine, task.id)
    Worker(engine).run_due()
    assert len(certificates(walk)) == 1
