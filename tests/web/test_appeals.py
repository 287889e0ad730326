"""A member's appeal, from its button to its decision."""

from uuid import UUID

import pytest
from flask import Flask

from tests.forms.test_files import pdf
from tests.web.conftest import READY, Page, Visitor
from tests.web.offices import address_of, decide, part, say, staff
from tests.workflows.conftest import NOW
from tests.workflows.test_appeal import refused
from tests.workflows.walking import Walk
from workflows.shared.accounts import Account, give_duty
from workflows.shared.associations import Association

STATEMENT = "判决书尚未生效，二审正在审理。"


@pytest.fixture
def decided(app: Flask) -> Walk:
    """A year that was not passed."""
    return refused(app.extensions["engine"])


def begin(member: Visitor) -> Page:
    """Press the button on the result's page."""
    page = member.open("/results/2021")
    return member.send("/appeals/2021", page.values("/appeals/2021"))


def appeal(member: Visitor) -> Page:
    """State and send the appeal."""
    page = member.press(begin(member), outcome="continue", statement=STATEMENT)
    return member.press(page, outcome="apply", confirmed="apply")


def national_manager(app: Flask) -> Visitor:
    """A manager of the national association."""
    with app.extensions["engine"].database.transaction() as session:
        office = session.query(Association).filter_by(level="national").one()
        account = Account(user_type="staff", login="gao", name="高", created_at=NOW)
        session.add(account)
        session.flush()
        give_duty(session, account_id=account.id, association_id=office.id, duty="manage")
    return staff(app, "gao")


def find_walk(app: Flask, page: Page) -> Walk:
    """The appeal whose page this is."""
    return Walk(app.extensions["engine"], READY, UUID(page.path.rpartition("/")[2]))


def test_a_member_states_confirms_and_sends_an_appeal(app: Flask, decided: Walk) -> None:
    member = Visitor(app)
    home = member.sign_in(READY)
    assert "If you do not agree you can appeal until 6 October 2022." in home.text
    page = begin(member)
    assert page.path.startswith("/tasks/")
    for words in ("Criminal penalty", "判决已生效。", "Your appeal goes to", "2022-10-06"):
        assert words in page.text
    empty = member.press(page, outcome="continue")
    assert empty.status == 422
    page = member.press(page, outcome="continue", statement=STATEMENT)
    assert STATEMENT in page.text
    asked = member.press(page, outcome="apply")
    assert "It cannot be changed afterwards. Appeal now?" in asked.text
    done = member.press(asked, outcome="apply", confirmed="apply")
    assert done.path.startswith("/appeals/")
    assert "Appeal under way" in done.text
    assert STATEMENT in done.text
    assert "Your appeal is with" in member.open("/").text
    assert "Show the appeal" in member.open("/results/2021").links()


def test_the_first_page_says_who_refused_it_on_what_ground_and_why(
    app: Flask, decided: Walk
) -> None:
    member = Visitor(app)
    member.enter(READY)
    page = member.open("/")
    assert "refused your application on" in page.text
    assert "Criminal penalty" in page.text
    assert "判决已生效。" in page.text


def test_a_button_that_is_pressed_twice_begins_one_appeal(app: Flask, decided: Walk) -> None:
    member = Visitor(app)
    member.enter(READY)
    values = member.open("/results/2021").values("/appeals/2021")
    first, second = (member.send("/appeals/2021", values) for _time in range(2))
    assert first.path == second.path
    assert "Go on with the appeal" in member.open("/results/2021").links()
    dropped = member.press(first, outcome="abandon", confirmed="abandon")
    assert dropped.path == "/"
    assert member.open("/results/2021").values("/appeals/2021")


def test_what_cannot_be_appealed_against_is_said(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    token = member.open("/").values("/applications")
    page = member.send("/appeals/2021", token)
    assert page.status == 409
    assert "There is no decision for 2021 that can be appealed against." in page.text
    assert not member.open("/results/2020").html.xpath("//form[contains(@action, 'appeals')]")


def test_evidence_is_attached_and_seen_by_who_decides(app: Flask, decided: Walk) -> None:
    member = Visitor(app)
    member.enter(READY)
    page = begin(member)
    values = page.values()
    values["statement"], values["action"] = STATEMENT, "upload:evidence"
    page = member.upload(page.path, values, "file.evidence", pdf(), "判决书.pdf")
    assert "判决书.pdf" in page.text
    page = member.press(page, outcome="continue")
    page = member.press(page, outcome="apply", confirmed="apply")
    walk = find_walk(app, page)
    higher = national_manager(app)
    page = higher.open(address_of(walk, "decide_appeal"))
    assert "判决书.pdf" in page.text
    file = page.html.xpath("//a[contains(@href, '/files/')]/@href")[0]
    with higher.client.get(file) as response:
        assert response.status_code == 200
    assert staff(app, "gz_review").client.get(file).status_code == 404
    assert staff(app, "gz_review").open(page.path).status == 404


def test_the_higher_association_sees_the_decision_and_upholds_it(app: Flask, decided: Walk) -> None:
    member = Visitor(app)
    member.enter(READY)
    walk = find_walk(app, appeal(member))
    higher = national_manager(app)
    page = higher.open(address_of(walk, "decide_appeal"))
    assert STATEMENT in page.text
    concerned = say(part(page, "concerned"))
    for words in ("Propose a result: Propose", "Criminal penalty", "判决已生效。", "Zhejiang"):
        assert words in concerned
    assert not page.html.xpath("//details[contains(@class, 'marker')]")
    assert decide(higher, page, "uphold").status == 422
    decide(higher, page, "uphold", reason="判决已于五月生效。")
    assert walk.case.status == "appeal_upheld"
    shown = member.open("/results/2021")
    assert "upheld the decision" in shown.text
    shown = member.open(shown.links()["Show the appeal"])
    assert "判决已于五月生效。" in shown.text
    assert shown.path.startswith("/appeals/")
