"""The auditor reads everything and changes nothing: every address that takes a form refuses."""

from flask import Flask
from sqlalchemy import MetaData, select
from werkzeug.datastructures import MultiDict

from tests.web.addresses import build_address, find_writing_rules
from tests.web.offices import TOKEN, address_of, applied, staff
from tests.web.test_inbox_people import key_of

OWN = (
    "signin.",
    "second_step.",
    "account.",
    "languages.",
    "messages.",
    "official_account.",
    "paper_reset.",
    "payments.",
    "personal_data.cover_again",
    "screens.",
    "simulator.",
    "verify.",
)
"""What everybody does for himself or on his phone, or what another program calls."""

HARMLESS = frozenset({"web_session", "attempt"})


def snapshot(app: Flask) -> dict[str, list[str]]:
    database = app.extensions["engine"].database
    with database.read() as session:
        tables = MetaData()
        tables.reflect(session.connection())
        return {
            name: sorted(map(repr, session.execute(select(table))))
            for name, table in tables.tables.items()
            if name not in HARMLESS
        }


def test_every_form_refuses_the_auditor_and_nothing_changes(app: Flask) -> None:
    walk = applied(app)
    task = walk.tasks()["review_application"]
    known: dict[str, object] = {
        "case_id": walk.case.id,
        "task_id": task.id,
        "account_id": int(key_of(app, "zj_review")),
        "season_id": 1,
        "template": "application_refused",
    }
    auditor, before = staff(app, "audit"), snapshot(app)
    forms = [
        (rule, method)
        for rule, method in find_writing_rules(app)
        if not rule.endpoint.startswith(OWN)
    ]
    accepted = {}
    for rule, method in forms:
        address = build_address(app, rule, method, known)
        sent = MultiDict({**TOKEN, "action": "keep", "outcome": "approve", "office": "1"})
        answer = auditor.client.open(address, method=method, data=sent, buffered=True)
        if answer.status_code < 400:
            accepted[rule.endpoint] = answer.status_code
    assert len(forms) > 20
    # Of a copy to himself, there is none; and searches, whose words stand in no address.
    assert set(accepted) <= {"inbox.read", "register.find_firms", "register.find_members"}
    assert snapshot(app) == before


def test_the_auditor_reads_cases_tasks_seasons_people_words_and_numbers(app: Flask) -> None:
    walk = applied(app)
    auditor = staff(app, "audit")
    for address in (
        "/cases",
        f"/cases/{walk.case.id}",
        address_of(walk),
        "/manage/seasons",
        "/manage/staff",
        f"/manage/staff/{key_of(app, 'zj_review')}",
        "/manage/texts",
        "/manage/texts/application_refused",
        "/manage/numbers",
    ):
        page = auditor.open(address)
        assert page.status == 200, address
        pressable = "button[not(@disabled)][not(ancestor::fieldset[@disabled])]"
        assert page.html.xpath(f"//main//form[@method='post']//{pressable}") == [], address
