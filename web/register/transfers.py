"""Tables for the register: taken away, sent, looked through, taken over, with their results."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

from flask import Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.errors import Rejected
from engine.language import _, ngettext
from forms.files import check_upload, clean_file_name
from web import current
from web.languages import keep_speaking, spoken
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.places import get_viewer_of_register
from web.register.transfer_words import (
    SAYINGS,
    TITLES,
    describe_changes_of,
    describe_import,
    describe_wrong,
)
from web.security import takes
from web.sheets import TYPE
from web.uploads import NoFileChosen
from web.words import name_office
from workflows.register.searching import list_offices
from workflows.register.transfers import applying, exporting, sending, staging
from workflows.register.transfers.every import KINDS
from workflows.register.transfers.parts import MOST_UNPACKED
from workflows.register.transfers.sending import MOST_BYTES
from workflows.register.transfers.staging import PARTS, PORTION, Change, Part, Wrong
from workflows.register.transfers.writing import Sheet, write_book
from workflows.shared.access import Viewer, transfer_associations
from workflows.shared.dates import ZONE, local_date

AROUND = 64 * 1024
"""Bytes of a request beside its file."""

PART = "import"
"""The part of the page that is fetched again while the job is under way."""


@bp.get("/transfers")
def list_transfers() -> ResponseReturnValue:
    """Offer the tables that the person may transfer."""
    viewer = get_viewer_of_register("transfer_tables")
    kinds = [
        {
            "title": _(TITLES[name]),
            "says": _(SAYINGS[name]),
            "address": url_for("register.show_transfer", kind=name),
        }
        for name in KINDS
        if transfer_associations(viewer, name)
    ]
    with current.engine().database.read() as session:
        found = [
            describe_import(each)
            for name in KINDS
            if transfer_associations(viewer, name)
            for each in sending.list_own(session, viewer, name)
        ]
    newest = sorted(found, key=lambda each: each["sent_at"], reverse=True)
    return render_template("register/transfers.html", kinds=kinds, imports=newest[:10])


@bp.get("/transfers/<kind>")
def show_transfer(kind: str) -> ResponseReturnValue:
    """Show how a table of a kind is taken away and where one is sent."""
    return _draw(_get_viewer(kind), kind)


@bp.get("/transfers/<kind>/template.xlsx")
def download_transfer_template(kind: str) -> ResponseReturnValue:
    """Give an empty table with the heads that are understood, and how it is filled in."""
    _get_viewer(kind)
    sheets = [Sheet(_(TITLES[kind]), exporting.head_columns(kind), ()), _explain(kind)]
    return _send(f"{kind}-template.xlsx", sheets)


@bp.post("/transfers/<kind>/export")
def export_table(kind: str) -> ResponseReturnValue:
    """Give a table away; that it was taken stands in a list."""
    viewer = _get_viewer(kind)
    engine = current.engine()
    is_in_full = "in_full" in request.form
    try:
        with engine.database.transaction() as session:
            wanted = exporting.begin_export(
                session,
                kind=kind,
                viewer=viewer,
                association_id=request.form.get("office", type=small_int),
                wanted=_read_filters(kind),
                reason=request.form.get("reason", ""),
                is_in_full=is_in_full,
                address=current.address(),
                now=current.now(),
            )
    except Rejected as error:
        return _draw(viewer, kind, export_problem=str(error)), 422
    rows = exporting.export_rows(
        engine, kind=kind, wanted=wanted, is_in_full=is_in_full, language=spoken()
    )
    sheet = Sheet(_(TITLES[kind]), exporting.head_columns(kind), rows)
    return _send(f"{kind}-{local_date(current.now()):%Y%m%d}.xlsx", [sheet])


@bp.post("/transfers/<kind>")
@takes(MOST_BYTES + AROUND)
def send_table(kind: str) -> ResponseReturnValue:
    """Take a table in and have it looked through; nothing is taken over by that."""
    viewer = _get_viewer(kind)
    sent, import_id = request.files.get("table"), _read_key()
    engine = current.engine()
    try:
        if sent is None or not sent.filename:
            raise NoFileChosen
        name, content = clean_file_name(sent.filename), cast(BinaryIO, sent.stream)
        check_upload(
            content, name, accept=("xlsx",), max_size=MOST_BYTES, most_unpacked=MOST_UNPACKED
        )
        with engine.database.transaction() as session:
            sending.send_import(
                session,
                engine,
                import_id=import_id,
                kind=kind,
                viewer=viewer,
                content=content,
                name=name,
                now=current.now(),
            )
    except (Rejected, sending.TooManyAtOnce) as error:
        return _draw(viewer, kind, import_problem=str(error)), 422
    return redirect(url_for("register.show_import", import_id=import_id))


@bp.get("/transfers/imports/<uuid:import_id>")
def show_import(import_id: UUID) -> ResponseReturnValue:
    """Show how far an import is, what it would change or did, and what is wrong."""
    return _draw_import(import_id)


@bp.post("/transfers/imports/<uuid:import_id>/confirm")
def confirm_import(import_id: UUID) -> ResponseReturnValue:
    """Have an import taken over; sent twice it is once."""
    viewer = get_viewer_of_register("transfer_tables")
    try:
        with current.engine().database.transaction() as session:
            _get_import(session, viewer, import_id)
            applying.confirm_import(
                session,
                import_id=import_id,
                account_id=viewer.account_id,
                reason=request.form.get("reason", ""),
                without_wrong="without_wrong" in request.form,
                now=current.now(),
            )
    except Rejected as error:
        field = "without-wrong" if isinstance(error, applying.WrongRowsLeft) else "reason"
        return _draw_import(import_id, problem=str(error), field=field), 422
    return redirect(url_for("register.show_import", import_id=import_id))


@bp.post("/transfers/imports/<uuid:import_id>/again")
def look_again(import_id: UUID) -> ResponseReturnValue:
    """Have the same table looked through once more."""
    viewer = get_viewer_of_register("transfer_tables")
    engine = current.engine()
    with engine.database.transaction() as session:
        _get_import(session, viewer, import_id)
        sending.look_again(session, engine, import_id=import_id, viewer=viewer, now=current.now())
    return redirect(url_for("register.show_import", import_id=import_id))


@bp.post("/transfers/imports/<uuid:import_id>/discard")
def discard_import(import_id: UUID) -> ResponseReturnValue:
    """Throw an import away with everything that was kept of it."""
    viewer = get_viewer_of_register("transfer_tables")
    engine = current.engine()
    with engine.database.transaction() as session:
        found = _get_import(session, viewer, import_id)
        kind = found.kind
        sending.throw_away(session, engine, import_id=import_id, viewer=viewer)
    return redirect(url_for("register.show_transfer", kind=kind))


@bp.get("/transfers/imports/<uuid:import_id>/result.xlsx")
def download_result(import_id: UUID) -> ResponseReturnValue:
    """Give what became of every row that is not as it was: wrong, new and changed ones."""
    viewer = get_viewer_of_register("transfer_tables")
    with current.engine().database.read() as session:
        found = _get_import(session, viewer, import_id)
    heads = [_("Line"), _("Column"), _("Cell"), _("What stands there"), _("What is wrong")]
    wrong = Sheet(_("Wrong lines"), heads, _list_wrong(found))
    whose = [_("Line"), _("Number"), _("Name")]
    changed = Sheet(_("Changed"), [*whose, _("What changes")], _list_changed(found))
    new = Sheet(_("New"), whose, _list_new(found))
    name = f"import-{found.sent_at.astimezone(ZONE):%Y%m%d-%H%M}.xlsx"
    return _send(name, [_sum_up(found), wrong, changed, new])


def _get_viewer(kind: str) -> Viewer:
    viewer = get_viewer_of_register("transfer_tables")
    sending.check_kind(viewer, kind)
    return viewer


def _get_import(session: Session, viewer: Viewer, import_id: UUID) -> staging.RegisterImport:
    """An import of the person's own, while he looks after all that it is about."""
    found = staging.get_import(session, import_id, account_id=viewer.account_id)
    sending.check_import(viewer, found)
    return found


