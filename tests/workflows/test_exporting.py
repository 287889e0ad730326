"""One's own data as a file: everything, for oneself, for some days, sealed where it lies."""

import io
from collections.abc import Iterator
from datetime import timedelta
from zipfile import ZipFile

import orjson
import pytest
from lxml import html
from sqlalchemy import func, select

from engine.engine import Engine
from engine.files import add_file
from engine.jobs import Worker
from engine.vault import Erased
from tests.workflows.conftest import NOW
from tests.workflows.enrolling import School
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.personal_data.exporting import (
    DataExport,
    ExportNotFound,
    ask_export,
    find_export,
    forget_exports,
    path_of,
    read_export,
)
from workflows.shared import sealed_files
from workflows.shared.accounts import Account, find_account
from workflows.shared.person_drafts import PersonDraft
from workflows.shared.private import read_private
from workflows.shared.register import Firm, identity_number
from workflows.shared.sealed_files import open_file, seal_file
from workflows.shared.security_events import list_events

MEMBER = "330000100001"


@pytest.fixture
def walk(demo_engine: Engine) -> Iterator[Walk]:
    """An application that was returned, with a file whose name is a path."""
    walk = Walk(demo_engine, MEMBER).start().to_materials().apply()
    walk.do("review_application", "return", {"reason": "请核对"}, by=REVIEWER)
    with demo_engine.database.transaction() as session:
        received = demo_engine.files.receive(io.BytesIO(b"%PDF-1.4 scan"))
        add_file(
            session,
            received,
            case_id=walk.case.id,
            name="../../证明.pdf",
            kind="pdf",
            by=walk.me,
            now=NOW,
        )
    return walk


def _account(walk: Walk) -> Account:
    with walk.engine.database.read() as session:
        found = find_account(session, user_type="member", login=MEMBER)
        assert found is not None
        return found


def _ask(walk: Walk) -> DataExport:
    with walk.engine.database.transaction() as session:
        return ask_export(
            session, walk.engine, account_id=_account(walk).id, address="192.0.2.7", now=NOW
        )


def _take(walk: Walk) -> ZipFile:
    with walk.engine.database.read() as session:
        found, pieces = read_export(session, walk.engine, account_id=_account(walk).id, now=NOW)
        content = b"".join(pieces)
    assert len(content) == found.size
    return ZipFile(io.BytesIO(content))


def test_it_holds_what_is_known_and_what_was_sent(walk: Walk) -> None:
    _ask(walk)
    Worker(walk.engine).run_due()
    archive = _take(walk)
    data = orjson.loads(archive.read("data.json"))
    with walk.engine.database.read() as session:
        private = read_private(session, walk.engine.vault, walk.member)
        number = identity_number(walk.engine.vault, walk.member)
    assert data["register"]["identity_number"] == number
    assert data["register"]["mobile"] == private["mobile"]
    (case,) = [each for each in data["cases"] if each["year"] == 2021]
    sent = {each["step"]: each for each in case["sent"]}
    assert any(each["values"].get("address") == INFORMATION["address"] for each in sent.values())
    assert any(each["values"].get("reason") == "请核对" for each in sent.values())
    assert len(data["messages"]) > 0
    assert len(data["hours"]) > 0
    (name,) = [each for each in archive.namelist() if each.startswith("files/")]
    assert ".." not in name.split("/")
    assert archive.read(name) == b"%PDF-1.4 scan"


