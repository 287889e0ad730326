"""What the public page shows for each kind of code.

A kind is a line in `VERIFIERS`: a function that is given the code of a genuine token and draws the
page, or raises CodeNotGenuine because nothing has this code any more.
"""

from collections.abc import Callable, Mapping

from flask import render_template
from sqlalchemy.orm import Session

from web import current
from web.languages import spoken
from workflows.shared import certificates, results
from workflows.shared.public_codes import CodeNotGenuine

Verifier = Callable[[Session, bytes], str]


def _show_result(session: Session, code: bytes) -> str:
    """Say whose result of which year it is."""
    found = results.verify_result(session, code)
    return render_template(
        "verify/result.html",
        found=found,
        association=_spoken_name(found.association, found.association_en),
    )


def _show_certificate(session: Session, code: bytes) -> str:
    """Say whose certificate it is and what it is worth today."""
    found = certificates.verify_certificate(session, code)
    return render_template(
        "certificate/verified.html",
        found=found,
        association=_spoken_name(found.association, found.association_en),
        now=current.now(),
    )


def no_such_kind(_session: Session, _code: bytes) -> str:
    """Codes of other kinds are read elsewhere, and mean nothing here."""
    raise CodeNotGenuine


def _spoken_name(name: str, name_en: str) -> str:
    return (name_en if spoken() == "en" else "") or name


VERIFIERS: Mapping[str, Verifier] = {
    results.KIND: _show_result,
    certificates.KIND: _show_certificate,
}
