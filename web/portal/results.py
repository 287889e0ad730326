"""年检信息查询: what each year came to, as it was then, and the QR code that shows it."""

from datetime import timedelta

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from web import codes, current
from web.documents import send_document
from web.limits import check_rate
from web.portal import appeals, cases
from web.portal.records import describe_record
from web.sessions import get_member_person
from web.words import name_office
from workflows.shared import hours, results
from workflows.shared.associations import get_association
from workflows.shared.documents import documents_of
from workflows.shared.register import get_member
from workflows.shared.year_documents import make_year_document, read_year_document

bp = Blueprint("results", __name__)


@bp.get("/results")
def index() -> ResponseReturnValue:
    """List every year with its result."""
    _person, member_id = get_member_person()
    with current.engine().database.read() as session:
        found = results.list_results(session, member_id=member_id)
        years = [
            {
                "year": each.year,
                "kind": each.kind,
                "status": each.status,
                "association": name_office(get_association(session, each.association_id)),
                "view": url_for("results.show", year=each.year),
                "trail": cases.find_trail_address(session, each.case_id),
                "has_code": True,
            }
            for each in found
        ]
    return render_template("portal/results.html", years=years)


@bp.get("/results/<int:year>")
def show(year: int) -> ResponseReturnValue:
    """Show a year's record as it was then."""
    _person, member_id = get_member_person()
    engine = current.engine()
    with engine.database.read() as session:
        result = results.get_result(session, member_id=member_id, year=year)
        return render_template(
            "portal/result.html",
            result={
                "year": result.year,
                "kind": result.kind,
                "status": result.status,
                "decided_at": result.decided_at,
                "association": name_office(get_association(session, result.association_id)),
                "fee_status": result.fee_status,
                "hours_required": result.hours_required,
                "hours_done": result.hours_done,
            },
            appeal=appeals.describe_year(session, member=get_member(session, member_id), year=year),
            record=describe_record(results.read_record(session, engine.vault, result)),
            hours=[
                {
                    "title": each.title,
                    "earned_date": each.earned_date,
                    "source": each.source,
                    "hours": each.hours,
                }
                for each in hours.list_hours(session, member_id=member_id, year=year)
            ],
        )


@bp.get("/my-code")
def my_code() -> ResponseReturnValue:
    """Show the QR code of the last result; say so where there is none yet."""
    _person, member_id = get_member_person()
    with current.engine().database.read() as session:
        found = results.list_results(session, member_id=member_id)
        if not found:
            return render_template("portal/code.html", year=None)
        return _code_page(found[0], name_office(get_association(session, found[0].association_id)))


@bp.get("/results/<int:year>/code")
def code(year: int) -> ResponseReturnValue:
    """Show the QR code of a year."""
    _person, member_id = get_member_person()
    with current.engine().database.read() as session:
        result = results.get_result(session, member_id=member_id, year=year)
        return _code_page(result, name_office(get_association(session, result.association_id)))


@bp.get("/results/<int:year>/code.<kind>")
def code_picture(year: int, kind: str) -> Response:
    """The QR code itself, which leads to the public page."""
    _person, member_id = get_member_person()
    if kind not in codes.TYPES:
        raise NotFound
    engine = current.engine()
    with engine.database.read() as session:
        result = results.get_result(session, member_id=member_id, year=year)
        token = results.verification_token(engine.vault, result)
    address = current.settings().public_url + url_for("verify.show", token=token)
    return codes.draw(address, "svg" if kind == "svg" else "png")


@bp.get("/results/<int:year>/document.pdf")
def document(year: int) -> Response:
    """The year's document, to keep or to print."""
    _person, member_id = get_member_person()
    check_rate("documents", limit=60, window=timedelta(minutes=1))
    engine = current.engine()
    with engine.database.read() as session:
        said = read_year_document(
            session,
            engine,
            member=get_member(session, member_id),
            result=results.get_result(session, member_id=member_id, year=year),
            now=current.now(),
        )
    # Nobody waits for the database while the document is made.
    return send_document(make_year_document(documents_of(engine), said), said.name)


def _code_page(result: results.YearlyResult, association: str) -> str:
    return render_template(
        "portal/code.html",
        year=result.year,
        result_status=result.status,
        association=association,
    )