def test_it_holds_classes_and_what_firms_typed(walk: Walk) -> None:
    engine, member = walk.engine, walk.member
    school = School(engine, now=NOW, association_id=member.association_id)
    with engine.database.read() as session:
        firm = session.scalars(select(Firm)).first()
    assert firm is not None
    training_class = school.offer(required_fields=["mobile", "remarks"])
    school.sign_up(training_class, member, {"mobile": "15400000001", "remarks": "不吃辣"})
    with engine.database.transaction() as session:
        said = orjson.dumps({"remarks": "坐轮椅"})
        session.add(
            PersonDraft(
                firm_id=firm.id,
                class_id=training_class.id,
                person_kind="member",
                person_id=member.id,
                values_sealed=engine.vault.seal(session, member.vault_subject, said),
                changed_at=NOW,
            )
        )
    _ask(walk)
    Worker(engine).run_due()
    archive = _take(walk)
    data = orjson.loads(archive.read("data.json"))
    (found,) = data["classes"]
    assert (found["class"], found["signed_up_by"]) == (training_class.name, None)
    (draft,) = data["class_drafts"]
    assert (draft["signed_up_by"], draft["remarks"]) == (firm.name, "坐轮椅")
    (case,) = [each for each in data["cases"] if each["process"] == "参加培训班"]
    assert case["sent"][0]["values"]["remarks"] == "不吃辣"
    page = html.fromstring(archive.read("data.html").decode()).text_content()
    assert all(words in page for words in ("不吃辣", "坐轮椅", "15400000001"))


def test_the_page_reads_without_anything_else(walk: Walk) -> None:
    _ask(walk)
    Worker(walk.engine).run_due()
    page = html.fromstring(_take(walk).read("data.html").decode())
    said = " ".join(page.text_content().split())
    assert INFORMATION["address"] in said
    assert "请核对" in said
    assert walk.member.name in said
    assert page.xpath("//script | //link | //img") == []
    (link,) = page.xpath("//a/@href")
    assert link in _take(walk).namelist()


def test_it_lies_sealed_and_goes_with_the_key(walk: Walk) -> None:
    asked = _ask(walk)
    Worker(walk.engine).run_due()
    content = path_of(walk.engine, asked.id).read_bytes()
    assert b"PK" not in content[:40]
    assert b"data.json" not in content
    with walk.engine.database.transaction() as session:
        walk.engine.vault.erase(session, walk.member.vault_subject)
    with pytest.raises(Erased):
        _take(walk)


def test_asking_twice_is_asking_once(walk: Walk) -> None:
    assert _ask(walk).id == _ask(walk).id
    Worker(walk.engine).run_due()
    again = _ask(walk)
    assert again.state == "ready"
    with walk.engine.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DataExport)) == 1
        (event,) = list_events(session, what="data_given")
        assert event.address == "192.0.2.7"


def test_after_its_days_it_is_gone(walk: Walk) -> None:
    asked = _ask(walk)
    Worker(walk.engine).run_due()
    path = path_of(walk.engine, asked.id)
    (path.parent / "left-by-a-crash").write_bytes(b"x")
    with walk.engine.database.transaction() as session:
        assert forget_exports(session, walk.engine, now=NOW) == 0
        assert forget_exports(session, walk.engine, now=NOW + timedelta(days=4)) == 1
    assert list(path.parent.iterdir()) == []
    with pytest.raises(ExportNotFound):
        _take(walk)
    assert _ask(walk).id != asked.id


def test_until_it_is_made_there_is_nothing_to_take(walk: Walk) -> None:
    _ask(walk)
    with pytest.raises(ExportNotFound):
        _take(walk)
    with walk.engine.database.read() as session:
        other = find_account(session, user_type="member", login="330000100002")
        assert other is not None
        assert find_export(session, account_id=other.id, now=NOW) is None
        with pytest.raises(ExportNotFound):
            read_export(session, walk.engine, account_id=other.id, now=NOW)


@pytest.mark.parametrize("size", [0, 1, 10, 11, 35])
def test_a_large_file_is_sealed_piece_by_piece(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(sealed_files, "PIECE", 10)
    said, path = bytes(range(size)), demo_engine.files.folder.parent / "sealed"
    with demo_engine.database.transaction() as session, path.open("wb") as target:
        written = seal_file(
            session, demo_engine.vault, "member:1", source=io.BytesIO(said), target=target
        )
        assert written == size
    with demo_engine.database.read() as session:
        assert b"".join(open_file(session, demo_engine.vault, "member:1", path)) == said
        # What was cut off is noticed.
        path.write_bytes(path.read_bytes()[:-3])
        with pytest.raises(Erased):
            list(open_file(session, demo_engine.vault, "member:1", path))
