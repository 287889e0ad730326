"""会计师事务所找回密码: every way of it, from the first page to signing in."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Server
from tests.browser.visitors import (
    arrived,
    begin,
    code_at,
    get_code,
    on_a_phone,
    open_in_wechat,
    set_password,
    sign_in,
)
from tests.browser.walking import Person
from workflows.channels import phones

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
BOUND, FINANCE, UNBOUND, WITHOUT = "33000001", "33000001_cw", "33000002", "33000003"
OPENID, MOBILE, OTHER_MOBILE = "oSimfirm33000001", "+8615499990001", "+8615499990002"
DONE = "密码重置成功"


def visitor(enter: Enter, size: str) -> Person:
    person = enter(size=size)
    return on_a_phone(person) if size == "phone" else person


@SIZES
def test_a_bound_firm_gets_its_code_from_the_official_account(
    enter: Enter, server: Server, size: str
) -> None:
    firm = begin(visitor(enter, size), BOUND).is_at("公众号验证").look("firm-official-account")
    firm.press("Get a code").sees("Get another code")
    set_password(firm).type("公众号验证码", code_at(server, OPENID)).press("确认重置")
    firm.is_at(DONE).look("firm-reset-done")
    sign_in(firm, BOUND, "Accounting firm")


def test_the_finance_account_is_one_of_its_own(enter: Enter, server: Server) -> None:
    firm = begin(visitor(enter, "phone"), FINANCE).is_at("手机号验证")
    get_code(firm)
    set_password(firm).type("短信验证码", code_at(server, MOBILE)).press("确认重置").is_at(DONE)
    sign_in(firm, FINANCE, "Accounting firm")


@SIZES
def test_an_unbound_firm_on_a_phone_proves_itself_by_its_number(
    enter: Enter, server: Server, size: str
) -> None:
    firm = begin(on_a_phone(enter(size=size)), UNBOUND).is_at("手机号验证")
    firm.sees("154****0002").sees("010-88250337/0338").look("firm-mobile")
    get_code(set_password(firm, "short"))
    # What was typed before a code was asked for is still there.
    expect(firm.field("新密码")).to_have_value("short")
    firm.type("短信验证码", "000000").press("确认重置")
    expect(firm.page.get_by_role("alert")).to_contain_text("10")
    set_password(firm).type("短信验证码", "000000").press("确认重置")
    firm.sees("The code is wrong or too old. Check it, or have another one sent.")
    set_password(firm).type("短信验证码", code_at(server, OTHER_MOBILE)).press("确认重置")
    firm.is_at(DONE)
    sign_in(firm, UNBOUND, "Accounting firm")


def test_a_desktop_goes_on_with_the_phone_which_is_bound_then(enter: Enter, server: Server) -> None:
    desk = begin(enter(), UNBOUND).is_at("扫描公众号二维码").look("firm-scan")
    number = desk.page.locator("[data-number]").inner_text()
    account = server.app.extensions["engine"].services["channels"].official_account
    with server.app.extensions["engine"].database.read() as session:
        handset = next(each for each in phones.list_phones(session) if each.name == "陌生人")
        (shown, *_older) = phones.list_codes(session, now=server.app.extensions["engine"].now())
    account.scan(handset.id, shown.content)
    address = arrived(server, handset.openid)[-1].address
    phone = open_in_wechat(enter(size="phone"), handset.id, address).is_at("Go on with this phone")
    phone.type(phone.say("The number that the computer shows"), number).press("Confirm and go on")
    phone.is_at("手机号验证")
    desk.is_at("Go on with the phone")
    get_code(phone)
    set_password(phone).type("短信验证码", code_at(server, OTHER_MOBILE)).press("确认重置")
    phone.is_at(DONE).sees("The official account is bound now: the next code comes there.")
    desk.is_at(DONE)
    # The next time the official account is the default.
    begin(enter(), UNBOUND).is_at("公众号验证")
    sign_in(desk, UNBOUND, "Accounting firm")


@SIZES
def test_a_firm_that_gets_no_code_unbinds_the_official_account(
    enter: Enter, server: Server, size: str
) -> None:
    firm = begin(visitor(enter, size), BOUND).is_at("公众号验证")
    firm.press("收不到验证码？解绑公众号").is_at("解绑公众号").look("firm-unbind")
    firm.press("返回").is_at("公众号验证").press("收不到验证码？解绑公众号").is_at("解绑公众号")
    firm.type("会计师事务所编号", BOUND).type("成立批准文号", "演示批准[2001]1号")
    firm.type("主任会计师/首席合伙人", "不是他").press("确认解绑")
    expect(firm.page.get_by_role("alert")).to_contain_text("4")
    firm.type("会计师事务所编号", BOUND).type("成立批准文号", "演示批准〔2001〕1号")
    firm.type("主任会计师/首席合伙人", " 袁国文 ").press("确认解绑")
    if size == "desktop":
        firm.is_at("扫描公众号二维码")
        firm = begin(visitor(enter, "phone"), BOUND)
    get_code(firm.is_at("手机号验证"))
    set_password(firm).type("短信验证码", code_at(server, MOBILE)).press("确认重置").is_at(DONE)
    sign_in(firm, BOUND, "Accounting firm")


@SIZES
def test_a_firm_without_a_number_calls_technical_support(enter: Enter, size: str) -> None:
    firm = begin(visitor(enter, size), WITHOUT).is_at("未绑定手机号")
    firm.sees("查询到您未绑定手机号，请联系技术支持010-88250337(0338)").look("firm-no-mobile")
