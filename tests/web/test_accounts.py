"""One's own account, from the first sign-in on: consent, password, contacts, second step."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.web.conftest import READY, Page, Visitor, run_jobs, solve
from tests.workflows.conftest import NOW, PASSWORD
from workflows.shared.accounts import HASHER, Account, find_account, hash_password
from workflows.shared.bindings import bind
from workflows.shared.channels import SMS
from workflows.shared.codes import OneTimeCode, derive_code
from workflows.shared.deliveries import Delivery
from workflows.shared.own_facts import read_facts
from workflows.shared.privacy import Consent
from workflows.shared.security_events import list_events
from workflows.shared.totp import find_factor, make_code, offer_secret, set_up

CPA, NEW_CPA, FIRM = "330000900001", "330000900003", "33000001"
CODED = "cicpa_help"
LATER = timedelta(minutes=15)


def at(app: Flask, after: timedelta) -> None:
    """Let time go by."""
    app.extensions["engine"].now = lambda: NOW + after


def secret_of(app: Flask, login: str) -> str:
    """What the app of somebody of the staff knows."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        account = find_account(session, user_type="staff", login=login)
        factor = find_factor(session, account.id)
        return engine.vault.open_text(factor.secret_sealed)


def last_code(app: Flask) -> str:
    """The digits of the code that was asked for last."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        code = session.scalars(select(OneTimeCode).order_by(OneTimeCode.id.desc())).first()
        return derive_code(engine.vault, code.id)


def facts_of(app: Flask, login: str, user_type: str) -> dict[str, str]:
    """What the register says of somebody."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        account = find_account(session, user_type=user_type, login=login)
        return read_facts(session, engine.vault, account)


def fill(page: Page, action: str, **typed: str) -> tuple[str, MultiDict[str, str]]:
    """A form of a page with what is typed."""
    values = page.values(action)
    for name, value in typed.items():
        values.setlist(name, [value])
    return page.form(action).get("action"), values


def send(visitor: Visitor, page: Page, action: str, **typed: str) -> Page:
    """Type into a form of a page and send it."""
    return visitor.send(*fill(page, action, **typed))


@pytest.mark.parametrize(
    ("kind", "login", "words"),
    [
        ("member", READY, "Annual inspection 2021"),
        ("cpa", CPA, "Welcome, 顾明远"),
        ("firm", FIRM, "Main account"),
        ("firm", f"{FIRM}_cw", "Finance account"),
        ("staff", "zj_review", "Inbox"),
        ("staff", "zj_help", "Help desk"),
    ],
)
def test_each_user_type_has_a_first_page(
    visitor: Visitor, kind: str, login: str, words: str
) -> None:
    page = visitor.sign_in(login, kind=kind)
    assert page.status == 200
    assert words in page.text
    assert visitor.open("/account").status == 200


def test_the_right_password_under_another_user_type_opens_nothing(visitor: Visitor) -> None:
    assert visitor.sign_in(FIRM, kind="cpa").status == 422


def test_the_first_sign_in_asks_for_consent_and_then_for_a_password(
    app: Flask, visitor: Visitor
) -> None:
    page = visitor.sign_in(NEW_CPA, kind="cpa")
    assert page.path == "/privacy/consent"
    for address in ("/", "/account", "/messages", "/account/password"):
        assert visitor.open(address).path == "/privacy/consent"
    assert send(visitor, page, "/privacy").status == 422
    page = send(visitor, page, "/privacy", agreed="true")
    assert page.path == "/account/password"
    for address in ("/", "/account", "/account/contact/mobile", "/messages"):
        assert visitor.open(address).path == "/account/password"
    new = "rivers run uphill"
    page = send(visitor, page, "/account", current=PASSWORD, new=new, again=new)
    assert page.path == "/"
    assert "Your password was changed." in page.text
    with app.extensions["engine"].database.read() as session:
        account = find_account(session, user_type="cpa", login=NEW_CPA)
        assert session.scalars(select(Consent.account_id)).all() == [account.id]
    assert Visitor(app).sign_in(NEW_CPA, new, kind="cpa").path == "/"


def test_everybody_reads_the_privacy_notice(visitor: Visitor) -> None:
    page = visitor.open("/privacy")
    assert page.status == 200
    assert "Your rights" in page.text


def test_a_session_that_is_over_does_not_keep_anybody_from_signing_in(
    app: Flask, member: Visitor
) -> None:
    at(app, timedelta(hours=3))
    assert member.open("/account").path == "/sign-in"
    assert member.sign_in(READY).path == "/"


