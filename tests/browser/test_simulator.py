"""Phones on a page: they follow, hear, bind, pay, and take a reset over from a desk."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from engine.jobs import Worker
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.handsets import Handset, find_phone_id, official_account, set_menu
from tests.browser.visitors import NEW, begin, sign_in
from web.demo import PASSWORD
from web.simulator.adding import add_owners_phone

BOUND, OWES, STRANGER = "oSimmember330000100008", "oSimmember330000100003", "oSimStranger"
OWES_LOGIN, CPA_LOGIN = "330000100003", "330000900002"
OWNER, CPA_MOBILE = "oSimOwner", "15400009002"
SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])

Hold = Callable[..., Handset]
Work = Callable[[], Any]


@pytest.fixture
def work(server: Server) -> Work:
    """Do the jobs that are due."""
    return Worker(server.app.extensions["engine"]).run_due


@pytest.fixture
def hold(server: Server, enter: Enter) -> Hold:
    """Hold a WeChat user's phone, on a page of some width."""
    set_menu(server.app)

    def pick_up(openid: str, size: str = "desktop") -> Handset:
        phone_id = find_phone_id(server.app, openid)
        watcher = enter(size=size).go(f"/simulator?phone={phone_id}").is_at("Phone simulator")
        return Handset(watcher, phone_id)

    return pick_up


def show_scene(server: Server) -> None:
    """Let a page show a QR code of the official account."""
    official_account(server.app).make_scene_code(
        scene="nothing:1",
        lives=timedelta(minutes=5),
        now=server.app.extensions["engine"].now(),
    )


def add_phone(server: Server, login: str) -> None:
    """Add the phone of an account's owner."""
    engine = server.app.extensions["engine"]
    with engine.database.transaction() as session:
        phone = add_owners_phone(session, engine.vault, login=login, now=engine.now())
        phone.openid = OWNER


def bind(phone: Handset, login: str, kind: str = "Non-practising member") -> Handset:
    """Bind an account from the menu."""
    phone.menu("绑定用户").main.get_by_role("radio", name=phone.watcher.say(kind)).check()
    phone.type("Account", login).type("Password", PASSWORD)
    return phone.tap("Bind")


@SIZES
def test_a_stranger_follows_by_scanning_and_leaves_again(
    hold: Hold, server: Server, size: str
) -> None:
    show_scene(server)
    phone = hold(STRANGER, size)
    phone.watcher.look("simulator")
    phone.app("Scan").tap("QR code of the official account")
    expect(phone.screen.get_by_role("log")).to_contain_text(re.compile(r"\S{4}"))
    expect(phone.screen.get_by_role("navigation").get_by_text("我的")).to_be_visible()
    phone.let_news_go()
    phone.screen.locator("summary", has=phone.watcher.page.locator("svg")).first.click()
    phone.tap("Unfollow").sees("Follow the official account")


def test_what_arrives_is_shown_above_every_screen(hold: Hold, server: Server) -> None:
    phone = hold(STRANGER)
    official_account(server.app).follow(phone.phone_id)
    phone.news.click()
    expect(phone.screen.get_by_role("log").get_by_role("article")).to_have_count(1)


def test_what_arrived_leaves_the_screen_free_again_without_any_motion(
    hold: Hold, server: Server
) -> None:
    phone = hold(STRANGER)
    official_account(server.app).follow(phone.phone_id)
    phone.let_news_go()


@SIZES
def test_a_member_binds_and_unbinds_on_his_phone(hold: Hold, work: Work, size: str) -> None:
    phone = hold(OWES, size).app("WeChat").tap("Follow the official account")
    bind(phone, OWES_LOGIN).sees("%(login)s is bound to your WeChat.", login=OWES_LOGIN)
    work()
    phone.app("Texts")
    expect(phone.screen.get_by_role("article")).to_have_count(1)
    phone.app("WeChat").tap("See details")
    phone.menu("绑定用户").tap("Remove")
    phone.sees("%(login)s is not bound to your WeChat any more.", login=OWES_LOGIN)


def test_a_wrong_password_binds_nothing(hold: Hold) -> None:
    phone = hold(BOUND).menu("绑定用户").sees("330000100008")
    phone.type("Account", OWES_LOGIN).type("Password", "not this one").tap("Bind")
    phone.sees("The user type, account or password is wrong.")


