from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from engine.tasks import Task
from tests.web.conftest import READY, Page, Visitor, run_jobs
from tests.workflows.conftest import NOW
from workflows.shared.access import get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.associations import Association
from workflows.shared.enrolments import Enrolment
from workflows.shared.message_texts import check_texts, save_texts
from workflows.shared.private import read_private
from workflows.shared.register import Member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.notices.texts import CLASSES_ELSEWHERE

TODAY = NOW.date()
OTHER = "330000100002"
THIRD = "330000100003"


def offer(app: Flask, office: str = "330000", **differs: Any) -> int:
    """A class of an association that one can sign up for today; answers its key."""
    values: dict[str, Any] = {
        "year": TODAY.year,
        "name": "Auditing in practice",
        "audience": ["non_practising"],
        "opens_date": TODAY - timedelta(days=5),
        "closes_date": TODAY + timedelta(days=5),
        "start_date": TODAY + timedelta(days=20),
        "end_date": TODAY + timedelta(days=21),
        "start_time": time(9),
        "planned": 30,
        "capacity": 30,
        "place": "Hangzhou",
        "hours": 1600,
        "created_at": NOW,
        **differs,
    }
    with app.extensions["engine"].database.transaction() as session:
        association = session.scalars(select(Association).where(Association.code == office)).one()
        found = TrainingClass(association_id=association.id, **values)
        session.add(found)
        session.flush()
        return found.id


def sign_in(app: Flask, number: str, kind: str = "member") -> Visitor:
    """Somebody of the demo at a browser."""
    found = Visitor(app)
    found.enter(number, kind=kind)
    return found


def sign_up(visitor: Visitor, class_id: int, **typed: str) -> Page:
    """Sign up on the form as it was drawn."""
    page = visitor.open(f"/training/classes/{class_id}/sign-up")
    return visitor.press(page, outcome="start", **typed)


def decide(app: Flask, outcome: str, reason: str = "") -> None:
    """Decide the one sign-up that waits, as the association's staff."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.element_id == "confirm_enrolment")).one()
        account = find_account(session, user_type="staff", login="zj_training")
        assert account is not None
        app.extensions["tasks"].complete(
            session,
            task_id=task.id,
            outcome=outcome,
            posted=MultiDict({"reason": reason}),
            viewer=get_viewer(session, account),
            language="en",
            now=NOW,
        )


def states(app: Flask, class_id: int) -> list[str]:
    """Where the sign-ups of a class stand, in their order."""
    with app.extensions["engine"].database.read() as session:
        query = select(Enrolment.state).where(Enrolment.class_id == class_id)
        return list(session.scalars(query.order_by(Enrolment.id)))


def rows(page: Page) -> list[dict[str, str]]:
    """The list of classes, each cell by its name; `title` is the class's name alone."""
    return [
        {
            cell.get("data-label") or cell.get("class"): " ".join(cell.text_content().split())
            for cell in row.xpath("./td")
        }
        | {"title": row.xpath("string(td[@class='title']/a)")}
        for row in page.html.xpath("//table[contains(@class, 'class-rows')]/tbody/tr")
    ]


def test_the_list_says_everything_of_a_class(app: Flask, member: Visitor) -> None:
    class_id = offer(app, capacity=40)
    sign_up(sign_in(app, OTHER), class_id)
    (row,) = rows(member.open("/training"))
    assert row["No."] == "1"
    assert row["title"] == "Auditing in practice"
    assert row["Sign-up opens"] == "2022-09-01"
    assert row["Sign-up closes"] == "2022-09-11"
    assert row["For whom"] == "Non-practising members"
    assert (row["People planned"], row["Maximum sign-ups"]) == ("30", "40")
    assert (row["People confirmed"], row["People signed up"]) == ("0", "1")
    assert row["State of the class"] == "Open for sign-up"
    assert row["Confirmation"] == "Not signed up"
    assert "Sign up" in row["acts-cell"]


