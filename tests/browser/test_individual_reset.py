"""个人会员找回密码: every row of the table, from the first page to signing in."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Server
from tests.browser.visitors import (
    NEW,
    arrived,
    begin,
    code_at,
    on_a_phone,
    open_in_wechat,
    set_password,
    sign_in,
)
from tests.browser.walking import Person
from workflows.channels import phones
from workflows.shared.accounts import find_account
from workflows.shared.mobiles import to_e164
from workflows.shared.private import write_private
from workflows.shared.reach import find_reach
from workflows.shared.register import find_member_by_number, identity_number

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
MEMBER, CPA = "Non-practising member", "Certified public accountant"
BOUND, UNBOUND, MALFORMED, WITHOUT = (
    "330000100008",
    "330000100003",
    "330000000341",
    "330000000342",
)
ACCOUNTANT = "330000900001"
OPENID = "oSimmember330000100008"
DONE = "密码重置成功"


def visitor(enter: Enter, size: str, *, language: str = "zh") -> Person:
    """Somebody at a phone, or at a desk."""
    person = enter(size=size, language=language)
    return on_a_phone(person) if size == "phone" else person


def mobile_of(server: Server, login: str, user_type: str = "member") -> str:
    engine = server.app.extensions["engine"]
    with engine.database.read() as session:
        account = find_account(session, user_type=user_type, login=login)
        return to_e164(find_reach(session, engine.vault, account).mobile)


def type_identity(server: Server, person: Person, login: str) -> Person:
    """Type name and identity number as they stand in the register."""
    engine = server.app.extensions["engine"]
    with engine.database.transaction() as session:
        member = find_member_by_number(session, login)
        write_private(session, engine.vault, member, {"email": "owner@example.org"})
        name, number = member.name, identity_number(engine.vault, member)
    return person.type("姓名", name).type("确认证件号码", number.lower())


def finish(
    person: Person, login: str, user_type: str = MEMBER, *, button: str = "确认重置"
) -> None:
    """Set the new password, read that it is done, and sign in with it."""
    set_password(person.is_at("设置新密码"), NEW).press(button)
    person.is_at(DONE).sees("请使用新密码登录")
    sign_in(person, login, user_type)


def prove_by_mobile(server: Server, person: Person, mobile: str) -> None:
    person.press("手机号验证").is_at("手机号验证").type("手机号码", mobile.removeprefix("+86"))
    person.press("Get a code").sees("Get another code")
    # The number is still there, and the code goes in beside it.
    expect(person.field("手机号码")).to_have_value(mobile.removeprefix("+86"))
    person.type("验证码", code_at(server, mobile)).press("下一步")


@SIZES
def test_a_bound_account_gets_its_code_from_the_official_account(
    enter: Enter, server: Server, size: str
) -> None:
    person = begin(visitor(enter, size), BOUND, MEMBER).is_at("公众号验证")
    person.press("Get a code").sees("Get another code")
    person.look("reset-official-account")
    person.type("验证码", "000000").press("下一步").sees(
        "The code is wrong or too old. Check it, or have another one sent."
    )
    person.type("验证码", code_at(server, OPENID)).press("下一步")
    finish(person, BOUND, button="确认重置" if size == "phone" else "确认")


@SIZES
def test_who_cannot_receive_it_takes_another_way(enter: Enter, server: Server, size: str) -> None:
    person = begin(visitor(enter, size), BOUND, MEMBER).is_at("公众号验证")
    person.press("收不到验证码？使用其他方式").is_at("选择验证方式").look("reset-methods")
    prove_by_mobile(server, person, mobile_of(server, BOUND))
    finish(person, BOUND, button="确认重置" if size == "phone" else "确认")


@SIZES
def test_an_unbound_account_on_a_phone_proves_itself_by_its_number(
    enter: Enter, server: Server, size: str
) -> None:
    person, mobile = on_a_phone(enter(size=size)), mobile_of(server, UNBOUND)
    person.go("/reset/").look("reset-begin")
    begin(person, UNBOUND, MEMBER).is_at("选择验证方式").sees(f"{mobile[3:6]}****{mobile[-4:]}")
    person.look("reset-choose")
    prove_by_mobile(server, person, mobile)
    person.is_at("设置新密码").look("reset-password")
    finish(person, UNBOUND)


@SIZES
def test_a_practising_accountant_proves_himself_by_his_archive(
    enter: Enter, server: Server, size: str
) -> None:
    person = begin(on_a_phone(enter(size=size)), ACCOUNTANT, CPA).press("其他信息验证")
    type_identity(server, person.is_at("身份信息验证"), ACCOUNTANT).look("reset-identity")
    person.main.get_by_label("档案存放单位").check()
    person.type("辅助证明信息", "不是这里").press("下一步")
    expect(person.page.get_by_role("alert")).to_be_focused()
    person.look("reset-identity-wrong")
    type_identity(server, person, ACCOUNTANT).main.get_by_label("档案存放单位").check()
    person.type("辅助证明信息", "浙江演示人才服务中心").press("下一步")
    finish(person, ACCOUNTANT, CPA)


@SIZES
@pytest.mark.parametrize(
    ("login", "said"),
    [
        (MALFORMED, "手机号码010****50337-格式不正确, 请通过身份信息验证后重置密码"),
        (WITHOUT, "没有留存手机号码"),
    ],
)
def test_without_a_number_that_works_other_information_is_asked_for(
    enter: Enter, server: Server, size: str, login: str, said: str
) -> None:
    person = begin(on_a_phone(enter(size=size)), login, MEMBER).is_at("身份信息验证").sees(said)
    type_identity(server, person, login).main.get_by_label("邮箱").check()
    person.type("辅助证明信息", "Owner@Example.org").press("下一步")
    finish(person, login)


def test_a_desktop_hands_over_to_a_phone_and_moves_on_when_it_is_done(
    enter: Enter, server: Server
) -> None:
    engine = server.app.extensions["engine"]
    desk = begin(enter(), UNBOUND, MEMBER).is_at("扫描公众号二维码").look("reset-scan")
    number = desk.page.locator("[data-number]").inner_text()
    account = engine.services["channels"].official_account
    with engine.database.read() as session:
        handset = next(each for each in phones.list_phones(session) if each.name == "陌生人")
        (shown, *_older) = phones.list_codes(session, now=engine.now())
    account.scan(handset.id, shown.content)
    desk.sees("Scanned. Type the number on the phone now.")
    address = arrived(server, handset.openid)[-1].address
    phone = open_in_wechat(enter(size="phone"), handset.id, address)
    phone.is_at("Go on with this phone").look("reset-phone")
    phone.type(phone.say("The number that the computer shows"), "1").press("Confirm and go on")
    phone.sees("This is not the number that the computer shows. Look again.")
    phone.type(phone.say("The number that the computer shows"), number).press("Confirm and go on")
    desk.is_at("Go on with the phone").look("reset-waiting")
    prove_by_mobile(server, phone.is_at("选择验证方式"), mobile_of(server, UNBOUND))
    set_password(phone.is_at("设置新密码"), NEW).press("确认重置")
    phone.is_at(DONE).sees("The official account is bound now: the next code comes there.").look(
        "reset-done"
    )
    desk.is_at(DONE).sees("It was done on the phone.")
    sign_in(desk, UNBOUND, MEMBER)
    # The next time the official account is the way.
    begin(enter(), UNBOUND, MEMBER).is_at("公众号验证")


def test_it_goes_without_scripts_too(enter: Enter, server: Server) -> None:
    person = on_a_phone(enter(size="phone", javascript=False)).go("/reset/")
    person.page.get_by_label(person.say("User type")).select_option(label=person.say(MEMBER))
    person.page.get_by_label(person.say("Account"), exact=False).first.fill(UNBOUND)
    label = person.main.locator("label[for=answer]").inner_text()
    person.page.locator("#answer").fill("".join(each for each in label if each.isdigit()))
    person.press("Next").is_at("选择验证方式")
    prove_by_mobile(server, person, mobile_of(server, UNBOUND))
    set_password(person.is_at("设置新密码"), NEW).press("确认重置")
    person.is_at(DONE).sees("请使用新密码登录")


def test_an_unknown_account_is_shown_what_a_known_one_is(enter: Enter, server: Server) -> None:
    """Nothing ever arrives, and nothing is ever right."""
    person = begin(enter(language="en"), "330000999999", MEMBER)
    title = person.page.get_by_role("heading", level=1).inner_text()
    assert title in {"Code by the official account", "Scan the official account's QR code"}
    again = begin(enter(language="en"), "330000999999", MEMBER)
    expect(again.page.get_by_role("heading", level=1)).to_have_text(title)


def test_after_half_an_hour_one_begins_again(enter: Enter, server: Server) -> None:
    person = begin(on_a_phone(enter(size="phone")), UNBOUND, MEMBER).is_at("选择验证方式")
    person.page.context.clear_cookies(name="huiji_visit")
    person.page.goto("/reset/step")
    person.is_at("Please begin again").look("reset-over").follow("Begin again")
    person.is_at("Forgotten password")
