"""A photo is renewed, after ten years or because its association says so."""

import pytest

from engine.engine import Engine
from tests.workflows.certifying import (
    MEMBER,
    PHOTO_CLERK,
    Certifying,
    begin,
    certificates,
    issued,
    make_photo,
)
from tests.workflows.conftest import NOW
from workflows.member_certificate.cases import CertificateStands, ReasonMissing, renew_photo
from workflows.shared.certificates import find_certificate


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
