"""Processes as files: what goes out comes in again; tricks with names and sizes do not."""

import io
import struct
import zipfile
from collections.abc import Iterable

import pytest

from engine.errors import Rejected
from engine.shipped import gather_own
from tests.workflows.conftest import NOW, ROOT
from tests.workflows.studio.conftest import Desk
from workflows.studio.documents import DocumentTooLarge, DraftTooLarge, NotReadable, PathNotAllowed
from workflows.studio.drafts import get_draft, read_documents
from workflows.studio.exchange import (
    DraftMoved,
    KindNotTaken,
    NotAZip,
    NothingInside,
    NothingSent,
    NotInThere,
    OtherProcess,
    StandsTwice,
    UploadTooLarge,
    pack,
    read_upload,
    take_documents,
)

SHIPPED = gather_own("ruling", ROOT)
DIAGRAM, FORM = "bpmn/ruling/ruling.bpmn", "forms/ruling/propose_ruling.form"


def zipped(entries: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these entries, whatever they are called."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def test_what_goes_out_comes_in_again_byte_by_byte() -> None:
    packed = pack(SHIPPED)
    assert pack(SHIPPED) == packed
    assert read_upload("ruling", "ruling.zip", packed) == SHIPPED


def test_single_files_find_their_place() -> None:
    diagram, form = SHIPPED[DIAGRAM], SHIPPED[FORM]
    table = gather_own("inspection", ROOT)["bpmn/inspection/hours.dmn"]
    for name, data, path in (
        ("my drawing (3).bpmn", diagram, DIAGRAM),
        ("look_again.form", form, "forms/ruling/look_again.form"),
        ("hours.dmn", table, "bpmn/ruling/hours.dmn"),
        ("ruling.en.json", b"{}", "bpmn/ruling/ruling.en.json"),
    ):
        assert read_upload("ruling", name, data) == {path: data}


def test_files_lie_in_a_zip_with_or_without_folders_and_what_tools_leave_is_left() -> None:
    sent = zipped(
        [
            ("__MACOSX/._ruling.bpmn", b"x"),
            (".DS_Store", b"x"),
            ("forms/ruling/", b""),
            ("ruling.bpmn", SHIPPED[DIAGRAM]),
            (FORM, SHIPPED[FORM]),
        ]
    )
    assert set(read_upload("ruling", "a.ZIP", sent)) == {DIAGRAM, FORM}


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd.form",
        "forms/ruling/../../../x.form",
        "forms/ruling/../review/second_review.form",
        "forms\\ruling\\x.form",
        "forms/review/second_review.form",
        "forms/ruling/UPPER.form",
        "forms/ruling/a/b.form",
        "./forms/ruling/x.form",
        "C:x.form",
        "forms/ruling/x.html",
        "forms/ruling/" + "x" * 300 + ".form",
        "bpmn/ruling/other.bpmn",
        "forms/ruling/пример.form",
    ],
)
def test_a_path_that_leads_elsewhere_is_named_and_nothing_is_taken(name: str) -> None:
    with pytest.raises(NotInThere) as refused:
        read_upload("ruling", "a.zip", zipped([(FORM, SHIPPED[FORM]), (name, b"{}")]))
    assert "Nothing was taken" in str(refused.value)


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    with pytest.raises(DocumentTooLarge):
        read_upload("ruling", "a.zip", zipped([(FORM, b" " * 200_000_000)]))
    many = [(f"forms/ruling/f{each}.form", b"{}") for each in range(201)]
    with pytest.raises(UploadTooLarge):
        read_upload("ruling", "a.zip", zipped(many))
    wide = [(f"forms/ruling/f{each}.form", b" " * 1_000_000) for each in range(9)]
    with pytest.raises(UploadTooLarge):
        read_upload("ruling", "a.zip", zipped(wide))
    with pytest.raises(UploadTooLarge):
        read_upload("ruling", "a.zip", b"PK" + b"\0" * 2 * 2**20)


def test_a_zip_that_lies_about_its_sizes_gives_no_more_than_it_may() -> None:
    sent = bytearray(zipped([(FORM, b" " * 50_000_000)]))
    place = sent.index(b"PK\x01\x02")
    struct.pack_into("<I", sent, place + 24, 10)
    with pytest.raises(Rejected):
        read_upload("ruling", "a.zip", bytes(sent))


def test_what_cannot_be_unpacked_is_refused() -> None:
    sent = zipped([(FORM, SHIPPED[FORM])])
    broken = bytearray(sent)
    broken[len(FORM) + 40] ^= 0xFF
    encrypted = bytearray(sent)
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    for each in (b"PK", b"no zip", sent[:-30], bytes(broken), bytes(encrypted)):
        with pytest.raises(NotAZip):
            read_upload("ruling", "a.zip", each)
    with pytest.raises(NotAZip):
        read_upload("ruling", "a.zip", zipped([(FORM, b"{}")], zipfile.ZIP_BZIP2))


def test_the_same_document_twice_is_refused() -> None:
    with pytest.raises(StandsTwice):
        read_upload(
            "ruling", "a.zip", zipped([(DIAGRAM, SHIPPED[DIAGRAM]), ("x.bpmn", SHIPPED[DIAGRAM])])
        )


def test_other_files_are_refused_with_a_sentence_each() -> None:
    for name, data, error in (
        ("", b"", NothingSent),
        ("a.zip", b"", NothingSent),
        ("a.exe", b"MZ", KindNotTaken),
        ("A.form", b"{}", PathNotAllowed),
        ("a.form", b"{", NotReadable),
        ("a.bpmn", b"<!DOCTYPE a><a/>", NotReadable),
        ("a.bpmn", gather_own("review", ROOT)["bpmn/review/review.bpmn"], OtherProcess),
        ("a.zip", zipped([("a/", b"")]), NothingInside),
    ):
        with pytest.raises(error) as refused:
            read_upload("ruling", name, data)
        assert str(refused.value).endswith(".")


def test_taken_documents_replace_those_of_their_name_in_the_draft_that_was_shown(
    desk: Desk,
) -> None:
    draft_id = desk.open("ruling")
    with desk.engine.database.read() as session:
        version = get_draft(session, draft_id).version
    new = {FORM: SHIPPED[FORM] + b" "}
    for expected in (version, version):
        with desk.engine.database.transaction() as session:
            if expected == get_draft(session, draft_id).version:
                take_documents(
                    session, draft_id=draft_id, documents=new, version=expected, by=1, now=NOW
                )
            else:
                with pytest.raises(DraftMoved):
                    take_documents(
                        session, draft_id=draft_id, documents=new, version=expected, by=1, now=NOW
                    )
    with desk.engine.database.read() as session:
        assert read_documents(session, draft_id) == {**SHIPPED, **new}


def test_a_draft_does_not_grow_without_end(desk: Desk) -> None:
    draft_id = desk.open("ruling")
    with desk.engine.database.transaction() as session:
        draft = get_draft(session, draft_id)
        many = {f"forms/ruling/f{each}.form": b" " * 1_000_000 for each in range(9)}
        with pytest.raises(DraftTooLarge):
            take_documents(
                session, draft_id=draft_id, documents=many, version=draft.version, by=1, now=NOW
            )
