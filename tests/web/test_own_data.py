"""One's own data taken away; and a person erased, by two others, on their pages."""

import io
from datetime import timedelta
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from engine.jobs import Worker
from tests.web.conftest import Visitor
from tests.web.offices import READY, TOKEN, staff
from tests.workflows.conftest import NOW
from workflows.personal_data.erasing import Erasure
from workflows.shared.accounts import Account
from workflows.shared.keeping import SERVICE, Periods
from workflows.shared.register import ERASED_NAME, Member, find_member_by_number
from workflows.shared.security_events import list_events
from workflows.shared.sign_in import WebSession

OWN = "/personal-data/mine"


def confirmed(app: Flask) -> Visitor:
    """A member who said lately that it is he: how has tests of its own."""
    visitor = Visitor(app)
    visitor.enter(READY)
    with app.extensions["engine"].database.transaction() as session:
        account = session.scalar(select(Account.id).where(Account.login == READY))
        session.execute(
            update(WebSession).where(WebSession.account_id == account).values(confirmed_at=NOW)
        )
    return visitor


def leave(app: Flask) -> str:
    """Let the member be one no longer, and his records be kept long enough; his name."""
    engine = app.extensions["engine"]
    engine.services[SERVICE] = Periods(records=timedelta(0))
    with engine.database.transaction() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        member.state = "left"
        return member.name


def ask(app: Flask, number: str = READY, reason: str = "本人申请") -> MultiDict[str, str]:
    """What an administrator types."""
    return MultiDict({**TOKEN, "number": number, "reason": reason})


def test_a_member_takes_his_data_away(app: Flask) -> None:
    member = confirmed(app)
    page = member.press(member.open(OWN))
    assert "are being gathered" in page.text
    Worker(app.extensions["engine"]).run_due()
    page = member.open(OWN)
    answer = member.client.get(f"{OWN}/file", buffered=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert ZipFile(io.BytesIO(answer.data)).testzip() is None
    assert "Take it away" in page.text


def test_he_proves_first_that_it_is_he(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    app.extensions["engine"].now = lambda: NOW + timedelta(minutes=30)
    assert member.open(OWN).path.startswith("/account/confirm")
    assert member.client.get(f"{OWN}/file").status_code == 302


def test_there_is_nothing_for_others(app: Flask) -> None:
    person = staff(app)
    with app.extensions["engine"].database.transaction() as session:
        session.execute(update(WebSession).values(confirmed_at=NOW))
    assert person.open(OWN).status == 404
    assert person.open(f"{OWN}/file").status == 404
    assert Visitor(app).open(OWN).path == "/sign-in"


def test_one_asks_another_agrees_and_the_person_is_erased(app: Flask) -> None:
    name, admin, manager = leave(app), staff(app, "admin"), staff(app, "zj_manage")
    page = admin.send("/manage/erasures", ask(app))
    assert name in page.text
    assert "you asked for it yourself" in page.text
    assert admin.send(f"{page.path}/agree", MultiDict(TOKEN)).status == 403
    seen = manager.open(page.path)
    assert "Agree: erase for good" in seen.text
    done = manager.send(f"{page.path}/agree", MultiDict(TOKEN))
    assert "being erased" in done.text
    assert manager.send(f"{page.path}/agree", MultiDict(TOKEN)).status == 409
    Worker(app.extensions["engine"]).run_due()
    after = manager.open("/manage/erasures")
    assert ERASED_NAME in after.text
    assert name not in after.text
    gone = Visitor(app)
    gone.enter(READY)
    assert gone.open("/account").path == "/sign-in"


def test_what_stands_against_it_is_said(app: Flask) -> None:
    admin = staff(app, "admin")
    refused = admin.send("/manage/erasures", ask(app))
    assert refused.status == 422
    assert "The membership is not over." in refused.text
    assert "本人申请" in refused.text
    unknown = admin.send("/manage/erasures", ask(app, number="1"))
    assert "There is no member with this number" in unknown.text


def test_who_may_not_sees_nothing(app: Flask) -> None:
    leave(app)
    page = staff(app, "admin").send("/manage/erasures", ask(app))
    for login in ("zj_review", "zj_fees"):
        assert staff(app, login).open("/manage/erasures").status == 404
        assert staff(app, login).open(page.path).status == 404
    assert staff(app, "gd_manage").open(page.path).status == 404
    auditor = staff(app, "audit")
    assert auditor.open(page.path).status == 200
    assert auditor.send(f"{page.path}/agree", MultiDict(TOKEN)).status == 404
    assert staff(app, "zj_manage").send("/manage/erasures", ask(app)).status in {403, 404}
    with app.extensions["engine"].database.read() as session:
        assert [each.state for each in session.scalars(select(Erasure))] == ["asked"]
        assert session.scalar(select(Member.state).where(Member.number == READY)) == "left"
        assert not list_events(session, what="data_erased")


def test_a_request_is_taken_back(app: Flask) -> None:
    leave(app)
    admin = staff(app, "admin")
    page = admin.send("/manage/erasures", ask(app))
    after = admin.send(f"{page.path}/withdraw", MultiDict(TOKEN))
    assert "Nothing is erased." in after.text
    assert "Agree" not in staff(app, "zj_manage").open(page.path).text