def _draw(viewer: Viewer, kind: str, *, import_problem: str = "", export_problem: str = "") -> str:
    scope = transfer_associations(viewer, kind)
    with current.engine().database.read() as session:
        offices = [each for each in list_offices(session, viewer) if each.id in scope]
        imports = sending.list_own(session, viewer, kind)
        return render_template(
            "register/transfer.html",
            kind=kind,
            title=_(TITLES[kind]),
            says=_(SAYINGS[kind]),
            offices=[{"id": each.id, "name": name_office(each)} for each in offices],
            filters=_describe_filters(kind),
            years=range(current.now().year, current.now().year - 8, -1),
            can_uncover=bool(viewer.duties.get(exporting.IN_FULL))
            and any(each.covers for each in KINDS[kind].columns),
            columns=[_(each.heads[0]) for each in KINDS[kind].columns],
            needed=[_(KINDS[kind].column(each).heads[0]) for each in KINDS[kind].needed],
            imports=[describe_import(each) for each in imports],
            key=new_id(),
            largest=MOST_BYTES,
            import_problem=import_problem,
            export_problem=export_problem,
        )


def _draw_import(import_id: UUID, *, problem: str = "", field: str = "") -> str:
    viewer = get_viewer_of_register("transfer_tables")
    with current.engine().database.read() as session:
        found = _get_import(session, viewer, import_id)
        part = _choose_part(found)
        page = max(request.args.get("page", 1, type=small_int) or 1, 1)
        count = staging.count_portions(session, found, part) if part else 0
        rows = _describe_part(session, found, part, page - 1) if part else []
    is_part = request.headers.get("HX-Target") == PART
    template = "register/_import.html" if is_part else "register/import.html"
    return render_template(
        template,
        found=describe_import(found),
        part=PART,
        shown=part,
        rows=rows,
        page=page,
        pages=count,
        per_page=PORTION,
        problem=problem,
        field=field,
        typed=request.form.get("reason", ""),
        left_out="without_wrong" in request.form,
    )