STATES: dict[str, dict[str, Any]] = {
    "Not open yet": {"opens_date": TODAY + timedelta(days=1)},
    "Sign-up closed": {"closes_date": TODAY - timedelta(days=1)},
    "Open for sign-up": {},
    "Full": {"capacity": 0},
    "In progress": {"start_date": TODAY - timedelta(days=1)},
    "Over": {"start_date": TODAY - timedelta(days=3), "end_date": TODAY - timedelta(days=2)},
    "Class cancelled": {"cancelled_at": NOW},
}


def test_one_signs_up_while_it_is_possible(app: Flask, member: Visitor) -> None:
    keys = {state: offer(app, name=state, **differs) for state, differs in STATES.items()}
    found = rows(member.open("/training"))
    assert {each["title"]: each["State of the class"] for each in found} == {
        state: state for state in STATES
    }
    possible = {"Open for sign-up", "Full"}
    assert {each["title"] for each in found if "Sign up" in each["acts-cell"]} == possible
    pages = {
        state: member.open(f"/training/classes/{class_id}/sign-up").path
        for state, class_id in keys.items()
    }
    assert {state for state, path in pages.items() if path.endswith("/sign-up")} == possible


def test_a_class_with_a_link_of_its_own_leads_there(app: Flask, member: Visitor) -> None:
    class_id = offer(app, outside_url="https://www.example.com/class")
    page = member.open("/training")
    (row,) = rows(page)
    assert row["State of the class"] == "Sign-up elsewhere"
    assert "https://www.example.com/class" in page.links().values()
    assert "on the website that it names" in member.open(f"/training/classes/{class_id}").text


FILTERS = (
    ("", ["C", "B_1", "A"]),
    ("year=2021", ["A"]),
    ("audience=cpa", ["B_1"]),
    ("audience=employee", []),
    ("name=b", ["B_1"]),
    ("name=%25", []),
    ("name=_", ["B_1"]),
    ("opens=2022-01-01", ["C", "B_1"]),
    ("closes=2022-09-10", ["A"]),
    ("start=2022-09-28", ["C"]),
    ("end=2022-09-27", ["B_1", "A"]),
    ("year=x&opens=nonsense&audience=everybody&page=0", ["C", "B_1", "A"]),
    ("page=99", ["C", "B_1", "A"]),
)


def test_classes_are_found_by_filters(app: Flask, member: Visitor) -> None:
    old = date(2021, 5, 1)
    offer(
        app,
        name="A",
        year=2021,
        opens_date=old,
        closes_date=old,
        start_date=old,
        end_date=old,
    )
    offer(app, name="B_1", audience=["cpa", "non_practising"])
    later = TODAY + timedelta(days=25)
    offer(app, name="C", opens_date=TODAY, start_date=later, end_date=later)
    found = {
        query: [each["title"] for each in rows(member.open(f"/training?{query}"))]
        for query, _names in FILTERS
    }
    assert found == dict(FILTERS)
    assert "No class matches" in member.open("/training?name=%25").text


def test_a_long_list_has_pages_by_number(app: Flask, member: Visitor) -> None:
    for number in range(23):
        offer(app, name=f"Class {number}")
    page = member.open("/training?year=2022")
    assert len(rows(page)) == 20
    assert "23 in all" in page.text
    last = member.open(page.links()["2"])
    assert [each["No."] for each in rows(last)] == ["21", "22", "23"]
    assert "year=2022" in page.links()["2"]


def test_classes_of_ones_own_association_and_above_are_offered(app: Flask, member: Visitor) -> None:
    own = offer(app)
    national = offer(app, "100000")
    other = offer(app, "440000")
    assert len(rows(member.open("/training"))) == 2
    for class_id, status in ((own, 200), (national, 200), (other, 404)):
        assert member.open(f"/training/classes/{class_id}").status == status
        assert member.open(f"/training/announcements/{class_id}").status == 404


def test_who_moves_away_still_sees_the_class_of_his_sign_up(app: Flask, member: Visitor) -> None:
    class_id = offer(app)
    sign_up(member, class_id)
    with app.extensions["engine"].database.transaction() as session:
        away = select(Association.id).where(Association.code == "440300").scalar_subquery()
        session.execute(
            update(Member).where(Member.number.in_([READY, OTHER])).values(association_id=away)
        )
    assert len(rows(member.open("/training"))) == 1
    assert "Waiting for confirmation" in member.open(f"/training/classes/{class_id}").text
    other = sign_in(app, OTHER)
    assert "No classes yet" in other.open("/training").text
    assert other.open(f"/training/classes/{class_id}").status == 404


