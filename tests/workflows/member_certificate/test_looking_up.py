"""The photo that the service has on file: looked up first, and what comes of it."""

import pytest
from PIL import Image

from engine.engine import Engine
from tests.workflows.certifying import (
    MEMBER,
    PHOTO,
    Certifying,
    be,
    begin,
    bill,
    get,
    make_photo,
    put_on_file,
)
from tests.workflows.conftest import NOW
from workflows.member_certificate.cases import start_certificate


def test_where_a_photo_is_looked_up_is_seen(engine: Engine) -> None:
    with engine.database.transaction() as session:
        member = session.merge(get(engine))
        case = start_certificate(
            session, engine, member=member, by=Certifying(engine, MEMBER).me, now=NOW
        )
        assert case.status == "certificate_looking_up"


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
