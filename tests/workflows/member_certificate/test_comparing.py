"""The one comparison: what uses it up, and what does not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.engine import Engine
from engine.jobs import Job
from tests.workflows.certifying import PHOTO, be, begin, bill, make_photo
from tests.workflows.conftest import NOW
from workflows.member_certificate import form_data
from workflows.shared.photos import ComparedAlready


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
