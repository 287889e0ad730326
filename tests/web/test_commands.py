"""What an administrator says at a terminal."""

import json
import shutil
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import web.cli
import web.installing
from engine.cases import Case
from engine.database import Database
from engine.releases import Release
from engine.shipped import list_processes, list_top_processes
from engine.trail import Event
from engine.vault import Vault
from tests.engine.feel.dmn.models import literal, model
from tests.engine.spiff.drawing import diagram, end, flow, start
from tests.workflows.conftest import NOW
from web.demo import make_demo
from web.schema import is_current
from web.settings import Settings
from workflows.shared import totp
from workflows.shared.accounts import Account
from workflows.shared.register import Member
from workflows.shared.sign_in import WebSession, open_session

Huiji = Callable[..., Result]

TOP = list_top_processes(web.installing.ROOT)
SHIPPED = list_processes(web.installing.ROOT)


@pytest.fixture
def huiji(database_url: str, tmp_path: Path) -> Huiji:
    """Says a command to an installation on a database with tables and nothing in them."""
    given = {"HUIJI_VAR": str(tmp_path / "var"), "HUIJI_DATABASE_URL": database_url}

    def say(*words: str) -> Result:
        return CliRunner().invoke(web.cli.main, words, env=given)

    return say


def test_tables_are_made_once_and_then_left_alone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    given = {"HUIJI_VAR": str(tmp_path), "HUIJI_DATABASE_URL": address}
    for _time in range(2):
        assert CliRunner().invoke(web.cli.main, ["migrate"], env=given).exit_code == 0
    database = Database(address)
    assert is_current(database)
    database.close()


def test_the_shipped_processes_are_released_once(huiji: Huiji, database: Database) -> None:
    first, again = huiji("release"), huiji("release", "inspection", "--reason", "once more")
    assert first.exit_code == again.exit_code == 0
    released = [line.split()[:2] for line in first.output.splitlines()]
    assert released == [[each, "1"] for each in SHIPPED]
    assert again.output == ""
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Release)) == len(SHIPPED)


@pytest.mark.parametrize("process", ["payment", "nothing", "../bpmn"])
def test_what_no_case_is_started_with_is_not_released(huiji: Huiji, process: str) -> None:
    said = huiji("release", process)
    assert said.exit_code == 2
    assert f"cases are started with {', '.join(TOP)} only" in said.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped processes in a folder of their own, with one more that nobody calls."""
    for part in ("bpmn", "forms"):
        shutil.copytree(web.installing.ROOT / part, tmp_path / part)
    leave = tmp_path / "bpmn" / "leave"
    leave.mkdir()
    drawn = diagram(start(), end(), flow("start", "end"), process="leave")
    (leave / "leave.bpmn").write_bytes(drawn)
    monkeypatch.setattr(web.cli, "ROOT", tmp_path)
    return tmp_path


def test_a_new_folder_is_a_new_process(huiji: Huiji, folder: Path) -> None:
    alone, together = huiji("release", "leave"), huiji("release")
    assert alone.output.split()[:2] == ["leave", "1"], alone.output
    released = [line.split()[:2] for line in together.output.splitlines()]
    assert released == [[each, "1"] for each in SHIPPED]


def test_what_is_wrong_with_a_process_is_named_at_its_element(huiji: Huiji, folder: Path) -> None:
    (folder / "forms" / "inspection" / "fill_information.form").unlink()
    said = huiji("release", "inspection")
    assert said.exit_code == 1
    assert "inspection.bpmn fill_information: " in said.stderr


def test_the_demo_is_made_once_with_applications_and_its_accounts_are_said(
    huiji: Huiji, database: Database
) -> None:
    first, again = huiji("demo"), huiji("demo")
    assert first.exit_code == again.exit_code == 0
    for words in ("huiji-demo", "330000100001", "zj_review", "admin"):
        assert words in first.output
        assert words in again.output
    assert "already" in again.output
    with database.read() as session:
        cases = session.scalar(select(func.count()).select_from(Case))
    assert cases
    checked = huiji("verify-trail")
    assert (checked.exit_code, checked.output) == (0, f"{cases} trails, 0 broken\n")

    with database.transaction() as session:
        found = session.scalars(select(Event.case_id).distinct().limit(2)).all()
        session.execute(
            update(Event)
            .where(Event.case_id == found[0], Event.number == 2)
            .values(data={"changed": "afterwards"})
        )
        last = select(func.max(Event.number)).where(Event.case_id == found[1]).scalar_subquery()
        session.execute(
            update(Event).where(Event.case_id == found[1], Event.number == last).values(by_id=4711)
        )
    checked = huiji("verify-trail")
    assert checked.exit_code == 1
    assert f"{found[0]}: broken at event 2\n" in checked.output
    assert f"{found[1]}: broken at event " in checked.output
    assert checked.output.endswith(f"{cases} trails, 2 broken\n")


def test_a_demo_for_tests_has_nobody_applying(sqlite_url: str, tmp_path: Path) -> None:
    given = {"HUIJI_VAR": str(tmp_path / "var"), "HUIJI_DATABASE_URL": sqlite_url}
    settings = Settings.from_environment(given)
    assert make_demo(settings)
    assert not make_demo(settings)
    assert json.loads(settings.demo_list.read_text())["password"] == "huiji-demo"
    database = Database(sqlite_url)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Member)) > 0
        assert session.scalar(select(func.count()).select_from(Event)) == 0
    database.close()


def test_the_compatibility_kit_is_counted_by_level(tmp_path: Path) -> None:
    folder = tmp_path / "compliance-level-2" / "0001-sum"
    folder.mkdir(parents=True)
    (folder / "0001-sum.dmn").write_bytes(model(literal("sum", "1 + 1")))
    cases = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xmlns:xsd="http://www.w3.org/2001/XMLSchema"><modelName>0001-sum.dmn</modelName>
        <testCase id="001"><resultNode name="sum" type="decision"><expected>
        <value xsi:type="xsd:decimal">{}</value></expected></resultNode></testCase></testCases>"""
    written = folder / "0001-sum-test-01.xml"
    written.write_text(cases.format(2))
    right = CliRunner().invoke(web.cli.main, ["dmn-tck", str(tmp_path)])
    assert (right.exit_code, right.output) == (0, "level 2: 1 passed, 0 failed, 0 skipped\n")
    written.write_text(cases.format(3))
    wrong = CliRunner().invoke(web.cli.main, ["dmn-tck", str(tmp_path)])
    assert wrong.exit_code == 1
    assert "level 2: 0 passed, 1 failed, 0 skipped" in wrong.output


