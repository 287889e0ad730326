"""Training as members and CPAs see it: from signing up to the hours in the ledger."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from engine.jobs import Worker
from tests.browser.conftest import Enter, Server
from tests.browser.errands import open_session
from tests.browser.walking import Person
from web.demo import PASSWORD
from web.sessions import COOKIE
from workflows.demo import add_training
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.sign_in import sign_in
from workflows.shared.training_classes import TrainingClass

CAI, LIN = "330000100001", "330000100002"
CPA = "330000900001"
NAME = "可持续信息鉴证培训班"


def offer(server: Server, **differs: Any) -> int:
    """A class that begins tomorrow and asks where one sleeps; answers its key."""
    engine = server.app.extensions["engine"]
    today = local_date(engine.now())
    values: dict[str, Any] = {
        "year": today.year,
        "name": NAME,
        "audience": ["non_practising", "cpa"],
        "opens_date": today - timedelta(days=3),
        "closes_date": today,
        "start_date": today + timedelta(days=1),
        "end_date": today + timedelta(days=2),
        "start_time": time(9),
        "planned": 50,
        "capacity": 50,
        "place": "杭州市西湖区演示会议中心三楼",
        "organiser": "培训部",
        "organiser_phone": "0571-00000000",
        "hours": 1600,
        "required_fields": ["mobile", "lodging"],
        "announcement": "请各位会员准时参加。",
        "created_at": engine.now(),
        **differs,
    }
    with engine.database.transaction() as session:
        found = TrainingClass(
            association_id=session.scalars(
                select(Association.id).where(Association.code == "330000")
            ).one(),
            **values,
        )
        session.add(found)
        session.flush()
        return found.id


@pytest.fixture
def pass_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let time pass, and everything be done that is due then."""
    engine = server.app.extensions["engine"]
    begun: datetime = engine.now()

    def go_on(**passed: float) -> None:
        monkeypatch.setattr(engine, "now", lambda: begun + timedelta(**passed))
        Worker(engine).run_due()

    return go_on


def seat_cpa(enter: Enter, server: Server, size: str, **options: str) -> Person:
    """A CPA at a fresh browser, signed in."""
    engine = server.app.extensions["engine"]
    opened = sign_in(
        engine,
        user_type="cpa",
        login=CPA,
        password=PASSWORD,
        address="127.0.0.1",
        user_agent="errand",
        length=server.app.config["SETTINGS"].session_length,
        now=engine.now(),
    )
    person = enter(size=size, **options)
    person.page.context.add_cookies([{"name": COOKIE, "value": opened.token, "url": server.url}])
    return person


def come_back(person: Person, server: Server, login: str) -> Person:
    """Sign in again, days later: the session of before is over."""
    token = open_session(server.app, login)
    person.page.context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])
    return person


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_member_signs_up_comes_and_sees_the_hours(
    enter: Enter, server: Server, pass_time: Callable[..., None], size: str
) -> None:
    class_id = offer(server)
    member = enter(CAI, size).go("/").follow("Training").is_at("Signing up for classes")
    member.look("training-list")
    member.page.get_by_role("link", name=f"{member.say('Sign up')} {NAME}").click()
    member.is_at("Sign up").look("training-sign-up")
    member.page.get_by_role("button", name="报名", exact=True).click()
    expect(member.page.get_by_role("alert")).to_contain_text("住宿")
    member.look("training-sign-up-missing")
    member.page.get_by_label("住宿").select_option("shared")
    member.page.get_by_role("button", name="报名", exact=True).click()
    member.is_at(NAME).sees("You are signed up. The association will confirm it.")
    member.look("training-reserved")

    clerk = enter("zj_training").go("/inbox")
    clerk.page.get_by_role("link", name="蔡思源").first.click()
    clerk.sees(NAME).look("training-confirm").press("确认")

    member.go(f"/training/classes/{class_id}").sees("Your code for the door")
    member.sees("Your sign-up is confirmed. Please come on time.").look("training-confirmed")
    member.go("/").sees("My next classes").look("home-with-class")

    pass_time(days=1, hours=12)
    come_back(clerk, server, "zj_training").go(f"/classes/{class_id}/attendance")
    clerk.page.locator(".attendance-choice label").first.click()
    clerk.press("Record what is chosen")

    pass_time(days=4)
    come_back(member, server, CAI).go(f"/training/classes/{class_id}")
    member.sees("Noted as present").sees(
        "You completed the class; %(hours)s hours were credited.", hours="16.00"
    )
    member.look("training-completed")
    member.go("/training/hours").is_at("Hours on record").follow(NAME).is_at(NAME)


