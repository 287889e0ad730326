"""Documents of many members at once: asked for, watched while they are made, taken as a zip."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from uuid import UUID

from flask import Flask, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.database import new_id
from engine.engine import Engine
from engine.language import _, speak
from forms.lists import Language
from web import current
from web.languages import catalogue, spoken
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.places import get_viewer_of_register
from workflows.member_certificate.documents import certificate_pdf, file_name
from workflows.shared import document_jobs, many
from workflows.shared.certificates import get_certificate
from workflows.shared.dates import local_date
from workflows.shared.document_jobs import (
    KIND,
    MOST,
    DocumentBatch,
    DocumentKind,
    MakingDocuments,
    NothingToMake,
)
from workflows.shared.documents import documents_of
from workflows.shared.many import FAILED, RUNNING, BatchNotFound
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult
from workflows.shared.year_documents import make_year_document, read_year_document

PART = "documents"
"""The part of the page that is fetched again while the job is under way."""

IN_MEMORY = 2**20
YEARS = 10
ACTION = "read_register"


def init_app(app: Flask) -> None:
    """Let the workers of this application make documents of many."""
    engine: Engine = app.extensions["engine"]
    makes: dict[DocumentKind, document_jobs.Make] = {
        "certificates": _make_certificate,
        "year": _make_year,
    }
    many.register(KIND, MakingDocuments(engine, makes), engine, _speaking)


@bp.get("/documents")
def list_documents() -> ResponseReturnValue:
    """Offer what can be made, and list what was made last."""
    viewer = get_viewer_of_register(ACTION)
    with current.engine().database.read() as session:
        found = many.list_batches(session, KIND, account_id=viewer.account_id)
        last_year = local_date(current.now()).year - 1
        typed = {"kind": "certificates", "year": last_year, "from_number": ""}
        return _draw_list([_describe(session, each) for each in found], typed)


@bp.post("/documents")
def start_documents() -> ResponseReturnValue:
    """Have documents made; the same page sent twice leads to the same archive."""
    viewer = get_viewer_of_register(ACTION)
    batch_id = request.form.get("batch", type=UUID)
    if batch_id is None:
        raise BatchNotFound
    kind: DocumentKind = "year" if request.form.get("kind") == "year" else "certificates"
    year = request.form.get("year", type=small_int)
    from_number = request.form.get("from", "").strip()[:20]
    engine = current.engine()
    try:
        with engine.database.transaction() as session:
            document_jobs.start_documents(
                session,
                engine,
                batch_id=batch_id,
                kind=kind,
                year=year if kind == "year" else None,
                from_number=from_number,
                viewer=viewer,
                language=spoken(),
                address=current.address(),
                now=current.now(),
            )
    except NothingToMake as error:
        with engine.database.read() as session:
            found = many.list_batches(session, KIND, account_id=viewer.account_id)
            described = [_describe(session, each) for each in found]
            typed = {"kind": kind, "year": year, "from_number": from_number}
            return _draw_list(described, typed, problem=str(error)), 422
    return redirect(url_for("register.show_documents", batch_id=batch_id))


@bp.get("/documents/<uuid:batch_id>")
def show_documents(batch_id: UUID) -> str:
    """Show how far it is, and what could not be made."""
    viewer = get_viewer_of_register(ACTION)
    engine = current.engine()
    with engine.database.read() as session:
        batch = many.get_own(session, KIND, batch_id, account_id=viewer.account_id)
        described = _describe(session, batch) | {
            "failed_ones": _describe_failed(session, batch),
            "is_there": document_jobs.is_there(session, engine, batch),
            "archive": url_for("register.take_documents", batch_id=batch.id),
            "again": url_for("register.make_documents_again", batch_id=batch.id),
        }
    is_part = request.headers.get("HX-Target") == PART
    template = "register/documents_progress.html" if is_part else "register/documents_batch.html"
    return render_template(template, batch=described, part=PART)


@bp.post("/documents/<uuid:batch_id>/again")
def make_documents_again(batch_id: UUID) -> ResponseReturnValue:
    """Have those made again that failed."""
    viewer = get_viewer_of_register(ACTION)
    with current.engine().database.transaction() as session:
        many.try_again(session, KIND, batch_id, account_id=viewer.account_id, now=current.now())
    return redirect(url_for("register.show_documents", batch_id=batch_id))


@bp.get("/documents/<uuid:batch_id>/archive.zip")
def take_documents(batch_id: UUID) -> ResponseReturnValue:
    """The archive, as long as its files are there."""
    viewer = get_viewer_of_register(ACTION)
    engine = current.engine()
    with ExitStack() as unless_sent, engine.database.read() as session:
        batch = many.get_own(session, KIND, batch_id, account_id=viewer.account_id)
        file = cast("IO[bytes]", unless_sent.enter_context(SpooledTemporaryFile(IN_MEMORY)))
        document_jobs.write_archive(session, engine, batch, file, viewer=viewer)
        name = f"{_name(batch)}.zip"
        # From here on it is closed with the answer.
        unless_sent.pop_all()
    file.seek(0)
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)


def _draw_list(
    batches: list[dict[str, Any]], typed: Mapping[str, Any], *, problem: str = ""
) -> str:
    this_year = local_date(current.now()).year
    return render_template(
        "register/documents.html",
        batches=batches,
        batch_id=new_id(),
        most=MOST,
        years=[this_year - back for back in range(YEARS)],
        typed=typed,
        problem=problem,
    )


def _describe(session: Session, batch: DocumentBatch) -> dict[str, Any]:
    progress = many.count_progress(session, KIND, batch.id)
    return {
        "address": url_for("register.show_documents", batch_id=batch.id),
        "title": _title(batch),
        "first_number": batch.first_number,
        "last_number": batch.last_number,
        "started_at": batch.started_at,
        "is_running": batch.state == RUNNING,
        "total": progress.total,
        "made": progress.done,
        "done": progress.done + progress.failed,
        "failed": progress.failed,
        "left": progress.waiting,
    }


def _describe_failed(session: Session, batch: DocumentBatch) -> list[dict[str, str]]:
    described = []
    for item in many.list_items(session, KIND, batch.id, states=(FAILED,)):
        member = session.get_one(Member, item.member_id)
        described.append({"name": member.name, "number": member.number, "sentence": item.sentence})
    return described


def _title(batch: DocumentBatch) -> str:
    if batch.kind == "year":
        return _("Confirmations of the year %(year)s", year=batch.year)
    return _("Member certificates")


def _name(batch: DocumentBatch) -> str:
    what = f"{batch.year}年度检查确认单" if batch.kind == "year" else "会员证"
    return f"{what}-{batch.first_number}-{batch.last_number}"


def _make_certificate(engine: Engine, key: int, by: Actor, now: Any) -> tuple[str, bytes]:
    with engine.database.read() as session:
        name = file_name(get_certificate(session, key), "pdf")
    return name, certificate_pdf(engine, key, by=by, now=now)


def _make_year(engine: Engine, key: int, _by: Actor, now: Any) -> tuple[str, bytes]:
    with engine.database.read() as session:
        result = session.get_one(YearlyResult, key)
        member = session.get_one(Member, result.member_id)
        said = read_year_document(session, engine, member=member, result=result, now=now)
    return said.name, make_year_document(documents_of(engine), said)


def _speaking(language: Language) -> AbstractContextManager[None]:
    return speak(catalogue(language))
