"""Classes without scripts: whose they are, what is typed, sent twice, and taken away."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from engine.tasks import Task
from tests.web.conftest import Page, Visitor, run_jobs
from tests.web.offices import TOKEN, say, staff
from tests.web.test_training import OTHER, READY, THIRD, TODAY, offer, sign_in, sign_up
from workflows.inbox.batches import Batch
from workflows.shared.enrolments import Enrolment
from workflows.shared.training_classes import TrainingClass, get_class

CLERK = "zj_training"
ORGANISED = {"organiser": "Training", "organiser_phone": "0571-1"}


def get(app: Flask, class_id: int) -> TrainingClass:
    """A class as it is now."""
    with app.extensions["engine"].database.read() as session:
        return get_class(session, class_id)


def filled(app: Flask, **differs: Any) -> int:
    """A class of two places with three members signed up; answers its key."""
    class_id = offer(app, capacity=2, planned=2, **ORGANISED, **differs)
    for number in (READY, OTHER, THIRD):
        sign_up(sign_in(app, number), class_id)
    return class_id


def send(visitor: Visitor, page: Page, action: str, **typed: Any) -> Page:
    """Type into a form of the page and send it."""
    values = page.values(action)
    for name, value in typed.items():
        values.setlist(name, value if isinstance(value, list) else [value])
    return visitor.send(page.form(action).get("action"), values)


def typed_class() -> dict[str, Any]:
    """What is typed for a new class."""
    return {
        "name": "Sustainability reporting",
        "audience": ["cpa"],
        "organiser": "Training",
        "organiser_phone": "0571-1",
        "start_date": (TODAY + timedelta(days=20)).isoformat(),
        "end_date": (TODAY + timedelta(days=21)).isoformat(),
        "hours": "8",
        "place": "Hangzhou",
        "opens_date": TODAY.isoformat(),
        "closes_date": (TODAY + timedelta(days=9)).isoformat(),
        "planned": "10",
        "capacity": "20",
    }


def test_who_is_not_of_the_association_finds_nothing(app: Flask) -> None:
    class_id = filled(app)
    addresses = [f"/classes/{class_id}{each}" for each in ("", "/edit", "/copy", "/cancel")]
    addresses.append(f"/classes/{class_id}/sign-ups.xlsx")
    for visitor in (staff(app, "gd_training"), staff(app, "zj_fees"), sign_in(app, READY)):
        for address in addresses:
            assert visitor.open(address).status == 404, address
        for address in ("/edit", "/save", "/cancel", "/confirm"):
            sent = MultiDict(TOKEN) if visitor.client.get_cookie("huiji_session") else MultiDict()
            assert visitor.send(f"/classes/{class_id}{address}", sent).status in (404, 403)
    assert get(app, class_id).version == 1


def test_an_auditor_looks_and_changes_nothing(app: Flask) -> None:
    class_id = filled(app)
    auditor = staff(app, "audit")
    page = auditor.open(f"/classes/{class_id}")
    assert page.status == 200
    assert "Change" not in page.links()
    assert not page.html.xpath("//input[@name='task']")
    for address in ("/edit", "/copy", "/cancel"):
        status = auditor.open(f"/classes/{class_id}{address}").status
        assert status == 404, address
    assert auditor.open("/classes/new").status == 404


def test_a_class_is_made_of_what_was_typed_and_nothing_typed_is_lost(app: Flask) -> None:
    clerk = staff(app, CLERK)
    page = clerk.open("/classes/new")
    wrong = send(clerk, page, "/classes", **typed_class() | {"capacity": "9", "audience": []})
    assert wrong.status == 422
    for field, sentence in (("planned", "No more people"), ("audience", "Tick at least one")):
        (said,) = wrong.html.xpath(f"//a[@href='#{field}']")
        assert sentence in say(said)
        assert wrong.html.xpath(f"//*[@id='{field}']")
    assert wrong.values("/classes")["place"] == "Hangzhou"
    typed = MultiDict(wrong.values("/classes"))
    typed["capacity"] = "20"
    typed.setlist("audience", ["cpa", "employee"])
    for _time in range(2):
        made = clerk.send("/classes", typed)
        assert "The class was made" in made.text
    with app.extensions["engine"].database.read() as session:
        (found,) = session.scalars(select(TrainingClass))
        assert found.audience == ["cpa", "employee"]


def test_what_is_wrong_names_its_field_above_the_form(app: Flask) -> None:
    clerk = staff(app, CLERK)
    past = {"opens_date": "2020-01-01", "closes_date": "2020-01-02"}
    wrong = send(clerk, clerk.open("/classes/new"), "/classes", **typed_class() | past)
    over = "This day is over: a new class has days to come."
    for field, label in (("opens_date", "Sign-up from"), ("closes_date", "Sign-up until")):
        (said,) = wrong.html.xpath(f"//a[@href='#{field}']")
        assert say(said) == f"{label}: {over}"
        assert say(wrong.html.get_element_by_id(f"{field}-wrong")) == over


def test_where_a_switch_of_the_language_would_lose_what_was_typed_there_is_none(
    app: Flask,
) -> None:
    class_id = offer(app, **ORGANISED)
    clerk, address = staff(app, CLERK), f"/classes/{class_id}/edit"
    page = clerk.open(address)
    assert "中文" in page.links()
    impact = send(clerk, page, address, place="Ningbo")
    assert "What the change touches" in impact.text
    form = send(clerk, impact, f"/classes/{class_id}/save")
    assert form.path == f"/classes/{class_id}"
    refused = send(clerk, page, address, place="Wenzhou", name="")
    for each in (impact, refused):
        assert "中文" not in each.links()
    assert refused.values(address)["place"] == "Wenzhou"


def test_the_language_is_switched_where_a_question_was_asked(app: Flask) -> None:
    class_id = filled(app)
    clerk, address = staff(app, CLERK), f"/classes/{class_id}"
    page = clerk.open(address)
    values = MultiDict({**TOKEN, "all": "1"})
    asked = clerk.send(f"{address}/confirm", values)
    switched = clerk.open(asked.links()["中文"])
    assert (switched.status, switched.path) == (200, page.path)
    clerk = staff(app, CLERK)
    sent_from = {"Referer": f"http://localhost{address}?state=reserved#sign-ups"}
    asked = clerk.send(f"{address}/confirm", values, headers=sent_from)
    switched = clerk.open(asked.links()["中文"], follow_redirects=False)
    assert switched.response.location == f"{address}?state=reserved"
    clerk = staff(app, CLERK)
    elsewhere = {"Referer": "https://elsewhere.example/inbox"}
    asked = clerk.send(f"{address}/confirm", values, headers=elsewhere)
    switched = clerk.open(asked.links()["中文"], follow_redirects=False)
    assert switched.response.location == address


def test_a_class_is_offered_only_by_ones_own_association(app: Flask) -> None:
    class_id = offer(app, "440000")
    clerk = staff(app, CLERK)
    page = clerk.open("/classes/new")
    wrong = send(clerk, page, "/classes", **typed_class(), office=get(app, class_id).association_id)
    assert wrong.status == 422
    assert "Choose the association" in wrong.text


def test_who_is_told_is_said_before_and_counted_after(app: Flask) -> None:
    class_id = filled(app)
    clerk = staff(app, CLERK)
    edit = f"/classes/{class_id}/edit"
    page = send(clerk, clerk.open(edit), edit, place="Ningbo")
    assert "3 people who are signed up are told of the new time or place" in page.text
    assert get(app, class_id).place == "Hangzhou"
    save = f"/classes/{class_id}/save"
    saved = send(clerk, page, save)
    assert "Telling of the new time or place" in saved.text
    assert "0 of 3" in saved.text
    again = send(clerk, page, save)
    assert again.status == 200
    run_jobs(app)
    part = clerk.open(f"/classes/{class_id}", headers={"HX-Target": "telling"})
    assert "was told" in part.text or "were told" in part.text or "Everybody" in part.text
    assert not part.html.xpath("//*[@hx-trigger]")
    assert (get(app, class_id).change_no, get(app, class_id).version) == (1, 2)


def test_two_people_change_a_class_and_neither_loses_anything(app: Flask) -> None:
    class_id = offer(app, **ORGANISED)
    first, second = staff(app, CLERK), staff(app, "zj_manage")
    edit, save = f"/classes/{class_id}/edit", f"/classes/{class_id}/save"
    pages = [each.open(edit) for each in (first, second)]
    asked = send(second, pages[1], edit, organiser="Education", organiser_phone="0571-2")
    send(first, send(first, pages[0], edit, place="Ningbo", organiser_phone="0571-3"), save)
    conflict = send(second, asked, save)
    assert conflict.status == 409
    assert "Somebody else changed this class meanwhile" in conflict.text
    typed = conflict.values(edit)
    assert (typed["place"], typed["organiser"]) == ("Ningbo", "Education")
    send(second, send(second, conflict, edit), save)
    found = get(app, class_id)
    said = (found.place, found.organiser, found.organiser_phone)
    assert said == ("Ningbo", "Education", "0571-2")


def test_places_given_meanwhile_are_said_at_the_field(app: Flask) -> None:
    class_id = offer(app, capacity=3, planned=1, **ORGANISED)
    clerk, edit = staff(app, CLERK), f"/classes/{class_id}/edit"
    asked = send(clerk, clerk.open(edit), edit, capacity="1", place="Ningbo")
    for number in (READY, OTHER):
        sign_up(sign_in(app, number), class_id)
    refused = send(clerk, asked, f"/classes/{class_id}/save")
    assert refused.status == 422
    (said,) = refused.html.xpath("//a[@href='#capacity']")
    assert "2 people have a place already" in say(said)
    assert refused.values(edit)["place"] == "Ningbo"


def test_a_class_is_cancelled_with_a_reason_a_question_and_progress(app: Flask) -> None:
    class_id = filled(app)
    clerk, address = staff(app, CLERK), f"/classes/{class_id}/cancel"
    refused = send(clerk, clerk.open(address), address, reason=" ")
    assert refused.status == 422
    assert refused.html.xpath("//a[@href='#reason']")
    asked = send(clerk, refused, address, reason="The teacher is ill.")
    assert "Really cancel this class?" in asked.text
    assert "3 people lose their sign-ups" in asked.text
    assert get(app, class_id).cancelled_at is None
    values = asked.values(address)
    values["action"] = "cancel"
    for _time in range(2):
        done = clerk.send(address, values)
        assert "The teacher is ill." in done.text
    assert "0 of 3" in done.text
    run_jobs(app)
    part = clerk.open(f"/classes/{class_id}", headers={"HX-Target": "telling"})
    assert part.response.headers["HX-Refresh"] == "true"
    with app.extensions["engine"].database.read() as session:
        states = session.scalars(select(Enrolment.state).distinct()).all()
    assert states == ["cancelled"]
    assert clerk.open(f"/classes/{class_id}/edit").path == f"/classes/{class_id}"


def test_all_that_wait_are_confirmed_by_a_batch_which_starts_once(app: Flask) -> None:
    class_id = filled(app)
    clerk = staff(app, CLERK)
    page = clerk.open(f"/classes/{class_id}?state=reserved")
    nothing = send(clerk, page, f"/classes/{class_id}/confirm")
    assert "Tick at least one sign-up" in nothing.text
    asked = send(clerk, page, f"/classes/{class_id}/confirm", all="1", task=["x", "0" * 32])
    assert "Confirm 2 sign-ups?" in asked.text
    for _time in range(2):
        started = send(clerk, asked, "/inbox/batches")
        assert started.path.startswith("/inbox/batches/")
    run_jobs(app)
    with app.extensions["engine"].database.read() as session:
        assert session.scalar(select(func.count()).select_from(Batch)) == 1
        states = session.scalars(select(Enrolment.state).order_by(Enrolment.number)).all()
    assert states == ["confirmed", "confirmed", "waiting"]
    done = clerk.open(f"{started.path}?class={class_id}").links()
    assert done["To the class"] == f"/classes/{class_id}#sign-ups"


def test_a_sign_up_leads_to_the_step_that_refuses_it(app: Flask) -> None:
    class_id = filled(app)
    clerk = staff(app, CLERK)
    page = clerk.open(f"/classes/{class_id}")
    with app.extensions["engine"].database.read() as session:
        tasks = session.scalars(select(Task.id).where(Task.element_id == "confirm_enrolment"))
        waiting = {f"/inbox/{each}" for each in tasks}
    assert waiting <= set(page.html.xpath("//td//a/@href"))
    for address in page.html.xpath("//td[contains(@class, 'title')]//a/@href"):
        assert clerk.open(address).status == 200, address


def test_tables_have_what_the_filters_show(app: Flask) -> None:
    class_id = filled(app)
    clerk = staff(app, CLERK)

    def rows(address: str) -> list[tuple[Any, ...]]:
        answer = clerk.client.get(address, buffered=True)
        assert answer.status_code == 200
        sheet = load_workbook(BytesIO(answer.get_data())).active
        assert sheet is not None
        return list(sheet.iter_rows(min_row=2, values_only=True))

    assert [row[2] for row in rows(f"/classes/{class_id}/sign-ups.xlsx")] == [READY, OTHER, THIRD]
    waiting = rows(f"/classes/{class_id}/sign-ups.xlsx?state=waiting")
    assert [row[2] for row in waiting] == [THIRD]
    (row,) = rows("/classes/classes.xlsx?q=auditing")
    assert row[0] == "Auditing in practice"
    assert row[11:15] == (2, 2, 0, 1)
    assert rows("/classes/classes.xlsx?state=over") == []


def test_who_holds_a_class_takes_away_what_it_asked_and_who_only_looks_does_not(
    app: Flask,
) -> None:
    class_id = offer(app, capacity=2, planned=2, required_fields=["mobile", "lodging"])
    said = {"mobile": "13900000042", "lodging": "single"}
    sign_up(sign_in(app, READY), class_id, **said)

    def rows(login: str) -> list[tuple[Any, ...]]:
        address = f"/classes/{class_id}/sign-ups.xlsx"
        answer = staff(app, login).client.get(address, buffered=True)
        sheet = load_workbook(BytesIO(answer.get_data())).active
        assert sheet is not None
        return list(sheet.iter_rows(values_only=True))

    heads, row = rows(CLERK)
    assert heads[-2:] == ("Mobile number", "Lodging")
    assert row[-2:] == ("13900000042", "Single room")
    heads, row = rows("audit")
    assert heads[-1] == "Hours"
    assert "13900000042" not in row


def test_hostile_filters_are_nothing(app: Flask) -> None:
    class_id = filled(app)
    clerk = staff(app, CLERK)
    hostile = "?q=%25'&year=99999999999999999999&state=x&audience=x&office=-1&from=x&page=-5"
    for address in (f"/classes{hostile}", f"/classes/{class_id}{hostile}"):
        assert clerk.open(address).status == 200
    assert clerk.open("/classes/99999999999").status == 404


def test_an_announcement_is_drawn_and_never_runs(app: Flask) -> None:
    words = "## Bring\n\n- a **card**\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1))"
    class_id = offer(app, announcement=words)
    page = staff(app, CLERK).open(f"/classes/{class_id}")
    (drawn,) = page.html.xpath("//*[@id='announcement']")
    assert drawn.xpath(".//strong/text()") == ["card"]
    assert not drawn.xpath(".//img")
    assert not drawn.xpath(".//a")
