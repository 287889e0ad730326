"""Documents that are signed with an installation's key, checked as a reader checks them."""

import io
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from tests.pdfs import check_archivable, pages_of
from workflows.shared.documents import Documents
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings
from workflows.shared.signing import find_sign

FONTS = Path(__file__).parents[2] / "web" / "static" / "dist"
PASSWORD = "of the key"


DAY = date(2026, 11, 21)


@cache
def make_key() -> bytes:
    """A key with a certificate that says it itself, as a file of both."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "浙江省注册会计师协会")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    protection = BestAvailableEncryption(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(b"huiji", key, certificate, None, protection)


def settings(folder: Path, content: bytes, password: str = PASSWORD) -> ServiceSettings:
    path = folder / "key.p12"
    path.write_bytes(content)
    given = {"HUIJI_DOCUMENTS_KEY": str(path), "HUIJI_DOCUMENTS_KEY_PASSWORD": password}
    return ServiceSettings.from_environment(given)


def check(pdf: bytes) -> PdfSignatureStatus:
    """What a reader says of the only signature, if it trusts its certificate."""
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    trusted = ValidationContext(trust_roots=[signature.signer_cert])
    return validate_pdf_signature(signature, trusted)


def test_a_document_is_signed_where_there_is_a_key_and_stays_archivable(tmp_path: Path) -> None:
    documents = Documents(FONTS, sign=find_sign(settings(tmp_path, make_key())))
    assert documents.can_sign
    pdf = documents.make("<p>会员证</p>", {}, title="会员证", author="协会", dated=DAY)
    by_hand = documents.make("<p>表</p>", {}, title="表", author="协会", dated=DAY, is_signed=False)
    documents.close()

    found = check(pdf)
    assert (found.intact, found.valid, found.trusted) == (True, True, True)
    assert found.signing_cert.subject.native["common_name"] == "浙江省注册会计师协会"
    assert pages_of(pdf) == ["会员证"]
    check_archivable(pdf, title="会员证", author="协会", dated="20261121")
    assert not PdfFileReader(io.BytesIO(by_hand)).embedded_signatures

    changed = pdf.replace("会员证".encode(), "会员诬".encode(), 1)
    assert changed != pdf
    assert not check(changed).intact


def test_without_a_key_nothing_is_signed() -> None:
    assert find_sign(ServiceSettings.from_environment({})) is None


@pytest.mark.parametrize(
    ("content", "password"), [(b"no key", PASSWORD), (make_key(), "another one")]
)
def test_a_key_that_cannot_be_opened_is_said_at_the_start(
    tmp_path: Path, content: bytes, password: str
) -> None:
    with pytest.raises(IncompleteSettings, match="HUIJI_DOCUMENTS_KEY"):
        find_sign(settings(tmp_path, content, password))


def test_a_file_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    given = {"HUIJI_DOCUMENTS_KEY": str(tmp_path / "nothing.p12")}
    with pytest.raises(IncompleteSettings, match="HUIJI_DOCUMENTS_KEY"):
        find_sign(ServiceSettings.from_environment(given))
