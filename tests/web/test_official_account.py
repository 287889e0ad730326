"""Pages of the official account's menu, opened by a WeChat user who is known by his openid."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import READY, REVIEWER, Page, Visitor, solve
from tests.workflows.conftest import NOW, PASSWORD
from web.official_account.reader import COOKIE
from workflows.channels import phones
from workflows.channels.wechat.stand_in import StandInAccount
from workflows.shared.accounts import find_account
from workflows.shared.bindings import find_binding, openid_of
from workflows.shared.channels import OFFICIAL_ACCOUNT, channels_of
from workflows.shared.messages import Message
from workflows.shared.security_events import SecurityEvent

BIND = "/official-account/bind"
WRONG = "The user type, account or password is wrong."


class Reader(Visitor):
    """Somebody who opens pages inside WeChat, on a simulated phone of his own."""

    def __init__(self, app: Flask, number: int = 1, *, is_following: bool = True) -> None:
        super().__init__(app)
        self.engine = app.extensions["engine"]
        self.openid = f"oReader{number:022}"
        with self.engine.database.transaction() as session:
            phone = phones.add_phone(
                session,
                name=f"Phone {number}",
                mobile=f"+861549999{number:04}",
                openid=self.openid,
                now=NOW,
            )
            phone.is_following = is_following
            self.phone_id = phone.id

    @property
    def account(self) -> StandInAccount:
        """The official account's stand-in."""
        found = channels_of(self.engine).official_account
        assert isinstance(found, StandInAccount)
        return found

    def ask(self, address: str) -> dict[str, str]:
        """Open a page that sends its reader to WeChat; what WeChat is told."""
        response = self.client.get(address)
        assert response.status_code == 302
        said = parse_qs(urlsplit(response.location).query)
        return {"back": said["back"][0], "state": said["state"][0]}

    def arrive(self, address: str = BIND) -> Page:
        """Open a page from the menu and come back from WeChat."""
        asked = self.ask(address)
        code = self.account.make_sign_in_code(self.phone_id)
        return self.open(f"{asked['back']}?code={code}&state={asked['state']}")

    def bind(self, login: str = READY, password: str = PASSWORD, kind: str = "member") -> Page:
        """Bind an account through the form."""
        page = self.open(BIND)
        form = page.form(BIND)
        values = page.values(BIND)
        values["kind"], values["account"], values["password"] = kind, login, password
        values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
        return self.send(BIND, values)

    def bound_openid(self, login: str = READY, kind: str = "member") -> str | None:
        """The WeChat user of an account, as the database has him."""
        with self.engine.database.read() as session:
            account = find_account(session, user_type=kind, login=login)
            assert account is not None
            binding = find_binding(session, account.id)
            return openid_of(self.engine.vault, binding) if binding is not None else None

    def events(self) -> list[str]:
        """What was noted of accounts."""
        with self.engine.database.read() as session:
            return list(session.scalars(select(SecurityEvent.what).order_by(SecurityEvent.id)))


@pytest.fixture
def reader(app: Flask) -> Reader:
    return Reader(app)


def test_a_member_binds_his_account_with_its_password(reader: Reader) -> None:
    assert "Nothing yet" in reader.arrive().text
    page = reader.bind()
    assert page.status == 200
    assert f"{READY} is bound to your WeChat." in page.text
    assert reader.bound_openid() == reader.openid
    assert reader.events()[-1] == "bound"


def test_the_owner_is_told_once_of_a_new_binding(reader: Reader) -> None:
    reader.arrive()
    for _ in range(2):
        reader.bind()
    with reader.engine.database.read() as session:
        told = list(session.scalars(select(Message.template)))
    assert told == ["bound"]


def test_a_firm_binds_both_its_accounts_to_one_phone(reader: Reader) -> None:
    reader.arrive()
    for login in ("33000001", "33000001_cw"):
        reader.bind(login, kind="firm")
    page = reader.open(BIND)
    assert all(login in page.text for login in ("33000001", "33000001_cw"))


def test_binding_twice_is_harmless(reader: Reader) -> None:
    reader.arrive()
    assert [reader.bind().status, reader.bind().status] == [200, 200]
    assert reader.bound_openid() == reader.openid


def test_a_new_phone_takes_the_place_of_the_old_one(app: Flask, reader: Reader) -> None:
    other = Reader(app, 2)
    for each in (reader, other):
        each.arrive()
        each.bind()
    assert reader.bound_openid() == other.openid
    assert "Nothing yet" in reader.open(BIND).text


def test_nobody_is_told_what_was_wrong(reader: Reader) -> None:
    reader.arrive()
    pages = [
        reader.bind(password="wrong password"),
        reader.bind("999999999999"),
        reader.bind(kind="cpa"),
        reader.bind(REVIEWER, kind="staff"),
    ]
    assert [page.status for page in pages] == [422] * 4
    assert all(WRONG in page.text for page in pages)
    assert reader.bound_openid() is None
    assert reader.events() == ["bind_refused"] * 4


def test_failures_count_together_with_those_of_signing_in(app: Flask, reader: Reader) -> None:
    reader.arrive()
    for _ in range(5):
        assert WRONG in reader.bind(password="wrong password").text
    assert "Too many attempts" in reader.bind().text
    assert "Too many attempts" in Visitor(app).sign_in(READY).text
    assert reader.bound_openid() is None