def _choose_part(found: staging.RegisterImport) -> Part | None:
    """The part that is asked for, else the first one in which there is something."""
    if found.state in staging.UNDER_WAY:
        return None
    counts: dict[Part, int] = {"wrong": found.wrong, "new": found.new, "changed": found.changed}
    asked = request.args.get("part", "")
    full = [each for each in PARTS if counts[each]]
    return next((each for each in full if each == asked), full[0] if full else None)


def _describe_part(
    session: Session, found: staging.RegisterImport, part: Part, position: int
) -> list[dict[str, Any]]:
    rows = staging.read_portion(session, current.engine().vault, found, part, position)
    wrong = [each for each in rows if isinstance(each, Wrong)]
    changed = [each for each in rows if isinstance(each, Change)]
    return describe_wrong(found, wrong) or describe_changes_of(session, found, changed)


def _list_described(found: staging.RegisterImport, part: Part) -> Iterator[dict[str, Any]]:
    with current.engine().database.read() as session:
        count = staging.count_portions(session, found, part)
        for position in range(count):
            yield from _describe_part(session, found, part, position)


def _list_wrong(found: staging.RegisterImport) -> Iterator[Sequence[Any]]:
    for each in _list_described(found, "wrong"):
        yield [each["line"], each["column"], each["cell"], each["said"], each["why"]]


def _list_changed(found: staging.RegisterImport) -> Iterator[Sequence[Any]]:
    for each in _list_described(found, "changed"):
        said = [
            f"{field['label']}: {field['before'] or '–'} → {field['after']}"
            for field in each["fields"]
        ]
        yield [each["line"], each["number"], each["name"], "\n".join(said)]


def _list_new(found: staging.RegisterImport) -> Iterator[Sequence[Any]]:
    with current.engine().database.read() as session:
        for rows in staging.read_portions(session, current.engine().vault, found, "new"):
            for each in rows:
                if isinstance(each, Change):
                    yield [each.line, each.number, each.name]


def _sum_up(found: staging.RegisterImport) -> Sheet:
    described = describe_import(found)
    rows = [
        [_("File"), found.name],
        [_("State"), described["state_word"]],
        [_("New"), found.new],
        [_("Changed"), found.changed],
        [_("Unchanged"), found.unchanged],
        [_("Wrong"), found.wrong],
        [_("Reason"), found.reason],
        [_("Problem"), described["problem"]],
    ]
    return Sheet(_("Result of the import"), [_("Import and export"), described["title"]], rows)


def _explain(kind: str) -> Sheet:
    known = KINDS[kind]
    lines = [
        _("Keep the heads of the columns; columns that you do not need may be left out."),
        _("An empty cell changes nothing."),
        _("Format columns of long numbers as text: identity numbers lose their last digits else."),
        _("Dates are written as 2024-03-15."),
        ngettext(
            "This column is needed: %(columns)s.",
            "These columns are needed: %(columns)s.",
            len(known.needed),
            columns=_(", ").join(_(known.column(each).heads[0]) for each in known.needed),
        ),
    ]
    return Sheet(_("How to fill it in"), [_("How to fill it in")], [[each] for each in lines])


def _describe_filters(kind: str) -> list[dict[str, Any]]:
    """What a table may be filtered by: the values of its columns of choices, and the year."""
    found = []
    for name in KINDS[kind].filters:
        column = KINDS[kind].column(name)
        options = [(value, column.write(value, spoken())) for value in KINDS[kind].filters[name]]
        found.append({"name": name, "label": _(column.heads[0]), "options": options})
    return found


def _read_filters(kind: str) -> dict[str, Any]:
    filters = KINDS[kind].filters
    asked = {name: request.form.get(name, "") for name in filters if name != "year"}
    wanted: dict[str, Any] = {
        "state" if name == "status" else name: value
        for name, value in asked.items()
        if value in filters[name]
    }
    if kind in ("fees", "hours"):
        wanted["year"] = request.form.get("year", type=small_int)
    return wanted


def _send(name: str, sheets: Sequence[Sheet]) -> Response:
    pieces = write_book(sheets)
    # What goes wrong at the beginning is still a page. The rows are read, and said, as they go.
    first = next(pieces)
    response = Response(stream_with_context(keep_speaking(chain([first], pieces))), mimetype=TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _read_key() -> UUID:
    """The key that the page gave its form, so that sending it twice is once."""
    try:
        return UUID(request.form.get("key", ""))
    except ValueError:
        return uuid4()
