"""The phone simulator: phones that are browsers of their own, and only in development."""

from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from engine.database import Database
from tests.web.conftest import READY, Page, Visitor, solve
from tests.workflows.conftest import NOW, PASSWORD
from web.app import create_app
from web.cli import main
from web.official_account import make_menu
from web.settings import Settings
from web.simulator.browsers import Browser
from workflows.channels import phones
from workflows.channels.wechat.stand_in import MENU, StandInAccount
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS, channels_of
from workflows.shared.stand_ins import find_setting

KEY = b64encode(b"k" * 32).decode()


class Watcher(Visitor):
    """Somebody who sits before the page with the phones."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.engine = app.extensions["engine"]

    @property
    def account(self) -> StandInAccount:
        """The official account's stand-in."""
        found = channels_of(self.engine).official_account
        assert isinstance(found, StandInAccount)
        return found

    def follow(self, response: TestResponse) -> Page:
        """Go where an answer leads, also to a page that led elsewhere before."""
        for _ in range(9):
            if response.status_code != 302:
                return Page(response)
            response.close()
            response = self.client.get(response.location, buffered=True)
        raise AssertionError(response.location)

    def add(self, **typed: str) -> int:
        """Add a phone; its number."""
        values = self.open("/simulator").values("/simulator/phones")
        values.update(typed)
        self.send("/simulator/phones", values)
        with self.engine.database.read() as session:
            return max(each.id for each in phones.list_phones(session))

    def press_form(self, page: Page, action: str, **typed: str) -> Page:
        """Send a form of a page."""
        (form,) = (each for each in page.html.forms if each.get("action", "").endswith(action))
        return self.send(form.get("action"), MultiDict([*form.form_values(), *typed.items()]))

    def scan(self, phone_id: int, content: str) -> Page:
        """Scan a QR code by what it says."""
        page = self.open(f"/simulator/phones/{phone_id}/scanner")
        (form,) = page.html.xpath("//form[@class='scan-text']")
        values = MultiDict(form.form_values())
        values["content"] = content
        return self.send(form.get("action"), values)

    def sign_in_on(self, prefix: str, login: str) -> Page:
        """Sign in through the form of a browser, the puzzle solved."""
        page = self.open(f"{prefix}/sign-in")
        form = page.form(f"{prefix}/sign-in")
        values = page.values(f"{prefix}/sign-in")
        values["kind"], values["account"], values["password"] = "member", login, PASSWORD
        values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
        return self.send(f"{prefix}/sign-in", values)


@pytest.fixture
def watcher(app: Flask) -> Watcher:
    return Watcher(app)


def describe_production(folder: Path) -> dict[str, str]:
    """The environment of an installation in production."""
    names = ("MASTER", "LOOKUP", "TRAIL", "COOKIE")
    return {
        "HUIJI_ENVIRONMENT": "production",
        "HUIJI_DATABASE_URL": f"sqlite:///{folder / 'huiji.db'}",
        "HUIJI_PUBLIC_URL": "https://huiji.example",
        "HUIJI_VAR": str(folder),
        **{f"HUIJI_SECRET_{name}": KEY for name in names},
    }


def test_production_has_no_simulator(tmp_path: Path) -> None:
    app = create_app(Settings.from_environment(describe_production(tmp_path)))
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    assert not [each for each in rules if "simulator" in each or each.startswith("/phone")]
    client = app.test_client()
    addresses = ["/simulator", "/simulator/authorize", "/phone/1/", "/phone/1/sign-in"]
    assert {client.get(each).status_code for each in addresses} == {404}
    assert client.post("/simulator/phones").status_code in {403, 404}
    app.extensions["engine"].database.close()


def test_the_phone_of_an_accounts_owner_has_his_number(watcher: Watcher) -> None:
    phone_id = watcher.add(login=READY)
    with watcher.engine.database.read() as session:
        phone = phones.get_phone(session, phone_id)
        assert (phone.mobile[:6], phone.name) == ("+86154", "蔡思源")
        assert phone.email.endswith("@example.com")
    assert watcher.add(login=READY) == phone_id