def test_nothing_is_bound_without_solving_the_puzzle(reader: Reader) -> None:
    values = reader.arrive().values(BIND)
    values["account"], values["password"] = READY, PASSWORD
    page = reader.send(BIND, values)
    assert "automatic sign-in" in page.text
    assert reader.bound_openid() is None


def test_a_password_issued_by_others_binds_nothing(reader: Reader) -> None:
    with reader.engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=READY)
        assert account is not None
        account.must_change_password = True
    reader.arrive()
    assert "was issued to you" in reader.bind().text
    assert reader.bound_openid() is None


def test_a_binding_is_removed_where_it_is_seen(reader: Reader) -> None:
    reader.arrive()
    page = reader.bind()
    address = page.form("/official-account/bound").get("action")
    values = page.values("/official-account/bound")
    assert "is not bound to your WeChat any more" in reader.send(address, values).text
    assert reader.bound_openid() is None
    assert reader.send(address, values).status == 404
    assert reader.events()[-1] == "unbound"


def test_nobody_removes_the_binding_of_another_phone(app: Flask, reader: Reader) -> None:
    reader.arrive()
    address = reader.bind().form("/official-account/bound").get("action")
    other = Reader(app, 2)
    values = other.arrive().values(BIND)
    assert other.send(address, values).status == 404
    assert reader.bound_openid() == reader.openid


def test_who_does_not_follow_is_told_and_bound_all_the_same(app: Flask) -> None:
    reader = Reader(app, is_following=False)
    assert "You do not follow" in reader.arrive().text
    reader.bind()
    with reader.engine.database.read() as session:
        account = find_account(session, user_type="member", login=READY)
        assert account is not None
        binding = find_binding(session, account.id)
        assert binding is not None
        assert not binding.is_following


def test_leaving_the_official_account_marks_the_binding(reader: Reader) -> None:
    reader.arrive()
    reader.bind()
    seen = []
    for deed in (reader.account.unfollow, reader.account.follow):
        deed(reader.phone_id)
        with reader.engine.database.read() as session:
            account = find_account(session, user_type="member", login=READY)
            assert account is not None
            binding = find_binding(session, account.id)
            assert binding is not None
            seen.append(binding.is_following)
    assert seen == [False, True]


def test_the_menu_leads_to_a_new_password_with_the_reader_known(reader: Reader) -> None:
    page = reader.arrive("/official-account/reset")
    assert page.status == 200
    assert page.path == "/reset/"
    assert reader.client.get_cookie(COOKIE) is not None


def test_a_code_serves_one_browser_once(app: Flask, reader: Reader) -> None:
    asked = reader.ask(BIND)
    code = reader.account.make_sign_in_code(reader.phone_id)
    address = f"{asked['back']}?code={code}&state={asked['state']}"
    stranger = Visitor(app)
    assert "did not confirm" in stranger.open(address).text
    assert "Bind your account" in reader.open(address).text
    assert "did not confirm" in reader.open(address).text


@pytest.mark.parametrize("state", ["", "-", "1-bind-0-0", "bind", "9" * 500, "\u4f1a-\u7c4d"])
def test_a_state_that_is_not_ours_is_refused(reader: Reader, state: str) -> None:
    code = reader.account.make_sign_in_code(reader.phone_id)
    page = reader.open(f"/official-account/arrived?code={code}&state={state}")
    assert page.status == 422
    assert "did not confirm" in page.text


def test_a_state_serves_for_ten_minutes(app: Flask, reader: Reader) -> None:
    asked = reader.ask(BIND)
    reader.engine.now = lambda: NOW + timedelta(minutes=11)
    code = reader.account.make_sign_in_code(reader.phone_id)
    page = reader.open(f"{asked['back']}?code={code}&state={asked['state']}")
    assert "did not confirm" in page.text


def test_who_reads_is_forgotten_after_half_an_hour(reader: Reader) -> None:
    reader.arrive()
    reader.engine.now = lambda: NOW + timedelta(minutes=31)
    assert reader.client.get(BIND).status_code == 302


@pytest.mark.parametrize("value", ["", "x", "AAAA", "%", "\u4f1a", "A" * 4000])
def test_a_made_up_cookie_is_nobody(reader: Reader, value: str) -> None:
    reader.client.set_cookie(COOKIE, value)
    assert reader.client.get(BIND).status_code == 302


def test_what_is_sealed_for_something_else_is_no_reader(reader: Reader) -> None:
    from base64 import urlsafe_b64encode

    sealed = reader.engine.vault.seal_text(f"other:{int(NOW.timestamp())}:{reader.openid}")
    reader.client.set_cookie(COOKIE, urlsafe_b64encode(sealed).decode())
    assert reader.client.get(BIND).status_code == 302


def test_pages_open_while_wechat_is_away(reader: Reader) -> None:
    reader.arrive()
    with reader.engine.database.transaction() as session:
        phones.set_mood(session, channel=OFFICIAL_ACCOUNT, mood="away")
    assert reader.open(BIND).status == 200
    assert reader.bind().status == 200
    assert reader.bound_openid() == reader.openid


def test_a_session_that_is_over_does_not_keep_anybody_from_binding(reader: Reader) -> None:
    reader.client.set_cookie("huiji_session", "over")
    reader.arrive()
    assert reader.bind().status == 200
