"""Attendance by a table: a template to fill in, looked through line by line, then recorded."""

from collections.abc import Mapping
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.database import new_id
from engine.errors import Rejected
from engine.language import _
from forms.files import FileKindRefused, check_upload, clean_file_name
from web import current
from web.classes.attendance import find_obstacle, get_taken_class
from web.classes.blueprint import bp
from web.security import takes
from web.sheets import Sheet, Value, send_sheets
from web.staff import get_staff_person
from web.uploads import NoFileChosen
from workflows.training_enrolment.attendance import importing
from workflows.training_enrolment.attendance.people import list_expected
from workflows.training_enrolment.attendance.reading import (
    ATTENDANCE,
    HEADS,
    MOST_BYTES,
    NAME,
    NUMBER,
    PLACE,
    WorkbookUnreadable,
    read_table,
)
from workflows.training_enrolment.attendance.recording import NOT_PRESENT, PRESENT, REFUSALS
from workflows.training_enrolment.attendance.understanding import PROBLEMS, Understood

AROUND = 64 * 1024
"""Bytes of a request beside its file."""

MOST_SHOWN = 200


@bp.get("/<int:class_id>/attendance/import")
def show_import(class_id: int) -> ResponseReturnValue:
    """Show where a table is chosen, and the template for it."""
    return _draw_choice(class_id)


@bp.get("/<int:class_id>/attendance.xlsx")
def download_template(class_id: int) -> ResponseReturnValue:
    """Give a table with everybody who is expected, to be filled in."""
    with current.engine().database.read() as session:
        training_class = get_taken_class(session, class_id)
        words = {PRESENT: _("Present"), NOT_PRESENT: _("Absent"), "": ""}
        rows: list[list[Value]] = [
            [each.place, each.number, each.name, each.firm, words[each.attendance]]
            for each in list_expected(session, class_id)
        ]
        heads = [_(HEADS[PLACE][0]), _(HEADS[NUMBER][0]), _(HEADS[NAME][0]), _("Firm")]
        sheet = Sheet(_("Attendance"), [*heads, _(HEADS[ATTENDANCE][0])], rows)
        return send_sheets(f"{training_class.id}-attendance.xlsx", [sheet, _explain()])


@bp.post("/<int:class_id>/attendance/import")
@takes(MOST_BYTES + AROUND)
def send_import(class_id: int) -> ResponseReturnValue:
    """Look through the table that was sent; nothing is recorded by that."""
    sent, key = request.files.get("table"), _read_key()
    try:
        if sent is None or not sent.filename:
            raise NoFileChosen
        name, content = clean_file_name(sent.filename), cast(BinaryIO, sent.stream)
        _check_workbook(content, name)
        with current.engine().database.read() as session:
            get_taken_class(session, class_id)
        # It takes a while, in which others write.
        table = read_table(content)
        with current.engine().database.transaction() as session:
            importing.look_through(
                session,
                current.engine().vault,
                key=key,
                training_class=get_taken_class(session, class_id),
                table=table,
                name=name,
                by=get_staff_person().viewer.account_id,
                now=current.now(),
            )
    except Rejected as error:
        return _draw_choice(class_id, problem=str(error)), 422
    return redirect(url_for("classes.check_import", class_id=class_id, key=key))


@bp.get("/<int:class_id>/attendance/import/<uuid:key>")
def check_import(class_id: int, key: UUID) -> ResponseReturnValue:
    """Show what a table says: what will be recorded and every line that will not; or the result."""
    engine = current.engine()
    with engine.database.read() as session:
        training_class = get_taken_class(session, class_id)
        found = importing.get_import(session, key=key, class_id=class_id)
        understood = importing.open_import(engine.vault, found)
        return render_template(
            "classes/attendance_import_check.html",
            training_class=training_class,
            key=key,
            name=found.name,
            confirmed_at=found.confirmed_at,
            result=_describe_result(found.result),
            **_describe(understood),
        )


@bp.post("/<int:class_id>/attendance/import/<uuid:key>")
def confirm_import(class_id: int, key: UUID) -> ResponseReturnValue:
    """Record what the table says and can be recorded; once more it changes nothing."""
    try:
        with current.engine().database.transaction() as session:
            importing.confirm_import(
                session,
                current.engine().vault,
                key=key,
                training_class=get_taken_class(session, class_id),
                by=get_staff_person().viewer.account_id,
                now=current.now(),
            )
    except Rejected as error:
        return _draw_choice(class_id, problem=str(error)), 422
    return redirect(url_for("classes.check_import", class_id=class_id, key=key))


def _draw_choice(class_id: int, *, problem: str = "") -> str:
    with current.engine().database.read() as session:
        training_class = get_taken_class(session, class_id)
        return render_template(
            "classes/attendance_import.html",
            training_class=training_class,
            why_not=find_obstacle(training_class),
            problem=problem,
            key=new_id(),
            largest=MOST_BYTES,
        )


def _check_workbook(content: BinaryIO, name: str) -> None:
    """Raises UploadRefused, or WorkbookUnreadable where a workbook's name was chosen."""
    try:
        check_upload(content, name, accept=("xlsx",), max_size=MOST_BYTES)
    except FileKindRefused as error:
        if name.lower().endswith(".xlsx"):
            raise WorkbookUnreadable from error
        raise


def _read_key() -> UUID:
    """The key that the page gave its form, so that sending it twice is once."""
    try:
        return UUID(request.form.get("key", ""))
    except ValueError:
        return uuid4()


def _explain() -> Sheet:
    lines = [
        _(
            "Write “%(present)s” or “%(absent)s” in the last column.",
            present=_("Present"),
            absent=_("Absent"),
        ),
        _("Leave the cell empty where nothing is to be recorded."),
        _("Keep the heads of the columns; the order of the rows does not matter."),
        _("You look through everything before it is recorded."),
    ]
    return Sheet(_("How to fill it in"), [_("How to fill it in")], [[each] for each in lines])


def _describe(understood: Understood) -> Mapping[str, Any]:
    right = understood.right
    return {
        "present": [each for each in right if each.word == PRESENT],
        "absent": [each for each in right if each.word == NOT_PRESENT],
        "right": right[:MOST_SHOWN],
        "right_count": len(right),
        "wrong": [
            {
                "line": each.line,
                "cell": f"{each.column}{each.line}" if each.column else "",
                "said": each.said,
                "why": each.sentence,
            }
            for each in understood.wrong
        ],
        "unchanged": understood.unchanged,
        "left_empty": understood.empty,
    }


def _describe_result(result: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "present": result.get("present", 0),
        "absent": result.get("absent", 0),
        "left_out": [
            {
                "line": each["line"],
                "why": _(PROBLEMS.get(each["why"]) or REFUSALS[each["why"]]),
            }
            for each in result.get("left_out", ())
        ],
    }
