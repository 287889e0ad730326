"""The certificate as a document: one page, made when somebody first asks for it, and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import Conflict
from engine.files import add_file
from engine.language import N_
from workflows.shared.certificates import (
    Certificate,
    CertificateNotFound,
    certificate_token,
    get_certificate,
    read_printed,
)
from workflows.shared.documents import Plain, documents_of
from workflows.shared.field_names import say_value
from workflows.shared.pictures_of import png_of
from workflows.shared.public_address import public_address
from workflows.shared.qr_codes import svg_of

TITLE = "会员证"
DPI = 200


class CertificateOver(Conflict):
    """A certificate that was superseded or revoked is not given out any more."""

    message = N_("This certificate is not valid any more and cannot be downloaded.")


@dataclass(frozen=True)
class CertificateDocument:
    """What a certificate's document is made of, read while the database was asked."""

    title: str
    author: str
    dated: datetime
    values: Mapping[str, Plain]
    pictures: Mapping[str, bytes]


def certificate_pdf(engine: Engine, certificate_id: int, *, by: Actor, now: datetime) -> bytes:
    """The PDF of a valid certificate, made once and kept; call it outside a transaction.

    Who may have it is for the caller. Raises CertificateNotFound, CertificateOver, and what
    making a document raises.
    """
    with engine.database.read() as session:
        certificate = get_certificate(session, certificate_id)
        if certificate.state != "valid":
            raise CertificateOver
        kept = certificate.pdf_file_id
        document = None if kept else read_document(session, engine, certificate)
    if kept is not None:
        return engine.files.path(kept).read_bytes()
    if document is None:
        raise CertificateNotFound
    made = documents_of(engine).make(
        template(),
        document.values,
        title=document.title,
        author=document.author,
        dated=document.dated,
        pictures=document.pictures,
    )
    return _keep(engine, certificate_id, made, by=by, now=now)


def certificate_png(engine: Engine, certificate_id: int, *, by: Actor, now: datetime) -> bytes:
    """The certificate as a picture for a phone's album; as `certificate_pdf`."""
    return png_of(certificate_pdf(engine, certificate_id, by=by, now=now), dpi=DPI)


def file_name(certificate: Certificate, kind: str) -> str:
    """What the file is called on the member's device: his name is not in it."""
    return f"{TITLE}-{certificate.number}.{kind}"


def template() -> str:
    """The template of the document."""
    return files("workflows.member_certificate").joinpath("certificate.html").read_text("utf-8")


def read_document(
    session: Session, engine: Engine, certificate: Certificate
) -> CertificateDocument:
    """What the document says: as it was printed. Raises CertificateNotFound once it was erased."""
    printed = read_printed(session, engine.vault, certificate)
    if not printed or certificate.photo_file_id is None:
        raise CertificateNotFound
    address = f"{public_address(engine)}/v/{certificate_token(engine.vault, certificate)}"
    return CertificateDocument(
        title=f"{TITLE} {certificate.number}",
        author=printed["association"],
        dated=certificate.issued_at,
        values={
            "office": printed["association"],
            "name": printed["name"],
            "sex": say_value("sex", printed["sex"], "zh"),
            "member_number": printed["member_number"],
            "admission_date": _say_date(printed["admission_date"]),
            "number": printed["number"],
            "issued_date": _say_date(printed["issued_date"]),
        },
        pictures={
            "photo": engine.files.path(certificate.photo_file_id).read_bytes(),
            "code": svg_of(address),
        },
    )


def _keep(engine: Engine, certificate_id: int, made: bytes, *, by: Actor, now: datetime) -> bytes:
    """Keep a document as the certificate's; the one of whoever was faster stays.

    What the row does not come to know is swept.
    """
    received = engine.files.receive(BytesIO(made))
    with engine.database.transaction() as session:
        query = select(Certificate).where(Certificate.id == certificate_id).with_for_update()
        certificate = session.scalars(query).one()
        if certificate.state != "valid":
            raise CertificateOver
        kept = certificate.pdf_file_id
        if kept is None:
            file = add_file(
                session,
                received,
                case_id=certificate.case_id,
                name=file_name(certificate, "pdf"),
                kind="pdf",
                by=by,
                now=now,
            )
            certificate.pdf_file_id = file.id
            return made
    engine.files.discard(received)
    return engine.files.path(kept).read_bytes()


def _say_date(said: str) -> str:
    day = date.fromisoformat(said)
    return f"{day.year}年{day.month}月{day.day}日"
