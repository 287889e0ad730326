"""从业人员: the list that a firm keeps of those who work there without being CPAs."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import _
from forms.masking import mask
from web import current
from web.languages import spoken
from web.training.blueprint import bp
from web.training.firm import get_firm, read_page
from workflows.shared.dates import local_date
from workflows.shared.employees import ACTIVE, LEFT, Employee
from workflows.shared.private import read_private, read_private_of_many
from workflows.training_enrolment.firms.employee_form import FIELDS, LONGEST, read_employee, sexes
from workflows.training_enrolment.firms.employees import (
    add_employee,
    change_employee,
    get_employee_of,
    list_employees,
    put_back,
    remove_employee,
)

Typed = Mapping[str, str]
Problems = Mapping[str, str]


@bp.get("/firm/employees", endpoint="list_employees")
def show_employees() -> str:
    """List who is on the firm's list, or who was taken off it."""
    text = request.args.get("q", "").strip()[:50]
    state = LEFT if request.args.get("state") == LEFT else ACTIVE
    with current.engine().database.read() as session:
        firm, _viewer = get_firm(session)
        page = list_employees(session, firm_id=firm.id, state=state, text=text, page=read_page())
        private = read_private_of_many(
            session, current.engine().vault, Employee, [each.id for each in page.people]
        )
        labels = {each.value: each.label for each in sexes(spoken())}
        people = [
            {
                "id": each.id,
                "number": each.number,
                "name": each.name,
                "sex": labels.get(each.sex, ""),
                "birth_date": each.birth_date,
                "position": each.position,
                "mobile": mask("mobile", private[each.id]["mobile"]),
            }
            for each in page.people
        ]
    return render_template(
        "training/firm_employees.html", page=page, people=people, q=text, state=state
    )


@bp.get("/firm/employees/new")
def new_employee() -> str:
    """Show the form for somebody new."""
    with current.engine().database.read() as session:
        get_firm(session)
    return _draw({})


@bp.post("/firm/employees/new")
def save_new_employee() -> ResponseReturnValue:
    """Put somebody on the list."""
    return _save(None)


@bp.get("/firm/employees/<int:employee_id>")
def edit_employee(employee_id: int) -> str:
    """Show what the list says of somebody, to be changed."""
    with current.engine().database.read() as session:
        firm, _viewer = get_firm(session)
        row = get_employee_of(session, firm_id=firm.id, employee_id=employee_id)
        return _draw(_describe(session, row), employee_id=row.id, is_left=row.state == LEFT)


@bp.post("/firm/employees/<int:employee_id>")
def save_employee(employee_id: int) -> ResponseReturnValue:
    """Change what the list says of somebody."""
    return _save(employee_id)


@bp.post("/firm/employees/<int:employee_id>/state")
def move_employee(employee_id: int) -> ResponseReturnValue:
    """Take somebody off the list, or put him back."""
    is_back = request.form.get("state") == ACTIVE
    try:
        with current.engine().database.transaction() as session:
            firm, _viewer = get_firm(session)
            move = put_back if is_back else remove_employee
            row = move(session, firm_id=firm.id, employee_id=employee_id)
    except Rejected as error:
        flash(str(error), "warning")
        return redirect(url_for("training.edit_employee", employee_id=employee_id))
    if is_back:
        flash(_("%(name)s is on the list again.", name=row.name), "success")
    else:
        flash(_("%(name)s was taken off the list.", name=row.name), "success")
    return redirect(url_for("training.list_employees"))


def _save(employee_id: int | None) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in FIELDS}
    facts, wrong = read_employee(typed, today=local_date(current.now()))
    database, vault = current.engine().database, current.engine().vault
    with database.read() as session:
        firm, _viewer = get_firm(session)
        if employee_id is not None:
            get_employee_of(session, firm_id=firm.id, employee_id=employee_id)
    if wrong:
        return _draw(typed, wrong, employee_id=employee_id), 422
    try:
        with database.transaction() as session:
            if employee_id is None:
                add_employee(session, vault, firm_id=firm.id, facts=facts)
            else:
                change_employee(
                    session, vault, firm_id=firm.id, employee_id=employee_id, facts=facts
                )
    except Conflict as error:
        return _draw(typed, {"number": str(error)}, employee_id=employee_id), 409
    flash(_("%(name)s is on the list.", name=facts.name), "success")
    return redirect(url_for("training.list_employees"))


def _describe(session: Session, row: Employee) -> dict[str, str]:
    private = read_private(session, current.engine().vault, row)
    return {
        "number": row.number,
        "name": row.name,
        "sex": row.sex,
        "birth_date": row.birth_date.isoformat() if row.birth_date else "",
        "position": row.position,
        "mobile": private["mobile"],
        "email": private["email"],
    }


def _draw(
    typed: Typed,
    wrong: Problems | None = None,
    *,
    employee_id: int | None = None,
    is_left: bool = False,
) -> str:
    found: dict[str, Any] = {
        "typed": typed,
        "wrong": wrong or {},
        "longest": LONGEST,
        "sexes": sexes(spoken()),
        "employee_id": employee_id,
        "is_left": is_left,
        "today": local_date(current.now()).isoformat(),
    }
    return render_template("training/firm_employee.html", **found)
