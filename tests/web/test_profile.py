"""基本情况 through the pages: read, changed at once, applied for, kept by the platform."""

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.tasks import Task
from tests.forms.test_files import pdf
from tests.web.conftest import READY, Page, Visitor, together
from tests.web.offices import decide, staff
from workflows.shared.associations import Association
from workflows.shared.register import CPA, Member, find_member_by_number, personal_fields
from workflows.shared.register_changes import OWN, list_changes, register_fields
from workflows.shared.register_writing import write_fields

EDITING = "/profile/edit"
CPA_NUMBER = "330000900001"
NEW = {"items": "name", "name": "蔡思远", "explanation": "公安机关已更名。"}


@pytest.fixture
def member(app: Flask) -> Visitor:
    """A member who is signed in."""
    return Visitor(app).enter(READY)


def fields_of(app: Flask, number: str = READY) -> dict[str, object]:
    """What the register says of somebody, in clear."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        found = find_member_by_number(session, number)
        assert found is not None
        return register_fields(session, engine.vault, found)


def save(visitor: Visitor, page: Page, **typed: str) -> Page:
    """Type something and save."""
    values = page.values(EDITING)
    for name, value in typed.items():
        values.setlist(name, [value])
    values["outcome"] = "save"
    return visitor.send(EDITING, values)


def begin(visitor: Visitor) -> Page:
    """Press the button of the page."""
    page = visitor.open("/profile")
    return visitor.send("/profile/changes", page.values("/profile/changes"))


def attach(visitor: Visitor, page: Page) -> Page:
    """Attach the proof to what is typed."""
    values = {**page.values(), **NEW, "action": "upload:proof"}
    return visitor.upload(page.path, values, "file.proof", pdf(), "户口簿.pdf")


def address_of_review(app: Flask) -> str:
    """The inbox page of the application that waits."""
    with app.extensions["engine"].database.read() as session:
        query = select(Task.id).where(
            Task.element_id == "review_profile_change", Task.state == "open"
        )
        return f"/inbox/{session.scalars(query).one()}"


def test_a_member_reads_what_the_register_says_and_numbers_are_covered(
    app: Flask, member: Visitor
) -> None:
    page = member.open("/profile")
    known = fields_of(app)
    for name in ("name", "employer", "address", "certificate_number"):
        assert str(known[name]) in page.text
    for name in ("identity_number", "mobile", "email"):
        assert str(known[name]) not in page.text
    assert "My information" in member.open("/account").links()


def test_free_fields_are_changed_at_once_and_noted(app: Flask, member: Visitor) -> None:
    before = fields_of(app)
    page = save(member, member.open(EDITING), employer="演示咨询有限公司", address="演示路1号二楼")
    assert page.path == "/profile"
    assert "Your information is saved: Postal address, Employer." in page.text
    assert fields_of(app) == {
        **before,
        "employer": "演示咨询有限公司",
        "address": "演示路1号二楼",
    }
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        found = find_member_by_number(session, READY)
        assert found is not None
        (change,) = list_changes(session, member_id=found.id)
        assert (change.source, change.by.kind) == (OWN, "member")
        assert sorted(change.fields) == ["address", "employer"]
    trail = staff(app, "zj_manage").open("/register/changes").text
    assert "Changed by the member" in trail


def test_saving_the_same_twice_changes_nothing_more(app: Flask, member: Visitor) -> None:
    page = member.open(EDITING)
    save(member, page, employer="演示咨询有限公司")
    again = save(member, page, employer="演示咨询有限公司")
    assert "Nothing was changed." in again.text
    with app.extensions["engine"].database.read() as session:
        found = find_member_by_number(session, READY)
        assert found is not None
        assert len(list_changes(session, member_id=found.id)) == 1


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    app: Flask, member: Visitor
) -> None:
    before = fields_of(app)
    page = save(member, member.open(EDITING), address="短", postal_code="1", employer="新公司")
    assert page.status == 422
    assert "新公司" in page.response.get_data(as_text=True)
    assert fields_of(app) == before


def test_locked_fields_and_keys_of_the_account_do_not_come_from_the_request(
    app: Flask, member: Visitor
) -> None:
    before = fields_of(app)
    page = save(
        member,
        member.open(EDITING),
        name="冒名",
        identity_number="E12345678",
        mobile="13800138000",
        state="dead",
        association_id="1",
        employer="新公司",
    )
    assert page.status == 200
    assert fields_of(app) == {**before, "employer": "新公司"}


def test_what_was_changed_meanwhile_is_shown_before_it_is_saved(
    app: Flask, member: Visitor
) -> None:
    page = member.open(EDITING)
    other = Visitor(app).enter(READY)
    save(other, other.open(EDITING), employer="另一处写的公司")
    late = save(member, page, position="财务顾问")
    assert late.status == 409
    assert "另一处写的公司" in late.text
    assert fields_of(app)["employer"] == "另一处写的公司"
    saved = save(member, late)
    assert saved.path == "/profile"
    assert fields_of(app)["position"] == "财务顾问"


def test_rows_are_added_and_removed_without_saving(app: Flask, member: Visitor) -> None:
    before = fields_of(app)
    values = member.open(EDITING).values(EDITING)
    values["action"] = "add_row:education"
    page = member.send(EDITING, values)
    assert "education.1.school" in page.values(EDITING)
    values = page.values(EDITING)
    values["action"] = "remove_row:education.1"
    page = member.send(EDITING, values)
    assert "education.1.school" not in page.values(EDITING)
    assert fields_of(app) == before


def test_saving_leads_back_to_where_somebody_came_from_and_nowhere_else(member: Visitor) -> None:
    page = member.open(f"{EDITING}?next=/messages")
    assert save(member, page).path == "/messages"
    page = member.open(f"{EDITING}?next=https://evil.example.org/")
    assert save(member, page).path == "/profile"


def test_what_is_missing_is_named(app: Flask, member: Visitor) -> None:
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        found = find_member_by_number(session, READY)
        assert found is not None
        missing = {"address": "", "education": [], "certificate_number": ""}
        write_fields(session, engine.vault, found, missing)
        office = session.get_one(Association, found.association_id)
        telephone = office.telephone.split()[0]
    page = member.open("/profile")
    assert "Postal address, Education" in page.text
    assert "Your association has to supply this" in page.text
    assert telephone in page.text


def test_a_change_is_applied_for_approved_and_stands_in_the_register(
    app: Flask, member: Visitor
) -> None:
    page = begin(member)
    assert page.path.startswith("/tasks/")
    assert member.press(page, outcome="apply").status == 422
    done = member.press(attach(member, page), outcome="apply", **NEW)
    assert done.path.startswith("/profile/changes/")
    assert "In review" in done.text
    assert "户口簿.pdf" in done.text
    assert "Apply for a change" not in member.open("/profile").text

    office = staff(app, "zj_review")
    review = office.open(address_of_review(app))
    assert "蔡思远" in review.text
    assert "蔡思源" in review.text
    asked = decide(office, review, "approve")
    assert fields_of(app)["name"] == "蔡思源"
    values: MultiDict[str, str] = MultiDict(asked.html.get_element_by_id("review").form_values())
    values["confirmed"] = "approve"
    office.send(review.path, values)

    assert fields_of(app)["name"] == "蔡思远"
    shown = member.open("/profile")
    assert "Register changed" in shown.text
    assert "蔡思远" in member.open(done.path).text
    assert "Your register data were changed" in member.open("/messages").text


def test_an_application_is_withdrawn_and_gone_on_with(app: Flask, member: Visitor) -> None:
    done = member.press(attach(member, begin(member)), outcome="apply", **NEW)
    asked = member.open(f"{done.path}/withdraw")
    assert "Withdraw the application “Name”?" in asked.text
    taken = member.send(asked.path, asked.values())
    assert taken.path == "/profile"
    assert "Withdrawn" in taken.text
    again = member.open(taken.links()["Go on"])
    assert again.path.startswith("/tasks/")
    assert "蔡思远" in again.response.get_data(as_text=True)


def test_two_clicks_at_once_begin_one_application(app: Flask, member: Visitor) -> None:
    values = member.open("/profile").values("/profile/changes")
    second = Visitor(app).enter(READY)
    token = second.open("/profile").values("/profile/changes")
    pages = together(
        app,
        lambda: member.send("/profile/changes", values),
        lambda: second.send("/profile/changes", token),
    )
    assert {each.path for each in pages} == {pages[0].path}
    assert pages[0].path.startswith("/tasks/")


def test_an_application_is_nobody_elses(app: Flask, member: Visitor) -> None:
    done = member.press(attach(member, begin(member)), outcome="apply", **NEW)
    other = Visitor(app).enter("330000100002")
    for address in (done.path, f"{done.path}/withdraw"):
        assert other.open(address).status == 404
    assert staff(app, "zj_review").open("/profile").status == 404
    assert Visitor(app).open("/profile").path == "/sign-in"


def test_a_cpa_reads_here_and_changes_there_but_says_how_he_is_reached(app: Flask) -> None:
    cpa = Visitor(app).enter(CPA_NUMBER, CPA)
    page = cpa.open("/profile")
    links = [href for words, href in page.links().items() if words.startswith("Change them there")]
    assert links == ["http://localhost/supervision-platform/stand-in"]
    assert "Apply for a change" not in page.text
    form = cpa.open(EDITING)
    assert "employer" not in form.values(EDITING)
    before = fields_of(app, CPA_NUMBER)
    save(cpa, form, employer="新公司", address="演示路1号二楼")
    assert fields_of(app, CPA_NUMBER) == {**before, "address": "演示路1号二楼"}
    # Who makes the request by hand is told so.
    token = MultiDict({"csrf_token": form.values(EDITING)["csrf_token"]})
    refused = cpa.send("/profile/changes", token)
    assert refused.status == 422


def test_who_left_reads_and_changes_nothing(app: Flask, member: Visitor) -> None:
    page = member.open(EDITING)
    with app.extensions["engine"].database.transaction() as session:
        found = session.scalars(select(Member).where(Member.number == READY)).one()
        found.state = "resigned"
    assert save(member, page, employer="新公司").status == 422
    assert member.open(EDITING).status == 422
    shown = member.open("/profile")
    assert shown.status == 200
    assert "Change the information" not in shown.text
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        found = session.scalars(select(Member).where(Member.number == READY)).one()
        assert personal_fields(session, engine.vault, found)["employer"] != "新公司"
