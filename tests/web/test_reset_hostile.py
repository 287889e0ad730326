"""找回密码 and people who mean harm, or who are merely quick, late or lost."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.attempts import count_attempt
from engine.cases import Case
from engine.tasks import Task
from engine.trail import Event
from tests.kept import everything_kept
from tests.web.conftest import Page, Visitor, together
from tests.web.resetting import (
    ACCOUNT,
    NEW_PASSWORD,
    Forgetful,
    account_of,
    bind_phone,
    engine_of,
    last_address,
    last_code,
    member_of,
    mobile_of,
    run_jobs,
    scan,
    simulate_phone,
    write_on_file,
)
from tests.workflows.conftest import NOW
from web.puzzle import EASIEST
from web.reset import limits
from workflows.shared.concerns import Concern
from workflows.shared.privacy import Consent
from workflows.shared.resets import Reset
from workflows.shared.security_events import list_events
from workflows.shared.sweeping import sweep
from workflows.shared.visits import IDLE, LONGEST, Visit

NOWHERE = "0195f3a0-0000-7000-8000-000000000000"


def at_new_password(app: Flask) -> tuple[Forgetful, Page]:
    """Somebody who proved himself by a text message."""
    person, mobile = Forgetful(app), mobile_of(app)
    page = person.press(person.begin(), outcome="mobile")
    page = person.ask_for_code(page, mobile=mobile[3:])
    return person, person.press(
        page, outcome="next", mobile=mobile[3:], code=last_code(app, mobile)
    )


def count(app: Flask, table: type) -> int:
    with engine_of(app).database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_step_is_nobodys_but_its_browsers(app: Flask) -> None:
    owner, stranger = Forgetful(app), Forgetful(app, address="198.51.100.7")
    page = owner.begin()
    other = stranger.begin("330000100008")
    values = other.values()
    values["outcome"] = "mobile"
    assert stranger.send(page.form().get("action"), values).status == 404
    assert Visitor(app).client.post(page.form().get("action"), data=values).status_code == 403
    member = Visitor(app)
    member.sign_in("330000100001")
    assert member.client.post(page.form().get("action"), data=values).status_code == 403
    assert owner.open("/reset/step").form().get("action") == page.form().get("action")


def test_a_token_of_another_visit_is_not_taken(app: Flask) -> None:
    owner, stranger = Forgetful(app), Forgetful(app, address="198.51.100.7")
    page, other = owner.begin(), stranger.begin("330000100008")
    values = page.values()
    values["csrf_token"], values["outcome"] = other.values()["csrf_token"], "mobile"
    assert owner.send(page.form().get("action"), values).status == 403


def test_a_visitor_sees_nothing_else(app: Flask) -> None:
    person = Forgetful(app)
    page = person.begin()
    task_id = page.form().get("action").rpartition("/")[2]
    for address in (f"/tasks/{task_id}", "/account", "/inbox", "/", "/messages"):
        assert person.open(address).path == "/sign-in"
    assert person.open(f"/reset/step/{NOWHERE}").status == 404
    values = page.values()
    values["outcome"] = "mobile"
    assert person.send(f"/reset/step/{NOWHERE}", values).status == 404


@pytest.mark.parametrize(
    "outcome", ["reset", "next", "official_account", "confirmed", "", "x" * 99]
)
def test_a_way_that_there_is_not_is_not_taken(app: Flask, outcome: str) -> None:
    person = Forgetful(app)
    page = person.begin()
    done = person.press(page, outcome=outcome, password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    assert done.status in {200, 404}
    assert "Choose how to prove it" in person.open("/reset/step").text


def test_the_phone_cannot_be_confirmed_from_the_desktop(app: Flask) -> None:
    person = Forgetful(app, is_phone=False)
    page = person.begin()
    assert person.press(page, outcome="confirmed").status == 404
    assert "Scan the official account" in person.open("/reset/step").text


def test_a_second_click_leads_to_where_the_first_one_led(app: Flask) -> None:
    person, page = at_new_password(app)
    pressed = {"outcome": "reset", "password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    first, second = person.press(page, **pressed), person.press(page, **pressed)
    assert "Your password was reset" in first.text
    assert (second.status, second.path) == (200, "/reset/step")
    assert "Your password was reset" in second.text


def test_two_clicks_at_once_reset_once(app: Flask) -> None:
    person, page = at_new_password(app)
    action, values = page.form().get("action"), page.values()
    values["outcome"], values["password"], values["password_again"] = (
        "reset",
        NEW_PASSWORD,
        NEW_PASSWORD,
    )
    cookies = person.client.get_cookie("huiji_visit")
    people = [Forgetful(app), Forgetful(app)]
    for each in people:
        each.client.set_cookie("huiji_visit", cookies.value)
    pages = together(app, *(lambda each=each: each.send(action, values) for each in people))
    assert all("Your password was reset" in each.text for each in pages)
    with engine_of(app).database.read() as session:
        query = select(func.count()).where(Event.kind == "operation_done")
        query = query.where(Event.data["operation"].as_string() == "accounts.set_password")
        assert session.scalar(query) == 1


def test_an_old_page_leads_to_where_it_stands(app: Flask) -> None:
    person = Forgetful(app)
    old = person.begin()
    person.press(old, outcome="mobile")
    assert "Code by text message" in person.press(old, outcome="identity").text


def test_beginning_anew_gives_up_what_was_begun(app: Flask) -> None:
    person = Forgetful(app)
    first = person.begin()
    second = person.begin("330000100008")
    assert second.form().get("action") != first.form().get("action")
    values = second.values()
    values["outcome"] = "mobile"
    assert person.send(first.form().get("action"), values).status == 404


def test_nothing_goes_on_after_half_an_hour_and_nothing_is_left(app: Flask) -> None:
    before = count(app, Case), count(app, Task), count(app, Event)
    person = Forgetful(app)
    page = person.begin()
    engine = engine_of(app)
    engine.now = lambda: NOW + IDLE + timedelta(seconds=1)
    late = person.press(page, outcome="mobile")
    assert late.status == 422
    assert "Please begin again" in late.text
    with engine.database.transaction() as session:
        sweep(session, engine.now())
    assert count(app, Visit) == count(app, Reset) == count(app, Consent) == 0
    assert (count(app, Case), count(app, Task), count(app, Event)) == before


def test_a_visit_ends_after_two_hours_however_often_something_is_posted(app: Flask) -> None:
    person, engine = Forgetful(app), engine_of(app)
    page = person.begin()
    for minutes in range(20, 120, 20):
        engine.now = lambda passed=timedelta(minutes=minutes): NOW + passed  # type: ignore[misc]
        page = person.press(page, outcome="mobile" if minutes % 40 else "other")
        assert page.status == 200
    engine.now = lambda: NOW + LONGEST
    late = person.press(page, outcome="other")
    assert late.status == 422
    assert "Please begin again" in late.text
    with engine.database.transaction() as session:
        sweep(session, engine.now())
    assert count(app, Visit) == count(app, Reset) == 0


def test_a_reset_that_was_made_stays_with_its_trail_when_its_visit_goes(app: Flask) -> None:
    person, page = at_new_password(app)
    person.press(page, outcome="reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    engine = engine_of(app)
    with engine.database.transaction() as session:
        sweep(session, NOW + IDLE)
        (case,) = session.scalars(
            select(Case).where(Case.process_id == "individual_password_reset")
        )
    assert (count(app, Visit), case.status, case.subject_no) == (0, "reset_done", ACCOUNT)
    assert case.trail_length > 5


def test_a_case_that_cannot_be_deleted_stops_no_other(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = Forgetful(app), Forgetful(app, address="198.51.100.7")
    stuck.begin(), other.begin("330000100008")
    engine = engine_of(app)
    with engine.database.transaction() as session:
        first, second = session.scalars(select(Visit).order_by(Visit.id)).all()
        kept, gone = first.case_id, second.case_id
        assert kept is not None
        session.add(Concern(case_id=kept, concerned_id=kept))
    with engine.database.transaction() as session:
        sweep(session, NOW + IDLE)
    with engine.database.read() as session:
        assert session.get(Case, kept) is not None
        assert session.get(Case, gone) is None
        assert [visit.case_id for visit in session.scalars(select(Visit))] == [kept]
    assert str(kept) in caplog.text


def test_a_key_of_a_visit_is_never_given_again(app: Flask) -> None:
    Forgetful(app).begin()
    engine = engine_of(app)
    with engine.database.transaction() as session:
        (first,) = session.scalars(select(Visit.id))
        sweep(session, NOW + IDLE)
    Forgetful(app).begin()
    with engine.database.read() as session:
        (second,) = session.scalars(select(Visit.id))
    assert second > first


def test_the_puzzle_is_asked_for_and_serves_once(app: Flask) -> None:
    person = Forgetful(app)
    page = person.open("/reset/")
    values = page.values("/reset/")
    values["kind"], values["account"] = "member", ACCOUNT
    assert person.send("/reset/", values).status == 422
    assert count(app, Visit) == 0


def test_an_account_that_is_tried_often_asks_for_a_harder_puzzle(app: Flask) -> None:
    person = Forgetful(app)
    for _ in range(limits.ACCOUNT_STEP):
        assert person.begin().path == "/reset/step"
    refused = person.begin()
    assert refused.status == 422
    assert "One more check" in refused.text
    harder = int(refused.form("/reset/").get("data-bits"))
    assert harder > int(person.open("/reset/").form("/reset/").get("data-bits"))


def test_starts_end_with_a_refusal(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_OF_NETWORK", 2)
    person = Forgetful(app)
    person.begin("1"), person.begin("2")
    assert person.begin("3").status == 429
    assert Forgetful(app, address="198.51.100.7").begin("3").status == 200


def test_starts_from_everywhere_ask_for_a_harder_puzzle_and_refuse_nobody(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ALL_STEP", 1)
    hardest = limits.HARDEST_OF_ALL - EASIEST
    for number in range(1, hardest + 4):
        count_attempt(engine_of(app).database, limits.ALL, window=limits.WINDOW, now=NOW)
        bits = int(Forgetful(app).open("/reset/").form("/reset/").get("data-bits"))
        assert bits == EASIEST + min(number, hardest)
    assert Forgetful(app).begin().path == "/reset/step"


def test_a_copied_number_serves_a_few_times_only(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_COPIED", 1)
    person = Forgetful(app)

    def copy(login: str) -> int:
        page = person.open("/reset/")
        values = page.values("/reset/")
        values["kind"], values["account"] = "member", login
        (words,) = page.html.xpath("//label[@for='answer']/text()")
        values["answer"] = re.sub(r"\D", "", words)
        return person.send("/reset/", values).status

    assert [copy("1"), copy("2")] == [200, 429]


@pytest.mark.parametrize(
    "typed", ["", "   ", "'; drop table account; --", "\u202e330", "3" * 5000, "𠮷" * 60]
)
def test_whatever_is_typed_begins_a_reset_or_says_what_is_missing(app: Flask, typed: str) -> None:
    page = Forgetful(app).begin(typed)
    assert (page.status == 422) == (not typed.strip())


def test_a_stale_session_of_somebody_does_not_stand_in_the_way(app: Flask) -> None:
    person = Forgetful(app)
    person.client.set_cookie("huiji_session", "over")
    assert person.begin().path == "/reset/step"


def test_three_wrong_numbers_end_the_way_to_the_phone(app: Flask) -> None:
    desktop, phone = Forgetful(app, is_phone=False), Forgetful(app)
    page = desktop.begin()
    openid = simulate_phone(app)
    scan(app, openid)
    (number,) = page.html.xpath("//*[@data-number]/text()")
    wrong = "10" if number != "10" else "11"
    asked = phone.open_in_wechat(last_address(app, openid), openid)
    pages = [phone.type_number(asked, wrong) for _ in range(2)]
    assert [each.status for each in pages] == [422, 422]
    assert "too old or was used" in phone.type_number(asked, wrong).text
    assert "too old or was used" in phone.type_number(asked, number).text
    assert "Scan the official account" in desktop.open("/reset/step").text
    again = desktop.press(desktop.open("/reset/step"), action="renew")
    assert again.html.xpath("//*[@data-number]")


def test_a_code_is_five_minutes_old_at_most(app: Flask) -> None:
    desktop = Forgetful(app, is_phone=False)
    desktop.begin()
    openid = simulate_phone(app)
    scan(app, openid)
    link, phone = last_address(app, openid), Forgetful(app)
    assert "Go on with this phone" in phone.open_in_wechat(link, openid).text
    engine = engine_of(app)
    engine.now = lambda: NOW + timedelta(minutes=5)
    assert "too old or was used" in phone.open(link).text


def test_what_was_given_up_on_the_desktop_is_not_gone_on_with_on_the_phone(app: Flask) -> None:
    desktop, phone = Forgetful(app, is_phone=False), Forgetful(app)
    page = desktop.begin()
    openid = simulate_phone(app)
    scan(app, openid)
    (number,) = page.html.xpath("//*[@data-number]/text()")
    asked = phone.open_in_wechat(last_address(app, openid), openid)
    desktop.begin("330000100008")
    refused = phone.type_number(asked, number)
    assert refused.status == 422
    assert "too old or was used" in refused.text


def test_a_link_that_was_passed_on_leads_nobody_to_the_case_of_who_scanned(app: Flask) -> None:
    desktop, other = Forgetful(app, is_phone=False), Forgetful(app)
    page = desktop.begin()
    openid = simulate_phone(app)
    scan(app, openid)
    (number,) = page.html.xpath("//*[@data-number]/text()")
    link = last_address(app, openid)
    victim = simulate_phone(app, "oVictim", mobile="+8615499997777")
    asked = other.open_in_wechat(link, victim)
    assert asked.path == "/reset/"
    assert "too old or was used" in other.open(link).text
    values = asked.values("/reset/")
    values["begins_visit"], values["number"] = "true", number
    refused = other.send(link, values)
    assert "too old or was used" in refused.text
    assert "Scan the official account" in desktop.open("/reset/step").text


def test_a_phone_that_has_the_case_leaves_the_desktop_nothing_to_do(app: Flask) -> None:
    desktop, phone = Forgetful(app, is_phone=False), Forgetful(app)
    page = desktop.begin()
    openid = simulate_phone(app)
    scan(app, openid)
    (number,) = page.html.xpath("//*[@data-number]/text()")
    phone.type_number(phone.open_in_wechat(last_address(app, openid), openid), number)
    late = desktop.press(page, outcome="give_up")
    assert "Go on with the phone" in late.text
    assert "Choose how to prove it" in phone.open("/reset/step").text


def test_the_association_reads_the_trail_of_a_reset_that_was_made(app: Flask) -> None:
    person, page = at_new_password(app)
    person.press(page, outcome="reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    with engine_of(app).database.read() as session:
        (case,) = session.scalars(select(Case).where(Case.subject_kind == "visitor"))
    auditor = Visitor(app)
    auditor.sign_in("audit", kind="staff")
    found = auditor.open(f"/cases/{case.id}")
    assert found.status == 200
    assert ACCOUNT in found.text
    assert "Password was reset" in found.text


def test_what_was_tried_in_vain_is_kept_when_its_case_goes(app: Flask) -> None:
    person, mobile = Forgetful(app), mobile_of(app)
    page = person.press(person.begin(), outcome="mobile")
    page = person.ask_for_code(page, mobile=mobile[3:])
    code = "000000" if last_code(app, mobile) != "000000" else "111111"
    person.press(page, outcome="next", mobile=mobile[3:], code=code)
    engine = engine_of(app)
    with engine.database.transaction() as session:
        sweep(session, NOW + IDLE)
        (event,) = list_events(session, account_id=account_of(app).id, what="reset_tried")
    assert (event.address, [each["result"] for each in event.details["tries"]]) == (
        "192.0.2.10",
        ["sent", "wrong"],
    )


MARKED = "zyxw-secret-98-marked"


def _find_kept(app: Flask, secrets: list[str]) -> list[tuple[str, str]]:
    """Which secrets are kept where; the simulated phones are no part of the system."""
    return [
        (name, secret)
        for name, said in everything_kept(engine_of(app))
        for secret in secrets
        if secret in said and name not in {"phone_message", "simulated_phone"}
    ]


def test_nothing_secret_is_kept_anywhere(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Codes, passwords and what proves an identity are in no row, log, trail or job."""
    caplog.set_level(0)
    openid = bind_phone(app)
    write_on_file(app, email="owner@example.org")
    member, number = member_of(app)
    mobile = mobile_of(app)
    person = Forgetful(app)
    page = person.ask_for_code(person.begin())
    first = last_code(app, openid)
    page = person.press(page, outcome="other")
    page = person.press(page, outcome="mobile")
    engine_of(app).now = lambda: NOW + timedelta(minutes=2)
    page = person.ask_for_code(page, mobile=mobile[3:])
    second = last_code(app, mobile)
    page = person.press(page, outcome="other")
    page = person.press(page, outcome="identity")
    typed = {"identity_number": number, "evidence_kind": "email", "evidence": MARKED + "@e.org"}
    page = person.press(page, outcome="next", name=MARKED + "-name", **typed)
    typed["evidence"] = "owner@example.org"
    page = person.press(page, outcome="next", name=member.name, **typed)
    page = person.press(page, outcome="reset", password=MARKED, password_again=MARKED + "x")
    secrets = [MARKED, number, first, second, mobile[3:]]
    assert _find_kept(app, secrets) == []
    # It would be found: what came of the proof stands in the same place.
    assert ("opened submission", "right") in _find_kept(app, ["right"])
    page = person.press(page, outcome="reset", password=MARKED, password_again=MARKED)
    assert "Your password was reset" in page.text
    run_jobs(app)
    assert _find_kept(app, secrets) == []
    assert [each for each in secrets if each in caplog.text] == []