def test_a_new_database_is_filled_with_invented_people_once(
    huiji: Huiji, database: Database
) -> None:
    said = huiji("seed", "--members", "20", "--cases", "50")
    assert said.exit_code == 0, said.output
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 50

    again = huiji("seed", "--members", "20", "--cases", "50")
    assert again.exit_code == 1
    assert "something in the database already" in again.output


def test_the_demo_password_is_not_given_to_accounts_of_an_installation_that_serves(
    tmp_path: Path, database_url: str
) -> None:
    key = b64encode(b"k" * 32).decode()
    given = {
        "HUIJI_ENVIRONMENT": "production",
        "HUIJI_VAR": str(tmp_path),
        "HUIJI_DATABASE_URL": database_url,
        "HUIJI_PUBLIC_URL": "https://huiji.example",
        **{f"HUIJI_SECRET_{name}": key for name in ("MASTER", "LOOKUP", "TRAIL", "COOKIE")},
    }
    said = CliRunner().invoke(web.cli.main, ["seed", "--members", "1"], env=given)
    assert said.exit_code == 2
    assert "--password" in said.output


def add_session(session: Session, login: str) -> Account:
    """Somebody of the staff who is signed in."""
    account = Account(user_type="staff", login=login, name=login, created_at=NOW)
    session.add(account)
    session.flush()
    open_session(
        session,
        account=account,
        address="192.0.2.7",
        user_agent="test",
        length=timedelta(hours=12),
        now=NOW,
    )
    return account


def test_sessions_are_ended_of_one_account_or_of_everybody(
    huiji: Huiji, database: Database
) -> None:
    with database.transaction() as session:
        for login in ("one", "two", "three"):
            add_session(session, login)
    for words in ([], ["--all", "--type", "staff", "--login", "one"], ["--login", "one"]):
        assert huiji("end-sessions", *words).exit_code == 2
    assert huiji("end-sessions", "--type", "staff", "--login", "nobody").exit_code == 2
    assert huiji("end-sessions", "--type", "staff", "--login", "one").exit_code == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 2
    assert huiji("end-sessions", "--all").exit_code == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 0


def test_a_code_is_shown_in_development_to_who_has_no_telephone(
    huiji: Huiji, database: Database, tmp_path: Path
) -> None:
    huiji("migrate")
    settings = Settings.from_environment({"HUIJI_VAR": str(tmp_path / "var")})
    vault = Vault(settings.masters, settings.lookup_key, settings.trail_key)
    secret = totp.offer_secret(vault, b"app")
    with database.transaction() as session:
        key = add_session(session, "one").id
        add_session(session, "two")
        totp.set_up(session, vault, account_id=key, secret=secret, step=0, now=NOW)
    now = datetime.now(UTC)
    shown = huiji("totp", "one").output.strip()
    assert totp.find_step(secret, shown, now=now) is not None
    assert huiji("totp", "two").exit_code == 2
    assert huiji("totp", "nobody").exit_code == 2