def test_a_stranger_gets_a_number_that_is_nobodys(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Passer-by")
    with watcher.engine.database.read() as session:
        phone = phones.get_phone(session, phone_id)
        assert phone.name == "Passer-by"
        assert phone.mobile.startswith("+8615488")


def test_no_phone_is_made_for_an_account_that_there_is_not(watcher: Watcher) -> None:
    values = watcher.open("/simulator").values("/simulator/phones")
    values["login"] = "999999999999"
    page = watcher.send("/simulator/phones", values)
    assert page.status == 422
    assert "There is no account with this login." in page.text


def test_each_phone_signs_in_for_itself(watcher: Watcher) -> None:
    one, other = watcher.add(login=READY), watcher.add(name="Other")
    assert watcher.sign_in_on(f"/phone/{one}", READY).path == f"/phone/{one}/"
    assert READY in watcher.open(f"/phone/{one}/").text
    for address in ("/", f"/phone/{other}/", f"/phone/{one}1/"):
        assert watcher.open(address).html.xpath("//input[@name='password']")
    watcher.sign_in_on("", "330000100002")
    assert "330000100002" in watcher.open("/account").text
    assert READY in watcher.open(f"/phone/{one}/account").text


def test_links_of_a_phones_page_stay_on_the_phone(watcher: Watcher) -> None:
    phone_id = watcher.add(login=READY)
    watcher.sign_in_on(f"/phone/{phone_id}", READY)
    page = watcher.open(f"/phone/{phone_id}/")
    local = [each for each in page.links().values() if each.startswith("/")]
    assert local
    assert all(each.startswith(f"/phone/{phone_id}/") for each in local)


def test_only_a_phones_pages_may_stand_in_a_frame(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Framed")
    for address, ancestors in (
        (f"/phone/{phone_id}/sign-in", "'self'"),
        (f"/simulator/phones/{phone_id}", "'self'"),
        ("/sign-in", "'none'"),
        ("/simulator", "'none'"),
    ):
        policy = watcher.open(address).response.headers["Content-Security-Policy"]
        assert f"frame-ancestors {ancestors}" in policy


def test_a_phone_goes_back_to_the_page_it_was_at(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Returns")
    home, own = f"/simulator/phones/{phone_id}", f"/phone/{phone_id}"
    assert watcher.open(home).links()["Huiji"] == f"{own}/"
    watcher.open(f"{own}/contacts?area=%E4%B8%9C%E8%8E%9E")
    for address in (f"{own}/nowhere", f"{own}/account", f"{own}/static/mark.svg"):
        watcher.client.get(address).close()
    assert watcher.open(home).links()["Huiji"] == f"{own}/contacts?area=%E4%B8%9C%E8%8E%9E"


def test_scanning_the_official_accounts_code_follows_it(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Scans")
    code = watcher.account.make_scene_code(scene="x:1", lives=timedelta(minutes=5), now=NOW)
    assert (
        "QR code of the official account"
        in watcher.open(f"/simulator/phones/{phone_id}/scanner").text
    )
    page = watcher.scan(phone_id, code.content)
    assert page.path.endswith("/wechat")
    assert "Unfollow" in page.text
    assert "找回密码" in page.text


def test_a_code_that_is_over_is_not_scanned(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Late")
    code = watcher.account.make_scene_code(scene="x:1", lives=timedelta(minutes=5), now=NOW)
    watcher.engine.now = lambda: NOW + timedelta(minutes=6)
    page = watcher.scan(phone_id, code.content)
    assert page.status == 422
    assert "not valid any more" in page.text
    assert "No page shows a QR code" in page.text


@pytest.mark.parametrize("content", ["https://elsewhere.example/x", "javascript:alert(1)", "会籍"])
def test_what_leads_elsewhere_is_only_said(watcher: Watcher, content: str) -> None:
    page = watcher.scan(watcher.add(name="Curious"), content)
    assert page.status == 422
    assert f"This leads out of the simulation: {content}" in page.text


def test_a_plain_link_of_ours_opens_on_the_phone(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Reads")
    page = watcher.scan(phone_id, "http://localhost/sign-in")
    assert page.path == f"/phone/{phone_id}/sign-in"


def test_the_menu_opens_pages_that_know_their_reader(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Taps")
    watcher.account.set_menu(make_menu("http://localhost"))
    page = watcher.press_form(watcher.open(f"/simulator/phones/{phone_id}/wechat"), "/follow")
    buttons = page.html.xpath("//nav//button")
    assert [each.text_content() for each in buttons] == ["找回密码", "绑定用户"]
    values = {"csrf_token": page.html.xpath("//nav//input[@name='csrf_token']/@value")[0]}
    values["address"] = buttons[1].get("value")
    response = watcher.client.post(f"/simulator/phones/{phone_id}/menu", data=values)
    page = watcher.follow(response)
    assert page.path == f"/phone/{phone_id}/official-account/bind"
    assert "绑定用户" in page.text


def test_the_menu_is_set_by_a_command(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    environ = {
        "HUIJI_VAR": str(tmp_path),
        "HUIJI_DATABASE_URL": database_url,
        "HUIJI_PUBLIC_URL": "http://localhost",
    }
    for _time in range(2):
        said = CliRunner().invoke(main, ["menu"], env=environ)
        assert (said.exit_code, said.output) == (0, "The menu is set.\n")
    with database.read() as session:
        assert find_setting(session, MENU) == make_menu("http://localhost")
    with database.transaction() as session:
        phones.set_mood(session, channel=OFFICIAL_ACCOUNT, mood="away")
    said = CliRunner().invoke(main, ["menu"], env=environ)
    assert (said.exit_code, "reached" in said.output) == (1, True)


def test_there_is_no_menu_to_set_without_an_official_account(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["menu"], env=describe_production(tmp_path))
    assert said.exit_code == 2
    assert "no official account" in said.output


def test_unfollowing_and_following_again_leaves_one_phone(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Wavers")
    address = f"/simulator/phones/{phone_id}/wechat"
    for action in ("/follow", "/unfollow", "/follow"):
        watcher.press_form(watcher.open(address), action)
    assert "Unfollow" in watcher.open(address).text


def test_a_phone_is_told_of_what_arrives_once(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Hears")
    news, screen = f"/simulator/phones/{phone_id}/news", f"/simulator/phones/{phone_id}/texts"
    assert watcher.open(news).status == 204
    with watcher.engine.database.transaction() as session:
        phone = phones.get_phone(session, phone_id)
        phones.arrive(
            session,
            channel=SMS,
            to=phone.mobile,
            title="",
            text="<b>1</b> see http://localhost/sign-in and https://elsewhere.example/.",
            key="1",
            now=NOW,
        )
    page = watcher.open(news)
    assert "<b>1</b> see" in page.text
    (again,) = page.html.xpath("//@hx-get")
    assert watcher.open(again).status == 204
    page = watcher.open(screen)
    assert page.links()["http://localhost/sign-in"] == f"/phone/{phone_id}/sign-in"
    assert "https://elsewhere.example/." not in page.links()
    (again,) = page.html.xpath("//@hx-get")
    assert watcher.open(again).status == 204


def test_channels_behave_as_they_are_told(watcher: Watcher) -> None:
    values = watcher.open("/simulator").values("/simulator/moods")
    values[OFFICIAL_ACCOUNT], values[SMS] = "away", "bad-tempered"
    watcher.send("/simulator/moods", values)
    with watcher.engine.database.read() as session:
        moods = phones.list_moods(session)
    assert (moods[OFFICIAL_ACCOUNT], moods[SMS]) == ("away", "well")


def test_nobody_learns_who_reads_without_a_phone_or_for_another_site(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Asked")
    page = watcher.open("/simulator/authorize?back=http://localhost/official-account/arrived")
    assert "Open this in WeChat" in page.text
    for back in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:x", "/a?code=1"):
        page = watcher.open(f"/phone/{phone_id}/simulator/authorize?back={back}")
        assert (page.status, "此地址不属于" in page.text) == (422, True)
    assert watcher.open("/phone/999/simulator/authorize?back=/x").status == 404


def test_a_code_opened_on_a_desk_is_scanned_with_a_chosen_phone(watcher: Watcher) -> None:
    phone_id = watcher.add(name="Chosen")
    code = watcher.account.make_scene_code(scene="x:1", lives=timedelta(minutes=5), now=NOW)
    page = watcher.open(code.content)
    page = watcher.press_form(page, f"/simulator/phones/{phone_id}/scanner", content=code.content)
    assert page.path == "/simulator"
    frame = page.html.xpath(f"//iframe[@name='phone-{phone_id}']/@src")
    assert frame == [f"/simulator/phones/{phone_id}/wechat"]


@pytest.mark.parametrize("address", ["/simulator/phones/99", "/simulator/phones/99/news"])
def test_there_is_no_phone_at_other_numbers(watcher: Watcher, address: str) -> None:
    assert watcher.open(address).status == 404


def test_a_browser_changes_only_what_is_its_own() -> None:
    browser = Browser("/phone/7", 7, {"localhost"})
    assert browser.lead("http://localhost/a?b=c#d") == "/phone/7/a?b=c#d"
    assert browser.lead("/phone/1/a") == "/phone/7/a"
    for address in ("http://elsewhere/a", "//elsewhere/a", "#a", "mailto:a@b.c", ""):
        assert browser.lead(address) == address
    sent = {"PATH_INFO": "/phone/7", "HTTP_COOKIE": "a=1; phone7-a=2; phone71-a=3; xphone7-a=4"}
    changed = browser.change_request(sent)
    assert (changed["PATH_INFO"], changed["SCRIPT_NAME"]) == ("/", "/phone/7")
    assert changed["HTTP_COOKIE"] == "a=2"
    headers = [("Set-Cookie", "a=b=c; HttpOnly; Path=/l; SameSite=Lax"), ("X", "/a")]
    assert browser.change_answer(headers) == [
        ("Set-Cookie", "phone7-a=b=c; HttpOnly; Path=/phone/7/l; SameSite=Lax"),
        ("X", "/a"),
    ]


def test_the_sign_in_page_of_a_demo_leads_to_the_phones(watcher: Watcher) -> None:
    settings: Settings = watcher.app.config["SETTINGS"]
    settings.demo_list.write_text('{"password": "x", "accounts": []}')
    assert watcher.open("/sign-in").links()["Phone simulator"] == "/simulator"
    assert "/simulator" not in "".join(watcher.open("/phone/1/sign-in").links().values())
