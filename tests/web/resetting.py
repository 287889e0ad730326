"""Somebody who forgot his password, at a browser without scripts; and what his phone receives."""

import re
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from sqlalchemy import select

from engine.engine import Engine
from tests.web.conftest import Page, Visitor, run_jobs, solve
from tests.workflows.conftest import NOW
from workflows.channels import phones
from workflows.channels.phones import PhoneMessage, list_messages_to
from workflows.channels.wechat.stand_in import StandInAccount
from workflows.shared.accounts import Account, find_account
from workflows.shared.bindings import bind
from workflows.shared.channels import channels_of
from workflows.shared.hand_overs import HandOver
from workflows.shared.mobiles import to_e164
from workflows.shared.private import write_private
from workflows.shared.reach import find_reach
from workflows.shared.register import Member, identity_number

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) Mobile/15E148"
NEW_PASSWORD = "summer-rain-on-tiles-42"
ACCOUNT = "330000100003"


class Forgetful(Visitor):
    """A visitor on a phone, or on a desktop, who goes through 找回密码."""

    def __init__(self, app: Flask, *, is_phone: bool = True, address: str = "192.0.2.10") -> None:
        super().__init__(app)
        self.headers = {"User-Agent": PHONE if is_phone else "Mozilla/5.0 (X11; Linux x86_64)"}
        self.client.environ_base["REMOTE_ADDR"] = address
        self.client.environ_base["HTTP_USER_AGENT"] = self.headers["User-Agent"]

    def begin(self, login: str = ACCOUNT, kind: str = "member") -> Page:
        """Say on the first page whose password it is."""
        page = self.open("/reset/")
        form, values = page.form("/reset/"), page.values("/reset/")
        values["kind"], values["account"] = kind, login
        values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
        return self.send("/reset/", values)

    def type_number(self, page: Page, number: str) -> Page:
        """Type the number that the desktop shows."""
        values = page.values("/reset/phone")
        values["number"] = number
        return self.send(page.form("/reset/phone").get("action"), values)

    def open_in_wechat(self, address: str, openid: str) -> Page:
        """Open a page that asks WeChat who reads, and come back from there."""
        engine = engine_of(self.app)
        account = channels_of(engine).official_account
        assert isinstance(account, StandInAccount)
        with engine.database.read() as session:
            phone = phones.find_phone(session, openid)
        assert phone is not None
        response = self.client.get(address, follow_redirects=False)
        while "state" not in (said := parse_qs(urlsplit(response.location).query)):
            response = self.client.get(response.location, follow_redirects=False)
        code = account.make_sign_in_code(phone.id)
        return self.open(f"{urlsplit(said['back'][0]).path}?code={code}&state={said['state'][0]}")

    def ask_for_code(self, page: Page, **typed: str) -> Page:
        """Press the button that sends a code."""
        return self.press(page, action="send_code", **typed)


def engine_of(app: Flask) -> Engine:
    """The engine of an application."""
    engine: Engine = app.extensions["engine"]
    return engine


def mobile_of(app: Flask, login: str = ACCOUNT, kind: str = "member") -> str:
    """The mobile number on file, in E.164."""
    engine = engine_of(app)
    with engine.database.read() as session:
        account = find_account(session, user_type=kind, login=login)
        assert account is not None
        return to_e164(find_reach(session, engine.vault, account).mobile)


def last_code(app: Flask, to: str) -> str:
    """The digits of the last message with a code that arrived there."""
    run_jobs(app)
    with engine_of(app).database.read() as session:
        found = [
            code
            for message in list_messages_to(session, to)
            for code in re.findall(r"(?<!\d)\d{6}(?!\d)", message.text)
        ]
    assert found, f"nothing arrived at {to}"
    return found[-1]


def count_messages(app: Flask) -> int:
    """How much arrived anywhere."""
    run_jobs(app)
    with engine_of(app).database.read() as session:
        return len(session.scalars(select(PhoneMessage.id)).all())


def write_on_file(app: Flask, login: str = ACCOUNT, **values: str) -> None:
    """Have something stand in the register of a member."""
    engine = engine_of(app)
    with engine.database.transaction() as session:
        member = session.scalars(select(Member).where(Member.number == login)).one()
        write_private(session, engine.vault, member, values)


def member_of(app: Flask, login: str = ACCOUNT) -> tuple[Member, str]:
    """The member of an account, with his identity number."""
    engine = engine_of(app)
    with engine.database.read() as session:
        member = session.scalars(select(Member).where(Member.number == login)).one()
        return member, identity_number(engine.vault, member)


def account_of(app: Flask, login: str = ACCOUNT, kind: str = "member") -> Account:
    """An account as it is now."""
    with engine_of(app).database.read() as session:
        found = find_account(session, user_type=kind, login=login)
    assert found is not None
    return found


OPENID = "oForgetful0000000000000000"


def simulate_phone(
    app: Flask,
    openid: str = OPENID,
    *,
    mobile: str = "+8615499998888",
    is_following: bool = False,
) -> str:
    """Have a phone with a WeChat user."""
    with engine_of(app).database.transaction() as session:
        phone = phones.add_phone(session, name="手机", mobile=mobile, openid=openid, now=NOW)
        phone.is_following = is_following
    return openid


def bind_phone(app: Flask, login: str = ACCOUNT, kind: str = "member") -> str:
    """Have a phone that follows the official account and is bound to an account."""
    openid, engine = simulate_phone(app, is_following=True), engine_of(app)
    with engine.database.transaction() as session:
        account = find_account(session, user_type=kind, login=login)
        assert account is not None
        bind(session, engine.vault, account_id=account.id, openid=openid, now=NOW)
    return openid


def scan(app: Flask, openid: str = OPENID) -> None:
    """Scan with a phone the QR code that was shown last."""
    engine = engine_of(app)
    with engine.database.read() as session:
        shown = session.scalars(select(HandOver).order_by(HandOver.visit_id.desc())).first()
        phone = phones.find_phone(session, openid)
    assert shown is not None
    assert phone is not None
    account = channels_of(engine).official_account
    assert isinstance(account, StandInAccount)
    account.scan(phone.id, engine.vault.open_text(shown.code_sealed))


def last_address(app: Flask, to: str = OPENID) -> str:
    """Where the last message with a link leads."""
    with engine_of(app).database.read() as session:
        found = [each.address for each in list_messages_to(session, to) if each.address]
    return urlsplit(found[-1]).path
