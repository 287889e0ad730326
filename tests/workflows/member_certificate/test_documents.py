"""The certificate as a document, read back; what its code proves; what is left when it ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from engine.actors import Actor
from engine.engine import Engine
from engine.files import StoredFile
from tests.pdfs import check_archivable, codes_in, codes_of, fonts_of, pages_of
from tests.workflows.certifying import (
    MEMBER,
    PHOTO,
    Certifying,
    put_on_file,
    with_photo_service,
)
from tests.workflows.conftest import NOW
from workflows.member_certificate.documents import (
    CertificateOver,
    certificate_pdf,
    certificate_png,
    file_name,
)
from workflows.personal_data.collecting import collect
from workflows.personal_data.erasing import erase_member
from workflows.shared.accounts import Account
from workflows.shared.certificates import (
    Certificate,
    CertificateNotFound,
    certificate_token,
    list_certificates,
    read_printed,
    revoke_certificates,
    supersede_certificate,
    verify_certificate,
)
from workflows.shared.documents import SERVICE, Documents
from workflows.shared.field_names import say_value
from workflows.shared.photos import (
    ComparedAlready,
    ComparisonState,
    begin_comparison,
    end_comparison,
    find_photo,
)
from workflows.shared.public_address import DEFAULT
from workflows.shared.public_codes import CodeNotGenuine, read_token
from workflows.shared.register import Member, get_member

FONTS = Path(__file__).parents[3] / "web" / "static" / "dist"
CLERK = Actor("staff", 930)


@pytest.fixture(scope="module")
def documents() -> Iterator[Documents]:
    """One process for all of these."""
    made = Documents(FONTS)
    yield made
    made.close()


@pytest.fixture
def engine(demo_engine: Engine, documents: Documents) -> Engine:
    """The demo with a photo service and documents."""
    demo_engine.services[SERVICE] = documents
    return with_photo_service(demo_engine)


def issue(engine: Engine, number: str = MEMBER) -> Certificate:
    """A member's certificate."""
    put_on_file(engine, number)
    walk = Certifying(engine, number).begin()
    walk.do("confirm_information", "issue")
    with engine.database.read() as session:
        return list_certificates(session, walk.member.id)[0]


def pdf_of(engine: Engine, certificate: Certificate) -> bytes:
    return certificate_pdf(engine, certificate.id, by=Actor("member", 1), now=NOW)


def member_of(engine: Engine, certificate: Certificate) -> Member:
    with engine.database.read() as session:
        return get_member(session, certificate.member_id)


def said_day(day: date) -> str:
    """A day as it is printed."""
    return f"{day.year}年{day.month}月{day.day}日"


def test_the_document_is_one_page_with_everything_on_it(engine: Engine) -> None:
    certificate = issue(engine)
    made = pdf_of(engine, certificate)
    (page,) = pages_of(made)
    with engine.database.read() as session:
        printed = read_printed(session, engine.vault, certificate)
    for said in (
        printed["association"],
        "会员证",
        f"姓名{printed['name']}",
        f"性别{say_value('sex', printed['sex'], 'zh')}",
        f"会员编号{MEMBER}",
        f"入会日期{said_day(date.fromisoformat(printed['admission_date']))}",
        f"证书编号{MEMBER}-01",
        f"发证单位{printed['association']}",
        f"签发日期{said_day(NOW + timedelta(hours=8))}",
    ):
        assert said in page
    with pikepdf.open(BytesIO(made)) as document:
        (photo,) = document.pages[0].get_images().values()
        shown = pikepdf.PdfImage(photo).as_pil_image().convert("RGB")
    with Image.open(BytesIO(PHOTO)) as taken:
        assert shown.tobytes() == taken.convert("RGB").tobytes()
    assert {is_embedded for _name, is_embedded in fonts_of(made)} == {True}
    check_archivable(made, title=f"会员证 {MEMBER}-01", author=printed["association"])
    assert len(made) < 200_000
    assert file_name(certificate, "pdf") == f"会员证-{MEMBER}-01.pdf"


def test_its_code_leads_to_what_anybody_may_know(engine: Engine) -> None:
    certificate = issue(engine)
    (address,) = codes_of(pdf_of(engine, certificate))
    assert address == f"{DEFAULT}/v/{certificate_token(engine.vault, certificate)}"
    kind, code = read_token(engine.vault, address.rpartition("/")[2])
    assert kind == "certificate"
    name = member_of(engine, certificate).name
    with engine.database.read() as session:
        found = verify_certificate(session, code)
        assert (found.state, found.masked_name[0]) == ("valid", name[0])
        assert name not in repr(found)
        with pytest.raises(CodeNotGenuine):
            verify_certificate(session, bytes(16))


def test_the_picture_shows_the_same_code(engine: Engine) -> None:
    certificate = issue(engine)
    picture = certificate_png(engine, certificate.id, by=CLERK, now=NOW)
    assert codes_in(picture) == codes_of(pdf_of(engine, certificate))


