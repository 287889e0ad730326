"""A certificate to keep: as a PDF, or as a picture for a phone's album."""

from typing import Literal

from flask import Response

from web import current
from web.certificate.blueprint import bp
from web.documents import PDF, PNG, send_document
from web.sessions import get_member_person
from workflows.member_certificate.documents import certificate_pdf, certificate_png, file_name
from workflows.shared.certificates import CertificateNotFound, get_certificate


@bp.get("/<int:certificate_id>/certificate.<any(pdf, png):kind>")
def download(certificate_id: int, kind: Literal["pdf", "png"]) -> Response:
    """Give the member his valid certificate; for everybody else there is none."""
    person, member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        certificate = get_certificate(session, certificate_id)
        if certificate.member_id != member_id:
            raise CertificateNotFound
        name = file_name(certificate, kind)
    if kind == "pdf":
        made = certificate_pdf(engine, certificate_id, by=person.actor, now=now)
        return send_document(made, name, kind=PDF)
    made = certificate_png(engine, certificate_id, by=person.actor, now=now)
    return send_document(made, name, kind=PNG)
