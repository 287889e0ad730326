"""A photo that did not match is reviewed on site, and a refusal appealed against."""

from datetime import timedelta

from engine.engine import Engine
from tests.workflows.certifying import (
    APPOINTMENT,
    MANAGER,
    PHOTO_CLERK,
    be,
    begin,
    certificates,
    make_photo,
)
from tests.workflows.conftest import NOW
from workflows.member_certificate import form_data
from workflows.member_certificate.cases import read_appointment
from workflows.shared.leaving import change_association


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