def test_signing_in_never_goes_on_with_a_token_that_was_there(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.client.set_cookie("huiji_session", "fixed-by-somebody-else")
    visitor.sign_in(READY)
    first = visitor.client.get_cookie("huiji_session").value
    assert first != "fixed-by-somebody-else"
    thief = Visitor(app)
    thief.client.set_cookie("huiji_session", "fixed-by-somebody-else")
    assert thief.open("/account").path == "/sign-in"
    visitor.send("/sign-out", visitor.open("/account").values("/sign-out"))
    visitor.sign_in(READY)
    assert visitor.client.get_cookie("huiji_session").value != first


def test_signing_in_over_a_session_ends_that_session(app: Flask, member: Visitor) -> None:
    kept = member.client.get_cookie("huiji_session").value
    other = Visitor(app)
    page = other.open("/sign-in")
    form, values = page.form(), page.values()
    other.client.set_cookie("huiji_session", kept)
    values["csrf_token"] = member.open("/account").values("/sign-out")["csrf_token"]
    values["account"], values["password"] = READY, PASSWORD
    values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
    assert other.send("/sign-in", values).path == "/"
    assert other.client.get_cookie("huiji_session").value != kept
    assert member.open("/account").path == "/sign-in"


def test_changing_the_password_gives_another_token_and_ends_the_others(
    app: Flask, member: Visitor
) -> None:
    other = Visitor(app)
    other.sign_in(READY)
    before = member.client.get_cookie("huiji_session").value
    new = "rivers run uphill"
    page = member.open("/account/password")
    page = send(member, page, "/account", current=PASSWORD, new=new, again=new)
    assert page.path == "/account"
    assert member.client.get_cookie("huiji_session").value != before
    assert other.open("/account").path == "/sign-in"


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("short", "at least 10 characters"),
        ("password1234", "easily guessed"),
        (f"{READY} is me", "must not contain"),
        ("蔡思源蔡思源蔡思源蔡思源", "must not contain"),
        (PASSWORD, "that you have already"),
    ],
)
def test_a_password_that_is_none_is_refused(member: Visitor, new: str, sentence: str) -> None:
    page = member.open("/account/password")
    page = send(member, page, "/account", current=PASSWORD, new=new, again=new)
    assert page.status == 422
    assert sentence in page.text


def test_the_identity_number_is_no_password(app: Flask, member: Visitor) -> None:
    number = facts_of(app, READY, "member")["identity_number"]
    page = member.open("/account/password")
    page = send(member, page, "/account", current=PASSWORD, new=number, again=number)
    assert "must not contain" in page.text


def test_wrong_current_passwords_lock_like_those_of_signing_in(member: Visitor) -> None:
    page = member.open("/account/password")
    new = "rivers run uphill"
    for _ in range(5):
        page = send(member, page, "/account", current="wrong", new=new, again=new)
        assert "The current password is wrong." in page.text
    page = send(member, page, "/account", current=PASSWORD, new=new, again=new)
    assert "Too many attempts" in page.text