def test_a_fee_is_paid_with_the_phone_that_scans_its_code(
    hold: Hold, enter: Enter, errand: Errands, work: Work
) -> None:
    errand(OWES_LOGIN).start().to("provide_materials")
    member = enter(OWES_LOGIN).go("/").follow("Go on").is_at("缴费与材料").press("Pay now")
    expect(member.page.get_by_role("img", name=member.say("Payment QR code"))).to_be_visible()
    phone = hold(STRANGER).app("Scan")
    phone.screen.get_by_role("button", name="¥").click()
    phone.tap("Pay")
    expect(phone.screen.get_by_role("status")).to_be_visible()
    work()
    member.sees("The fee has been received. There is nothing to pay.")


def test_a_reset_goes_from_the_desk_to_the_phone_and_the_desk_moves_on(
    hold: Hold, enter: Enter, server: Server, work: Work
) -> None:
    add_phone(server, CPA_LOGIN)
    desk = begin(enter(), CPA_LOGIN, "Certified public accountant")
    number = desk.main.locator("[data-number]").inner_text()
    phone = hold(OWNER).app("Scan").tap("QR code of the official account")
    phone.screen.get_by_role("log").get_by_role("link").last.click()
    phone.main.get_by_role("textbox").fill(number)
    phone.main.get_by_role("button").first.click()
    phone.tap("手机号验证").type("手机号码", CPA_MOBILE).tap("Get a code")
    again = desk.say("Get another code")
    expect(phone.screen.get_by_role("button", name=again)).to_be_visible()
    work()
    expect(phone.news).to_contain_text("验证码")
    code = re.findall(r"\d{6}", phone.news.inner_text())[-1]
    phone.type("验证码", code).tap("下一步")
    phone.type("新密码", NEW).type("确认密码", NEW)
    phone.main.get_by_role("button", name="确认重置").last.click()
    phone.sees("密码重置成功")
    desk.is_at("密码重置成功")
    sign_in(desk, CPA_LOGIN, "Certified public accountant")
    work()
    phone.app("WeChat")
    expect(phone.screen.get_by_role("log")).to_contain_text("您的密码已重置")


@SIZES
def test_a_bound_member_resets_from_the_menu_with_a_code_in_wechat(
    hold: Hold, work: Work, size: str
) -> None:
    phone = hold(BOUND, size).menu("找回密码").sees("Forgotten password")
    phone.main.get_by_role("combobox").select_option("member")
    phone.type("Account", "330000100008").tap("Next").tap("Get a code")
    again = phone.watcher.say("Get another code")
    expect(phone.screen.get_by_role("button", name=again)).to_be_visible()
    work()
    expect(phone.news).to_contain_text("验证码")
    code = re.findall(r"\d{6}", phone.news.inner_text())[-1]
    phone.type("验证码", code).tap("下一步").type("新密码", NEW).type("确认密码", NEW)
    phone.main.get_by_role("button", name="确认重置").last.click()
    phone.sees("密码重置成功")


@pytest.mark.parametrize("app", ["WeChat", "Texts", "Mail", "Scan"])
def test_everybody_can_use_the_screens(hold: Hold, server: Server, app: str) -> None:
    show_scene(server)
    phone = hold(BOUND)
    phone.app(app)
    expect(phone.screen.get_by_role("heading", level=1)).not_to_have_text(
        phone.watcher.say("Home screen")
    )
    address = phone.screen.locator("body").evaluate("() => location.pathname")
    phone.watcher.go(address).look(f"screen-{app}")


@SIZES
def test_everybody_can_bind(hold: Hold, size: str) -> None:
    phone = hold(BOUND, size)
    phone.watcher.go(f"/phone/{phone.phone_id}/official-account/bind").is_at("Bind your account")
    phone.watcher.look("bind").press("Bind").look("bind-refused")
    phone.watcher.go("/official-account/bind").is_at("Open this in WeChat").look("in-wechat")
    phone.watcher.follow("To the phones").is_at("Phone simulator")


def test_phones_work_without_scripts(server: Server, enter: Enter) -> None:
    set_menu(server.app)
    phone_id = find_phone_id(server.app, STRANGER)
    watcher = enter(javascript=False).go(f"/simulator?phone={phone_id}")
    phone = Handset(watcher, phone_id).app("WeChat").tap("Follow the official account")
    phone.menu("绑定用户").sees("Bind your account")
