"""Entries that an association changes: what it must leave alone, what follows, who is told."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from engine.engine import Engine
from engine.errors import NotFound
from tests.workflows.certifying import Certifying, put_on_file, with_photo_service
from tests.workflows.conftest import NOW
from tests.workflows.office import IN_GUANGZHOU, MEMBER, viewer
from tests.workflows.tables import Table
from workflows.register.changes import OwnedByPlatform, edit_entry, version_of
from workflows.register.fields import bind
from workflows.register.members import (
    change_entry_kind,
    end_entry,
    get_entry,
    move_member,
    restore_entry,
)
from workflows.shared.associations import Association
from workflows.shared.bulk import table_of
from workflows.shared.certificates import Certificate, list_certificates
from workflows.shared.messages import Message, list_messages
from workflows.shared.register import CPA, Member, find_member_by_number
from workflows.shared.supervision import OWNED_FIELDS, SERVICE, SupervisionPlatform
from workflows.supervision_platform.reading import Update
from workflows.supervision_platform.updates import take_update

MANAGER = "zj_manage"


@pytest.fixture
def joined(demo_engine: Engine) -> Engine:
    """An engine of an installation that is joined to the supervision platform."""
    demo_engine.services[SERVICE] = SupervisionPlatform(
        "https://platform.example.org/", (b"k" * 32,)
    )
    return demo_engine


def edit(engine: Engine, number: str = MEMBER, **typed: Any) -> list[str]:
    """Change an entry as the association does on its page."""
    with engine.database.transaction() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        return edit_entry(
            session,
            engine,
            holder=member,
            typed={"reason": "更正", **typed},
            version=version_of(session, member),
            viewer=viewer(session, MANAGER),
            address="",
            now=NOW,
        )


def find_cpa(engine: Engine) -> Member:
    """A CPA of the association."""
    with engine.database.read() as session:
        who = viewer(session, MANAGER)
        query = select(Member).where(
            Member.kind == CPA, Member.association_id.in_(sorted(who.duties["manage"]))
        )
        return session.scalars(query.order_by(Member.id).limit(1)).one()


def told(engine: Engine, template: str, number: str = MEMBER) -> list[Message]:
    """What a member was told in one wording."""
    with engine.database.read() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        found = list_messages(session, member_id=member.id)
        return [each for each in found if each.template == template]


def certified(engine: Engine, number: str = MEMBER) -> None:
    """Let a member have a certificate."""
    with_photo_service(engine)
    put_on_file(engine, number)
    Certifying(engine, number).begin().do("confirm_information", "issue")
    assert certificate(engine, number).state == "valid"


def certificate(engine: Engine, number: str = MEMBER) -> Certificate:
    """The member's last certificate."""
    with engine.database.read() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        return list_certificates(session, member.id)[0]


def test_what_the_platform_says_of_a_cpa_is_not_changed_here(joined: Engine) -> None:
    number = find_cpa(joined).number
    with pytest.raises(OwnedByPlatform) as refused:
        edit(joined, number, employer="别处", address="新地址")
    assert refused.value.field == "employer"
    assert find_cpa(joined).employer != "别处"
    assert edit(joined, number, name=find_cpa(joined).name, address="新地址") == ["address"]
    assert edit(joined, MEMBER, employer="别处") == ["employer"]


def test_without_a_platform_a_cpa_is_changed_like_others(demo_engine: Engine) -> None:
    assert edit(demo_engine, find_cpa(demo_engine).number, employer="别处") == ["employer"]


def test_the_form_of_a_cpa_has_nothing_that_the_platform_says() -> None:
    bound = bind("member", language="zh", now=NOW, is_owned=True)
    typed = dict.fromkeys(OWNED_FIELDS, "1") | {"address": "新地址", "reason": "更正"}
    posted: MultiDict[str, str] = MultiDict(typed)
    read = bound.read(posted, outcome="save")
    assert not read.errors
    assert read.values.keys().isdisjoint(OWNED_FIELDS)
    assert read.values["address"] == "新地址"


def test_a_row_about_what_the_platform_says_is_wrong(joined: Engine) -> None:
    number = find_cpa(joined).number
    heads = ("会员编号", "姓名", "工作单位", "通讯地址")
    table = Table(joined, "members").send(
        [heads, (number, None, "别处", None), (MEMBER, None, "别处", None)]
    )
    assert table.wrong == [(2, "C", "owned")]
    assert table.counts == (0, 1, 0, 1)
    table = Table(joined, "members").send([heads, (number, None, None, "新地址")])
    assert table.counts == (0, 1, 0, 0)
    same = find_cpa(joined)
    table = Table(joined, "members").send([heads, (number, same.name, same.employer, None)])
    assert table.counts == (0, 0, 1, 0)