def test_an_old_hash_is_renewed_at_the_next_sign_in(app: Flask, visitor: Visitor) -> None:
    database = app.extensions["engine"].database
    old = type(HASHER)(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with database.transaction() as session:
        find_account(session, user_type="member", login=READY).password_hash = old
    assert visitor.sign_in(READY).path == "/"
    with database.read() as session:
        kept = find_account(session, user_type="member", login=READY).password_hash
    assert kept != old
    assert not HASHER.check_needs_rehash(kept)
    assert Visitor(app).sign_in(READY).path == "/"


def change_mobile(app: Flask, visitor: Visitor, new: str) -> Page:
    """Walk through the change of a mobile number with codes."""
    page = visitor.open("/account/contact/mobile")
    page = send(visitor, page, "/account/contact/mobile/code")
    page = send(visitor, page, "/account/contact/mobile/prove", code=last_code(app))
    page = send(visitor, page, "/account/contact/mobile/new", new=new)
    return send(visitor, page, "/account/contact/mobile/finish", code=last_code(app))


def test_a_member_changes_the_mobile_number_and_the_old_one_hears_of_it(
    app: Flask, member: Visitor
) -> None:
    page = change_mobile(app, member, "15499998888")
    assert page.path == "/account"
    assert "154****8888" in page.text
    run_jobs(app)
    with app.extensions["engine"].database.read() as session:
        told = session.execute(
            select(Delivery.to_masked, Delivery.state).where(
                Delivery.what == "mobile_changed", Delivery.channel == SMS
            )
        ).all()
    assert sorted(told) == [("154****0001", "sent"), ("154****8888", "sent")]


def test_a_firm_whose_number_is_lost_proves_itself_otherwise(app: Flask, visitor: Visitor) -> None:
    visitor.sign_in(FIRM, kind="firm")
    page = visitor.open("/account/contact/mobile?way=facts")
    facts = facts_of(app, FIRM, "firm")
    asked = {name: facts[name] for name in ("firm_number", "approval_number", "head")}
    wrong = send(visitor, page, "/account/contact/mobile/prove", **{**asked, "head": "谁"})
    assert wrong.status == 422
    assert facts["approval_number"] not in wrong.text
    page = send(visitor, page, "/account/contact/mobile/prove", **asked)
    page = send(visitor, page, "/account/contact/mobile/new", new="15499997777")
    page = send(visitor, page, "/account/contact/mobile/finish", code=last_code(app))
    assert "154****7777" in page.text


def test_keys_of_the_account_ask_for_the_password_again(app: Flask, member: Visitor) -> None:
    at(app, LATER)
    page = member.open("/account/contact/mobile")
    assert page.path == "/account/confirm"
    before = member.client.get_cookie("huiji_session").value
    assert send(member, page, "/account/confirm", password="wrong").status == 422
    page = send(member, page, "/account/confirm", password=PASSWORD)
    assert page.path == "/account/contact/mobile"
    assert member.client.get_cookie("huiji_session").value != before


def test_a_later_step_cannot_be_reached_without_the_first(member: Visitor) -> None:
    token = member.open("/account").values("/sign-out")["csrf_token"]
    for step, typed in (("new", {"new": "15499998888"}), ("finish", {"code": "000000"})):
        page = member.send(
            f"/account/contact/mobile/{step}", MultiDict({"csrf_token": token, **typed})
        )
        assert page.path == "/account/contact/mobile"
        assert "begin again" in page.text


def test_a_lost_wechat_is_unbound_with_what_the_register_says(app: Flask, member: Visitor) -> None:
    engine = app.extensions["engine"]
    assert member.open("/account/binding").status == 404
    with engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=READY)
        bind(session, engine.vault, account_id=account.id, openid="lost", now=NOW)
    page = member.open("/account/binding")
    facts = facts_of(app, READY, "member")
    typed = {
        "name": facts["name"],
        "identity_number": facts["identity_number"],
        "other": "email",
        "other_answer": "somebody@example.com",
    }
    assert send(member, page, "/account/binding", **typed).status == 422
    page = send(member, page, "/account/binding", **{**typed, "other_answer": facts["email"]})
    assert page.path == "/account"
    assert "Not bound." in page.text
    with engine.database.read() as session:
        events = [each.what for each in list_events(session, account_id=account.id)]
    assert events[:3] == ["unbound", "identity_checked", "identity_checked"]


