"""Nobody but who may: every address of the studio, for everybody who may not, and forged ones."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask, url_for
from sqlalchemy import delete, select

from tests.web.conftest import READY, REVIEWER, Visitor
from tests.web.studio.conftest import ADMIN, Studio
from workflows.shared.accounts import StaffDuty, find_account

FORM = "forms/ruling/propose_ruling.form"
PATHS = {
    "process_id": "ruling",
    "number": 1,
    "path": FORM,
    "side": "new",
    "which": "upgrade",
    "case_id": UUID(int=2),
}

BEAT = {"tab": "one", "document": ""}
"""What a window that is open says; to everything else it says nothing."""

CHANGES = {"POST", "PUT", "DELETE"}
FOR_READERS = {"studio.check", "studio.preview"}
"""What is posted and yet changes nothing: auditors may."""


def addresses(app: Flask, draft_id: UUID) -> Iterator[tuple[str, str, str]]:
    """Every endpoint of the studio with a method and an address that there is."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("studio."):
                known = {**PATHS, "draft_id": draft_id}
                values = {name: known[name] for name in rule.arguments}
                address = url_for(rule.endpoint, **values)
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield rule.endpoint, method, address


@pytest.fixture
def draft(studio: Studio) -> UUID:
    """A draft of the process `ruling`."""
    return studio.open_draft("ruling")


def send(person: Visitor, method: str, address: str) -> int:
    """Send a request with the token that its pages carry; answers the status."""
    token = person.open("/").html.xpath("//input[@name='csrf_token']/@value")[0]
    headers = {"X-CSRF-Token": token, "Origin": "http://localhost", "If-Match": '"2"'}
    answer = person.client.open(address, method=method, headers=headers, json=BEAT)
    answer.request.environ["wsgi.input"].close()
    return answer.status_code


def make_administrator(app: Flask, login: str) -> None:
    """Give somebody of a province's staff another duty there."""
    with app.extensions["engine"].database.transaction() as session:
        account = find_account(session, user_type="staff", login=login)
        assert account is not None
        of_his = StaffDuty.account_id == account.id
        association = session.scalars(select(StaffDuty.association_id).where(of_his)).first()
        assert association is not None
        session.execute(delete(StaffDuty).where(of_his))
        session.add(StaffDuty(account_id=account.id, association_id=association, duty="admin"))


@pytest.mark.parametrize(("login", "kind"), [(READY, "member"), (REVIEWER, "staff")])
def test_there_is_nothing_for_who_neither_administers_nor_audits(
    app: Flask, studio: Studio, draft: UUID, login: str, kind: str
) -> None:
    person = Visitor(app).enter(login, kind=kind)
    found = {
        (method, endpoint): send(person, method, address)
        for endpoint, method, address in addresses(app, draft)
    }
    assert len(found) > 25
    assert {each for each, status in found.items() if status not in {403, 404}} == set()


@pytest.mark.parametrize("login", [REVIEWER, "audit"])
def test_a_provinces_administrators_and_auditors_change_nothing(
    app: Flask, studio: Studio, draft: UUID, login: str
) -> None:
    before = studio.read(draft, FORM)
    if login == REVIEWER:
        make_administrator(app, login)
    person = Visitor(app).enter(login, kind="staff")
    for endpoint, method, address in addresses(app, draft):
        status = send(person, method, address)
        if method in CHANGES and endpoint not in FOR_READERS:
            assert status == 403, (method, endpoint, status)
        else:
            assert status < 500, (method, endpoint, status)
    assert studio.read(draft, FORM) == before


def test_nobody_who_is_not_signed_in_gets_further_than_the_way_in(
    app: Flask, studio: Studio, draft: UUID
) -> None:
    client = app.test_client()
    for endpoint, method, address in addresses(app, draft):
        answer = client.open(address, method=method, json={})
        answer.request.environ["wsgi.input"].close()
        is_sent_away = answer.status_code == 302 and "/sign-in" in answer.location
        assert is_sent_away or answer.status_code in {401, 403}, (endpoint, answer.status_code)


def test_nothing_is_changed_without_the_pages_token(studio: Studio, draft: UUID) -> None:
    before = studio.read(draft, FORM)
    app = studio.visitor.app
    for endpoint, method, address in addresses(app, draft):
        if method not in CHANGES:
            continue
        for headers in (
            {"Origin": "http://localhost"},
            {"X-CSRF-Token": "x" * 43, "Origin": "http://localhost"},
            {"X-CSRF-Token": studio.token, "Origin": "http://elsewhere"},
            {"X-CSRF-Token": studio.token, "Sec-Fetch-Site": "cross-site"},
        ):
            sent = {**headers, "If-Match": before[1]}
            answer = studio.client.open(address, method=method, headers=sent, json={})
            answer.request.environ["wsgi.input"].close()
            assert answer.status_code == 403, (endpoint, method, headers)
    assert studio.read(draft, FORM) == before


def test_who_loses_the_duty_while_editing_saves_nothing_more(
    app: Flask, studio: Studio, draft: UUID
) -> None:
    _data, version = studio.read(draft, FORM)
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        account = find_account(session, user_type="staff", login=ADMIN)
        assert account is not None
        session.execute(delete(StaffDuty).where(StaffDuty.account_id == account.id))
    assert studio.save(draft, FORM, b"{}", version).status_code in {403, 404}
    sent = {"tab": "one", "document": FORM}
    assert studio.ask("POST", f"/studio/drafts/{draft}/presence", json=sent).status_code == 404
    assert studio.ask("POST", f"/studio/drafts/{draft}/check", json={}).status_code == 404
    assert studio.visitor.open(f"/studio/drafts/{draft}/release").status == 404
