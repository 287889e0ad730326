"""The demo's certificates: one of every way, in a state that can be gone on with."""

import pytest
from sqlalchemy import select

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.incidents import Incident
from engine.jobs import Worker
from engine.tasks import Task
from tests.workflows.certifying import bill, get, with_photo_service
from tests.workflows.conftest import NOW
from workflows import demo
from workflows.demo.certificates import ON_FILE
from workflows.demo.portraits import draw_portrait
from workflows.demo.seed import DemoAccount
from workflows.member_certificate.cases import start_certificate
from workflows.member_certificate.kinds import PROCESS
from workflows.member_certificate.photo_rules import check_photo
from workflows.shared.access import can, get_viewer
from workflows.shared.accounts import Account
from workflows.shared.certificates import find_certificate, list_certificates


def test_there_is_one_of_every_way(demo_engine: Engine) -> None:
    engine = with_photo_service(demo_engine)
    made = demo.add_certificates(engine, now=NOW)
    Worker(engine).run_due()
    with engine.database.read() as session:
        cases = session.scalars(select(Case).where(Case.process_id == PROCESS)).all()
        assert session.scalars(select(Incident)).all() == []
    assert len(cases) == made
    assert {case.subject_no: case.status for case in cases} == {
        "330000100003": "certificate_photo",
        "330000100004": "certificate_issued",
        "330000100005": "certificate_on_site",
        "330000100006": "certificate_appointment",
        "330000100007": "certificate_issued",
        "330000100009": "certificate_photo_refused",
        "330000100010": "certificate_to_supply",
        "440100100001": "certificate_on_site",
    }
    assert bill(engine) == 4
    with engine.database.read() as session:
        assert find_certificate(session, get(engine, "330000100004").id) is not None
        (superseded,) = list_certificates(session, get(engine, "330000100007").id)
    assert (superseded.state, superseded.ended_reason) == ("superseded", "admission_date")


@pytest.mark.parametrize(
    ("clerk", "numbers"),
    [
        ("zj_photos", {"330000100005", "330000100006", "330000100010"}),
        ("gd_photos", {"440100100001"}),
    ],
)
def test_there_are_people_for_what_waits(
    demo_engine: Engine, clerk: str, numbers: set[str]
) -> None:
    engine = with_photo_service(demo_engine)
    demo.add_certificates(engine, now=NOW)
    with engine.database.read() as session:
        account = session.scalars(select(Account).where(Account.login == clerk)).one()
        viewer = get_viewer(session, account)
        waiting = session.scalars(
            select(Task).where(Task.process_id == PROCESS, Task.state == "open")
        ).all()
        assert {each.subject_no for each in waiting if can(viewer, "complete", each)} == numbers


def test_the_list_of_accounts_says_how_each_certificate_stands() -> None:
    member = DemoAccount("member", "330000100004", "许文博", "会费去支付", "Has to pay")
    staff = DemoAccount("staff", "zj_photos", "浙江照片岗", "浙江：照片审核", "Photos")
    described, same = demo.describe_certificates([member, staff])
    assert described.situation == "会费去支付；会员证：已签发"
    assert described.situation_en == "Has to pay; certificate: issued"
    assert same == staff


def test_who_has_a_photo_on_file_only_confirms(demo_engine: Engine) -> None:
    engine = with_photo_service(demo_engine)
    demo.add_certificates(engine, now=NOW)
    with engine.database.transaction() as session:
        member = session.merge(get(engine, ON_FILE))
        case = start_certificate(
            session, engine, member=member, by=Actor("member", member.id), now=NOW
        )
    Worker(engine).run_due()
    with engine.database.read() as session:
        assert session.get_one(Case, case.id).status == "certificate_to_confirm"


def test_a_drawn_portrait_keeps_every_rule_and_comes_out_the_same() -> None:
    for seed in range(10):
        assert check_photo(draw_portrait(seed)) == []
    assert draw_portrait(3) == draw_portrait(3) != draw_portrait(4)
