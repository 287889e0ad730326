"""The public page of the codes that members carry: what strangers read, and no more."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from engine.cases import Case
from engine.vault import Vault
from tests.web.conftest import READY, Visitor, begin
from tests.workflows.conftest import NOW
from web.app import create_engine
from workflows.shared.certificates import Certificate, certificate_token
from workflows.shared.register import find_member_by_number
from workflows.shared.results import list_results, verification_token
from workflows.training_enrolment.attendance.tokens import door_token


@pytest.fixture
def vault(app: Flask) -> Vault:
    found: Vault = app.extensions["engine"].vault
    return found


@pytest.fixture
def issue(app: Flask) -> Callable[[str], str]:
    """A certificate of a member in some state; answers what its code holds."""

    begin(Visitor(app).enter(READY))

    def issued(state: str) -> str:
        engine = app.extensions["engine"]
        with engine.database.transaction() as session:
            member = find_member_by_number(session, READY)
            assert member is not None
            row = Certificate(
                member_id=member.id,
                association_id=member.association_id,
                number=f"{READY}-{state}",
                state=state,
                issued_at=NOW,
                case_id=session.scalars(select(Case.id)).one(),
            )
            session.add(row)
            session.flush()
            return certificate_token(engine.vault, row)

    return issued


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("valid", "This certificate is valid"),
        ("superseded", "This certificate has been superseded"),
        ("revoked", "This certificate has been revoked"),
    ],
)
def test_a_certificate_says_what_it_is_worth_and_whose_it_is(
    app: Flask, issue: Callable[[str], str], state: str, said: str
) -> None:
    page = Visitor(app).open(f"/v/{issue(state)}")
    assert page.status == 200
    assert said in page.text
    assert "蔡**" in page.text
    assert "蔡思源" not in page.text
    assert READY not in page.text


def test_a_code_for_a_door_proves_nothing_here(app: Flask, vault: Vault) -> None:
    page = Visitor(app).open(f"/v/{door_token(vault, 1)}")
    assert page.status == 404
    assert "This code is not genuine" in page.text


def test_a_genuine_code_of_nothing_is_not_genuine(app: Flask, issue: Callable[[str], str]) -> None:
    token = issue("valid")
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        session.delete(session.scalars(select(Certificate)).one())
    assert Visitor(app).open(f"/v/{token}").status == 404


def test_what_was_printed_is_valid_after_the_key_was_changed(app: Flask) -> None:
    engine = app.extensions["engine"]
    settings = replace(app.config["SETTINGS"], code_keys=(b"n" * 32,))
    renewed = create_engine(settings)
    with engine.database.read() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        result = list_results(session, member_id=member.id)[0]
        before = verification_token(engine.vault, result)
        after = verification_token(renewed.vault, result)
    renewed.database.close()
    assert before != after
    engine.vault = renewed.vault
    for token in (before, after):
        assert "This code is genuine" in Visitor(app).open(f"/v/{token}").text
