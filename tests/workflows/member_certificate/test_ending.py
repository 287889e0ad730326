"""One certificate is valid at a time, and ends with what it shows."""

import pytest

from engine.engine import Engine
from tests.workflows.certifying import MANAGER, MEMBER, begin, certificates, issued, put_on_file
from tests.workflows.conftest import NOW
from workflows.member_certificate import policies
from workflows.member_certificate.cases import (
    CertificateStands,
    NoCertificateForKind,
    find_obstacle,
)
from workflows.member_certificate.policies import CertificatePolicy
from workflows.shared.certificates import supersede_certificate
from workflows.shared.leaving import change_association, change_kind, end_membership
from workflows.shared.register import CPA, NotAMember


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