def test_it_is_made_once_also_for_two_at_once(engine: Engine) -> None:
    certificate = issue(engine)
    both = Barrier(2, timeout=30)

    def ask() -> bytes:
        both.wait()
        return pdf_of(engine, certificate)

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(ask) for _ in range(2)]
        one, other = (each.result() for each in asked)
    assert one == other == pdf_of(engine, certificate)
    with engine.database.read() as session:
        kept = session.scalars(select(StoredFile).where(StoredFile.kind == "pdf")).all()
    assert len(kept) == 1


@pytest.mark.parametrize("state", ["superseded", "revoked"])
def test_one_that_is_over_is_not_given_out_and_its_code_says_why(
    engine: Engine, state: str
) -> None:
    certificate = issue(engine)
    pdf_of(engine, certificate)
    with engine.database.transaction() as session:
        if state == "superseded":
            supersede_certificate(session, certificate.member_id, ["name"], NOW)
        else:
            revoke_certificates(session, certificate.member_id, "退会", NOW)
    with pytest.raises(CertificateOver):
        pdf_of(engine, certificate)
    with engine.database.read() as session:
        assert verify_certificate(session, certificate.code).state == state


def test_a_later_change_of_the_register_does_not_change_what_was_printed(engine: Engine) -> None:
    certificate = issue(engine)
    before = member_of(engine, certificate).name
    with engine.database.transaction() as session:
        get_member(session, certificate.member_id).name = "改名后"
    (page,) = pages_of(pdf_of(engine, certificate))
    assert f"姓名{before}" in page


def test_who_is_erased_leaves_a_number_and_nothing_of_himself(engine: Engine) -> None:
    certificate = issue(engine)
    pdf_of(engine, certificate)
    name = member_of(engine, certificate).name
    with engine.database.transaction() as session:
        member = get_member(session, certificate.member_id)
        revoke_certificates(session, member.id, f"{name}退会", NOW)
        member.state = "resigned"
        files = erase_member(session, engine, member_id=member.id, by=CLERK, now=NOW)
    assert len(files) == 2
    with engine.database.read() as session:
        left = session.get_one(Certificate, certificate.id)
        assert (left.number, left.state) == (certificate.number, "revoked")
        assert (left.printed, left.photo_file_id, left.pdf_file_id) == (None, None, None)
        assert left.ended_reason == ""
        assert find_photo(session, left.member_id) is None
        assert read_printed(session, engine.vault, left) == {}
        assert name not in verify_certificate(session, left.code).masked_name
    with pytest.raises((CertificateOver, CertificateNotFound)):
        pdf_of(engine, certificate)


def test_a_certificate_is_not_of_another_file_than_its_photo(engine: Engine) -> None:
    certificate = issue(engine)
    assert certificate.photo_file_id is not None
    assert engine.files.path(certificate.photo_file_id).read_bytes() == PHOTO


def test_of_two_comparisons_at_once_one_is_counted(engine: Engine) -> None:
    put_on_file(engine)
    first = Certifying(engine, MEMBER).begin()
    one, other = (first.attach(by=CLERK)["id"] for _ in range(2))
    both = Barrier(2, timeout=30)

    def ask(file_id: str) -> str:
        both.wait()
        with engine.database.transaction() as session:
            counted = begin_comparison(
                session, member_id=first.member.id, file_id=UUID(file_id), key=file_id, now=NOW
            )
            return counted.key

    with ThreadPoolExecutor(2) as pool:
        keys = {each.result() for each in [pool.submit(ask, one), pool.submit(ask, other)]}
    # Whoever came second is given the first one's row, to ask for that again.
    (key,) = keys
    with engine.database.transaction() as session:
        answers: tuple[ComparisonState, ...] = ("mismatched", "matched")
        for state in answers:
            end_comparison(session, member_id=first.member.id, key=key, state=state, now=NOW)
    with engine.database.transaction() as session:
        loser = UUID(other if key == one else one)
        with pytest.raises(ComparedAlready):
            begin_comparison(session, member_id=first.member.id, file_id=loser, key="new", now=NOW)
    assert first.comparison is not None
    assert first.comparison.state == "mismatched"


def test_who_asks_for_his_data_has_his_certificate_among_them(engine: Engine) -> None:
    certificate = issue(engine)
    with engine.database.read() as session:
        account = session.scalars(
            select(Account).where(Account.member_id == certificate.member_id)
        ).one()
        found = collect(session, engine, account=account, now=NOW)
        name = get_member(session, certificate.member_id).name
    (row,) = found["certificates"]
    assert (row["number"], row["printed"]["name"]) == (certificate.number, name)
    assert [each["source"] for each in found["photos"]] == ["register"]
    assert found["photo_comparison"] == []
