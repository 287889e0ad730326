"""What the register does not say yet is completed, each field by who may."""

import pytest

from engine.engine import Engine
from tests.workflows.certifying import PHOTO_CLERK, begin, empty, get
from tests.workflows.conftest import NOW
from workflows.member_certificate import form_data, policies
from workflows.member_certificate.information import find_missing
from workflows.member_certificate.policies import CertificatePolicy
from workflows.shared import supervision
from workflows.shared.register import CPA
from workflows.shared.register_changes import list_changes, register_fields
from workflows.shared.register_writing import write_fields


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