def test_signing_up_waits_for_confirmation(app: Flask, member: Visitor) -> None:
    class_id = offer(app)
    page = sign_up(member, class_id)
    assert page.path == f"/training/classes/{class_id}"
    assert "You are signed up. The association will confirm it." in page.text
    assert "Waiting for confirmation" in page.text
    assert "Who signed up蔡思源" in page.text
    decide(app, "confirm")
    page = member.open(page.path)
    assert "Your sign-up is confirmed. Please come on time." in page.text
    assert "Your code for the door" in page.text
    assert "Confirmed by the association" in page.text


def test_who_signed_up_already_is_led_to_his_sign_up(app: Flask, member: Visitor) -> None:
    class_id = offer(app)
    page = member.open(f"/training/classes/{class_id}/sign-up")
    member.press(page, outcome="start")
    again = member.press(page, outcome="start")
    assert again.status == 200
    assert "Waiting for confirmation" in again.text
    assert states(app, class_id) == ["reserved"]


def test_what_the_class_asks_for_is_known_and_checked(app: Flask, member: Visitor) -> None:
    class_id = offer(app, required_fields=["mobile", "email", "lodging"])
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        person = session.scalars(select(Member).where(Member.number == READY)).one()
        known = read_private(session, engine.vault, person)
    page = member.open(f"/training/classes/{class_id}/sign-up")
    assert page.values()["mobile"] == known["mobile"]
    refused = member.press(page, outcome="start", mobile="12", email="kept@example.com")
    assert refused.status == 422
    assert refused.values()["email"] == "kept@example.com"
    assert {each.get("href") for each in refused.html.xpath("//*[@role='alert']//a")} == {
        "#field-mobile",
        "#field-lodging",
    }
    assert states(app, class_id) == []
    done = member.press(refused, outcome="start", mobile="13800138000", lodging="none")
    assert done.status == 200
    assert states(app, class_id) == ["reserved"]


def test_a_full_class_says_the_waiting_list_before_and_after(app: Flask, member: Visitor) -> None:
    class_id = offer(app, capacity=1)
    sign_up(sign_in(app, OTHER), class_id)
    sign_up(sign_in(app, THIRD), class_id)
    before = member.open(f"/training/classes/{class_id}/sign-up")
    assert "All places are taken" in before.text
    assert "after 1 others" in before.text
    after = member.press(before, outcome="start")
    assert "All places were taken: you are number 2 on the waiting list." in after.text
    assert states(app, class_id) == ["reserved", "waiting", "waiting"]


def test_who_moves_up_sees_it(app: Flask, member: Visitor) -> None:
    class_id = offer(app, capacity=1)
    other = sign_in(app, OTHER)
    sign_up(other, class_id)
    sign_up(member, class_id)
    app.extensions["engine"].now = lambda: NOW + timedelta(minutes=30)
    cancel(other, class_id, "I am ill.")
    run_jobs(app)
    page = member.open(f"/training/classes/{class_id}")
    assert "Signed up, onto the waiting list" in page.text
    assert "A place became free: moved up" in page.text
    assert "Waiting for confirmation" in page.text


def test_who_is_not_meant_reads_why(app: Flask, member: Visitor) -> None:
    class_id = offer(app, audience=["cpa"])
    page = member.open(f"/training/classes/{class_id}")
    assert "The class is for others: look at whom it is meant for." in page.text
    assert "Sign up" not in page.links()
    values = {"csrf_token": member.open("/account").values("/sign-out")["csrf_token"]}
    refused = member.send(
        f"/training/classes/{class_id}/sign-up", MultiDict({**values, "outcome": "start"})
    )
    assert "The class is for others" in refused.text
    assert states(app, class_id) == []