def test_a_member_is_told_which_fields_were_changed_and_not_how(demo_engine: Engine) -> None:
    edit(demo_engine, employer="某某公司", address="某某路 8 号")
    (message,) = told(demo_engine, "register_changed")
    assert "通讯地址、工作单位" in message.text
    assert "Postal address, Employer" in message.text_en
    assert "某某" not in message.text + message.text_en
    assert "$" not in message.text + message.text_en
    assert "会员证" not in message.text


def test_what_says_more_of_a_choice_goes_with_the_choice(demo_engine: Engine) -> None:
    edit(demo_engine, domestic_qualifications=["other"], domestic_other="某资格")
    edit(demo_engine, domestic_qualifications=[])
    with demo_engine.database.read() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        assert (member.domestic_qualifications, member.domestic_other) == ([], "")


def test_the_association_ends_a_certificate_by_changing_what_it_shows(demo_engine: Engine) -> None:
    certified(demo_engine)
    edit(demo_engine, address="新地址")
    assert certificate(demo_engine).state == "valid"
    edit(demo_engine, admission_date="2019-01-02", employer="别处")
    found = certificate(demo_engine)
    assert (found.state, found.ended_reason) == ("superseded", "admission_date")
    with_note, without = told(demo_engine, "register_changed")
    assert "原会员证已失效" in with_note.text
    assert "原会员证已失效" not in without.text


def test_a_table_ends_a_certificate_by_changing_what_it_shows(demo_engine: Engine) -> None:
    certified(demo_engine)
    heads = ("会员编号", "姓名", "工作单位")
    Table(demo_engine, "members").send([heads, (MEMBER, None, "别处")]).confirm()
    assert certificate(demo_engine).state == "valid"
    Table(demo_engine, "members").send([heads, (MEMBER, "新名字", None)]).confirm()
    found = certificate(demo_engine)
    assert (found.state, found.ended_reason) == ("superseded", "name")


def test_the_platform_ends_a_certificate_by_changing_what_it_shows(joined: Engine) -> None:
    certified(joined)
    with joined.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        member.kind = CPA
    for version, fields in enumerate(({"employer": "别处"}, {"name": "新名字"}), start=1):
        assert certificate(joined).state == "valid"
        with joined.database.transaction() as session:
            take_update(session, joined, update=Update(MEMBER, version, fields), now=NOW)
    found = certificate(joined)
    assert (found.state, found.ended_reason) == ("superseded", "name")


def test_who_moves_changes_or_leaves_is_told_so(demo_engine: Engine) -> None:
    certified(demo_engine)
    with demo_engine.database.transaction() as session:
        who = viewer(session, MANAGER)
        key = find_member_by_number(session, MEMBER)
        assert key is not None
        member = get_entry(session, who, key.id)
        change_entry_kind(
            session, demo_engine, member=member, kind=CPA, reason="转所", viewer=who, now=NOW
        )
        given = {"member": member, "viewer": who, "now": NOW}
        end_entry(session, demo_engine, state="resigned", reason="本人申请退会", **given)
        end_entry(session, demo_engine, state="left", reason="更正退会方式", **given)
        restore_entry(session, demo_engine, reason="误操作", **given)
        end_entry(session, demo_engine, state="dead", reason="去世", **given)
    (ended,) = told(demo_engine, "membership_ended")
    assert "本人申请退会" in ended.text
    restored, kind = told(demo_engine, "register_changed")
    assert "会员状态" in restored.text
    assert "会员类型" in kind.text


def test_who_is_moved_hears_that_his_certificate_ended(demo_engine: Engine) -> None:
    certified(demo_engine, IN_GUANGZHOU)
    for _again in range(2):
        with demo_engine.database.transaction() as session:
            member = find_member_by_number(session, IN_GUANGZHOU)
            assert member is not None
            office = session.scalars(select(Association).where(Association.code == "440000")).one()
            move_member(
                session,
                demo_engine,
                member=member,
                association_id=office.id,
                reason="调动",
                viewer=viewer(session, "gd_manage"),
                now=NOW,
            )
    (message,) = told(demo_engine, "register_changed", IN_GUANGZHOU)
    assert "所属注协" in message.text
    assert "原会员证已失效" in message.text
    assert certificate(demo_engine, IN_GUANGZHOU).ended_reason == "association_id"


@pytest.mark.parametrize(
    ("deed", "named"),
    [
        (end_entry, {"state": "resigned"}),
        (change_entry_kind, {"kind": CPA}),
        (restore_entry, {}),
    ],
)
def test_who_was_moved_a_moment_before_is_left_to_the_other_association(
    demo_engine: Engine, deed: Callable[..., object], named: dict[str, str]
) -> None:
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        other = find_member_by_number(session, IN_GUANGZHOU)
        assert member is not None
        assert other is not None
        who = viewer(session, MANAGER)
        # Another transaction that held him first: this one has read him before.
        elsewhere = update(table_of(Member)).where(table_of(Member).c.id == member.id)
        session.connection().execute(elsewhere.values(association_id=other.association_id))
        with pytest.raises(NotFound):
            deed(session, demo_engine, member=member, reason="迁出", viewer=who, now=NOW, **named)
