"""Only what its member has seen is confirmed, printed and issued."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.completing import hold_task
from engine.engine import Engine
from engine.errors import HuijiError
from engine.jobs import Worker
from tests.workflows.certifying import (
    MEMBER,
    Certifying,
    begin,
    bill,
    certificates,
    empty,
    make_photo,
    put_on_file,
)
from tests.workflows.conftest import NOW
from workflows.member_certificate import form_data
from workflows.shared.certificates import NoPhoto, printed_fields, read_printed
from workflows.shared.photos import keep_photo


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


def test_a_second_confirmation_of_the_same_step_issues_nothing_more(engine: Engine) -> None:
    put_on_file(engine)
    walk = begin(engine)
    task = walk.tasks()["confirm_information"]
    walk.do("confirm_information", "issue")
    with engine.database.transaction() as session, pytest.raises(HuijiError):
        hold_task(session, engine, task.id)
    Worker(engine).run_due()
    assert len(certificates(walk)) == 1