def test_a_cpa_signs_up_for_a_class_for_cpas(app: Flask) -> None:
    class_id = offer(app, audience=["cpa"])
    cpa = sign_in(app, "330000900001", "cpa")
    sign_up(cpa, class_id)
    assert states(app, class_id) == ["reserved"]
    assert "Auditing in practice" in cpa.open("/").text


def test_a_refusal_is_shown_with_its_reason(app: Flask, member: Visitor) -> None:
    class_id = offer(app)
    sign_up(member, class_id)
    decide(app, "refuse", "Others come first.")
    page = member.open(f"/training/classes/{class_id}")
    assert "Sign-up refused" in page.text
    assert "Others come first." in page.text
    sign_up(member, class_id)
    page = member.open(f"/training/classes/{class_id}")
    assert "An earlier sign-up" in page.text
    assert states(app, class_id) == ["refused", "reserved"]


def cancel(visitor: Visitor, class_id: int, reason: str) -> Page:
    """Give the place back on its page."""
    page = visitor.open(f"/training/classes/{class_id}")
    asked = visitor.open(page.links()["Cancel my sign-up"])
    values = asked.values()
    values["reason"] = reason
    return visitor.send(asked.path, values)


def test_cancelling_asks_for_a_reason(app: Flask, member: Visitor) -> None:
    class_id = offer(app)
    sign_up(member, class_id)
    refused = cancel(member, class_id, " ")
    assert refused.status == 422
    assert "Say why" in refused.text
    assert states(app, class_id) == ["reserved"]
    done = cancel(member, class_id, "I have to travel.")
    assert "Your sign-up is cancelled; the organiser is told." in done.text
    assert "I have to travel." in done.text
    again = member.send(refused.path, refused.values())
    assert again.path == f"/training/classes/{class_id}"
    assert states(app, class_id) == ["cancelled"]


def test_nobody_cancels_for_others_or_once_the_class_began(app: Flask, member: Visitor) -> None:
    class_id = offer(app)
    sign_up(member, class_id)
    page = member.open(f"/training/classes/{class_id}")
    address = page.links()["Cancel my sign-up"]
    asked = member.open(address)
    assert sign_in(app, OTHER).open(address).status == 404
    with app.extensions["engine"].database.transaction() as session:
        session.execute(update(TrainingClass).values(start_date=TODAY - timedelta(days=1)))
    assert "Cancel my sign-up" not in member.open(f"/training/classes/{class_id}").links()
    values = asked.values()
    values["reason"] = "Too late."
    refused = member.send(address, values)
    assert refused.status == 422
    assert "The class has begun." in refused.text
    assert refused.values()["reason"].strip() == "Too late."
    assert states(app, class_id) == ["reserved"]


def test_classes_on_the_same_days_are_pointed_out(app: Flask, member: Visitor) -> None:
    first = offer(app, name="First")
    second = offer(app, name="Second", start_date=TODAY + timedelta(days=21))
    sign_up(member, first)
    for address in (f"/training/classes/{second}", f"/training/classes/{second}/sign-up"):
        page = member.open(address)
        assert "On the same days you are signed up for another class:" in page.text
        assert page.links()["First"] == f"/training/classes/{first}"


def test_announcements_have_pages(app: Flask, member: Visitor) -> None:
    assert "No announcements yet" in member.open("/training/announcements").text
    offer(app, name="Silent")
    offer(app, name="Others", audience=["cpa"], announcement="For CPAs.")
    class_id = offer(app, name="Told", announcement="Bring <b>pencils</b>.")
    page = member.open("/training/announcements")
    assert "Silent" not in page.text
    assert "Others" not in page.text
    page = member.open(page.links()["Told"])
    assert "Bring <b>pencils</b>." in page.text
    assert page.links()["To the class"] == f"/training/classes/{class_id}"


