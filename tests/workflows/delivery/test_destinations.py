"""Where a message goes: every channel that its person has, as it is on file by then."""

import pytest
from sqlalchemy import select

from tests.workflows.conftest import NOW
from tests.workflows.delivery.delivering import MAILBOX, MOBILE, OPENID, REMINDED, RETURNED, World
from workflows.channels.mail.stand_in import StandInMail
from workflows.channels.phones import SimulatedPhone
from workflows.shared.accounts import Account
from workflows.shared.bindings import note_following
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SERVICE, SMS, Channels
from workflows.shared.messages import tell
from workflows.shared.new_bindings import bind_own
from workflows.shared.private import write_private
from workflows.shared.reach import find_reach
from workflows.shared.register import Member


def test_a_decision_goes_to_every_channel_that_its_person_has(world: World) -> None:
    message_id = world.write()
    world.work()
    assert {each.channel: each.to for each in world.arrived()} == {
        OFFICIAL_ACCOUNT: OPENID,
        SMS: MOBILE,
        EMAIL: MAILBOX,
    }
    told, text, letter = (
        world.arrived(OPENID)[0],
        world.arrived(MOBILE)[0],
        world.arrived(MAILBOX)[0],
    )
    assert told.title == letter.title == "2021年度年检申请已退回"
    assert told.address.endswith(f"/messages/{message_id}")
    assert "请补充。" in letter.text
    assert "2021年度年检申请已退回" in text.text
    assert "请补充" not in text.text
    assert {each.state for each in world.deliveries.values()} == {"sent"}
    assert world.deliveries[SMS].to_masked == "138****8000"


def test_a_reminder_costs_no_text_message(world: World) -> None:
    world.write(REMINDED)
    world.work()
    assert set(world.deliveries) == {OFFICIAL_ACCOUNT, EMAIL}


def test_a_person_reads_in_the_language_of_his_account(world: World) -> None:
    with world.engine.database.transaction() as session:
        session.get_one(Account, world.account().id).locale = "en"
    world.write()
    world.work()
    assert world.arrived(OPENID)[0].title == "Your inspection application for 2021 was returned"
    assert "Dear " in world.arrived(MAILBOX)[0].text
    assert "Your inspection application" in world.arrived(MOBILE)[0].text


def test_who_does_not_follow_or_has_a_malformed_number_is_told_elsewhere(world: World) -> None:
    world.change(mobile="0571-88888888", email="nobody")
    with world.engine.database.transaction() as session:
        note_following(session, world.engine.vault, openid=OPENID, is_following=False)
    world.write()
    world.work()
    assert world.deliveries == {}


def test_a_channel_that_is_not_installed_is_not_tried(world: World) -> None:
    world.engine.services[SERVICE] = Channels(mail=StandInMail(world.engine.database))
    world.write()
    world.work()
    assert set(world.deliveries) == {EMAIL}
    del world.engine.services[SERVICE]
    world.write()
    world.work()
    assert set(world.deliveries) == {EMAIL}


def test_what_changed_on_file_meanwhile_is_where_it_goes(world: World) -> None:
    world.feel(SMS, "away")
    world.write()
    world.work()
    world.change(mobile="13900139000")
    world.feel(SMS, "well")
    world.wait(minutes=1)
    assert [each.to for each in world.arrived() if each.channel == SMS] == ["+8613900139000"]
    assert world.deliveries[SMS].to_masked == "139****9000"


def test_a_change_is_told_to_the_old_number_too(world: World) -> None:
    with world.engine.database.transaction() as session:
        account = session.get_one(Account, world.account().id)
        old = find_reach(session, world.engine.vault, account)
        write_private(
            session,
            world.engine.vault,
            session.get_one(Member, account.member_id),
            {"mobile": "13900139000"},
        )
        tell(
            session,
            world.engine,
            account=account,
            template=RETURNED,
            values={"year": 2021, "reason": "…"},
            also_to={SMS: old.mobile},
            now=NOW,
        )
    world.work()
    told = sorted(each.to for each in world.arrived() if each.channel == SMS)
    assert told == [MOBILE, "+8613900139000"]


@pytest.mark.parametrize(
    ("openid", "is_following", "told"),
    [
        ("oWX-new", True, [OPENID, "oWX-new"]),
        ("oWX-new", False, ["oWX-new"]),
        (OPENID, True, []),
    ],
)
def test_a_new_binding_is_told_to_the_wechat_user_that_it_replaces_too(
    world: World, openid: str, is_following: bool, told: list[str]
) -> None:
    with world.engine.database.transaction() as session:
        phone = SimulatedPhone(
            name="新手机", mobile="+8615499990002", email="", openid="oWX-new", created_at=NOW
        )
        phone.is_following = True
        session.add(phone)
        note_following(session, world.engine.vault, openid=OPENID, is_following=is_following)
    for _ in range(2):
        with world.engine.database.transaction() as session:
            bind_own(
                session,
                world.engine,
                account=session.get_one(Account, world.account().id),
                openid=openid,
                is_following=True,
                address="203.0.113.7",
                now=NOW,
            )
    world.work()
    assert sorted(each.to for each in world.arrived() if each.channel == OFFICIAL_ACCOUNT) == told


def test_a_firm_and_a_person_of_the_staff_are_told_by_their_account(world: World) -> None:
    with world.engine.database.transaction() as session:
        for user_type in ("staff", "firm"):
            account = session.scalars(
                select(Account).where(Account.user_type == user_type).limit(1)
            ).one()
            message = tell(
                session,
                world.engine,
                account=account,
                template=RETURNED,
                values={"year": 2021, "reason": "…"},
                now=NOW,
            )
            assert message is not None
            assert (message.recipient_kind, message.recipient_id) == (user_type, account.id)