def test_the_language_that_was_chosen_is_spoken_on_another_device(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.sign_in(READY)
    page = visitor.open("/account")
    visitor.send(
        "/account/language", MultiDict({**page.values("/account/language"), "language": "zh"})
    )
    other = Visitor(app)
    other.sign_in(READY)
    other.client.delete_cookie("huiji_language")
    assert other.open("/account").html.get("lang") == "zh-CN"


def test_staff_with_a_second_step_enter_it(app: Flask, visitor: Visitor) -> None:
    page = visitor.sign_in(CODED, kind="staff")
    assert page.path == "/sign-in/second-step"
    assert visitor.client.get_cookie("huiji_session") is None
    assert visitor.open("/inbox").path == "/sign-in"
    page = visitor.open("/sign-in/second-step")
    assert send(visitor, page, "/sign-in", code="000000").status == 422
    code = make_code(secret_of(app, CODED), now=NOW)
    page = send(visitor, page, "/sign-in", code=code)
    assert page.path == "/inbox"
    again = Visitor(app)
    page = again.sign_in(CODED, kind="staff")
    page = send(again, page, "/sign-in", code=code)
    assert page.status == 422
    assert "used already" in page.text


def test_a_second_step_that_took_too_long_begins_again(app: Flask, visitor: Visitor) -> None:
    page = visitor.sign_in(CODED, kind="staff")
    at(app, LATER)
    page = send(visitor, page, "/sign-in", code="123456")
    assert page.path == "/sign-in"
    assert "took too long" in page.text


def require_second_step(app: Flask) -> None:
    """Ask all staff for a second step."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = type(settings)(**{**vars(settings), "staff_need_second_step": True})


def set_up_app(visitor: Visitor, page: Page, action: str) -> Page:
    """Scan what a page offers and type the first code."""
    (letters,) = page.html.xpath("//*[@class='offer-letters']")
    secret = letters.text_content().replace(" ", "")
    return send(visitor, page, action, code=pyotp.TOTP(secret).at(NOW))


def test_staff_who_must_have_a_second_step_set_it_up_first(app: Flask, visitor: Visitor) -> None:
    require_second_step(app)
    page = visitor.sign_in("zj_review", kind="staff")
    assert "Set up the second step" in page.text
    assert visitor.open("/inbox").path == "/sign-in"
    page = set_up_app(visitor, visitor.open("/sign-in/second-step"), "/sign-in")
    assert len(page.html.xpath("//*[@class='recovery-codes']/li")) == 10
    assert visitor.open("/").path == "/inbox"
    page = visitor.open("/account")
    assert "10 recovery codes are left" in page.text
    assert "Take the second step away" not in page.text


def test_a_second_step_is_set_up_and_taken_away_at_will(app: Flask, visitor: Visitor) -> None:
    visitor.sign_in("zj_review", kind="staff")
    other = Visitor(app)
    other.sign_in("zj_review", kind="staff")
    page = set_up_app(visitor, visitor.open("/account/second-step"), "/account/second-step")
    assert len(page.html.xpath("//*[@class='recovery-codes']/li")) == 10
    assert other.open("/account").path == "/sign-in"
    page = visitor.open("/account")
    assert visitor.open("/account/second-step").status == 422
    page = send(visitor, page, "/account/second-step/recovery-codes")
    assert len(page.html.xpath("//*[@class='recovery-codes']/li")) == 10
    page = visitor.open("/account")
    page = send(visitor, page, "/account/second-step/remove")
    assert "Set up the second step" in page.text


def test_members_have_no_second_step(member: Visitor) -> None:
    assert member.open("/account/second-step").status == 404


def test_confirming_asks_who_has_a_second_step_for_a_code_too(app: Flask, visitor: Visitor) -> None:
    page = visitor.sign_in(CODED, kind="staff")
    send(visitor, page, "/sign-in", code=make_code(secret_of(app, CODED), now=NOW))
    at(app, LATER)
    page = visitor.open("/account")
    page = send(visitor, page, "/account/second-step/recovery-codes")
    assert page.path == "/account/confirm"
    refused = send(visitor, page, "/account/confirm", password=PASSWORD, code="000000")
    assert refused.status == 422
    code = make_code(secret_of(app, CODED), now=NOW + LATER)
    page = send(visitor, page, "/account/confirm", password=PASSWORD, code=code)
    assert page.path == "/account"


def test_a_manager_takes_the_second_step_of_somebody_away(app: Flask, visitor: Visitor) -> None:
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        account = find_account(session, user_type="staff", login="zj_review")
        secret = offer_secret(engine.vault, b"lost")
        set_up(session, engine.vault, account_id=account.id, secret=secret, step=0, now=NOW)
    visitor.sign_in("zj_manage", kind="staff")
    page = visitor.open(f"/manage/staff/{account.id}")
    page = send(visitor, page, f"/manage/staff/{account.id}/second-step")
    assert "sets it up anew" in page.text
    assert "Second step taken away" in page.text
    assert Visitor(app).sign_in("zj_review", kind="staff").path == "/inbox"
    with engine.database.read() as session:
        (event,) = list_events(session, account_id=account.id, what="second_step_removed")
        manager = find_account(session, user_type="staff", login="zj_manage")
    assert event.by_id == manager.id


def test_nobody_takes_his_own_or_a_strangers_second_step_away(app: Flask, visitor: Visitor) -> None:
    visitor.sign_in("zj_manage", kind="staff")
    token = visitor.open("/account").values("/sign-out")["csrf_token"]
    with app.extensions["engine"].database.read() as session:
        ids = [
            find_account(session, user_type="staff", login=login).id
            for login in ("zj_manage", CODED)
        ]
    for key in ids:
        page = visitor.send(f"/manage/staff/{key}/second-step", MultiDict({"csrf_token": token}))
        assert page.status in {403, 404}
    assert secret_of(app, CODED)


def test_the_auditor_sees_what_happened_to_accounts(app: Flask, visitor: Visitor) -> None:
    Visitor(app).sign_in(READY, "wrong password")
    Visitor(app).sign_in("000000000000", "wrong password")
    visitor.sign_in("audit", kind="staff")
    page = visitor.open("/manage/security")
    assert page.status == 200
    assert page.text.count("Sign-in refused") >= 2
    assert "no such account" in page.text
    assert READY in visitor.open(f"/manage/security?what=sign_in_refused&login={READY}").text
    other = Visitor(app)
    other.sign_in("zj_manage", kind="staff")
    assert other.open("/manage/security").status == 404


def test_an_administrator_publishes_a_notice_and_members_are_asked_again(
    app: Flask, visitor: Visitor
) -> None:
    visitor.sign_in("admin", kind="staff")
    page = visitor.open("/manage/privacy")
    action, values = fill(page, "/manage/privacy", text="## 新\n\n新的告知书", text_en="New words")
    assert "Version 2 was published." in visitor.send(action, values).text
    assert visitor.send(action, values).status == 422
    other = Visitor(app)
    page = other.sign_in(READY)
    assert page.path == "/privacy/consent"
    assert "New words" in page.text
    page = send(other, page, "/privacy", agreed="true")
    assert page.path == "/"
    manager = Visitor(app)
    manager.sign_in("zj_manage", kind="staff")
    assert manager.open("/manage/privacy").status == 404


def test_an_account_without_a_password_opens_to_none(app: Flask, visitor: Visitor) -> None:
    with app.extensions["engine"].database.transaction() as session:
        session.add(
            Account(
                user_type="staff", login="nobody", name="无密码", password_hash=None, created_at=NOW
            )
        )
    assert visitor.sign_in("nobody", "", kind="staff").status == 422
    assert visitor.sign_in("nobody", hash_password("x"), kind="staff").status == 422


def test_passwords_are_covered_and_may_be_pasted(visitor: Visitor, member: Visitor) -> None:
    for page in (visitor.open("/sign-in"), member.open("/account/password")):
        fields = page.html.xpath("//main//input[contains(@autocomplete, 'password')]")
        assert fields
        assert {each.get("type") for each in fields} == {"password"}
        assert not any(each.get("onpaste") for each in fields)
        assert all(int(each.get("maxlength")) >= 64 for each in fields)


def test_a_password_is_taken_as_it_was_typed(app: Flask, member: Visitor) -> None:
    new = "  Füchse jagen 狐狸 " + "x y z " * 20
    page = member.open("/account/password")
    send(member, page, "/account", current=PASSWORD, new=new, again=new)
    assert Visitor(app).sign_in(READY, new.strip()).status == 422
    assert Visitor(app).sign_in(READY, new.casefold()).status == 422
    assert Visitor(app).sign_in(READY, new).path == "/"


def test_a_password_that_a_manager_issues_leaves_the_second_step(
    app: Flask, visitor: Visitor
) -> None:
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        account = find_account(session, user_type="staff", login="zj_review")
        secret = offer_secret(engine.vault, b"kept")
        set_up(session, engine.vault, account_id=account.id, secret=secret, step=0, now=NOW)
    visitor.sign_in("zj_manage", kind="staff")
    page = visitor.open(f"/manage/staff/{account.id}")
    page = send(visitor, page, f"/manage/staff/{account.id}/password")
    (issued,) = page.html.xpath("//*[@id='issued']")
    other = Visitor(app)
    page = other.sign_in("zj_review", issued.text_content(), kind="staff")
    assert page.path == "/sign-in/second-step"
    page = send(other, page, "/sign-in", code=make_code(secret, now=NOW))
    assert page.path == "/account/password"


def test_ending_a_session_asks_who_it_is_after_a_while(app: Flask, member: Visitor) -> None:
    other = Visitor(app)
    other.sign_in(READY)
    at(app, LATER)
    page = member.open("/account")
    assert send(member, page, "/account/end-other-sessions").path == "/account/confirm"
    assert other.open("/account").path == "/account"
    page = member.open("/account/confirm")
    send(member, page, "/account/confirm", password=PASSWORD)
    send(member, member.open("/account"), "/account/end-other-sessions")
    assert other.open("/account").path == "/sign-in"
    assert member.open("/account").path == "/account"


def test_who_forgot_the_password_agrees_to_the_notice_where_the_reset_begins(
    app: Flask, visitor: Visitor
) -> None:
    page = visitor.open("/reset/")
    form, values = page.form(), page.values()
    values["kind"], values["account"] = "cpa", "000000000000"
    values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
    assert visitor.send("/reset/", values).status == 200
    with app.extensions["engine"].database.read() as session:
        (kept,) = session.scalars(select(Consent)).all()
    assert (kept.place, kept.version, kept.account_id) == ("reset", 1, None)
    assert kept.visit_id is not None