def test_who_is_on_the_waiting_list_moves_up_when_somebody_cancels_without_scripts(
    enter: Enter, server: Server, pass_time: Callable[..., None]
) -> None:
    class_id = offer(server, capacity=1, required_fields=[])
    first = enter(LIN, "phone", javascript=False).go(f"/training/classes/{class_id}/sign-up")
    first.page.get_by_role("button", name="报名", exact=True).click()
    first.is_at(NAME)
    second = enter(CAI, "phone").go("/training")
    second.page.get_by_role("link", name=f"{second.say('Sign up')} {NAME}").click()
    second.sees("All places are taken").look("training-full")
    second.page.get_by_role("button", name="报名", exact=True).click()
    second.sees(
        "All places were taken: you are number %(position)s on the waiting list.", position=1
    )
    second.look("training-waiting")

    first.follow("Cancel my sign-up").is_at("Cancel my sign-up")
    first.press("Cancel my sign-up")
    expect(first.page.locator("#reason-error")).to_be_visible()
    first.page.locator("#reason").fill("临时有工作安排。")
    first.press("Cancel my sign-up").is_at(NAME).sees("临时有工作安排。")
    pass_time(minutes=1)
    second.go(f"/training/classes/{class_id}").sees("A place became free: moved up")


def test_every_page_of_training_can_be_used_in_both_languages(enter: Enter, server: Server) -> None:
    engine = server.app.extensions["engine"]
    with engine.database.transaction() as session:
        add_training(session, engine, now=engine.now())
    member = enter(CAI, "phone").go("/training").look("training-demo")
    member.page.get_by_text(member.say("Dates"), exact=True).click()
    member.page.locator("#start").fill("2000-01-01")
    member.page.locator("#name").fill("文化大讲堂")
    member.press("Look up").look("training-filtered")
    expect(member.page.locator(".class-rows tbody tr")).to_have_count(12)
    member.follow("Clear")
    member.page.get_by_role("link", name=member.say("Page %(number)s", number=2)).click()
    expect(member.page.locator("[aria-current=page]").last).to_have_text("2")
    member.page.locator("#jump").fill("1")
    member.press("Go")
    expect(member.page.locator(".class-rows tbody tr")).to_have_count(20)
    member.go("/training?name=没有这样的班").sees("No class matches").look("training-none")
    member.go("/training/announcements").look("training-announcements")
    member.page.get_by_role("link", name="非执业会员继续教育培训班（第二期）").click()
    member.look("training-announcement").follow("To the class").look("training-class")
    member.follow("Cancel my sign-up").look("training-cancel")
    member.go("/training/hours").look("training-hours")
    member.go("/training?name=税收政策").page.locator(".class-rows .title a").click()
    member.sees("This class was cancelled.").look("training-class-cancelled")

    cpa = seat_cpa(enter, server, "desktop", language="en").go("/training")
    cpa.look("training-demo-cpa")
    cpa.page.locator(".class-rows .title a", has_text="职业道德").click()
    cpa.sees("Waiting for confirmation").look("training-class-cpa")
    cpa.go("/training/hours").look("training-hours-cpa")
    cpa.go("/").look("home-cpa")
