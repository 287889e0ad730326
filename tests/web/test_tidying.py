"""What is removed once a day, and what stays."""

import os
from datetime import timedelta
from io import BytesIO

from flask import Flask
from sqlalchemy import select

from engine.attempts import Attempt, count_attempt
from engine.jobs import Job, Worker, plan_recurring
from tests.web.conftest import READY, Visitor
from tests.workflows.conftest import NOW
from web import tidying
from web.settings import Settings
from workflows.shared.sign_in import SignInLock, WebSession


def test_what_is_over_goes_and_the_rest_stays(app: Flask, visitor: Visitor) -> None:
    engine, settings = app.extensions["engine"], app.config["SETTINGS"]
    assert isinstance(settings, Settings)
    visitor.enter(READY)
    for _attempt in range(6):
        Visitor(app).sign_in("330000100003", "wrong password")
    count_attempt(engine.database, "today", window=tidying.OLD, now=NOW + timedelta(hours=2))
    lost, coming = (engine.files.receive(BytesIO(b"content")) for _file in range(2))
    long_ago = (NOW - timedelta(days=3)).timestamp()
    os.utime(lost.path, (long_ago, long_ago))
    os.utime(coming.path, (NOW.timestamp(), NOW.timestamp()))

    def run(after: timedelta) -> None:
        engine.now = lambda: NOW + after
        plan_recurring(engine)
        Worker(engine).run_due()

    run(timedelta(hours=1))
    assert visitor.open("/account").path == "/account"
    assert not lost.path.exists()
    assert coming.path.exists()
    with engine.database.read() as session:
        assert session.scalars(select(SignInLock)).all() == []
        assert len(session.scalars(select(Attempt)).all()) > 1

    run(timedelta(hours=25, minutes=1))
    with engine.database.read() as session:
        assert session.scalars(select(WebSession)).all() == []
        assert session.scalars(select(Attempt.key)).all() == ["today"]


def test_it_waits_for_tomorrow_once_however_often_servers_start(app: Flask) -> None:
    engine = app.extensions["engine"]
    for _start in range(3):
        plan_recurring(engine)
    Worker(engine).run_due()
    plan_recurring(engine)
    with engine.database.read() as session:
        waiting = session.scalars(select(Job.due_at).where(Job.name == tidying.NAME)).all()
    assert waiting == [NOW + tidying.EVERY]


def test_a_day_on_which_it_fails_is_not_the_last(app: Flask) -> None:
    engine = app.extensions["engine"]
    in_the_way = engine.files.folder / "00" / ("0" * 32)
    in_the_way.mkdir(parents=True)  # cannot be removed as a file is
    os.utime(in_the_way, (0, 0))
    plan_recurring(engine)
    for hour in range(5):
        engine.now = lambda hour=hour: NOW + timedelta(hours=hour)
        Worker(engine).run_due()
    with engine.database.read() as session:
        state, due_at = session.execute(
            select(Job.state, Job.due_at).where(Job.name == tidying.NAME)
        ).one()
    assert state == "due"
    assert due_at > NOW + tidying.EVERY