def test_the_notice_is_in_the_associations_words(app: Flask, member: Visitor) -> None:
    assert "three National Accounting Institutes" in member.open("/training").text
    with app.extensions["engine"].database.transaction() as session:
        account = find_account(session, user_type="staff", login="zj_manage")
        assert account is not None
        viewer = get_viewer(session, account)
        association = session.scalars(select(Association).where(Association.code == "330000")).one()
        words = {
            "title": "注意",
            "title_en": "Notice",
            "text": "另行通知。",
            "text_en": "Ask $association.",
        }
        save_texts(
            session,
            association_id=association.id,
            template=CLASSES_ELSEWHERE,
            texts=check_texts(CLASSES_ELSEWHERE, words),
            viewer=viewer,
            now=NOW,
        )
    text = member.open("/training").text
    assert "Ask Zhejiang Institute of Certified Public Accountants." in text
    assert "three National Accounting Institutes" not in text


def test_a_message_leads_to_the_class(app: Flask, member: Visitor) -> None:
    class_id = offer(app)
    sign_up(member, class_id)
    assert "Auditing in practice" in member.open("/").text
    messages = member.open("/messages").links()
    told = next(address for words, address in messages.items() if "You are signed up for" in words)
    page = member.open(member.open(told).links()["To the class"])
    assert page.path == f"/training/classes/{class_id}"
    other = sign_in(app, OTHER)
    with app.extensions["engine"].database.read() as session:
        case_id = session.scalars(select(Enrolment.case_id)).one()
    assert other.open(f"/training/cases/{case_id}").status == 404


def test_hours_stand_by_year_with_what_is_asked(app: Flask, member: Visitor) -> None:
    page = member.open("/training/hours")
    assert "For the inspection of 2021" in page.text
    assert "Enough hours" in page.text
    years = [each.text_content() for each in page.html.xpath("//h2[starts-with(@id, 'year-')]")]
    assert years == sorted(years, reverse=True)
    assert "40.00 hours in all" in page.text
    short = sign_in(app, "330000100006").open("/training/hours")
    assert "20.00 hours are missing" in short.text
    cpa = sign_in(app, "330000900001", "cpa").open("/training/hours")
    assert "No hours on record" in cpa.text
    assert "For the inspection" not in cpa.text


def test_hours_are_exported(app: Flask, member: Visitor, tmp_path: Any) -> None:
    answer = member.client.get("/training/hours.xlsx")
    path = tmp_path / "hours.xlsx"
    path.write_bytes(answer.data)
    answer.close()
    table = list(load_workbook(path).active.iter_rows(values_only=True))
    assert table[0] == ("Year", "Date", "Course", "Source", "Hours")
    assert {row[4] for row in table[1:]} == {16, 24}


def test_a_firm_sees_the_list_and_no_members_pages(app: Flask) -> None:
    class_id = offer(app, audience=["cpa"])
    firm = sign_in(app, "33000001", "firm")
    (row,) = rows(firm.open("/training"))
    assert "Sign up" in row["acts-cell"]
    assert "Confirmation" not in row
    assert firm.open(f"/training/classes/{class_id}").status == 200
    assert firm.open("/training/hours").status == 404
    assert firm.open(f"/training/classes/{class_id}/sign-up").status == 404


def test_a_firm_is_not_led_to_where_it_can_sign_nobody_up(app: Flask) -> None:
    class_id = offer(app, audience=["non_practising"])
    firm = sign_in(app, "33000001", "firm")
    (row,) = rows(firm.open("/training"))
    assert "Sign up" not in row["acts-cell"]
    assert "Sign up people" not in firm.open(f"/training/classes/{class_id}").links()


def test_a_firm_is_led_to_the_site_that_a_class_names(app: Flask) -> None:
    there = "https://example.org/class"
    class_id = offer(app, audience=["cpa"], outside_url=there)
    firm = sign_in(app, "33000001", "firm")
    for address in (f"/training/classes/{class_id}", f"/training/classes/{class_id}/people"):
        page = firm.open(address)
        assert page.links()["Sign up there"] == there
        assert page.html.xpath("//main//table | //main//form") == []


@pytest.mark.parametrize(("login", "kind"), [("zj_training", "staff"), ("33000001_cw", "firm")])
def test_training_is_nothing_for_others(app: Flask, login: str, kind: str) -> None:
    class_id = offer(app)
    other = sign_in(app, login, kind)
    for address in ("", "/announcements", "/hours", f"/classes/{class_id}"):
        assert other.open(f"/training{address}").status == 404
